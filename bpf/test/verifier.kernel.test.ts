import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BpfObject } from '../../agent/src/ffi/index.ts';
import { buildBpf } from '../build.ts';

const PROGRAMS = { 'flow.bpf.o': ['margay_from_pod', 'margay_to_pod'] };
const ROOM = join(import.meta.dirname, '..');
const INCLUDES = `-I/usr/include/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'margay-bpf-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function compile(source: string, output: string, cpu: string): void {
  const args = ['-target', 'bpf', `-mcpu=${cpu}`, '-g', '-O2', '-std=gnu11', INCLUDES, '-c', source, '-o', output];
  const { status, stderr, error } = spawnSync('clang', args, { encoding: 'utf8' });
  if (status !== 0) throw error ?? new Error(stderr);
}

describe('the verifier', () => {
  it.each(Object.entries(PROGRAMS))('accepts every program of %s as built', (name, programs) => {
    const object = BpfObject.load(join(buildBpf(), name));
    expect(programs.map((program) => object.programFd(program) > 0)).toEqual(programs.map(() => true));
    object.close();
  });

  it.each(['v1', 'v2', 'v3'])('accepts the observer compiled for instruction set %s', (cpu) => {
    const output = join(folder, `flow-${cpu}.bpf.o`);
    compile(join(ROOM, 'flow.bpf.c'), output, cpu);
    const object = BpfObject.load(output);
    expect(object.programFd('margay_from_pod')).toBeGreaterThan(0);
    object.close();
  });

  it('has its say in the error when it refuses', () => {
    const source = join(folder, 'bad.bpf.c');
    writeFileSync(
      source,
      [
        '#include <linux/bpf.h>',
        '#include <bpf/bpf_helpers.h>',
        'SEC("tc") int bad(struct __sk_buff *skb) { return *(int *)(long)skb->mark; }',
        'char LICENSE[] SEC("license") = "GPL";',
      ].join('\n'),
    );
    compile(source, join(folder, 'bad.bpf.o'), 'v2');
    expect(() => BpfObject.load(join(folder, 'bad.bpf.o'))).toThrow(/invalid mem access/);
  });

  it('is given every object there is', () => {
    const sources = readdirSync(ROOM).filter((name) => name.endsWith('.bpf.c'));
    expect(sources.map((name) => name.replace(/\.c$/, '.o')).sort()).toEqual(Object.keys(PROGRAMS).sort());
  });
});

it('an object that is not there is named', () => {
  expect(() => BpfObject.load(join(folder, 'nowhere.bpf.o'))).toThrow(/nowhere\.bpf\.o.*ENOENT/);
});
