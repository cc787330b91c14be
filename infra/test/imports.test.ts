import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { cruise, type IConfiguration, type ICruiseResult } from 'dependency-cruiser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const require = createRequire(import.meta.url);
const config = require('../../.dependency-cruiser.cjs') as Required<IConfiguration>;
const { ROOMS, PURE } = require('./rooms.cjs') as { ROOMS: Record<string, string[]>; PURE: string[] };

/** rule → the import that breaks it: [file, what it imports]. */
const PLANTED: Record<string, [string, string]> = {
  'one-door': ['apps/console/src/planted.ts', 'packages/services/src/flow/secret.ts'],
  'feature-door': ['apps/console/src/features/graph/planted.ts', 'apps/console/src/features/flows/inner.ts'],
  'app-routes-are-shims': ['apps/console/src/app/planted.ts', 'apps/console/src/features/flows/inner.ts'],
  'browser-has-no-services': ['apps/console/src/features/graph/planted.ts', 'packages/services/src/index.ts'],
  'no-apps-from-packages': ['packages/services/src/planted.ts', 'apps/worker/src/main.ts'],
  'ffi-in-one-place': ['agent/src/uplink/planted.ts', 'node_modules/koffi/index.js'],
  unresolvable: ['packages/model/src/planted.ts', 'packages/model/src/nowhere.ts'],
};
for (const [room, allowed] of Object.entries(ROOMS)) {
  const forbidden = Object.keys(ROOMS).find((other) => other !== room && !allowed.includes(other)) ?? '';
  PLANTED[`room-${room.replace('/', '-')}`] = [`${room}/src/planted.ts`, `${forbidden}/src/index.ts`];
}

let root: string;
beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'margay-planted-')));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function plant(folder: string, files: Record<string, string>): Promise<string[]> {
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), text);
  }
  const { tsConfig: _, ...options } = config.options;
  const result = await cruise(
    Object.keys(files).filter((file) => !file.startsWith('node_modules')),
    { ...options, baseDir: folder, ruleSet: { forbidden: config.forbidden }, validate: true },
  );
  const { summary, modules } = result.output as ICruiseResult;
  expect(modules.length).toBeGreaterThan(0);
  return summary.violations.map((violation) => violation.rule.name);
}

describe('import rules', () => {
  it('have a planted violation each', () => {
    const covered = new Set([
      ...Object.keys(PLANTED),
      ...PURE.map((room) => `pure-${room.replaceAll('/', '-')}`),
      'no-cycles',
    ]);
    expect(config.forbidden.map((rule) => rule.name).filter((name) => !covered.has(name ?? ''))).toEqual([]);
  });

  it.each(Object.entries(PLANTED))('%s refuses its planted violation', async (rule, [file, target]) => {
    const folder = join(root, rule);
    const target_: Record<string, string> = target.endsWith('nowhere.ts') ? {} : { [target]: 'export const x = 1;\n' };
    const violations = await plant(folder, {
      [file]: `import * as y from '${relative(dirname(file), target)}';\nconsole.log(y);\n`,
      ...target_,
    });
    expect(violations).toContain(rule);
  });

  it.each(PURE)('%s refuses a node: module', async (room) => {
    expect(
      await plant(join(root, `pure-${room}`), {
        [`${room}/src/planted.ts`]: "import { readFileSync } from 'node:fs';\nconsole.log(readFileSync);\n",
      }),
    ).toContain(`pure-${room.replaceAll('/', '-')}`);
  });

  it('refuse a cycle', async () => {
    expect(
      await plant(join(root, 'cycle'), {
        'packages/model/src/a.ts': "import './b.ts';\n",
        'packages/model/src/b.ts': "import './a.ts';\n",
      }),
    ).toContain('no-cycles');
  });
});
