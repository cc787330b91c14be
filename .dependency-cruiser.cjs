const { ROOMS, PURE, DOOR, TESTS } = require('./infra/test/rooms.cjs');

const ANY_ROOM = '^(apps/[^/]+|packages/[^/]+|agent|bpf|prisma|infra|e2e)/';
const inside = (room) => `^${room}/`;

const roomRules = Object.entries(ROOMS).map(([room, allowed]) => ({
  name: `room-${room.replace('/', '-')}`,
  comment: `${room} may import only: ${allowed.join(', ') || 'no other room'} (see infra/test/rooms.cjs)`,
  severity: 'error',
  from: { path: inside(room), pathNot: TESTS },
  to: { path: ANY_ROOM, pathNot: [room, ...allowed].map(inside) },
}));

const pureRules = PURE.map((room) => ({
  name: `pure-${room.replaceAll('/', '-')}`,
  comment: `${room} is pure: no node: modules; clock, randomness and I/O come in as arguments`,
  severity: 'error',
  from: { path: inside(room), pathNot: TESTS },
  to: { dependencyTypes: ['core'] },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...roomRules,
    ...pureRules,
    {
      name: 'one-door',
      comment: 'another room is entered by its door only',
      severity: 'error',
      from: { path: '^((?:apps|packages)/[^/]+|agent|bpf|prisma)/', pathNot: TESTS },
      to: { path: ANY_ROOM, pathNot: ['^$1/', DOOR] },
    },
    {
      name: 'feature-door',
      comment: 'a feature of the console is entered by its index.ts only',
      severity: 'error',
      from: { path: '^apps/console/src/features/([^/]+)/' },
      to: { path: '^apps/console/src/features/([^/]+)/', pathNot: ['^apps/console/src/features/$1/', '/index\\.ts$'] },
    },
    {
      name: 'app-routes-are-shims',
      comment: 'routes take features by their door',
      severity: 'error',
      from: { path: '^apps/console/src/app/' },
      to: { path: '^apps/console/src/features/[^/]+/', pathNot: '^apps/console/src/features/[^/]+/index\\.ts$' },
    },
    {
      name: 'browser-has-no-services',
      comment: 'features run in the browser: of services they may take inputs only',
      severity: 'error',
      from: { path: '^apps/console/src/features/', pathNot: TESTS },
      to: { path: '^packages/(services|db|flowstore|jobs)/', pathNot: '^packages/services/src/inputs(\\.ts$|/)' },
    },
    {
      name: 'no-apps-from-packages',
      comment: 'a package never imports an app',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^(apps|agent|infra|e2e)/' },
    },
    {
      name: 'no-cycles',
      comment: 'no cycles at run time',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'ffi-in-one-place',
      comment: 'koffi only in agent/src/ffi',
      severity: 'error',
      from: { path: '^(apps|packages|agent)/', pathNot: '^agent/(src/ffi/|build\\.ts)' },
      to: { path: 'node_modules/koffi/' },
    },
    {
      name: 'unresolvable',
      comment: 'an import that resolves to nothing',
      severity: 'error',
      from: { pathNot: 'next-env\\.d\\.ts$' },
      to: { couldNotResolve: true, pathNot: '\\.css$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(generated|dist|\\.next|test-results)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.cjs', '.json'],
    },
  },
};
