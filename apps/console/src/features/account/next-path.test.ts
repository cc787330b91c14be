import { expect, it } from 'vitest';
import { nextPath } from './next-path.ts';

it('leads to a page of this console only', () => {
  expect(nextPath('/o/halden/members?x=1')).toBe('/o/halden/members?x=1');
  for (const bad of [
    null,
    '',
    'https://elsewhere.example',
    '//elsewhere.example',
    '/\\elsewhere.example',
    'javascript:alert(1)',
  ])
    expect(nextPath(bad)).toBe('/');
});
