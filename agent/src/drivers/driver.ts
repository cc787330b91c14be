import type { PlaneState } from '../dataplane/plane-state.ts';
import type { Operation } from '../sequence/plan-operations.ts';

/** A data plane. It keeps no memory of what it wrote: {@link Driver.read} tells what is there. */
export interface Driver {
  /**
   * What the plane holds now, whoever put it there. A plane has hashes where states have words (rules, pods): it finds the words in `known`, states that
   * it may hold parts of, and a policy set or an endpoint that is in none of them differs from every one that could be desired.
   */
  read(known: readonly PlaneState[]): Promise<PlaneState>;
  /** Makes the changes in order. After a throw any number of the first ones may hold. */
  apply(operations: readonly Operation[]): Promise<void>;
  /** Removes every trace. */
  cleanup(): Promise<void>;
}
