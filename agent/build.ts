import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildBpf } from '@margay/bpf';
import { type BuildResult, build, type Plugin } from 'esbuild';

const ROOM = import.meta.dirname;
const MODULES = join(ROOM, '..', 'node_modules');

/**
 * Bundles the agent into `directory`: `margay-agent.mjs`, the compiled BPF programs, and koffi's native part below `node_modules`,
 * for this machine's architecture. Nothing else of node_modules is needed to run it.
 *
 * @throws Error with the words of esbuild or of the BPF compiler.
 */
export async function buildAgent(directory = join(ROOM, 'dist')): Promise<BuildResult> {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const result = await build({
    entryPoints: [join(ROOM, 'src/main.ts')],
    outfile: join(directory, 'margay-agent.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    external: ['koffi'],
    // Names stay, so that a stack trace says something.
    minifyWhitespace: true,
    minifySyntax: true,
    plugins: [dropUnusedKubernetes],
    legalComments: 'linked',
    // Parts of the bundle are CommonJS.
    banner: {
      js: "import { createRequire as makeRequire } from 'node:module';const require = makeRequire(import.meta.url);",
    },
    logLevel: 'silent',
  });
  cpSync(buildBpf(), directory, { recursive: true, filter: (path) => !path.includes('.o.') });
  copyKoffi(directory);
  return result;
}

const KUBERNETES = '@kubernetes/client-node';

/**
 * The Kubernetes library does not say that its thousand generated models do nothing when imported, so esbuild would keep them all.
 * Left out, a process takes 79 MB instead of 100.
 */
const dropUnusedKubernetes: Plugin = {
  name: 'drop-unused-kubernetes',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /.*/ }, async ({ path, importer, resolveDir, kind, pluginData }) => {
      if (pluginData === KUBERNETES || !(path === KUBERNETES || importer.includes(`/${KUBERNETES}/`))) return undefined;
      const found = await resolve(path, { importer, resolveDir, kind, pluginData: KUBERNETES });
      return found.errors.length === 0 && found.path.includes(KUBERNETES)
        ? { ...found, sideEffects: false }
        : undefined;
    });
  },
};

/** koffi finds its native part as a package of its own, named by platform. */
function copyKoffi(directory: string): void {
  const native = `@koromix/koffi-linux-${process.arch}`;
  if (!existsSync(join(MODULES, native))) throw new Error(`${native} is not installed: run npm install on Linux`);
  for (const path of [
    'koffi/package.json',
    'koffi/LICENSE.txt',
    'koffi/index.js',
    'koffi/src/koffi/index.js',
    'koffi/src/koffi/src/static.js',
    native,
  ]) {
    const to = join(directory, 'node_modules', path);
    mkdirSync(dirname(to), { recursive: true });
    cpSync(join(MODULES, path), to, { recursive: true, filter: (from) => !from.includes('musl_') });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildAgent(process.argv[2]);
