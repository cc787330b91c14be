/** One window's flow rows as parallel columns: what the codec moves, ingest copies, and nobody turns into an object a row on the hot path. Ids are two u32 columns. */
export interface FlowColumns {
  readonly rows: number;
  /** Start of the 5 s window, epoch seconds (node clock). */
  readonly windowStart: Uint32Array;
  readonly srcHi: Uint32Array;
  readonly srcLo: Uint32Array;
  readonly dstHi: Uint32Array;
  readonly dstLo: Uint32Array;
  /** Peer id of the Service addressed; 0/0 for none. */
  readonly serviceHi: Uint32Array;
  readonly serviceLo: Uint32Array;
  /** Policy trace id; 0/0 for none. */
  readonly traceHi: Uint32Array;
  readonly traceLo: Uint32Array;
  readonly protocol: Uint8Array;
  /** Destination port, or ICMP type << 8 | code. */
  readonly port: Uint16Array;
  /** Index into REPORTERS, ACTIONS, EVIDENCE of @margay/model. */
  readonly reporter: Uint8Array;
  readonly action: Uint8Array;
  readonly evidence: Uint8Array;
  /** L3 bytes and packets (skb), forward = source to destination. Doubles: exact to 2^53. */
  readonly bytesForward: Float64Array;
  readonly packetsForward: Float64Array;
  readonly bytesReverse: Float64Array;
  readonly packetsReverse: Float64Array;
  readonly started: Uint32Array;
  readonly completed: Uint32Array;
  /** Epoch milliseconds (node clock). */
  readonly firstSeenMs: Float64Array;
  readonly lastSeenMs: Float64Array;
  /** Index into {@link FlowBatch.addressSets}; 0 is the empty set. */
  readonly addressSet: Uint32Array;
}

/** Column name → element type, in wire order. Codec, COPY and tests walk this one list. */
export const COLUMN_TYPES = {
  windowStart: 'u32',
  srcHi: 'u32',
  srcLo: 'u32',
  dstHi: 'u32',
  dstLo: 'u32',
  serviceHi: 'u32',
  serviceLo: 'u32',
  traceHi: 'u32',
  traceLo: 'u32',
  protocol: 'u8',
  port: 'u16',
  reporter: 'u8',
  action: 'u8',
  evidence: 'u8',
  bytesForward: 'f64',
  packetsForward: 'f64',
  bytesReverse: 'f64',
  packetsReverse: 'f64',
  started: 'u32',
  completed: 'u32',
  firstSeenMs: 'f64',
  lastSeenMs: 'f64',
  addressSet: 'u32',
} as const satisfies Record<Exclude<keyof FlowColumns, 'rows'>, 'u8' | 'u16' | 'u32' | 'f64'>;
