import type { AddressRange, WirePacket } from '@margay/policy';
import { framesOf, LAST, type SentPacket } from './frames.ts';
import { PacketWire, type Seen } from './packet-wire.ts';
import { TestNamespace } from './test-namespace.ts';

/** Places that random clusters give to workloads; each has its own interface for 10.0.0.x and 2001:db8::x, and one for 10.0.1.x. */
const PLACES = 5;
const OUTSIDE = 2 * PLACES;
const V4 = 0x0a_00_00_00n;
const V6 = 0x20_01_0d_b8n << 96n;
/** Under no policy, and not the kernel's own business either. */
const LAST_PACKET: WirePacket = {
  src: { family: 4, first: 0xc6_33_64_01n, last: 0xc6_33_64_01n },
  dst: { family: 4, first: 0xcb_00_71_01n, last: 0xcb_00_71_01n },
  protocol: 17,
  srcPort: 1,
  dstPort: 1,
  icmp: null,
};

/** A node with the pods of random clusters behind veths, and everything else behind one more. The pods' ends have no addresses: nobody answers. */
export class RouterNetwork {
  readonly router = new TestNamespace('router');
  readonly #pods = Array.from({ length: OUTSIDE + 1 }, (_, place) => new TestNamespace(`pod${place}-`));
  readonly #wire: PacketWire;

  constructor(logGroup: number) {
    const on = ['net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1'];
    const off = [
      'net.ipv4.conf.all.rp_filter=0',
      'net.ipv4.conf.default.rp_filter=0',
      'net.ipv4.conf.all.send_redirects=0',
    ];
    this.router.run('sysctl', '-qw', ...on, ...off, 'net.ipv4.conf.default.send_redirects=0');
    for (const [place, pod] of this.#pods.entries()) {
      pod.run('sysctl', '-qw', 'net.ipv6.conf.all.disable_ipv6=1', 'net.ipv6.conf.default.disable_ipv6=1');
      const [here, there] = [macOf(1, place), macOf(2, place)].map((mac) =>
        mac.toString('hex').replace(/..(?=.)/g, '$&:'),
      );
      const name = interfaceOf(place);
      this.router.ip([
        `link add ${name} address ${here} type veth peer name eth0 address ${there} netns ${pod.name}`,
        `addr add 169.254.1.1/32 dev ${name}`,
        `addr add fe80::1/64 dev ${name} nodad`,
        `link set ${name} up`,
        ...addressesAt(place).flatMap((address) => [
          `route add ${address} dev ${name}`,
          `neigh add ${address} lladdr ${there} dev ${name} nud permanent`,
        ]),
      ]);
      pod.ip(['link set lo up', 'link set eth0 up']);
    }
    const outside = macOf(2, OUTSIDE)
      .toString('hex')
      .replace(/..(?=.)/g, '$&:');
    this.router.ip([
      `neigh add 169.254.1.2 lladdr ${outside} dev ${interfaceOf(OUTSIDE)} nud permanent`,
      `neigh add fe80::2 lladdr ${outside} dev ${interfaceOf(OUTSIDE)} nud permanent`,
      `route add default via 169.254.1.2 dev ${interfaceOf(OUTSIDE)} onlink`,
      `route add default via fe80::2 dev ${interfaceOf(OUTSIDE)} onlink`,
    ]);
    this.#wire = new PacketWire(this.router, this.#pods, logGroup);
  }

  /** Sends them all, numbered from 1 by place. */
  send(packets: readonly SentPacket[]): Promise<Seen> {
    const sent = packets.flatMap((packet, place) => sentBy(packet, place + 1));
    return this.#wire.send([...sent, ...sentBy(LAST_PACKET, LAST)]);
  }

  /** As if nothing had been sent. */
  forgetConnections(): void {
    this.router.run('conntrack', '-F');
  }

  async remove(): Promise<void> {
    await this.#wire.close();
    for (const namespace of [...this.#pods, this.router]) namespace.remove();
  }
}

function sentBy(packet: SentPacket, number: number) {
  const pod = placeOf(packet.src);
  const frames = framesOf(packet, number, { from: macOf(2, pod), to: macOf(1, pod) });
  return frames.map((frame) => ({ pod, frame }));
}

/** The interface on the node behind which an address is. */
export const interfaceOf = (place: number) => `pod${place}`;

/** The place behind which an address is. */
export function placeOf({ family, first }: AddressRange): number {
  for (let place = 0; place < PLACES; place++) {
    const host = BigInt(place + 1);
    if (family === 4 ? first === V4 + host : first === V6 + host) return place;
    if (family === 4 && first === V4 + 256n + host) return PLACES + place;
  }
  return OUTSIDE;
}

function addressesAt(place: number): string[] {
  if (place === OUTSIDE) return [];
  return place < PLACES ? [`10.0.0.${place + 1}`, `2001:db8::${place + 1}`] : [`10.0.1.${place - PLACES + 1}`];
}

const macOf = (side: number, place: number) => Buffer.from([2, 0, 0, 0, side, place]);
