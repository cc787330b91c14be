'use client';
import type { ClusterId } from '@margay/model';
import { Ago, Button, buttonClass, Empty } from '@margay/ui';
import Link from 'next/link';
import { lastLabel, type Range } from '../range/index.ts';
import { paths, useCluster, useShell } from '../shell/index.ts';
import { type FilterState, withoutChip } from './filter.ts';
import { chipText } from './hints.ts';

/** Nothing to show: says whether the filter leaves nothing, nothing happened, or nothing was seen. */
export function NoFlows({
  clusterId,
  filter,
  onFilter,
  range,
  onRange,
}: {
  clusterId: ClusterId;
  filter: FilterState;
  onFilter: (filter: FilterState) => void;
  range: Range;
  onRange: (range: Range) => void;
}) {
  const { org } = useShell();
  const cluster = useCluster(clusterId);
  const count = filter.chips.length + (filter.text ? 1 : 0);
  const last = filter.chips.at(-1);
  if (count > 0)
    return (
      <Empty
        title={count === 1 ? 'No flow matches the filter' : `No flow matches all ${count} filters`}
        actions={
          <>
            {last ? (
              <Button onClick={() => onFilter(withoutChip(filter, last.key))}>Drop {chipText(last)}</Button>
            ) : null}
            <Button onClick={() => onFilter({ chips: [], text: '' })}>Drop all filters</Button>
          </>
        }
      >
        <p>{lastLabel(range) ?? 'The chosen time'} holds none. A longer range or fewer filters may.</p>
      </Empty>
    );
  if (!cluster?.lastFlowAt)
    return (
      <Empty
        title="No flow has arrived yet"
        actions={
          <Link className={buttonClass('ink')} href={paths.clusterConnect(org.slug, clusterId)}>
            See what is missing
          </Link>
        }
      >
        <p>The connection page shows how far this cluster has come, and what to do where it stopped.</p>
      </Empty>
    );
  return (
    <Empty
      title="No flow in this time"
      actions={
        range.kind === 'last' && range.minutes < 1440 ? (
          <Button onClick={() => onRange({ kind: 'last', minutes: 1440 })}>Look at the last 24 h</Button>
        ) : (
          <Button onClick={() => onRange({ kind: 'last', minutes: 15 })}>Back to now</Button>
        )
      }
    >
      <p>
        The last flow of {cluster.name} came <Ago ms={cluster.lastFlowAt.getTime()} />.
      </p>
    </Empty>
  );
}
