// `npm run build:cli`: one file that starts fast, dist/margay.js. Runs on Node 20, as it is what the launcher calls.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOM = fileURLToPath(new URL('.', import.meta.url));
export const BUNDLE = join(ROOM, 'dist/margay.js');

export async function buildCli(outfile = BUNDLE) {
  await build({
    entryPoints: [join(ROOM, 'src/main.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // Names stay, so that a stack trace says something.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'linked',
    // Parts of the bundle are CommonJS.
    banner: {
      js: "import { createRequire as makeRequire } from 'node:module';const require = makeRequire(import.meta.url);",
    },
    logLevel: 'error',
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildCli();
