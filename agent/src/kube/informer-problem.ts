import type { AnyInformer } from './informer.ts';

/** What a list that cannot be read means to people, in words with what to do; nothing where it can. */
export function problemOf(informer: AnyInformer): string[] {
  const state = informer.state();
  if (!('message' in state)) return [];
  if (state.kind !== 'forbidden') return [`${informer.resource.name} cannot be read: ${state.message}`];
  return [`${informer.resource.name} may not be read: apply the install line again as a cluster administrator`];
}
