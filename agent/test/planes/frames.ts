import type { WirePacket } from '@margay/policy';

/** Known by the sender and receiver (`packet-wire.c`). */
const MAGIC = 0x6d617267;
export const LAST = 0xffffffff;
export const PORTED: readonly number[] = [6, 17, 132, 136];

const [TCP, UDP, SCTP, UDP_LITE] = PORTED;
const ETHER_TYPE = { 4: 0x0800, 6: 0x86dd } as const;
export const TCP_FLAG = { syn: 0x02, ack: 0x10 } as const;

export interface SentPacket extends WirePacket {
  /** A packet of a TCP connection that goes on; without, it begins one. */
  readonly tcp?: { readonly flags: number; readonly sequence: number; readonly acknowledged: number };
  /** In two, of which the second has no ports. */
  readonly fragmented?: boolean;
}
const BEGINS = { flags: TCP_FLAG.syn, sequence: 1, acknowledged: 0 };
/** Before the number, so that all of a header fits into a first fragment, which IPv6 demands, and all of the number into a second. */
const PADDING = Buffer.alloc(8);

/** A packet as Ethernet frames, with right checksums; the last bytes of the last are `number`. */
export function framesOf(
  packet: SentPacket,
  number: number,
  macs: { readonly from: Buffer; readonly to: Buffer },
): Buffer[] {
  const { src, dst, protocol, fragmented = false } = packet;
  const ends = [bytesOf(src), bytesOf(dst)];
  const whole = transport(packet, Buffer.concat(ends), number);
  const cut = Math.floor((whole.length - 8) / 8) * 8;
  const parts = fragmented ? [whole.subarray(0, cut), whole.subarray(cut)] : [whole];
  const header = src.family === 4 ? ipv4 : ipv6;
  return parts.map((body, place) => {
    const fragment = fragmented ? { id: number, offset: place * cut, more: place === 0 } : null;
    const network = header(protocol, body.length, ends, fragment);
    return Buffer.concat([macs.to, macs.from, u16(ETHER_TYPE[src.family]), network, body]);
  });
}

function transport(
  { protocol, srcPort, dstPort, icmp, src, tcp = BEGINS }: SentPacket,
  ends: Buffer,
  number: number,
): Buffer {
  const mark = Buffer.concat([PADDING, u32(MAGIC), u32(number)]);
  const ports = Buffer.concat([u16(srcPort ?? 0), u16(dstPort ?? 0)]);
  const summed = (at: number, parts: readonly Buffer[], withEnds = true) => {
    const bytes = Buffer.concat([...parts, mark]);
    const pseudo = withEnds ? Buffer.concat([ends, u32(bytes.length), u32(protocol)]) : Buffer.alloc(0);
    bytes.writeUInt16BE(checksum(Buffer.concat([pseudo, bytes])), at);
    return bytes;
  };
  switch (protocol) {
    case TCP:
      return summed(16, [
        ports,
        u32(tcp.sequence),
        u32(tcp.acknowledged),
        Buffer.from([0x50, tcp.flags]),
        u16(1024),
        u32(0),
      ]);
    case UDP:
      return summed(6, [ports, u16(8 + mark.length), u16(0)]);
    case UDP_LITE:
      return summed(6, [ports, u16(0), u16(0)]);
    case SCTP:
      return sctpInit(ports, mark);
    case 1:
    case 58:
      return summed(
        2,
        [Buffer.from([icmp?.type ?? 0, icmp?.code ?? 0]), u16(0), u16(number & 0xffff), u16(1)],
        protocol === 58 && src.family === 6,
      );
    default:
      // What would be ports in TCP: 80 to 80, to be mistaken.
      return Buffer.concat([u16(80), u16(80), mark]);
  }
}

/** RFC 9260; the number rides in a parameter that nobody needs to know. */
function sctpInit(ports: Buffer, mark: Buffer): Buffer {
  const parameter = Buffer.concat([u16(0xc0de), u16(4 + mark.length), mark]);
  const chunk = Buffer.concat([
    Buffer.from([1, 0]),
    u16(20 + parameter.length),
    u32(7),
    u32(4096),
    u16(1),
    u16(1),
    u32(1),
  ]);
  const bytes = Buffer.concat([ports, u32(0), u32(0), chunk, parameter]);
  bytes.writeUInt32LE(crc32c(bytes), 8);
  return bytes;
}

interface Fragment {
  readonly id: number;
  /** In bytes. */
  readonly offset: number;
  readonly more: boolean;
}

function ipv4(protocol: number, length: number, ends: readonly Buffer[], fragment: Fragment | null): Buffer {
  const place = fragment === null ? 0 : (fragment.more ? 0x2000 : 0) | (fragment.offset / 8);
  const header = Buffer.concat([
    Buffer.from([0x45, 0]),
    u16(20 + length),
    u16((fragment?.id ?? 0) & 0xffff),
    u16(place),
    Buffer.from([64, protocol]),
    u16(0),
    ...ends,
  ]);
  header.writeUInt16BE(checksum(header), 10);
  return header;
}

function ipv6(protocol: number, length: number, ends: readonly Buffer[], fragment: Fragment | null): Buffer {
  const header = (next: number, bytes: number) =>
    Buffer.concat([u32(0x60000000), u16(bytes), Buffer.from([next, 64]), ...ends]);
  if (fragment === null) return header(protocol, length);
  const place = fragment.offset | (fragment.more ? 1 : 0);
  return Buffer.concat([header(44, 8 + length), Buffer.from([protocol, 0]), u16(place), u32(fragment.id)]);
}

function bytesOf({ family, first }: WirePacket['src']): Buffer {
  return Buffer.from(first.toString(16).padStart(family === 4 ? 8 : 32, '0'), 'hex');
}

function checksum(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

function crc32c(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
