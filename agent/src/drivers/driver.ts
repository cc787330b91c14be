import type { PlaneState } from '../dataplane/plane-state.ts';
import type { Operation } from '../sequence/plan-operations.ts';

/** A data plane. It keeps no memory of what it wrote: {@link read} tells what is there. */
export interface Driver {
  /** What the plane holds now, whoever put it there. */
  read(): Promise<PlaneState>;
  /** Makes the changes in order. After a throw any number of the first ones may hold. */
  apply(operations: readonly Operation[]): Promise<void>;
  /** Removes every trace. */
  cleanup(): Promise<void>;
}
