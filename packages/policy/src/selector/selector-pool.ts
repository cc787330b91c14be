import { compileSelector } from './compile-selector.ts';
import { printSelector } from './print-selector.ts';
import type { Selector, SelectorNode } from './selector.ts';

/** Compiles each condition once: equal canonical texts give the same object. */
export interface SelectorPool {
  readonly take: (node: SelectorNode) => Selector;
}

export function createSelectorPool(): SelectorPool {
  const known = new Map<string, Selector>();
  return {
    take: (node) => {
      const text = printSelector(node);
      const selector = known.get(text) ?? compileSelector(node);
      known.set(text, selector);
      return selector;
    },
  };
}

/** Joins conditions; those that are absent or hold for everything are left out. */
export function allOf(...nodes: readonly (SelectorNode | null)[]): SelectorNode {
  const operands = nodes.filter((node) => node !== null && node.op !== 'all') as SelectorNode[];
  const [first] = operands;
  if (first === undefined) return { op: 'all' };
  return operands.length === 1 ? first : { op: 'and', operands };
}

/** The opposite; two negations cancel each other. */
export function not(node: SelectorNode): SelectorNode {
  return node.op === 'not' ? node.operand : { op: 'not', operand: node };
}
