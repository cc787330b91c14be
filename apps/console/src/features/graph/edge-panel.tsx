'use client';
import type { TopologyEdge } from '@margay/graph';
import type { ClusterId } from '@margay/model';
import type { EdgeView } from '@margay/services/inputs';
import {
  Ago,
  buttonClass,
  formatBytes,
  formatCount,
  formatExact,
  formatRate,
  Glyph,
  Icon,
  VERDICT_WORDS,
  VerdictSign,
} from '@margay/ui';
import Link from 'next/link';
import { explain } from '../flows/index.ts';
import { PeerName, portLabel } from '../peer/index.ts';
import type { Range } from '../range/index.ts';
import { paths, useShell } from '../shell/index.ts';
import { flowsQuery } from './flow-links.ts';
import { LatestFlows } from './latest-flows.tsx';
import { Panel } from './panel.tsx';

const PORTS_SHOWN = 40;

/** What is true of one drawn edge: who to whom, how much, on which ports, why, the last flows. */
export function EdgePanel({
  clusterId,
  range,
  edge,
  behind,
  nameOf,
  seconds,
  onClose,
}: {
  clusterId: ClusterId;
  range: Range;
  edge: TopologyEdge;
  behind: readonly EdgeView[];
  nameOf: (id: string) => string;
  seconds: number;
  onClose: () => void;
}) {
  const { org } = useShell();
  const sent = behind.reduce((sum, each) => sum + each.bytesForward, 0);
  const received = behind.reduce((sum, each) => sum + each.bytesReverse, 0);
  const worst = behind.find((each) => each.verdict === edge.verdict) ?? behind[0];
  const single = edge.pairs === 1 ? worst : undefined;
  return (
    <Panel
      label={`Edge: ${nameOf(edge.source)} to ${nameOf(edge.target)}`}
      onClose={onClose}
      head={
        <>
          <VerdictSign verdict={edge.verdict} badge />
          {edge.pairs > 1 ? <span className="small third">{formatCount(edge.pairs)} pairs</span> : null}
        </>
      }
      foot={
        <Link
          className={buttonClass()}
          href={`${paths.flows(org.slug, clusterId)}?${single ? flowsQuery(range, { src: single.src, dst: single.dst }) : flowsQuery(range, {})}`}
        >
          {formatCount(behind.reduce((sum, each) => sum + each.flows, 0))} flows
          <Icon name="right" small />
        </Link>
      }
    >
      <dl className="panel-ends">
        <dt>from</dt>
        <dd className="cut">
          {single ? <PeerName peer={single.src} /> : <span className="name">{nameOf(edge.source)}</span>}
        </dd>
        <dt>to</dt>
        <dd className="cut">
          {single ? <PeerName peer={single.dst} /> : <span className="name">{nameOf(edge.target)}</span>}
        </dd>
      </dl>
      <section className="section panel-figures" aria-label="Rates">
        <Figure label="Connections" value={formatRate(edge.connections, seconds)} />
        <Figure label="Sent" value={`${formatBytes(sent / seconds)}/s`} />
        <Figure label="Received" value={`${formatBytes(received / seconds)}/s`} />
      </section>
      <Behind rows={behind} isMerged={edge.pairs > 1} />
      {worst ? <Why edge={worst} /> : null}
      <section className="section">
        <h2 className="h3">Facts</h2>
        <dl className="facts">
          <dt>Connections</dt>
          <dd>{formatCount(edge.connections)}</dd>
          <dt>Bytes</dt>
          <dd>{formatBytes(sent + received)}</dd>
          <dt>Seen</dt>
          <dd title={`${formatExact(edge.firstSeenMs)} to ${formatExact(edge.lastSeenMs)}`}>
            <Ago ms={edge.firstSeenMs} /> to <Ago ms={edge.lastSeenMs} />
          </dd>
          {single?.service ? (
            <>
              <dt>Service</dt>
              <dd className="mono">
                {single.service.name}.{single.service.namespace}
              </dd>
            </>
          ) : null}
          {single ? (
            <>
              <dt>Reported by</dt>
              <dd>
                {single.seenAt.src && single.seenAt.dst
                  ? 'both ends, merged'
                  : single.seenAt.src
                    ? 'the source only'
                    : 'the destination only'}
              </dd>
            </>
          ) : null}
        </dl>
      </section>
      {single ? <LatestFlows clusterId={clusterId} range={range} src={single.src} dst={single.dst} /> : null}
    </Panel>
  );
}

function Figure({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <div className="label">{label}</div>
      <div className="figure-m nowrap">{value}</div>
    </div>
  );
}

/** The ports, or pairs and ports, that the drawn edge stands for: what is denied first. */
function Behind({ rows, isMerged }: { rows: readonly EdgeView[]; isMerged: boolean }) {
  const order = { denied: 0, none: 1, allowed: 2 } as const;
  const sorted = [...rows].sort(
    (a, b) => order[a.verdict] - order[b.verdict] || b.connectionsStarted - a.connectionsStarted,
  );
  return (
    <section className="section">
      <h2 className="h3">
        {isMerged ? 'Pairs and ports' : 'Ports'} <span className="aside">{formatCount(rows.length)}</span>
      </h2>
      <ul className="panel-ports" data-testid="edge-ports">
        {sorted.slice(0, PORTS_SHOWN).map((row) => (
          <li key={`${row.srcKey} ${row.dstKey} ${row.protocol} ${row.port} ${row.action}`}>
            <span className={`sign tone-${row.verdict}`}>
              <Glyph tone={row.verdict} label={VERDICT_WORDS[row.verdict]} />
            </span>
            <span className="grow cut">
              <span className="mono">{portLabel(row.protocol, row.port)}</span>
              {isMerged ? (
                <span className="small third panel-pair">
                  <PeerName peer={row.src} /> to <PeerName peer={row.dst} />
                </span>
              ) : null}
            </span>
            <span className="num second">{formatCount(row.connectionsStarted)}</span>
            <span className="num second">{formatBytes(row.bytesForward + row.bytesReverse)}</span>
          </li>
        ))}
      </ul>
      {sorted.length > PORTS_SHOWN ? (
        <p className="small third">and {formatCount(sorted.length - PORTS_SHOWN)} more, in the flows</p>
      ) : null}
    </section>
  );
}

function Why({ edge }: { edge: EdgeView }) {
  const why = explain(edge);
  return (
    <section className="section">
      <h2 className="h3">
        {why.title} <span className="aside mono">{portLabel(edge.protocol, edge.port)}</span>
      </h2>
      <ul className="rungs">
        {why.rungs.map((rung) => (
          <li key={rung.text} className={`rung tone-${rung.tone}`}>
            <Glyph tone={rung.tone} />
            <span className="grow">{rung.text}</span>
          </li>
        ))}
      </ul>
      <p className="small second">{why.note}</p>
    </section>
  );
}
