import type { Action, PolicySource, Rule, Side } from '../model/policy.ts';
import type { Place } from '../parse/place.ts';
import type { SelectorPool } from '../selector/selector-pool.ts';
import type { RawObject } from './raw-object.ts';

/** What the reader of a policy kind has at hand. */
export interface PolicyContext {
  readonly object: RawObject;
  /** The namespace that the object is in: `default` where it says none and needs one. */
  readonly namespace: string;
  readonly spec: Place;
  readonly selectors: SelectorPool;
}

export const ANY_SIDE: Side = {
  selector: null,
  notSelector: null,
  nets: null,
  notNets: [],
  ports: null,
  notPorts: null,
  service: null,
  nodes: null,
};

/** A rule that matches every packet, to build others on; alone it is what a deny that nobody understands becomes. */
export function anyRule(index: number, action: Action, path: string): Rule {
  return {
    index,
    action,
    name: '',
    family: null,
    protocol: null,
    notProtocol: null,
    icmp: null,
    notIcmp: null,
    source: ANY_SIDE,
    destination: ANY_SIDE,
    path,
  };
}

/** What is left of the rules of a policy whose subject is not understood: it governs too much, and must open none of that. */
export const closingRules = (rules: readonly Rule[]): Rule[] =>
  rules.filter(({ action }) => action === 'deny' || action === 'log');

export function sourceOf({ file, document, apiVersion, kind, body }: RawObject): PolicySource {
  return { file, document, apiVersion, kind, spec: body.spec };
}
