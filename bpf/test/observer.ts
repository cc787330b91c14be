import { type BpfMap, ENUMS, KEY, KeyPile, possibleCpus, testRun } from '../../agent/src/ffi/index.ts';
import { type KernelMaps, loadKernelMaps } from '../../agent/src/flows/kernel/kernel-maps.ts';
import { type Lifetimes, readLifetimes, type Scan } from '../../agent/src/flows/kernel/lifetimes.ts';
import { readCounts } from '../../agent/src/flows/kernel/read-counts.ts';
import type { ConnectionSample } from '../../agent/src/flows/window.ts';
import { buildBpf } from '../build.ts';

/** The compiled observer in the kernel, on no interface: packets are fed to it one by one. */
export class Observer {
  readonly maps: KernelMaps;

  constructor(connectionsMax = 1024) {
    this.maps = loadKernelMaps(`${buildBpf()}/flow.bpf.o`, { connectionsMax });
  }

  /** Returns the verdict. */
  fromPod(frame: Buffer): number {
    return testRun(this.maps.fromPodFd, frame);
  }

  toPod(frame: Buffer): number {
    return testRun(this.maps.toPodFd, frame);
  }

  /** What the open window holds, in no order. */
  async window(): Promise<ConnectionSample[]> {
    const samples: ConnectionSample[] = [];
    for await (const batch of this.maps.windowA.batches()) readCounts(batch, (ns) => ns / 1e6, samples);
    return samples;
  }

  /** What a look at the connection table between two moments tells. */
  async lifetimes(scan: Partial<Scan> & { fromNs: number; toNs: number }): Promise<Lifetimes> {
    const found: Lifetimes = { samples: [], expired: new KeyPile(KEY.bytes), count: 0 };
    const full: Scan = { underPressure: false, isGone: () => false, ...scan };
    for (const map of [this.maps.connections, this.maps.reserve]) {
      for await (const batch of map.batches()) readLifetimes(batch, full, (ns) => ns / 1e6, found);
    }
    return found;
  }

  losses(): Record<'connections' | 'window' | 'parse' | 'fragment', number> {
    return {
      connections: sum(this.maps.losses, ENUMS.MARGAY_LOSS_CONNECTIONS),
      window: sum(this.maps.losses, ENUMS.MARGAY_LOSS_WINDOW),
      parse: sum(this.maps.losses, ENUMS.MARGAY_LOSS_PARSE),
      fragment: sum(this.maps.losses, ENUMS.MARGAY_LOSS_FRAGMENT),
    };
  }

  close(): void {
    this.maps.close();
  }
}

function sum(map: BpfMap, kind: number): number {
  const key = Buffer.alloc(4);
  key.writeUInt32LE(kind);
  const values = map.get(key, possibleCpus() * 8) ?? Buffer.alloc(0);
  let total = 0;
  for (let at = 0; at < values.length; at += 8) total += Number(values.readBigUInt64LE(at));
  return total;
}
