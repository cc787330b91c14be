/** One thing wrong with the input, for a person to mend. */
export interface Problem {
  readonly file: string;
  /** Place of the document in the file, from 0; of a List, `item` counts within it. */
  readonly document: number;
  readonly item: number | null;
  /** `NetworkPolicy shop/web`; null where the document could not be read that far. */
  readonly object: string | null;
  /** `spec.ingress[0].from[1].ipBlock.cidr`; empty: the whole. */
  readonly path: string;
  /** What is wrong. */
  readonly message: string;
  /** What would be right; empty where the message says it. */
  readonly allowed: string;
  /** `document`: nothing of the document was read. `object`: the object is left out, or in fail-closed mode opens nothing that it does not say. `warning`: read nevertheless. */
  readonly severity: 'document' | 'object' | 'warning';
}
