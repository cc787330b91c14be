import type { Fields } from '../parse/place.ts';

/** One object of the input, read as far as its name. */
export interface RawObject {
  readonly file: string;
  readonly document: number;
  /** Place within a List. */
  readonly item: number | null;
  readonly apiVersion: string;
  readonly kind: string;
  /** As written; empty where absent. */
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly metadata: Fields;
  /** The whole object. */
  readonly body: Fields;
}

/** `NetworkPolicy shop/web`, for messages. */
export function nameObject({ kind, namespace, name }: Pick<RawObject, 'kind' | 'namespace' | 'name'>): string {
  return namespace === '' ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}
