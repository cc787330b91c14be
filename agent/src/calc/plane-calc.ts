import { createLiveClassifier, createRowReader, formatAddress, type Problem, type RowChange } from '@margay/policy';
import { type PlaneSettings, type PlaneState, planeState } from '../dataplane/plane-state.ts';

export interface PlaneCalcOptions {
  /** Pods of this node are programmed. */
  readonly nodeName: string;
  readonly settings: PlaneSettings;
  /** What of a policy is not understood; it closes what it governs, as far as that is understood. */
  readonly report: (problem: Problem) => void;
}

/** What a node's data plane should hold, from Kubernetes objects that come, change and go. A change costs what it touches. Pure. */
export class PlaneCalc {
  readonly #options: PlaneCalcOptions;
  readonly #live = createLiveClassifier({ assumeMissing: true });
  readonly #read: ReturnType<typeof createRowReader>;

  constructor(options: PlaneCalcOptions) {
    this.#options = options;
    this.#read = createRowReader(options.report);
  }

  apply(change: RowChange): void {
    for (const one of this.#read(change)) this.#live.apply(one);
  }

  /** `interfaceOf` gives the host side of the pod that has an address (canonical text), null while it is not known: that pod is left out until it is. */
  state(interfaceOf: (address: string) => string | null): PlaneState {
    const { nodeName, settings } = this.#options;
    const { cluster } = this.#live;
    const local = cluster.pods.filter(({ node, isGoverned }) => node === nodeName && isGoverned);
    const tables = this.#live.classifier().tables(local, 0);
    return planeState(
      tables,
      ({ address }) => interfaceOf(formatAddress({ family: address.family, value: address.first })),
      settings,
    );
  }
}
