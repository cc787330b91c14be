// `npm run build:cli`: dist/margay.js, which starts fast. Runs on Node 20, as it is what the launcher calls.
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOM = fileURLToPath(new URL('.', import.meta.url));
const { version: VERSION } = JSON.parse(readFileSync(join(ROOM, 'package.json'), 'utf8'));
export const BUNDLE = join(ROOM, 'dist/margay.js');

export async function buildCli(folder = dirname(BUNDLE)) {
  await bundle('main.ts', join(folder, 'margay.js'));
  await Promise.all(APART.map((source) => bundle(source, join(folder, partOf(source)))));
}

/** What only some commands or forms need, and what takes as long to load as all the rest. */
const APART = ['flows/recommend-from.ts', 'flows/replay-from.ts', 'picture/draw-picture.ts'];

const partOf = (path) => `${basename(path, '.ts')}.js`;

const bundle = (source, outfile) =>
  build({
    entryPoints: [join(ROOM, 'src', source)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // Names stay, so that a stack trace says something.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'linked',
    define: { 'process.env.MARGAY_VERSION': JSON.stringify(VERSION) },
    plugins: [dropUnusedModules],
    // Parts of the bundle are CommonJS.
    banner: {
      js: "import { createRequire as makeRequire } from 'node:module';const require = makeRequire(import.meta.url);",
    },
    logLevel: 'error',
  });

/** Modules of Margay do nothing when imported, but none says so: unsaid, schemas that no command needs would be made at each start. */
const dropUnusedModules = {
  name: 'drop-unused-modules',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^(\.|@margay\/)/ }, async ({ path, importer, resolveDir, kind, pluginData }) => {
      if (pluginData === 'seen' || kind === 'entry-point') return undefined;
      if (kind === 'dynamic-import') return { path: `./${partOf(path)}`, external: true };
      const found = await resolve(path, { importer, resolveDir, kind, pluginData: 'seen' });
      return /\/packages\/(model|policy)\//.test(found.path) ? { ...found, sideEffects: false } : undefined;
    });
  },
};

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildCli();
