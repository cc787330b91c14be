import type { ConnectionSample, TapStatus } from '../window.ts';

const TCP = 6;
/** So many packets one way within a window and none back is no accident of where the window was cut. */
const ONE_WAY_PACKETS = 3;
const ONE_WAY_CONNECTIONS = 3;

/** What is kept of the evidence from one window to the next: it forgets within minutes, so that a change of data plane shows. */
const KEPT = 0.9;
const FORGOTTEN = 0.01;

interface Evidence {
  oneWay: number;
  bothWays: number;
}

/**
 * Each tap proves itself: a CNI that redirects past the host side of the veth (Cilium, Calico's eBPF plane) leaves
 * established TCP that goes only one way. Connections seen both ways clear the tap.
 */
export class HalfBlindWatch {
  readonly #evidence = new Map<number, Evidence>();

  /** Looks at the samples of one window. */
  look(samples: readonly ConnectionSample[]): void {
    for (const [index, evidence] of this.#evidence) {
      evidence.oneWay *= KEPT;
      evidence.bothWays *= KEPT;
      if (evidence.oneWay + evidence.bothWays < FORGOTTEN) this.#evidence.delete(index);
    }
    for (const sample of samples) {
      if (sample.protocol !== TCP || sample.outcome === 'unanswered') continue;
      const evidence = this.#evidence.get(sample.interfaceIndex) ?? { oneWay: 0, bothWays: 0 };
      if (sample.packetsOut > 0 && sample.packetsIn > 0) evidence.bothWays++;
      else if (sample.packetsOut + sample.packetsIn >= ONE_WAY_PACKETS) evidence.oneWay++;
      this.#evidence.set(sample.interfaceIndex, evidence);
    }
  }

  /** The status with what the traffic says about it. */
  judge(status: TapStatus): TapStatus {
    const evidence = this.#evidence.get(status.interfaceIndex);
    if (status.state !== 'active' || !evidence) return status;
    if (evidence.oneWay < ONE_WAY_CONNECTIONS || evidence.bothWays > evidence.oneWay / 10) return status;
    return {
      ...status,
      state: 'half-blind',
      message:
        'established TCP is seen in one direction only: another data plane carries the other past this interface',
    };
  }
}
