import { compareBytes } from '../order/compare-bytes.ts';
import type { SelectorNode } from './selector.ts';

/** Canonical text: `"` unless the string holds one, sets sorted and each value once, groups in parentheses. Parsing it gives the same text again. */
export function printSelector(node: SelectorNode): string {
  switch (node.op) {
    case 'all':
      return 'all()';
    case 'global':
      return 'global()';
    case 'has':
      return `has(${node.label})`;
    case 'in':
    case 'not in':
      return `${node.label} ${node.op} {${[...new Set(node.values)].sort(compareBytes).map(quote).join(', ')}}`;
    case 'not':
      return `!${printSelector(node.operand)}`;
    case 'and':
    case 'or':
      return `(${node.operands.map(printSelector).join(node.op === 'and' ? ' && ' : ' || ')})`;
    default:
      return `${node.label} ${node.op} ${quote(node.value)}`;
  }
}

/** The language has no escapes. Only a Kubernetes selector can hold both kinds of quote: escaped, so that no two conditions share a text. */
function quote(text: string): string {
  if (!text.includes('"')) return `"${text}"`;
  return text.includes("'") ? JSON.stringify(text) : `'${text}'`;
}
