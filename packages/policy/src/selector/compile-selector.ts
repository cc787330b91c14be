import { printSelector } from './print-selector.ts';
import type { LabelLookup, Selector, SelectorNode } from './selector.ts';

/** Makes a selector that is ready to match. An absent label makes `!=` and `not in` true and all else false. */
export function compileSelector(node: SelectorNode): Selector {
  return { text: printSelector(node), node, matches: compileNode(node) };
}

type Matches = Selector['matches'];
const ALWAYS: Matches = () => true;

function compileNode(node: SelectorNode): Matches {
  switch (node.op) {
    case 'all':
    case 'global':
      return ALWAYS;
    case 'not': {
      const operand = compileNode(node.operand);
      return (labels) => !operand(labels);
    }
    case 'and':
      return compileAnd(node.operands.map(compileNode));
    case 'or':
      return compileOr(node.operands.map(compileNode));
    default:
      return compileTerm(node);
  }
}

function compileAnd(operands: readonly Matches[]): Matches {
  return (labels) => {
    for (const operand of operands) if (!operand(labels)) return false;
    return true;
  };
}

function compileOr(operands: readonly Matches[]): Matches {
  return (labels) => {
    for (const operand of operands) if (operand(labels)) return true;
    return false;
  };
}

type Term = Extract<SelectorNode, { label: string }>;

function compileTerm(term: Term): Matches {
  const { label } = term;
  switch (term.op) {
    case 'has':
      return (labels) => labels.get(label) !== undefined;
    case '==':
      return (labels) => labels.get(label) === term.value;
    case '!=':
      return (labels) => labels.get(label) !== term.value;
    case 'in':
    case 'not in': {
      const values = new Set(term.values);
      const wanted = term.op === 'in';
      return (labels) => isIn(labels, label, values) === wanted;
    }
    case 'contains':
      return (labels) => labels.get(label)?.includes(term.value) ?? false;
    case 'starts with':
      return (labels) => labels.get(label)?.startsWith(term.value) ?? false;
    case 'ends with':
      return (labels) => labels.get(label)?.endsWith(term.value) ?? false;
  }
}

function isIn(labels: LabelLookup, label: string, values: ReadonlySet<string>): boolean {
  const value = labels.get(label);
  return value !== undefined && values.has(value);
}
