import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const ROOM = import.meta.dirname;
const DIST = join(ROOM, 'dist');

/**
 * Compiles the BPF programs where sources are newer than what was built.
 *
 * @returns the folder with `*.bpf.o`: what the agent takes as `MARGAY_BPF_DIR`.
 * @throws Error that says what to install, or with the compiler's words.
 */
export function buildBpf(): string {
  const objects = readdirSync(ROOM)
    .filter((name) => name.endsWith('.bpf.c'))
    .map((name) => join(DIST, name.replace(/\.c$/, '.o')));
  if (objects.every((object) => isFresh(object))) return DIST;
  const result = spawnSync('make', ['-C', ROOM], { encoding: 'utf8' });
  if (result.status === 0) return DIST;
  const said = result.error ? result.error.message : result.stderr;
  throw new Error(
    `The BPF programs could not be built. On Debian: apt-get install make clang libbpf-dev.\n${said.slice(-4_000)}`,
  );
}

function isFresh(object: string): boolean {
  if (!existsSync(object)) return false;
  const builtMs = statSync(object).mtimeMs;
  const include = join(ROOM, 'include');
  const sources = [
    join(ROOM, 'Makefile'),
    ...readdirSync(ROOM).flatMap((name) => (name.endsWith('.c') ? [join(ROOM, name)] : [])),
    ...readdirSync(include).map((name) => join(include, name)),
  ];
  return sources.every((source) => statSync(source).mtimeMs <= builtMs);
}
