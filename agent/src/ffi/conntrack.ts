import koffi from 'koffi';
import { addressBytes, addressText } from './address-text.ts';
import type { Pointer } from './libbpf.ts';
import { loadLibrary } from './load-library.ts';
import { systemError } from './system-errors.ts';

/** One tuple of a tracked connection. Ports are 0 where the protocol has none. */
export interface ConntrackTuple {
  readonly protocol: number;
  readonly sourceAddress: string;
  readonly sourcePort: number;
  readonly destinationAddress: string;
  readonly destinationPort: number;
}

/** A tracked connection: as its opener sent it, and as the answers come back. */
export interface ConntrackEntry {
  readonly original: ConntrackTuple;
  readonly reply: ConntrackTuple;
}

const DECLARATIONS = {
  nfct_open: 'void *nfct_open(uint8_t subsystem, uint32_t subscriptions)',
  nfct_close: 'int nfct_close(void *handle)',
  nfct_new: 'void *nfct_new()',
  nfct_destroy: 'void nfct_destroy(void *ct)',
  nfct_query: 'int nfct_query(void *handle, int query, void *data)',
  nfct_callback_register: 'int nfct_callback_register(void *handle, int type, void *callback, void *data)',
  nfct_callback_unregister: 'void nfct_callback_unregister(void *handle)',
  nfct_get_attr_u8: 'uint8_t nfct_get_attr_u8(void *ct, int type)',
  nfct_get_attr_u32: 'uint32_t nfct_get_attr_u32(void *ct, int type)',
  nfct_get_attr_grp: 'int nfct_get_attr_grp(void *ct, int type, void *data)',
  nfct_set_attr: 'void nfct_set_attr(void *ct, int type, const void *value)',
  nfct_set_attr_u8: 'void nfct_set_attr_u8(void *ct, int type, uint8_t value)',
  nfct_filter_dump_create: 'void *nfct_filter_dump_create()',
  nfct_filter_dump_destroy: 'void nfct_filter_dump_destroy(void *filter)',
  nfct_filter_dump_set_attr: 'void nfct_filter_dump_set_attr(void *filter, int type, void *data)',
  nfct_filter_dump_set_attr_u8: 'void nfct_filter_dump_set_attr_u8(void *filter, int type, uint8_t data)',
} as const;
type Calls = { [name in keyof typeof DECLARATIONS]: ReturnType<ReturnType<typeof koffi.load>['func']> };

/** libnetfilter_conntrack.h */
const SUBSYSTEM_CONNTRACK = 1;
const CALLBACK = { stop: 0, continue: 1 } as const;
const TYPE_ALL = 7;
const QUERY = { get: 3, dumpFilter: 8 } as const;
const ATTRIBUTE = {
  origIpv4Src: 0,
  origIpv4Dst: 1,
  origIpv6Src: 4,
  origIpv6Dst: 5,
  origPortSrc: 8,
  origPortDst: 9,
  l3proto: 15,
  l4proto: 17,
  status: 32,
} as const;
const GROUP = { origIpv4: 0, replIpv4: 1, origIpv6: 2, replIpv6: 3, origPort: 4, replPort: 5 } as const;
const FILTER = { l3num: 1, status: 2 } as const;
const FAMILY = { 4: 2, 6: 10 } as const;
/** linux/nf_conntrack_common.h */
const IPS_DST_NAT = 1 << 5;

let calls: Calls | undefined;

/** Reads the kernel's connection tracking in this network namespace through libnetfilter_conntrack. */
export class Conntrack {
  readonly #calls: Calls;
  readonly #addresses = Buffer.alloc(32);
  readonly #ports = Buffer.alloc(4);

  /** Throws a MargayError that names the package when the library is missing. */
  constructor() {
    calls ??= loadCalls();
    this.#calls = calls;
  }

