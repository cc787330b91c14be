import type { ReactNode } from 'react';
import type { LiveState } from './use-live.ts';

const WORDS: Readonly<Record<LiveState, string>> = { live: 'Live', polling: 'Live, every 5 s', off: 'Paused' };

/** Whether what is on screen follows the cluster. */
export function LiveSign({ state, children }: { state: LiveState; children?: ReactNode }) {
  return (
    <span className="live" data-state={state === 'off' ? 'paused' : 'live'} data-testid="live-state">
      {WORDS[state]}
      {children}
    </span>
  );
}
