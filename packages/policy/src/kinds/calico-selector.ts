import { describe, isAbsent, type Place, refuse } from '../parse/place.ts';
import { isSelectorError, parseSelector } from '../selector/parse-selector.ts';
import type { SelectorNode } from '../selector/selector.ts';

export type GlobalUse = 'alone' | 'never' | 'anywhere';

/** A selector field; 'absent' where it is not written or empty. `global`: whether `global()` may stand in it (Calico's validation). */
export function readCalicoSelector(value: unknown, place: Place, global: GlobalUse): SelectorNode | 'absent' | null {
  if (isAbsent(value) || value === '') return 'absent';
  if (typeof value !== 'string')
    return refuse(place, `${describe(value)} is no selector`, "a text such as app == 'web'");
  const node = parseSelector(value);
  if (isSelectorError(node))
    return refuse(
      place,
      `${node.message} (at character ${node.at + 1})`,
      "a selector such as app == 'web' && has(env)",
    );
  if (global === 'anywhere' || !hasGlobal(node)) return node;
  if (global === 'never')
    return refuse(place, 'global() has no meaning here', 'global() in the namespaceSelector of a rule only');
  return node.op === 'global' ? node : refuse(place, 'global() beside other conditions', 'global() alone');
}

function hasGlobal(node: SelectorNode): boolean {
  if (node.op === 'global') return true;
  if (node.op === 'not') return hasGlobal(node.operand);
  return (node.op === 'and' || node.op === 'or') && node.operands.some(hasGlobal);
}