  /**
   * Connections whose destination was translated, IPv4 and IPv6; the kernel filters where it can (5.9). Stops after
   * `entriesMax` of them or `timeMs`, so that a huge table costs a bounded time.
   */
  destinationNat(limits: { entriesMax: number; timeMs: number }): ConntrackEntry[] {
    const found: ConntrackEntry[] = [];
    const deadline = performance.now() + limits.timeMs;
    for (const family of [4, 6] as const) {
      const filter = this.#statusFilter(family);
      try {
        this.#query(QUERY.dumpFilter, filter, (ct) => {
          if ((this.#calls.nfct_get_attr_u32(ct, ATTRIBUTE.status) as number) & IPS_DST_NAT) {
            const entry = this.#read(ct, family);
            if (entry) found.push(entry);
          }
          return found.length < limits.entriesMax && performance.now() < deadline;
        });
      } finally {
        this.#calls.nfct_filter_dump_destroy(filter);
      }
    }
    return found;
  }

  /** The tracked connection that `tuple` belongs to, in either direction; undefined when it is not tracked. */
  find(tuple: ConntrackTuple): ConntrackEntry | undefined {
    const source = addressBytes(tuple.sourceAddress);
    const destination = addressBytes(tuple.destinationAddress);
    if (!source || !destination) return undefined;
    const family = source.length === 4 ? 4 : 6;
    const lib = this.#calls;
    const ct = lib.nfct_new() as Pointer;
    lib.nfct_set_attr_u8(ct, ATTRIBUTE.l3proto, FAMILY[family]);
    lib.nfct_set_attr_u8(ct, ATTRIBUTE.l4proto, tuple.protocol);
    lib.nfct_set_attr(ct, family === 4 ? ATTRIBUTE.origIpv4Src : ATTRIBUTE.origIpv6Src, Buffer.from(source));
    lib.nfct_set_attr(ct, family === 4 ? ATTRIBUTE.origIpv4Dst : ATTRIBUTE.origIpv6Dst, Buffer.from(destination));
    lib.nfct_set_attr(ct, ATTRIBUTE.origPortSrc, portBytes(tuple.sourcePort));
    lib.nfct_set_attr(ct, ATTRIBUTE.origPortDst, portBytes(tuple.destinationPort));
    let found: ConntrackEntry | undefined;
    try {
      this.#query(QUERY.get, ct, (answer) => {
        found = this.#read(answer, family);
        return true;
      });
    } catch {
      return undefined;
    } finally {
      lib.nfct_destroy(ct);
    }
    return found;
  }

  /** A handle of its own each time: one whose dump was stopped still has the rest in its socket. */
  #query(query: number, data: Pointer, each: (ct: bigint) => boolean): void {
    const lib = this.#calls;
    const handle = lib.nfct_open(SUBSYSTEM_CONNTRACK, 0) as Pointer;
    if (!handle) throw systemError('nfct_open', koffi.errno());
    const proto = callbackType();
    const callback = koffi.register(
      (_type: number, ct: bigint) => (each(ct) ? CALLBACK.continue : CALLBACK.stop),
      koffi.pointer(proto),
    );
    try {
      lib.nfct_callback_register(handle, TYPE_ALL, callback, null);
      if ((lib.nfct_query(handle, query, data) as number) < 0) throw systemError('nfct_query', koffi.errno());
    } finally {
      lib.nfct_callback_unregister(handle);
      lib.nfct_close(handle);
      koffi.unregister(callback);
    }
  }

  #statusFilter(family: 4 | 6): Pointer {
    const lib = this.#calls;
    const filter = lib.nfct_filter_dump_create() as Pointer;
    const status = Buffer.alloc(8);
    status.writeUInt32LE(IPS_DST_NAT, 0);
    status.writeUInt32LE(IPS_DST_NAT, 4);
    lib.nfct_filter_dump_set_attr(filter, FILTER.status, status);
    lib.nfct_filter_dump_set_attr_u8(filter, FILTER.l3num, FAMILY[family]);
    return filter;
  }

  #read(ct: bigint, family: 4 | 6): ConntrackEntry | undefined {
    const protocol = this.#calls.nfct_get_attr_u8(ct, ATTRIBUTE.l4proto) as number;
    const [original, reply] = family === 4 ? [GROUP.origIpv4, GROUP.replIpv4] : [GROUP.origIpv6, GROUP.replIpv6];
    const first = this.#tuple(ct, family, protocol, original, GROUP.origPort);
    const second = this.#tuple(ct, family, protocol, reply, GROUP.replPort);
    return first && second ? { original: first, reply: second } : undefined;
  }

  #tuple(ct: bigint, family: 4 | 6, protocol: number, addresses: number, ports: number): ConntrackTuple | undefined {
    if ((this.#calls.nfct_get_attr_grp(ct, addresses, this.#addresses) as number) < 0) return undefined;
    const ported = (this.#calls.nfct_get_attr_grp(ct, ports, this.#ports) as number) >= 0;
    return {
      protocol,
      sourceAddress: addressText(this.#addresses, 0, family),
      sourcePort: ported ? this.#ports.readUInt16BE(0) : 0,
      destinationAddress: addressText(this.#addresses, family === 4 ? 4 : 16, family),
      destinationPort: ported ? this.#ports.readUInt16BE(2) : 0,
    };
  }
}

let prototype: ReturnType<typeof koffi.proto> | undefined;
function callbackType(): ReturnType<typeof koffi.proto> {
  prototype ??= koffi.proto('int NfctCallback(int type, void *ct, void *data)');
  return prototype;
}

function loadCalls(): Calls {
  const library = loadLibrary('libnetfilter_conntrack.so.3', 'apt-get install libnetfilter-conntrack3');
  return Object.fromEntries(
    Object.entries(DECLARATIONS).map(([name, declaration]) => [name, library.func(declaration)]),
  ) as Calls;
}

function portBytes(port: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(port);
  return bytes;
}
