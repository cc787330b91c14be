import type { FlowView } from '@margay/services/inputs';
import { peerText, portLabel } from '../peer/index.ts';

const COLUMNS = [
  ['time', (row: FlowView) => new Date(row.bucketStartMs).toISOString()],
  ['seconds', (row: FlowView) => row.resolutionSeconds],
  ['verdict', (row: FlowView) => row.verdict],
  ['source_namespace', (row: FlowView) => peerText(row.src).scope],
  ['source', (row: FlowView) => peerText(row.src).name],
  ['destination_namespace', (row: FlowView) => peerText(row.dst).scope],
  ['destination', (row: FlowView) => peerText(row.dst).name],
  ['port', (row: FlowView) => portLabel(row.protocol, row.port)],
  ['service', (row: FlowView) => (row.service ? `${row.service.namespace}/${row.service.name}` : '')],
  ['bytes_sent', (row: FlowView) => row.bytesForward],
  ['bytes_received', (row: FlowView) => row.bytesReverse],
  ['packets_sent', (row: FlowView) => row.packetsForward],
  ['packets_received', (row: FlowView) => row.packetsReverse],
  ['connections_started', (row: FlowView) => row.connectionsStarted],
  ['connections_completed', (row: FlowView) => row.connectionsCompleted],
  ['decided_by', (row: FlowView) => row.decidedBy.map((policy) => `${policy.namespace}/${policy.name}`).join(' ')],
  ['seen_at', (row: FlowView) => seenAtText(row.seenAt)],
  ['evidence', (row: FlowView) => row.evidence],
  ['first_seen', (row: FlowView) => new Date(row.firstSeenMs).toISOString()],
  ['last_seen', (row: FlowView) => new Date(row.lastSeenMs).toISOString()],
] as const;

/** `both ends`, `source`, `destination`. */
export function seenAtText({ src, dst }: FlowView['seenAt']): string {
  return src && dst ? 'both ends' : src ? 'source' : 'destination';
}

/** RFC 4180, times in UTC. Text that a spreadsheet would run as a formula is kept text. */
export function toCsv(rows: readonly FlowView[]): string {
  const lines = rows.map((row) => COLUMNS.map(([, value]) => cell(value(row))).join(','));
  return [COLUMNS.map(([name]) => name).join(','), ...lines].join('\r\n').concat('\r\n');
}

function cell(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
