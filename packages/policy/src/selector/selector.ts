/** Where a selector finds the value of a label; undefined: the label is absent. A Map of labels is one. */
export interface LabelLookup {
  get(key: string): string | undefined;
}

/** A parsed selector. `all` is true for everything, `global` in a bare selector too (Calico's parser takes it so). */
export type SelectorNode =
  | { readonly op: 'all' }
  | { readonly op: 'global' }
  | { readonly op: 'has'; readonly label: string }
  | { readonly op: SelectorComparison; readonly label: string; readonly value: string }
  | { readonly op: 'in' | 'not in'; readonly label: string; readonly values: readonly string[] }
  | { readonly op: 'not'; readonly operand: SelectorNode }
  | { readonly op: 'and' | 'or'; readonly operands: readonly SelectorNode[] };
export type SelectorComparison = '==' | '!=' | 'contains' | 'starts with' | 'ends with';

/** A compiled selector. Two of one text are the same condition; within one parse they are the same object. */
export interface Selector {
  /** Canonical text, see {@link printSelector}. */
  readonly text: string;
  readonly node: SelectorNode;
  readonly matches: (labels: LabelLookup) => boolean;
}
