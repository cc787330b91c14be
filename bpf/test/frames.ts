/** Hand-made Ethernet frames. Checksums are left zero: the observer does not look at them. */

const ETHERNET = Buffer.concat([Buffer.alloc(12)]);
export const SYN = 0x02;
export const ACK = 0x10;
export const FIN = 0x01;
export const RST = 0x04;
export const TCP = 6;
export const UDP = 17;
export const ICMP = 1;
export const ICMPV6 = 58;
export const SCTP = 132;

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

/** `etherType` and what follows it, below any VLAN tags. */
export function frame(etherType: number, payload: Buffer, vlanTags: readonly number[] = []): Buffer {
  const tags = vlanTags.map((type) => Buffer.concat([u16(type), u16(100)]));
  return Buffer.concat([ETHERNET, ...tags, u16(etherType), payload]);
}

interface Ipv4Options {
  readonly options?: number;
  readonly id?: number;
  readonly moreFragments?: boolean;
  /** In units of 8 bytes. */
  readonly fragmentOffset?: number;
}

export function ipv4(
  source: string,
  destination: string,
  protocol: number,
  payload: Buffer,
  o: Ipv4Options = {},
): Buffer {
  const words = 5 + (o.options ?? 0);
  return Buffer.concat([
    Buffer.from([0x40 | words, 0]),
    u16(words * 4 + payload.length),
    u16(o.id ?? 0),
    u16((o.moreFragments ? 0x2000 : 0) | (o.fragmentOffset ?? 0)),
    Buffer.from([64, protocol]),
    u16(0),
    Buffer.from(source.split('.').map(Number)),
    Buffer.from(destination.split('.').map(Number)),
    Buffer.alloc((o.options ?? 0) * 4, 1),
    payload,
  ]);
}

/** An IPv6 extension header: `next` is filled in by `ipv6`. */
export interface Extension {
  readonly protocol: number;
  readonly body: (next: number) => Buffer;
}

/** Hop-by-hop (0), routing (43) or destination options (60) of `length` × 8 + 8 bytes. */
export function options(protocol: 0 | 43 | 60, length = 0): Extension {
  return { protocol, body: (next) => Buffer.concat([Buffer.from([next, length]), Buffer.alloc(6 + 8 * length)]) };
}

/** A fragment header; `offset` in units of 8 bytes. */
export function fragmentHeader(id: number, offset: number, more: boolean): Extension {
  return {
    protocol: 44,
    body: (next) => Buffer.concat([Buffer.from([next, 0]), u16((offset << 3) | (more ? 1 : 0)), u32(id)]),
  };
}

/** `source` and `destination` as the last group of fd00::/112. */
export function ipv6(
  source: number,
  destination: number,
  protocol: number,
  payload: Buffer,
  extensions: readonly Extension[] = [],
): Buffer {
  const bodies = extensions.map((extension, i) => extension.body(extensions[i + 1]?.protocol ?? protocol));
  const body = Buffer.concat([...bodies, payload]);
  const address = (last: number) => Buffer.concat([Buffer.from([0xfd]), Buffer.alloc(13), u16(last)]);
  return Buffer.concat([
    Buffer.from([0x60, 0, 0, 0]),
    u16(body.length),
    Buffer.from([extensions[0]?.protocol ?? protocol, 64]),
    address(source),
    address(destination),
    body,
  ]);
}

export function tcp(source: number, destination: number, flags: number, data = 0): Buffer {
  return Buffer.concat([
    u16(source),
    u16(destination),
    u32(1),
    u32(1),
    Buffer.from([0x50, flags]),
    Buffer.alloc(6 + data),
  ]);
}

export function udp(source: number, destination: number, data = 0): Buffer {
  return Buffer.concat([u16(source), u16(destination), u16(8 + data), u16(0), Buffer.alloc(data)]);
}

/** RFC 9260: common header and the first chunk. */
export function sctp(source: number, destination: number, chunk: number): Buffer {
  return Buffer.concat([
    u16(source),
    u16(destination),
    u32(0),
    u32(0),
    Buffer.from([chunk, 0, 0, 20]),
    Buffer.alloc(16),
  ]);
}

export function icmp(type: number, code: number, id = 0, data: Buffer = Buffer.alloc(0)): Buffer {
  return Buffer.concat([Buffer.from([type, code]), u16(0), u16(id), u16(1), data]);
}
