'use client';
import type { ClusterId } from '@margay/model';
import type { EdgeView } from '@margay/services/inputs';
import { formatBytes, formatCount } from '@margay/ui';
import Link from 'next/link';
import { PeerName, portLabel } from '../peer/index.ts';
import { type Range, rangeQuery } from '../range/index.ts';
import { paths, useShell } from '../shell/index.ts';
import { topTalkers } from './figures.ts';

const SHOWN = 8;

/** Pairs by bytes. */
export function Talkers({
  clusterId,
  range,
  edges,
}: {
  clusterId: ClusterId;
  range: Range;
  edges: readonly EdgeView[];
}) {
  const { org } = useShell();
  const rows = topTalkers(edges, SHOWN);
  const most = rows[0]?.bytes ?? 1;
  const href = (edge: EdgeView) =>
    `${paths.graph(org.slug, clusterId)}?${new URLSearchParams({ ...rangeQuery(range), edge: `${edge.srcKey.length}:${edge.srcKey}>${edge.dstKey}` })}`;
  return (
    <section className="overview-main" aria-labelledby="overview-talkers">
      <h2 id="overview-talkers">
        Top talkers <span className="third small">by bytes, both reporters merged</span>
      </h2>
      <table className="tbl">
        <thead>
          <tr>
            <th>From</th>
            <th>To</th>
            <th className="num not-narrow">Port</th>
            <th className="num not-narrow">Connections</th>
            <th className="num">Bytes</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ edge, bytes, connections, ports }) => (
            <tr key={`${edge.srcKey} ${edge.dstKey}`}>
              <td className="talker-name">
                <Link className="row-link" href={href(edge)}>
                  <PeerName peer={edge.src} />
                </Link>
              </td>
              <td className="talker-name">
                <PeerName peer={edge.dst} />
              </td>
              <td className="num mono second not-narrow">
                {ports > 1 ? `${ports} ports` : portLabel(edge.protocol, edge.port)}
              </td>
              <td className="num second not-narrow">{formatCount(connections)}</td>
              <td className="num talker-bytes">
                <span className="talker-bar" style={{ width: `${(100 * bytes) / most}%` }} aria-hidden="true" />
                <span className="talker-text">{formatBytes(bytes)}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length === 0 ? <p className="overview-calm second">Nobody talked in this time.</p> : null}
    </section>
  );
}
