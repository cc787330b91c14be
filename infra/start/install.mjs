// Runs on Node 20 with nothing installed: no imports but node's own.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');
const STAMP = join(ROOT, 'node_modules/.margay-install.json');

/** The Node 24 that every script goes on with, brought by the npm package `node`. */
export const NODE = join(ROOT, 'node_modules/node/bin/node');

/**
 * Installs the npm packages when the lock file or a manifest changed since the last time, or when development tools are asked for and were not installed.
 * A tree that has the development tools keeps them.
 */
export function ensureInstalled({ development }) {
  const [major] = process.versions.node.split('.').map(Number);
  if (major < 20) fail(`Margay starts with Node 20 or newer; this is ${process.version}.`);
  const lock = lockHash();
  const before = readStamp();
  const wanted = development || (before.development ?? existsSync(join(ROOT, 'node_modules/vitest')));
  if (before.lock === lock && (before.development || !wanted) && existsSync(NODE)) return;
  console.log(wanted ? 'Installing npm packages, development tools included …' : 'Installing npm packages …');
  const started = Date.now();
  const args = [
    'install',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    ...(wanted ? ['--include=dev'] : ['--omit=dev']),
  ];
  // Prisma's postinstall would look for an engine on a host of its own; Margay migrates through the WASM engine and needs none.
  const result = spawnSync('npm', args, {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      ...process.env,
      PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true',
      PRISMA_SKIP_POSTINSTALL_GENERATE: '1',
      NODE_ENV: '',
    },
  });
  if (result.status !== 0)
    fail(
      `npm install ended with ${result.status ?? result.error?.message}. Mend what it says above and run the same command again.`,
    );
  if (!existsSync(NODE))
    fail('The npm package "node" brought no binary: npm may not have run its install script. Run: npm rebuild node');
  writeFileSync(STAMP, JSON.stringify({ lock: lockHash(), development: wanted }));
  giveToOwner();
  console.log(`Installed in ${Math.round((Date.now() - started) / 1000)} s.`);
}

/** What root installed belongs to the one whom the clone belongs to: `sudo npm run lab` leaves nothing there that its owner cannot change. */
function giveToOwner() {
  const { uid, gid } = statSync(ROOT);
  if (process.getuid?.() !== 0 || uid === 0) return;
  const trees = ['.', ...readdirSync(join(ROOT, 'apps')).map((name) => `apps/${name}`)]
    .map((folder) => join(ROOT, folder, 'node_modules'))
    .filter((folder) => existsSync(folder));
  spawnSync('chown', ['--recursive', '--no-dereference', `${uid}:${gid}`, join(ROOT, 'package-lock.json'), ...trees]);
}

function lockHash() {
  const hash = createHash('sha256');
  const manifests = ['.', 'apps', 'packages'].flatMap((folder) =>
    folder === '.'
      ? ['.', 'agent', 'bpf', 'e2e', 'infra', 'prisma']
      : readdirSync(join(ROOT, folder)).map((name) => `${folder}/${name}`),
  );
  for (const folder of manifests) {
    const file = join(ROOT, folder, 'package.json');
    if (existsSync(file) && statSync(file).isFile()) hash.update(readFileSync(file));
  }
  return hash
    .update(existsSync(join(ROOT, 'package-lock.json')) ? readFileSync(join(ROOT, 'package-lock.json')) : '')
    .digest('hex');
}

function readStamp() {
  try {
    return JSON.parse(readFileSync(STAMP, 'utf8'));
  } catch {
    return {};
  }
}

/** Prints one line and ends with status 1. */
export function fail(message) {
  console.error(message);
  process.exit(1);
}
