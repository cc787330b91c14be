import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { emptyTally, type Tally } from './tally.ts';

const ROOT = resolve(import.meta.dirname, '../..');

export interface Tier {
  /** Whether programs of the system are used, so that missing ones are installed first. */
  readonly usesSystem: boolean;
  readonly run: () => Promise<Tally>;
  /** Mostly waits for others, so it runs beside the tiers that only compute, and is over before one that measures begins. Its output comes when it is over. */
  readonly beside?: true;
  /** Measures the kernel or the clock: nothing runs beside it. */
  readonly alone?: true;
}

const CHECKS = {
  format: ['node_modules/@biomejs/biome/bin/biome', 'check', '.'],
  imports: [
    'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs',
    '--config',
    '.dependency-cruiser.cjs',
    '--output-type',
    'err',
    'apps',
    'packages',
    'agent',
    'bpf',
    'prisma',
    'infra',
    'e2e',
  ],
  unused: ['node_modules/knip/bin/knip.js'],
  'types of the server side': ['node_modules/@typescript/native/bin/tsc', '-p', 'tsconfig.json'],
  'types of the design system': [
    'node_modules/@typescript/native/bin/tsc',
    '-p',
    'packages/ui/tsconfig.json',
    '--noEmit',
  ],
  'types of the graph': ['node_modules/@typescript/native/bin/tsc', '-p', 'packages/graph/tsconfig.json', '--noEmit'],
  'types of the console': ['node_modules/@typescript/native/bin/tsc', '-p', 'apps/console/tsconfig.json', '--noEmit'],
} as const;

/** The tiers of `npm test`, in order: cheap ones first. */
export const TIERS = {
  static: { usesSystem: false, run: runChecks },
  unit: { usesSystem: false, run: () => runVitest('unit') },
  db: { usesSystem: true, run: () => runVitest('db') },
  cluster: {
    usesSystem: true,
    run: () => runVitestWith(['--config', 'e2e/cluster/vitest.config.ts'], false),
    beside: true,
  },
  faults: { usesSystem: true, run: () => runVitestWith(['--config', 'e2e/faults/vitest.config.ts']) },
  kernel: { usesSystem: true, run: () => runVitest('kernel*'), alone: true },
  e2e: { usesSystem: true, run: runPlaywright, alone: true },
} as const satisfies Record<string, Tier>;
export type TierName = keyof typeof TIERS;

async function runChecks(): Promise<Tally> {
  const tally = emptyTally();
  await runNode(['prisma/generate.ts'], {});
  for (const [name, args] of Object.entries(CHECKS)) {
    const { code, output } = await runNode(args, {}, false);
    // dependency-cruiser with a TypeScript it cannot use sees no modules, finds no violations and exits 0.
    const blind = name === 'imports' && !/\((?!0 modules)\d+ modules/.test(output);
    const ok = code === 0 && !blind;
    console.log(`  ${ok ? 'ok' : 'FAILED'}  ${name}${ok ? '' : `\n${output.slice(-6_000)}`}`);
    if (ok) tally.passed++;
    else tally.failed++;
  }
  return tally;
}

function runVitest(project: string): Promise<Tally> {
  return runVitestWith(['--project', project]);
}

function runVitestWith(args: readonly string[], inherit = true): Promise<Tally> {
  const reporters = ['--reporter=default', '--reporter=./infra/test/reporter.ts'];
  return runTallied(['node_modules/vitest/vitest.mjs', 'run', ...args, ...reporters], inherit);
}

function runPlaywright(): Promise<Tally> {
  return runTallied(['node_modules/@playwright/test/cli.js', 'test', '--config', 'e2e/playwright.config.ts']);
}

async function runTallied(args: readonly string[], inherit = true): Promise<Tally> {
  const folder = await mkdtemp(join(tmpdir(), 'margay-tally-'));
  const file = join(folder, 'tally.json');
  try {
    const { code, output } = await runNode(args, { MARGAY_TALLY: file }, inherit);
    if (!inherit) console.log(output);
    const text = await readFile(file, 'utf8').catch(() => null);
    const tally = text === null ? { ...emptyTally(), failed: 1 } : (JSON.parse(text) as Tally);
    if (code !== 0 && tally.failed === 0) tally.failed = 1;
    return tally;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runNode(
  args: readonly string[],
  environment: Record<string, string>,
  inherit = true,
): Promise<{ code: number; output: string }> {
  const child = spawn(process.execPath, [...args], {
    cwd: ROOT,
    env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true', ...environment },
    stdio: ['ignore', inherit ? 'inherit' : 'pipe', inherit ? 'inherit' : 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number>((done) => child.once('exit', (status) => done(status ?? 1)));
  return { code, output };
}
