import type { MeasureText } from '@margay/graph';

export const FONT_FAMILY = '"Inter Variable", system-ui, sans-serif';
const FONTS = {
  name: `500 12px ${FONT_FAMILY}`,
  figure: `400 11px ${FONT_FAMILY}`,
  title: `600 12px ${FONT_FAMILY}`,
} as const;

/** Measures text as the canvas will draw it. Resolves once the fonts are there, so that nothing is measured in another face. */
export async function createMeasure(): Promise<MeasureText> {
  await Promise.all(Object.values(FONTS).map((font) => document.fonts.load(font))).catch(() => undefined);
  const context = document.createElement('canvas').getContext('2d');
  const known = new Map<string, number>();
  return (text, style) => {
    const key = `${style} ${text}`;
    const width = known.get(key) ?? measureWith(context, FONTS[style], text);
    known.set(key, width);
    return width;
  };
}

function measureWith(context: CanvasRenderingContext2D | null, font: string, text: string): number {
  if (!context) return text.length * 7;
  context.font = font;
  return context.measureText(text).width;
}
