import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const LINES_MAX = 500;
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file && existsSync(join(ROOT, file)));
/** A document without its code, where brackets mean something else. */
const prose = (text: string) => text.replace(/```[\s\S]*?```|^ {4}.*$|`[^`\n]*`/gm, '');
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

it('no source file is longer than 500 lines', () => {
  const sources = files.filter(
    (file) =>
      /\.(tsx?|mjs|c|h)$/.test(file) &&
      !/(^|\/)(generated|golden|fixtures)\//.test(file) &&
      !/\.test\.tsx?$/.test(file),
  );
  expect(sources.length).toBeGreaterThan(50);
  expect(
    sources.map((file) => [file, read(file).split('\n').length] as const).filter(([, lines]) => lines > LINES_MAX),
  ).toEqual([]);
});

it('paths that documents link to exist', () => {
  const missing = files
    .filter((file) => file.endsWith('.md'))
    .flatMap((file) =>
      [...prose(read(file)).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)]
        .map((match) => match[1] ?? '')
        .filter((link) => !existsSync(join(ROOT, dirname(file), link)))
        .map((link) => `${file} → ${link}`),
    );
  expect(missing).toEqual([]);
});

it('every room has a README', () => {
  const rooms = [
    ...new Set(
      files
        .map((file) => /^((?:apps|packages)\/[^/]+|agent|bpf|prisma|infra|e2e)\//.exec(file)?.[1])
        .filter((room) => room !== undefined),
    ),
  ];
  expect(rooms.filter((room) => !existsSync(join(ROOT, room, 'README.md')))).toEqual([]);
});

it('only .ci/run names the folder beside the clone', () => {
  expect(
    files.filter(
      (file) =>
        file !== '.ci/run' &&
        file !== 'infra/test/files.test.ts' &&
        /\.(tsx?|mjs|cjs|json|md|ya?ml|c|h|sh)$/.test(file) &&
        read(file).includes(`..${'/shared'}`),
    ),
  ).toEqual([]);
});

it('the lock file names no registry host', () => {
  expect(read('package-lock.json')).not.toContain('"resolved": "http');
});
