'use client';
import { type ClusterId, may } from '@margay/model';
import type { ConnectStateOutput, CreateInstallTokenOutput } from '@margay/services/inputs';
import { Ago, buttonClass, Failure, formatClock, SkeletonRows, StaleNotice } from '@margay/ui';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useState } from 'react';
import { useTRPC } from '../../client/trpc.tsx';
import { DemoNotice } from '../demo/index.ts';
import { useLive } from '../live/index.ts';
import { ClusterPicker, paths, TopBar, useCluster, useShell } from '../shell/index.ts';
import { Aside } from './aside.tsx';
import { Checklist } from './checklist.tsx';
import { InstallLine } from './install-line.tsx';
import { isConnected } from './step-words.ts';
import { rememberedToken, rememberToken } from './token-memory.ts';
import './connect.css';

const CHECK_EVERY_MS = 2_000;

/** The one line, and what has come of it, as it comes. */
export function ClusterConnectPage({ clusterId }: { clusterId: ClusterId }) {
  const { org, role } = useShell();
  const cluster = useCluster(clusterId);
  const [token, setToken] = useState(() => rememberedToken(clusterId));
  const state = useQuery(
    useTRPC().cluster.connectState.queryOptions({ clusterId }, { refetchInterval: CHECK_EVERY_MS }),
  );
  useLive(clusterId, 'cluster', true, () => void state.refetch());
  const keep = (made: CreateInstallTokenOutput) => {
    rememberToken(clusterId, made);
    setToken(made);
  };
  const connected = state.data ? isConnected(state.data.steps) : false;
  return (
    <>
      <TopBar title="Connect a cluster">
        <ClusterPicker clusterId={clusterId} />
      </TopBar>
      <div className="connect scroll">
        <div className="connect-main">
          {cluster?.isDemo ? (
            <DemoNotice cluster={cluster} mayRemove={may(role, 'cluster.write')} />
          ) : may(role, 'cluster.write') ? (
            <InstallLine
              clusterId={clusterId}
              token={token ?? null}
              state={state.data?.token ?? null}
              onToken={keep}
              ink={!connected}
            />
          ) : null}
          <section aria-labelledby="arrive">
            <h2 id="arrive">
              Watch it arrive{' '}
              <span className="live connect-live">{connected ? 'all arrived' : 'checking every 2 s'}</span>
            </h2>
            {state.isError && state.data ? (
              <StaleNotice
                shownAsOf={formatClock(state.dataUpdatedAt)}
                message={state.error.message}
                onRetry={() => void state.refetch()}
              />
            ) : null}
            <Progress state={state.data} error={state.error?.message ?? null} onRetry={() => void state.refetch()} />
            {connected ? (
              <div className="connect-next">
                <Link className={buttonClass('ink')} href={paths.graph(org.slug, clusterId)}>
                  Open the service graph
                </Link>
                {state.data?.cluster.lastFlowAt ? (
                  <span className="small third">
                    last flow <Ago ms={state.data.cluster.lastFlowAt.getTime()} />
                  </span>
                ) : null}
              </div>
            ) : null}
          </section>
        </div>
        {cluster?.isDemo ? null : <Aside token={token ?? null} />}
      </div>
    </>
  );
}

function Progress({
  state,
  error,
  onRetry,
}: {
  state: ConnectStateOutput | undefined;
  error: string | null;
  onRetry: () => void;
}) {
  if (state) return <Checklist steps={state.steps} />;
  if (error) return <Failure title="The checks cannot be read" message={error} onRetry={onRetry} />;
  return <SkeletonRows roomy />;
}
