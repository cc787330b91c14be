import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { cleanMappings, releaseMemory } from './release-memory.ts';

const mapping = (head: string, anonymousKb: number) =>
  `${head}\nSize:   64 kB\nRss:    64 kB\nAnonymous:      ${anonymousKb} kB\nVmFlags: rd mr mw me`;

it('finds what a file has as well, and nothing that may be dirty', () => {
  const smaps = [
    mapping('00400000-00500000 r--p 00000000 08:01 42   /usr/bin/node', 0),
    mapping('00500000-00700000 r-xp 00100000 08:01 42   /usr/bin/node', 0),
    mapping('00700000-00710000 r--p 00300000 08:01 42   /usr/bin/node', 64),
    mapping('00710000-00720000 rw-p 00310000 08:01 42   /usr/bin/node', 0),
    mapping('7f00-8f00 rwxp 00000000 08:01 42   /usr/lib/odd.so', 0),
    mapping('9f0000000000-9f0000001000 r-xp 00000000 00:00 0 ', 0),
    mapping('af0000000000-af0000001000 r-xp 00000000 08:01 7   /tmp/gone.so (deleted)', 0),
    mapping('7fff00000000-7fff00001000 r-xp 00000000 00:00 0   [vdso]', 0),
    '',
  ].join('\n');
  expect(cleanMappings(smaps)).toEqual([
    { address: 0x400000n, length: 0x100000 },
    { address: 0x500000n, length: 0x200000 },
  ]);
});

it('makes this process smaller, and it goes on', () => {
  const fileKb = () => Number(/^RssFile:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
  const before = fileKb();
  releaseMemory();
  expect(fileKb()).toBeLessThan(before * 0.8);
  expect(JSON.parse(JSON.stringify({ still: ['here'] }))).toEqual({ still: ['here'] });
});
