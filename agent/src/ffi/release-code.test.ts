import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { codeMappings } from './release-code.ts';

it('finds code of files alone: nothing that may be dirty', () => {
  const maps = [
    '00400000-00500000 r--p 00000000 08:01 42   /usr/bin/node',
    '00500000-00700000 r-xp 00100000 08:01 42   /usr/bin/node',
    '00700000-00710000 rw-p 00300000 08:01 42   /usr/bin/node',
    '7f00-8f00 rwxp 00000000 08:01 42   /usr/lib/odd.so',
    '9f0000000000-9f0000001000 r-xp 00000000 00:00 0 ',
    'af0000000000-af0000001000 r-xp 00000000 08:01 7 /tmp/gone.so (deleted)',
    '7fff00000000-7fff00001000 r-xp 00000000 00:00 0   [vdso]',
    '',
  ].join('\n');
  expect(codeMappings(maps)).toEqual([{ address: 0x500000n, length: 0x200000 }]);
});

it('knows how this kernel writes them', () => {
  expect(codeMappings(readFileSync('/proc/self/maps', 'utf8')).length).toBeGreaterThan(0);
});
