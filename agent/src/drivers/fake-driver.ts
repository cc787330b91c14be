import type { AddressRange, PolicySetTable } from '@margay/policy';
import {
  EMPTY_PLANE,
  type PlaneEndpoint,
  type PlaneSettings,
  type PlaneState,
  rangeKey,
} from '../dataplane/plane-state.ts';
import type { Operation } from '../sequence/plan-operations.ts';
import type { Driver } from './driver.ts';

/** A data plane in memory, as strict as a kernel: it refuses what refers to nothing, and to remove what is in use. */
export class FakeDriver implements Driver {
  #settings: PlaneSettings | null = null;
  #foreign = false;
  #addressSets = new Map<string, readonly AddressRange[]>();
  #policySets = new Map<string, PolicySetTable>();
  #endpoints = new Map<string, PlaneEndpoint>();
  /** Operations until it throws, once: a kill in the middle. */
  failAfter = Number.POSITIVE_INFINITY;

  async read(): Promise<PlaneState> {
    return {
      settings: this.#settings,
      foreign: this.#foreign,
      addressSets: new Map(this.#addressSets),
      policySets: new Map(this.#policySets),
      endpoints: new Map(this.#endpoints),
    };
  }

  async apply(operations: readonly Operation[]): Promise<void> {
    for (const operation of operations) {
      if (this.failAfter-- <= 0) {
        this.failAfter = Number.POSITIVE_INFINITY;
        throw new Error('broken off');
      }
      this.#make(operation);
    }
  }

  async cleanup(): Promise<void> {
    this.overwrite(EMPTY_PLANE);
  }

  /** What somebody else does to the plane behind the agent's back. */
  overwrite(state: PlaneState): void {
    this.#settings = state.settings;
    this.#foreign = state.foreign;
    this.#addressSets = new Map(state.addressSets);
    this.#policySets = new Map(state.policySets);
    this.#endpoints = new Map(state.endpoints);
  }

  #make(operation: Operation): void {
    switch (operation.kind) {
      case 'clear':
        this.overwrite(EMPTY_PLANE);
        return;
      case 'put-settings':
        this.#settings = operation.settings;
        return;
      case 'remove-settings':
        refuseIf(this.#endpoints.size > 0, 'the settings are in use');
        this.#settings = null;
        return;
      case 'make-address-set':
        refuseIf(this.#addressSets.has(operation.name), 'the address set exists');
        this.#addressSets.set(operation.name, operation.ranges);
        return;
      case 'change-address-set':
        this.#change(operation.name, operation.remove, operation.add);
        return;
      case 'put-policy-set':
        for (const name of peersOf(operation.set)) refuseIf(!this.#addressSets.has(name), 'no such address set');
        this.#policySets.set(operation.set.id, operation.set);
        return;
      case 'put-endpoint':
        refuseIf(this.#settings === null, 'no settings');
        for (const id of [operation.endpoint.egress, operation.endpoint.ingress])
          refuseIf(!this.#policySets.has(id), 'no such policy set');
        this.#endpoints.set(operation.key, operation.endpoint);
        return;
      case 'remove-endpoint':
        refuseIf(!this.#endpoints.delete(operation.key), 'no such endpoint');
        return;
      case 'remove-policy-set':
        for (const { egress, ingress } of this.#endpoints.values())
          refuseIf(egress === operation.id || ingress === operation.id, 'the policy set is in use');
        refuseIf(!this.#policySets.delete(operation.id), 'no such policy set');
        return;
      case 'remove-address-set':
        for (const set of this.#policySets.values())
          refuseIf(peersOf(set).includes(operation.name), 'the address set is in use');
        refuseIf(!this.#addressSets.delete(operation.name), 'no such address set');
    }
  }

  #change(name: string, remove: readonly AddressRange[], add: readonly AddressRange[]): void {
    const held = new Map(this.#addressSets.get(name)?.map((range) => [rangeKey(range), range]));
    refuseIf(!this.#addressSets.has(name), 'no such address set');
    for (const range of remove) refuseIf(!held.delete(rangeKey(range)), 'no such range');
    for (const range of add) held.set(rangeKey(range), range);
    const family4First = (a: AddressRange, b: AddressRange) => a.family - b.family || (a.first < b.first ? -1 : 1);
    this.#addressSets.set(name, [...held.values()].sort(family4First));
  }
}

function peersOf(set: PolicySetTable): string[] {
  return set.tiers.flatMap((tier) => tier.clauses.flatMap(({ peers }) => (peers === null ? [] : [peers])));
}

function refuseIf(refused: boolean, why: string): void {
  if (refused) throw new Error(why);
}
