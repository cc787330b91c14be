import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import * as layouts from './layouts.ts';

const INCLUDE = resolve(import.meta.dirname, '../../../bpf/include');

type Layout = Readonly<Record<string, number>> & { readonly bytes: number };
/** C member → where layouts.ts has it under another name. */
const RENAMED: Readonly<Record<string, string>> = { octets: 'bytes' };

/** The compiler itself compares: each number becomes an assertion about the C header. */
function compile(headers: readonly string[], assertions: readonly string[]): string {
  const source = [
    '#include <stddef.h>',
    ...headers.map((header) => `#include ${header}`),
    ...assertions.map((assertion) => `_Static_assert(${assertion}, "${assertion}");`),
  ].join('\n');
  const args = ['-x', 'c', '-std=gnu11', '-fsyntax-only', '-I', INCLUDE, '-'];
  const { status, stderr, error } = spawnSync('clang', args, { input: source, encoding: 'utf8' });
  if (error) throw error;
  return status === 0 ? '' : stderr;
}

function offsets(type: string, layout: Layout): string[] {
  return Object.entries(layout).flatMap(([member, offset]) =>
    member === 'bytes' ? [] : [`offsetof(${type}, ${RENAMED[member] ?? member}) == ${offset}`],
  );
}

const exact = (type: string, layout: Layout) => [`sizeof(${type}) == ${layout.bytes}`, ...offsets(type, layout)];
/** The kernel takes a prefix of these: we name what we use and say how long it is. */
const prefix = (type: string, layout: Layout) => [`sizeof(${type}) >= ${layout.bytes}`, ...offsets(type, layout)];

it('layouts of the maps are those of bpf/include/layout.h', () => {
  const assertions = [
    ...exact('struct margay_key', layouts.KEY),
    ...exact('struct margay_conn', layouts.CONN),
    ...exact('struct margay_counts', layouts.COUNTS),
    ...exact('struct margay_ledger', layouts.LEDGER),
    ...Object.entries(layouts.ENUMS).map(([name, value]) => `${name} == ${value}`),
  ];
  expect(assertions.length).toBeGreaterThan(50);
  expect(compile(['"layout.h"'], assertions)).toBe('');
});

it('layouts of libbpf and of the kernel are those of their headers', () => {
  expect(
    compile(
      ['<bpf/bpf.h>', '<bpf/libbpf.h>', '<linux/bpf.h>'],
      [
        ...exact('struct bpf_tc_hook', layouts.TC_HOOK),
        ...exact('struct bpf_tc_opts', layouts.TC_OPTS),
        ...exact('struct bpf_test_run_opts', layouts.TEST_RUN_OPTS),
        ...prefix('struct bpf_link_create_opts', layouts.LINK_CREATE_OPTS),
        ...prefix('struct bpf_map_info', layouts.MAP_INFO),
        ...prefix('struct bpf_prog_info', layouts.PROG_INFO),
        // Its tcx member is newer than the headers of many machines: netns, also a u32 pair, lies at the same place.
        ...['type', 'id', 'prog_id'].map(
          (member) =>
            `offsetof(struct bpf_link_info, ${member}) == ${layouts.LINK_INFO[member as 'type' | 'id' | 'prog_id']}`,
        ),
        `offsetof(struct bpf_link_info, netns.netns_ino) == ${layouts.LINK_INFO.ifindex}`,
        `offsetof(struct bpf_link_info, netns.attach_type) == ${layouts.LINK_INFO.attach_type}`,
      ],
    ),
  ).toBe('');
});

it('a wrong number is noticed', () => {
  expect(compile(['"layout.h"'], exact('struct margay_key', { ...layouts.KEY, remote: 21 }))).toContain(
    'offsetof(struct margay_key, remote) == 21',
  );
});
