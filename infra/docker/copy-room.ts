import { cpSync, existsSync, mkdirSync, readFileSync, realpathSync, symlinkSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

interface Manifest {
  readonly name: string;
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
  readonly peerDependencies?: Record<string, string>;
  readonly peerDependenciesMeta?: Record<string, { readonly optional?: boolean }>;
}

/** Directly in a room: what only people, tests and builds read. */
const LEFT = new Set(['test', 'README.md', '.next/cache']);

/**
 * Copies a workspace of the repository, and of node_modules what it needs to run, into `out`, each at its own place. npm cannot: `--omit=dev`
 * also installs what the workspaces that a workspace depends on need for their tests.
 *
 * @param room folder of the workspace, below `root`.
 */
function copyRoom(root: string, room: string, out: string): void {
  const done = new Set<string>();
  const visit = (folder: string) => {
    if (done.has(folder)) return;
    done.add(folder);
    copyPackage(root, folder, out);
    for (const [name, needed] of dependenciesOf(manifestOf(folder))) {
      const found = findPackage(root, folder, name);
      if (found === null && needed) throw new Error(`${name}, which ${relative(root, folder)} needs, is not installed`);
      if (found !== null) visit(found);
    }
  };
  mkdirSync(out, { recursive: true });
  visit(join(root, room));
}

/** Name → whether it must be there. */
function dependenciesOf(manifest: Manifest): [string, boolean][] {
  const { dependencies = {}, optionalDependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = manifest;
  const peers = Object.keys(peerDependencies).filter((name) => !peerDependenciesMeta[name]?.optional);
  return [
    ...Object.keys(dependencies).map((name): [string, boolean] => [name, !(name in optionalDependencies)]),
    ...Object.keys(optionalDependencies).map((name): [string, boolean] => [name, false]),
    ...peers.map((name): [string, boolean] => [name, false]),
  ];
}

/** As Node looks for it: from the package's own folder upwards. A workspace is a link to its real folder. */
function findPackage(root: string, from: string, name: string): string | null {
  for (let folder = from; folder.startsWith(root); folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return realpathSync(candidate);
  }
  return null;
}

function copyPackage(root: string, folder: string, out: string): void {
  const isOurs = !relative(root, folder).includes('node_modules');
  const target = join(out, relative(root, folder));
  const isWanted = (path: string) => {
    const below = relative(folder, path);
    // Each package that is needed comes by itself. The console's build has links of its own in .next/node_modules.
    if (below === 'node_modules') return false;
    return !isOurs || !(LEFT.has(below) || /\.test\.tsx?$/.test(below));
  };
  cpSync(folder, target, { recursive: true, verbatimSymlinks: true, filter: isWanted });
  if (!isOurs) return;
  // By its name, as npm links it.
  const link = join(out, 'node_modules', manifestOf(folder).name);
  mkdirSync(dirname(link), { recursive: true });
  if (!existsSync(link)) symlinkSync(relative(dirname(link), target), link);
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

const [room, out] = process.argv.slice(2);
if (!room || !out) throw new Error('usage: copy-room.ts ROOM OUT');
copyRoom(process.cwd(), room, resolve(out));
