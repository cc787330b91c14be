import { expect, it } from 'vitest';
import { nodeImage, nodeSign, type Palette } from './node-image.ts';

const palette = { allowed: '#0a0', none: '#999', text2: '#333' } as Palette;
const node = (ingress: number, egress: number, of: number) =>
  ({ kind: 'namespace', workloadKind: null, coverage: { ingress, egress, of } }) as const;
const count = (text: string, part: string) => text.split(part).length - 1;

it('draws the ring as far as policies cover', () => {
  expect(count(nodeSign(node(2, 2, 2), palette), 'stroke="#0a0"')).toBe(2);
  expect(count(nodeSign(node(2, 2, 2), palette), 'stroke-dasharray')).toBe(0);
  expect(count(nodeSign(node(0, 0, 2), palette), 'stroke-dasharray')).toBe(2);
  const partly = nodeSign(node(1, 0, 2), palette);
  expect(count(partly, 'stroke="#0a0"')).toBe(1);
  expect(count(partly, 'stroke-dasharray')).toBe(2);
});

it('has no ring around what stands outside, and none of its text', () => {
  const outside = { kind: 'external', workloadKind: '"><script>', coverage: { ingress: 0, egress: 0, of: 0 } } as const;
  expect(nodeSign(outside, palette)).not.toContain('stroke-dasharray');
  expect(nodeImage(outside, palette)).not.toContain('script');
});
