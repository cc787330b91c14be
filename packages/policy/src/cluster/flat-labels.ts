import { IMPLIED } from '../selector/prefix-labels.ts';
import type { LabelLookup } from '../selector/selector.ts';

export type LabelMap = ReadonlyMap<string, string>;
const NONE: LabelMap = new Map();

/** Calico's flat labels: a member's own first, then what its namespace and service account lend it. */
class FlatLabels implements LabelLookup {
  readonly #own: LabelMap;
  readonly #namespace: LabelMap;
  readonly #serviceAccount: LabelMap;

  constructor(own: LabelMap, namespace: LabelMap, serviceAccount: LabelMap) {
    this.#own = own;
    this.#namespace = namespace;
    this.#serviceAccount = serviceAccount;
  }

  get(key: string): string | undefined {
    return this.#own.get(key) ?? this.#namespace.get(key) ?? this.#serviceAccount.get(key);
  }
}

export interface LabelInput {
  readonly labels: LabelMap;
  /** Empty: none. */
  readonly namespace: string;
  /** Null: no pod. */
  readonly serviceAccount: string | null;
}

/** Makes flat labels; equal ones are one object, so that answers can be remembered by it. */
export interface LabelFactory {
  readonly make: (input: LabelInput) => LabelLookup;
}

/** Labels of an object by its key; undefined: there is no such object. */
export interface LabelSource {
  get(key: string): LabelMap | undefined;
}

/**
 * `namespaces` and `serviceAccounts` (by `namespace/name`) give the labels of the objects that exist: what does not exist lends nothing. Each is asked once.
 * A pod's own `pcns.*` and `pcsa.*` do not count and its implied labels cannot be faked; on a network set they do (Calico strips pods only).
 */
export function createLabelFactory(namespaces: LabelSource, serviceAccounts: LabelSource): LabelFactory {
  const lentByNamespace = lend(namespaces, IMPLIED.namespacePrefix, (key) => key);
  const lentByAccount = lend(serviceAccounts, IMPLIED.serviceAccountPrefix, (key) => key.slice(key.indexOf('/') + 1));
  const known = new Map<string, LabelLookup>();
  return {
    make: (input) => {
      const own = input.serviceAccount === null ? setLabels(input) : podLabels(input);
      const accountKey = input.serviceAccount === null ? '' : `${input.namespace}/${input.serviceAccount}`;
      const key = JSON.stringify([input.namespace, accountKey, ...[...own].sort(([a], [b]) => (a < b ? -1 : 1))]);
      const labels = known.get(key) ?? new FlatLabels(own, lentByNamespace(input.namespace), lentByAccount(accountKey));
      known.set(key, labels);
      return labels;
    },
  };
}

/** The labels of a pod that stands in no cluster (one that was seen once), with those of its namespace at that time. */
export function labelsOfLonePod(input: LabelInput, namespaceLabels: LabelMap): LabelLookup {
  const accounts = new Map([[`${input.namespace}/${input.serviceAccount ?? ''}`, NONE]]);
  return createLabelFactory(new Map([[input.namespace, namespaceLabels]]), accounts).make(input);
}

function lend(source: LabelSource, prefix: string, nameOf: (key: string) => string): (key: string) => LabelMap {
  const lent = new Map<string, LabelMap>();
  return (key) => {
    const known = lent.get(key);
    if (known !== undefined) return known;
    const labels = source.get(key);
    const prefixed = new Map<string, string>();
    for (const [label, value] of labels ?? []) prefixed.set(`${prefix}${label}`, value);
    if (labels !== undefined) prefixed.set(`${prefix}${IMPLIED.name}`, nameOf(key));
    lent.set(key, prefixed);
    return prefixed;
  };
}

function podLabels({ labels, namespace, serviceAccount }: LabelInput): LabelMap {
  const own = new Map<string, string>();
  for (const [key, value] of labels) {
    if (!key.startsWith(IMPLIED.namespacePrefix) && !key.startsWith(IMPLIED.serviceAccountPrefix)) own.set(key, value);
  }
  own.set(IMPLIED.namespace, namespace);
  own.set(IMPLIED.orchestrator, 'k8s');
  own.set(IMPLIED.serviceAccount, serviceAccount ?? '');
  return own;
}

function setLabels({ labels, namespace }: LabelInput): LabelMap {
  if (namespace === '') return labels;
  return new Map(labels).set(IMPLIED.namespace, namespace);
}
