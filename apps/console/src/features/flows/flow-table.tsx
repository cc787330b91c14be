'use client';
import type { FlowView } from '@margay/services/inputs';
import {
  formatBytes,
  formatClock,
  formatCount,
  formatDay,
  formatExact,
  plainName,
  useMounted,
  VerdictSign,
  zoneName,
} from '@margay/ui';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, type RefObject, useEffect } from 'react';
import { PeerName, portLabel } from '../peer/index.ts';
import { seenAtText } from './export.ts';
import { FlowDetail } from './flow-detail.tsx';
import { rowKey } from './merge-news.ts';

const ROW_PX = 28;
const CARD_PX = 76;
const COLUMNS = 10;

export interface FlowTableProps {
  readonly rows: readonly FlowView[];
  readonly scroll: RefObject<HTMLDivElement | null>;
  readonly openKey: string | null;
  readonly onToggle: (key: string) => void;
  readonly onEnd: () => void;
  readonly narrow: boolean;
  readonly graphHref: (row: FlowView) => string;
}

/** Rows as they are needed: 28 px on a wide screen, two-line cards on a narrow one; the opened row has its detail under it. */
export function FlowTable({ rows, scroll, openKey, onToggle, onEnd, narrow, graphHref }: FlowTableProps) {
  const openIndex = openKey === null ? -1 : rows.findIndex((row) => rowKey(row) === openKey);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => (narrow ? CARD_PX : ROW_PX),
    getItemKey: (index) => {
      const row = rows[index];
      return row ? rowKey(row) : index;
    },
    overscan: 12,
  });
  const items = virtual.getVirtualItems();
  const lastIndex = items.at(-1)?.index ?? -1;
  useEffect(() => {
    if (lastIndex >= 0 && lastIndex >= rows.length - 10) onEnd();
  }, [lastIndex, rows.length, onEnd]);
  const before = items[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  const body = items.flatMap((item) => {
    const row = rows[item.index];
    if (!row) return [];
    const key = rowKey(row);
    const open = item.index === openIndex;
    const Form = narrow ? Card : Line;
    return [
      <Form
        key={key}
        row={row}
        open={open}
        index={item.index}
        measure={virtual.measureElement}
        onToggle={() => onToggle(key)}
      >
        {open ? <FlowDetail row={row} graphHref={graphHref(row)} /> : null}
      </Form>,
    ];
  });
  if (narrow)
    return (
      <ul
        className="flow-cards"
        aria-label="Flows"
        data-testid="flows"
        style={{ paddingTop: before, paddingBottom: after }}
      >
        {body}
      </ul>
    );
  return (
    <table className="tbl flow-table" aria-label="Flows" aria-rowcount={rows.length + 1} data-testid="flows">
      <Head />
      {before > 0 ? <Spacer height={before} /> : null}
      {body}
      {after > 0 ? <Spacer height={after} /> : null}
    </table>
  );
}

function Spacer({ height }: { height: number }) {
  return (
    <tbody className="flow-spacer">
      <tr>
        <td colSpan={COLUMNS} style={{ height }} />
      </tr>
    </tbody>
  );
}

function Head() {
  const mounted = useMounted();
  return (
    <thead>
      <tr>
        <th className="flow-time" aria-sort="descending">
          Time{mounted ? `, ${zoneName(Date.now())}` : ''}
        </th>
        <th className="flow-verdict">Verdict</th>
        <th>Source</th>
        <th>Destination</th>
        <th className="flow-port">Port</th>
        <th className="num flow-number">Sent</th>
        <th className="num flow-number">Received</th>
        <th className="num flow-count">Conns</th>
        <th className="flow-policy">Decided by</th>
        <th className="flow-seen">Seen at</th>
      </tr>
    </thead>
  );
}

interface RowParts {
  readonly row: FlowView;
  readonly open: boolean;
  readonly index: number;
  readonly measure: (element: Element | null) => void;
  readonly onToggle: () => void;
  /** The detail, where the row is open. */
  readonly children: ReactNode;
}

/** Time of the window; the day too where it is not today's. */
function timeText(ms: number): string {
  return new Date(ms).toDateString() === new Date().toDateString() ? formatClock(ms) : formatDay(ms, Date.now());
}

function Line({ row, open, index, measure, onToggle, children }: RowParts) {
  return (
    <tbody ref={measure} data-index={index}>
      <tr aria-selected={open} aria-rowindex={index + 2} onClick={onToggle} data-verdict={row.verdict}>
        <td className="mono second" title={`${formatExact(row.bucketStartMs)}, a window of ${row.resolutionSeconds} s`}>
          <button
            type="button"
            className="flow-open"
            aria-expanded={open}
            aria-label={`Details of the flow at ${timeText(row.bucketStartMs)}`}
          >
            {timeText(row.bucketStartMs)}
          </button>
        </td>
        <td>
          <VerdictSign verdict={row.verdict} />
        </td>
        <td className="cut">
          <PeerName peer={row.src} />
        </td>
        <td className="cut">
          <PeerName peer={row.dst} />
        </td>
        <td className="mono">{portLabel(row.protocol, row.port)}</td>
        <td className="num second">{formatBytes(row.bytesForward)}</td>
        <td className="num second">{formatBytes(row.bytesReverse)}</td>
        <td className="num">{formatCount(row.connectionsStarted)}</td>
        <td className="cut">
          <DecidedBy row={row} />
        </td>
        <td className="second">{seenAtText(row.seenAt)}</td>
      </tr>
      {children ? (
        <tr className="flow-detail-row">
          <td colSpan={COLUMNS}>{children}</td>
        </tr>
      ) : null}
    </tbody>
  );
}

function Card({ row, open, index, measure, onToggle, children }: RowParts) {
  return (
    <li ref={measure} data-index={index} data-verdict={row.verdict}>
      <button type="button" className="flow-card" aria-expanded={open} onClick={onToggle}>
        <span className="cut">
          <PeerName peer={row.src} />
        </span>
        <span className="flow-card-end">
          <VerdictSign verdict={row.verdict} />
        </span>
        <span className="cut">
          <PeerName peer={row.dst} />
        </span>
        <span className="flow-card-end mono">{portLabel(row.protocol, row.port)}</span>
        <span className="small third">
          {timeText(row.bucketStartMs)}, {formatCount(row.connectionsStarted)} conns
        </span>
        <span className="flow-card-end small third">
          {formatBytes(row.bytesForward)} / {formatBytes(row.bytesReverse)}
        </span>
      </button>
      {children}
    </li>
  );
}

function DecidedBy({ row }: { row: FlowView }) {
  const [first, ...rest] = row.decidedBy;
  if (!first) return <span className="third">no policy</span>;
  return (
    <span title={row.decidedBy.map((policy) => `${policy.namespace}/${policy.name}, ${policy.direction}`).join('\n')}>
      {plainName(first.name)} <span className="third">{first.direction}</span>
      {rest.length > 0 ? <span className="third"> +{rest.length}</span> : null}
    </span>
  );
}
