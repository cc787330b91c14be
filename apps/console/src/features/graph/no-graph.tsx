'use client';
import type { ClusterId } from '@margay/model';
import { Ago, Button, buttonClass, Empty, Failure } from '@margay/ui';
import Link from 'next/link';
import type { Range } from '../range/index.ts';
import { paths, useCluster, useShell } from '../shell/index.ts';

/** No picture: nothing has arrived, nothing in this time, or it could not be read. */
export function NoGraph({
  clusterId,
  range,
  error,
  onRange,
  onRetry,
}: {
  clusterId: ClusterId;
  range: Range;
  error: string | null;
  onRange: (range: Range) => void;
  onRetry: () => void;
}) {
  const { org } = useShell();
  const cluster = useCluster(clusterId);
  return (
    <div className="graph-empty" data-testid="graph-empty">
      {error !== null ? (
        <Failure title="The graph cannot be read" message={error} onRetry={onRetry} />
      ) : cluster?.lastFlowAt ? (
        <Empty
          title="Nothing to draw in this time"
          actions={
            <Button
              onClick={() =>
                onRange({ kind: 'last', minutes: range.kind === 'last' && range.minutes < 1440 ? 1440 : 15 })
              }
            >
              {range.kind === 'last' && range.minutes < 1440 ? 'Look at the last 24 h' : 'Back to now'}
            </Button>
          }
        >
          <p>
            The last flow of {cluster.name} came <Ago ms={cluster.lastFlowAt.getTime()} />.
          </p>
        </Empty>
      ) : (
        <Empty
          title="Nothing to draw yet"
          actions={
            <Link className={buttonClass('ink')} href={paths.clusterConnect(org.slug, clusterId)}>
              See what is missing
            </Link>
          }
        >
          <p>
            The first edges appear about 15 s after an agent starts. The connection page shows how far this cluster has
            come.
          </p>
        </Empty>
      )}
    </div>
  );
}
