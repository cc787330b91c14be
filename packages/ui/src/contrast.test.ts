import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');
const [light = '', dark = ''] = css.split(':root[data-theme="dark"]');

function tokens(block: string): Map<string, readonly [number, number, number]> {
  const found = [...block.matchAll(/--([\w-]+):\s*oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)/g)];
  return new Map(found.map((m) => [m[1] ?? '', [Number(m[2]), Number(m[3]), Number(m[4])] as const]));
}

/** OKLCH → linear sRGB (Ottosson's matrices) → relative luminance of WCAG 2. */
function luminance([l, c, h]: readonly [number, number, number]): number {
  const a = c * Math.cos((h * Math.PI) / 180);
  const b = c * Math.sin((h * Math.PI) / 180);
  const [x, y, z] = [
    l + 0.3963377774 * a + 0.2158037573 * b,
    l - 0.1055613458 * a - 0.0638541728 * b,
    l - 0.0894841775 * a - 1.291485548 * b,
  ].map((v) => v ** 3) as [number, number, number];
  const clip = (v: number) => Math.min(1, Math.max(0, v));
  const red = clip(4.0767416621 * x - 3.3077115913 * y + 0.2309699292 * z);
  const green = clip(-1.2684380046 * x + 2.6097574011 * y - 0.3413193965 * z);
  const blue = clip(-0.0041960863 * x - 0.7034186147 * y + 1.707614701 * z);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: number, other: number): number {
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}

const GROUNDS = ['bg', 'surface', 'canvas', 'group', 'raised', 'sunken', 'hover', 'selected'];
const VERDICTS = ['allowed', 'denied', 'pending', 'none', 'new', 'loss'];

describe.each([
  ['light', tokens(light)],
  ['dark', tokens(dark)],
])('%s theme', (_name, theme) => {
  const of = (name: string) => luminance(theme.get(name) ?? expect.fail(`no token --${name}`));
  const ratio = (front: string, ground: string) => contrast(of(front), of(ground));

  it.each(['text', 'text-2', 'text-3', 'accent', ...VERDICTS.map((v) => `v-${v}`)])(
    '%s reads on every ground',
    (front) => {
      for (const ground of GROUNDS)
        expect(ratio(front, ground), `--${front} on --${ground}`).toBeGreaterThanOrEqual(4.5);
    },
  );
  it.each(VERDICTS)('%s reads on its own tint, as does plain text', (verdict) => {
    expect(ratio(`v-${verdict}`, `v-${verdict}-soft`)).toBeGreaterThanOrEqual(4.5);
    for (const text of ['text', 'text-2']) expect(ratio(text, `v-${verdict}-soft`)).toBeGreaterThanOrEqual(4.5);
  });
  it.each(VERDICTS)('a line of %s is seen on the canvas', (verdict) => {
    for (const ground of ['canvas', 'group']) expect(ratio(`v-${verdict}-line`, ground)).toBeGreaterThanOrEqual(3);
  });
  it('buttons and fields are seen', () => {
    expect(ratio('on-ink', 'ink')).toBeGreaterThanOrEqual(4.5);
    expect(ratio('accent', 'accent-soft')).toBeGreaterThanOrEqual(4.5);
    for (const ground of ['surface', 'raised', 'bg']) expect(ratio('line-input', ground)).toBeGreaterThanOrEqual(3);
  });
});
