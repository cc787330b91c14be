'use client';
import type { ClusterId } from '@margay/model';
import { Ago, buttonClass, Empty } from '@margay/ui';
import Link from 'next/link';
import { paths, useCluster, useShell } from '../shell/index.ts';
import { ComputeNow } from './compute-now.tsx';

export function NoRecommendations({
  clusterId,
  running,
  computedAt,
}: {
  clusterId: ClusterId;
  running: boolean;
  computedAt: Date | null;
}) {
  const { org } = useShell();
  const cluster = useCluster(clusterId);
  if (!cluster?.lastFlowAt)
    return (
      <Empty
        title="Nothing to learn from yet"
        actions={
          <Link className={buttonClass('ink')} href={paths.clusterConnect(org.slug, clusterId)}>
            See what is missing
          </Link>
        }
      >
        <p>Policies are learnt from traffic, and no flow of this cluster has arrived.</p>
      </Empty>
    );
  return (
    <Empty
      title={running ? 'Reading the traffic' : computedAt ? 'No workload to recommend for' : 'Not computed yet'}
      actions={<ComputeNow clusterId={clusterId} running={running} ink />}
    >
      <p>
        {running
          ? 'The recommendations appear here by themselves.'
          : 'They are computed by themselves every few minutes. The last flow came '}
        {running ? null : <Ago ms={cluster.lastFlowAt.getTime()} />}
        {running ? null : '.'}
      </p>
    </Empty>
  );
}
