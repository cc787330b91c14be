import type { Verdict } from '@margay/model';
import type { ReactNode } from 'react';

/** What a mark can say. Verdicts and the marks that may stand beside one. */
export type Tone = Verdict | 'new' | 'loss' | 'accent' | 'pending';

/** Verdict glyphs on a 12 px grid: the second cue beside the colour. Shared with the graph's canvas, which draws the same paths. */
export const GLYPH_PATHS: Readonly<Record<Tone | 'dot', { d: string; dash?: string; width?: number }>> = {
  allowed: { d: 'M2 6h7.4M6.5 3l3 3-3 3' },
  denied: { d: 'M2 6h5M9.5 2.5v7' },
  pending: { d: 'M6 1.8 10.2 6 6 10.2 1.8 6z' },
  none: { d: 'M2 6a4 4 0 1 0 8 0 4 4 0 1 0-8 0', dash: '0.1 2.41', width: 1.9 },
  new: { d: 'M6 2v8M2 6h8' },
  loss: { d: 'M1.5 7 5 1.5M3 10.5 9 1.5M7 10.5 10.5 5' },
  accent: { d: 'm2.4 6.4 2.4 2.3L9.6 3.7' },
  dot: { d: 'M4.5 6a1.5 1.5 0 1 0 3 0 1.5 1.5 0 1 0-3 0', width: 2.5 },
};

export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  allowed: 'Allowed',
  denied: 'Denied',
  none: 'No policy',
};

/** The glyph alone; `label` names it where no word stands beside it. */
export function Glyph({ tone, label }: { tone: Tone | 'dot'; label?: string }) {
  const glyph = GLYPH_PATHS[tone];
  return (
    <svg
      className="glyph"
      viewBox="0 0 12 12"
      role={label ? 'img' : undefined}
      aria-label={label}
      aria-hidden={label ? undefined : true}
    >
      <path d={glyph.d} strokeDasharray={glyph.dash} strokeWidth={glyph.width} />
    </svg>
  );
}

/** Glyph and word in the tone's colour; `badge` adds the tint. */
export function Sign({ tone, badge = false, children }: { tone: Tone; badge?: boolean; children?: ReactNode }) {
  return (
    <span className={`sign tone-${tone}${badge ? ' badge' : ''}`}>
      <Glyph tone={tone} />
      {children}
    </span>
  );
}

/** A verdict in full: glyph, word, colour. */
export function VerdictSign({ verdict, badge = false }: { verdict: Verdict; badge?: boolean }) {
  return (
    <Sign tone={verdict} badge={badge}>
      {VERDICT_WORDS[verdict]}
    </Sign>
  );
}
