// Who may import whom. One line a room; all else is an error. Read by .dependency-cruiser.cjs and by the test that plants a violation of every rule.
const ROOMS = {
  'packages/model': [],
  'packages/policy': ['packages/model'],
  'packages/wire': ['packages/model'],
  'packages/graph': ['packages/model'],
  'packages/demo': ['packages/model', 'packages/wire'],
  'packages/manifest': ['packages/model'],
  'packages/embedded-postgres': ['packages/model'],
  'packages/db': ['packages/model'],
  'packages/ui': ['packages/model'],
  'packages/flowstore': ['packages/model', 'packages/wire', 'packages/db'],
  'packages/jobs': ['packages/model', 'packages/db'],
  'packages/services': [
    'packages/model',
    'packages/db',
    'packages/flowstore',
    'packages/jobs',
    'packages/policy',
    'packages/wire',
    'packages/manifest',
  ],
  'packages/testkit': [
    'packages/model',
    'packages/db',
    'packages/flowstore',
    'packages/jobs',
    'packages/services',
    'packages/wire',
    'packages/embedded-postgres',
    'prisma',
  ],
  'apps/console': [
    'packages/model',
    'packages/ui',
    'packages/graph',
    'packages/policy',
    'packages/services',
    'packages/db',
    'packages/flowstore',
    'packages/jobs',
  ],
  'apps/ingest': [
    'packages/model',
    'packages/wire',
    'packages/manifest',
    'packages/services',
    'packages/flowstore',
    'packages/jobs',
    'packages/db',
  ],
  'apps/worker': [
    'packages/model',
    'packages/demo',
    'packages/policy',
    'packages/services',
    'packages/flowstore',
    'packages/jobs',
    'packages/db',
  ],
  'apps/cli': ['packages/model', 'packages/policy'],
  'apps/lab': ['packages/model', 'packages/wire', 'bpf'],
  agent: ['packages/model', 'packages/wire', 'packages/policy', 'bpf'],
  bpf: [],
  prisma: ['packages/model'],
  'infra/start': ['packages/model', 'packages/embedded-postgres', 'prisma'],
};

/** Rooms whose code takes clock, randomness and I/O as arguments: no module of node's own. */
const PURE = ['packages/model', 'packages/policy', 'packages/wire', 'packages/graph', 'agent/src/calc'];

/** The only files of a package that another room may name. */
const DOOR =
  '(src/(index|inputs)\\.ts|src/layout/worker\\.ts|src/[a-z]+\\.css|package\\.json|migrate\\.ts|build\\.ts|src/global-setup\\.ts)$';

const TESTS = '\\.(db\\.|kernel\\.)?(test|spec)\\.tsx?$|(^|/)test/';

module.exports = { ROOMS, PURE, DOOR, TESTS };
