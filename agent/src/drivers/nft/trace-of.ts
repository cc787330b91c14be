import type { PlaneState } from '../../dataplane/plane-state.ts';
import { compileSet, type Hit } from './compile-set.ts';
import { parsePrefix } from './names.ts';

/** What the kernel decided about one end of a new connection. */
export interface LoggedHit extends Hit {
  readonly direction: 'egress' | 'ingress';
}

/**
 * Finds what an NFLOG prefix stands for: the whole trace, with the tiers that passed. Null: no prefix of ours, or of a policy set that `state` has not
 * (any more): ids stand for content, so that an older state may be asked next. Pure.
 */
export function traceOf(prefix: string, state: Pick<PlaneState, 'policySets'>): LoggedHit | null {
  const parsed = parsePrefix(prefix);
  const set = parsed === null ? undefined : state.policySets.get(parsed.id);
  if (parsed === null || set === undefined) return null;
  const compiled = compileSet(set);
  const hit = compiled.hits[parsed.hit];
  return hit === undefined ? null : { ...hit, direction: compiled.direction };
}
