'use client';
import { Ago } from '@margay/ui';
import type { ReactNode } from 'react';
import { useCluster } from '../shell/index.ts';
import type { LiveState } from './use-live.ts';

const WORDS: Readonly<Record<LiveState, string>> = { live: 'Live', polling: 'Live, every 5 s', off: 'Paused' };

/** Whether what is on screen follows the cluster, and whether the cluster says anything. */
export function LiveSign({
  clusterId,
  state,
  children,
}: {
  clusterId: string;
  state: LiveState;
  children?: ReactNode;
}) {
  const cluster = useCluster(clusterId);
  const isSilent = state !== 'off' && cluster?.state === 'silent';
  return (
    <span
      className="live"
      data-state={isSilent ? 'stale' : state === 'off' ? 'paused' : 'live'}
      data-testid="live-state"
    >
      {isSilent && cluster.lastSeenAt ? (
        <span>
          No agent calls, last <Ago ms={cluster.lastSeenAt.getTime()} />
        </span>
      ) : (
        WORDS[state]
      )}
      {children}
    </span>
  );
}
