'use client';
import { useEffect, useState } from 'react';
import type { Palette } from './node-image.ts';

const TOKENS: Readonly<Record<keyof Palette, string>> = {
  canvas: '--canvas',
  group: '--group',
  raised: '--raised',
  background: '--bg',
  line: '--line',
  lineStrong: '--line-strong',
  text: '--text',
  text2: '--text-2',
  text3: '--text-3',
  accent: '--accent-line',
  allowed: '--v-allowed-line',
  denied: '--v-denied-line',
  none: '--v-none-line',
  deniedText: '--v-denied',
  noneText: '--v-none',
};

/** Tokens as `rgb(…)`: the graph library reads no OKLCH, so a canvas says what colour the browser makes of each. */
export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const context = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d', {
    willReadFrequently: true,
  });
  const toRgb = (token: string) => {
    if (!context) return '#808080';
    context.fillStyle = style.getPropertyValue(token).trim();
    context.fillRect(0, 0, 1, 1);
    const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
    return `rgb(${red},${green},${blue})`;
  };
  return Object.fromEntries(Object.entries(TOKENS).map(([name, token]) => [name, toRgb(token)])) as unknown as Palette;
}

/** The palette of the theme, read anew when it changes; null until the page is there. */
export function usePalette(): Palette | null {
  const [palette, setPalette] = useState<Palette | null>(null);
  useEffect(() => {
    const read = () => setPalette(readPalette());
    read();
    const observer = new MutationObserver(read);
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    return () => observer.disconnect();
  }, []);
  return palette;
}
