import type { FlowView } from '@margay/services/inputs';
import { buttonClass, formatBytes, formatCount, formatExact, Glyph, type Tone } from '@margay/ui';
import Link from 'next/link';
import { peerText } from '../peer/index.ts';
import { explain } from './explain.ts';
import { seenAtText } from './export.ts';

/** Three columns under the row: why, what it was, and the facts. */
export function FlowDetail({ row, graphHref }: { row: FlowView; graphHref: string }) {
  const why = explain(row);
  return (
    <section className="flow-detail" aria-label="Details of the flow" data-testid="flow-detail">
      <div>
        <h2 className="h3">
          {why.title} <span className="aside">{why.source}</span>
        </h2>
        <ul className="rungs">
          {why.rungs.map((rung) => (
            <li key={rung.text} className={`rung tone-${rung.tone}`}>
              <Glyph tone={rung.tone as Tone} />
              <span className="grow">{rung.text}</span>
            </li>
          ))}
        </ul>
        <p className="small second">{why.note}</p>
        <div className="row flow-actions">
          <Link className={buttonClass('plain', 's')} href={graphHref}>
            Open in graph
          </Link>
        </div>
      </div>
      <div>
        <h2 className="h3">Traffic</h2>
        <dl className="facts">
          <dt>Sent</dt>
          <dd>
            {formatBytes(row.bytesForward)}, {formatCount(row.packetsForward)} packets
          </dd>
          <dt>Received</dt>
          <dd>
            {formatBytes(row.bytesReverse)}, {formatCount(row.packetsReverse)} packets
          </dd>
          <dt>Connections</dt>
          <dd>
            {formatCount(row.connectionsStarted)} started, {formatCount(row.connectionsCompleted)} completed
          </dd>
          <dt>First seen</dt>
          <dd>{formatExact(row.firstSeenMs)}</dd>
          <dt>Last seen</dt>
          <dd>{formatExact(row.lastSeenMs)}</dd>
          <dt>Window</dt>
          <dd>{row.resolutionSeconds} s</dd>
        </dl>
      </div>
      <div>
        <h2 className="h3">Facts</h2>
        <dl className="facts">
          <PeerFacts title="Source" row={row} end="src" />
          <PeerFacts title="Destination" row={row} end="dst" />
          {row.service ? (
            <>
              <dt>Service</dt>
              <dd className="mono">
                {row.service.name}.{row.service.namespace}
              </dd>
            </>
          ) : null}
          {row.addresses.length > 0 ? (
            <>
              <dt>Addresses</dt>
              <dd className="mono">{row.addresses.join(', ')}</dd>
            </>
          ) : null}
          <dt>Reported by</dt>
          <dd>{row.seenAt.src && row.seenAt.dst ? 'both ends, merged' : `${seenAtText(row.seenAt)} only`}</dd>
        </dl>
      </div>
    </section>
  );
}

function PeerFacts({ title, row, end }: { title: string; row: FlowView; end: 'src' | 'dst' }) {
  const peer = row[end];
  const labels = peer.kind === 'workload' ? Object.entries(peer.labels) : [];
  return (
    <>
      <dt>{title}</dt>
      <dd>{peerText(peer).kind}</dd>
      {labels.length > 0 ? (
        <>
          <dt>Its labels</dt>
          <dd className="mono">{labels.map(([key, value]) => `${key}=${value}`).join(', ')}</dd>
        </>
      ) : null}
    </>
  );
}
