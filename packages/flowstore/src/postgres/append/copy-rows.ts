import { WINDOW_SECONDS } from '@margay/model';
import type { FlowBatch } from '@margay/wire';
import type { Scope } from '../../contract.ts';
import { packKind } from '../kind.ts';
import type { Admission } from './admit-rows.ts';

/** Columns of flow.flow_5s in the order they are copied: fixed widths first, the text last. */
export const COPY_COLUMNS =
  'received_at, src, dst, service, trace, bytes_fwd, packets_fwd, bytes_rev, packets_rev, first_seen_ms, last_seen_ms, org_id, cluster_id, window_no, started, completed, kind, addresses';

const FIELDS = 18;
/** "PGCOPY\n\xff\r\n\0", flags 0, no header extension (PostgreSQL documentation, COPY, binary format). */
const HEADER = Buffer.from('5047434f50590aff0d0a00 00000000 00000000'.replaceAll(' ', ''), 'hex');
const TRAILER_BYTES = 2;

/** Offset of each field's data in a row; four bytes of length stand before it. */
const AT = (() => {
  let at = 2;
  const field = (bytes: number) => {
    at += 4;
    const start = at;
    at += bytes;
    return start;
  };
  const places = {
    receivedAt: field(8),
    src: field(8),
    dst: field(8),
    service: field(8),
    trace: field(8),
    bytesForward: field(8),
    packetsForward: field(8),
    bytesReverse: field(8),
    packetsReverse: field(8),
    firstSeenMs: field(8),
    lastSeenMs: field(8),
    orgId: field(16),
    clusterId: field(16),
    windowNo: field(4),
    started: field(4),
    completed: field(4),
    kind: field(4),
  };
  return { ...places, addresses: at + 4 };
})();

/**
 * The admitted rows as one COPY BINARY stream. A row is the template (lengths, arrival, tenant) with its numbers written over it:
 * 0.2 µs a row, no object and no BigInt.
 *
 * @param arrivedUs microseconds since 2000-01-01, PostgreSQL's own form of a timestamptz.
 */
export function copyRows(scope: Scope, batch: FlowBatch, admission: Admission, arrivedUs: bigint): Buffer {
  const { columns } = batch;
  const sets = batch.head.addressSets.map((set) => Buffer.from([...new Set(set)].sort().join(' '), 'latin1'));
  const template = rowTemplate(scope, arrivedUs);
  const out = Buffer.allocUnsafe(streamBytes(batch, admission, sets));
  const view = new DataView(out.buffer, out.byteOffset, out.byteLength);
  let at = HEADER.copy(out);
  for (let i = 0; i < admission.count; i++) {
    const row = admission.rows === null ? i : (admission.rows[i] ?? 0);
    out.set(template, at);
    view.setUint32(at + AT.src, columns.srcHi[row] ?? 0);
    view.setUint32(at + AT.src + 4, columns.srcLo[row] ?? 0);
    view.setUint32(at + AT.dst, columns.dstHi[row] ?? 0);
    view.setUint32(at + AT.dst + 4, columns.dstLo[row] ?? 0);
    view.setUint32(at + AT.service, columns.serviceHi[row] ?? 0);
    view.setUint32(at + AT.service + 4, columns.serviceLo[row] ?? 0);
    view.setUint32(at + AT.trace, columns.traceHi[row] ?? 0);
    view.setUint32(at + AT.trace + 4, columns.traceLo[row] ?? 0);
    view.setFloat64(at + AT.bytesForward, columns.bytesForward[row] ?? 0);
    view.setFloat64(at + AT.packetsForward, columns.packetsForward[row] ?? 0);
    view.setFloat64(at + AT.bytesReverse, columns.bytesReverse[row] ?? 0);
    view.setFloat64(at + AT.packetsReverse, columns.packetsReverse[row] ?? 0);
    view.setFloat64(at + AT.firstSeenMs, (columns.firstSeenMs[row] ?? 0) + admission.offsetMs);
    view.setFloat64(at + AT.lastSeenMs, (columns.lastSeenMs[row] ?? 0) + admission.offsetMs);
    view.setInt32(at + AT.windowNo, windowNo(columns.windowStart[row] ?? 0, admission.offsetMs));
    view.setUint32(at + AT.started, columns.started[row] ?? 0);
    view.setUint32(at + AT.completed, columns.completed[row] ?? 0);
    view.setInt32(
      at + AT.kind,
      packKind(
        columns.protocol[row] ?? 0,
        columns.port[row] ?? 0,
        columns.reporter[row] ?? 0,
        columns.action[row] ?? 0,
        columns.evidence[row] ?? 0,
      ),
    );
    const set = sets[columns.addressSet[row] ?? 0];
    const setBytes = set?.length ?? 0;
    view.setInt32(at + AT.addresses - 4, setBytes);
    if (set !== undefined && setBytes > 0) out.set(set, at + AT.addresses);
    at += AT.addresses + setBytes;
  }
  view.setInt16(at, -1);
  return out;
}

function windowNo(windowStart: number, offsetMs: number): number {
  return Math.floor((windowStart + offsetMs / 1000) / WINDOW_SECONDS);
}

function streamBytes({ columns }: FlowBatch, { count, rows }: Admission, sets: readonly Buffer[]): number {
  let bytes = HEADER.length + TRAILER_BYTES + count * AT.addresses;
  for (let i = 0; i < count; i++)
    bytes += sets[columns.addressSet[rows === null ? i : (rows[i] ?? 0)] ?? 0]?.length ?? 0;
  return bytes;
}

function rowTemplate(scope: Scope, arrivedUs: bigint): Buffer {
  const template = Buffer.alloc(AT.addresses);
  template.writeInt16BE(FIELDS, 0);
  for (const [name, at] of Object.entries(AT)) template.writeInt32BE(widthOf(name), at - 4);
  template.writeBigInt64BE(arrivedUs, AT.receivedAt);
  template.set(uuidBytes(scope.orgId), AT.orgId);
  template.set(uuidBytes(scope.clusterId), AT.clusterId);
  return template;
}

function widthOf(name: string): number {
  if (name === 'orgId' || name === 'clusterId') return 16;
  if (name === 'addresses') return 0;
  return ['windowNo', 'started', 'completed', 'kind'].includes(name) ? 4 : 8;
}

function uuidBytes(uuid: string): Buffer {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
}
