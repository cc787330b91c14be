import { expect, it } from 'vitest';
import { changesOf } from './changes.ts';

it('tells what changed, what came and what went', () => {
  expect(changesOf({ role: 'viewer', name: 'Ines' }, { role: 'admin', name: 'Ines' })).toEqual([
    { field: 'role', before: 'viewer', after: 'admin' },
  ]);
  expect(changesOf(null, { slug: 'halden', limits: { nodes: 3 } })).toEqual([
    { field: 'slug', before: null, after: 'halden' },
    { field: 'limits', before: null, after: '{"nodes":3}' },
  ]);
  expect(changesOf({ role: 'viewer' }, null)).toEqual([{ field: 'role', before: 'viewer', after: 'removed' }]);
  expect(changesOf(null, null)).toEqual([]);
});
