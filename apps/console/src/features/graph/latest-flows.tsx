'use client';
import type { ClusterId, Peer } from '@margay/model';
import { formatBytes, formatClock, formatExact, Glyph, VERDICT_WORDS } from '@margay/ui';
import { useQuery } from '@tanstack/react-query';
import { useTRPCClient } from '../../client/trpc.tsx';
import { portLabel } from '../peer/index.ts';
import { boundsOf, type Range } from '../range/index.ts';
import { filterOf } from './flow-links.ts';

const SHOWN = 6;

/** The last windows of an edge. */
export function LatestFlows({
  clusterId,
  range,
  src,
  dst,
}: {
  clusterId: ClusterId;
  range: Range;
  src: Peer;
  dst: Peer;
}) {
  const client = useTRPCClient();
  const [from, to] = [filterOf(src), filterOf(dst)];
  const { data } = useQuery({
    queryKey: ['latest', clusterId, range, from, to],
    queryFn: ({ signal }) =>
      client.flow.list.query(
        {
          clusterId,
          ...boundsOf(range, Date.now()),
          limit: SHOWN,
          filter: {
            srcName: [from.name],
            dstName: [to.name],
            ...(from.namespace ? { srcNamespace: [from.namespace] } : {}),
            ...(to.namespace ? { dstNamespace: [to.namespace] } : {}),
          },
        },
        { signal },
      ),
    placeholderData: (before) => before,
    refetchInterval: range.kind === 'last' ? 5_000 : false,
  });
  if (!data || data.rows.length === 0) return null;
  return (
    <section className="section">
      <h2 className="h3">
        Latest flows <span className="aside">{data.resolutionSeconds} s windows</span>
      </h2>
      <ul className="latest">
        {data.rows.map((row) => (
          <li key={`${row.bucketStartMs} ${row.srcId} ${row.dstId} ${row.protocol} ${row.port} ${row.action}`}>
            <span className="mono third" title={formatExact(row.bucketStartMs)}>
              {formatClock(row.bucketStartMs)}
            </span>
            <span className={`sign tone-${row.verdict}`}>
              <Glyph tone={row.verdict} label={VERDICT_WORDS[row.verdict]} />
            </span>
            <span className="mono cut">{portLabel(row.protocol, row.port)}</span>
            <span className="num second">{formatBytes(row.bytesForward + row.bytesReverse)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
