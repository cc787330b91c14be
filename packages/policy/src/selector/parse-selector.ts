import type { SelectorComparison, SelectorNode } from './selector.ts';
import { type SelectorError, type Token, type TokenKind, tokenize } from './tokenize.ts';

/** Source: Calico's validation. It also bounds how deep parentheses can nest. */
const BYTES_MAX = 1024;
const COMPARISONS: readonly TokenKind[] = ['==', '!=', 'contains', 'starts with', 'ends with'];

/** Reads a selector of Calico's language; the empty one is `all()`. Source: Calico documentation, selectors. */
export function parseSelector(text: string): SelectorNode | SelectorError {
  if (text.length > BYTES_MAX || new TextEncoder().encode(text).length > BYTES_MAX)
    return { message: `a selector has at most ${BYTES_MAX} bytes`, at: 0 };
  const tokens = tokenize(text);
  if (!Array.isArray(tokens)) return tokens;
  if (tokens[0]?.kind === 'end') return { op: 'all' };
  try {
    const reader = createReader(tokens);
    const node = readOr(reader);
    reader.expect('end', 'the end, && or ||');
    return node;
  } catch (error) {
    if (error instanceof Unexpected) return { message: error.message, at: error.at };
    throw error;
  }
}

export const isSelectorError = (result: SelectorNode | SelectorError): result is SelectorError => 'message' in result;

class Unexpected extends Error {
  readonly at: number;
  constructor(token: Token, wanted: string) {
    super(`${wanted} expected, not ${token.kind === 'end' ? 'the end' : token.text}`);
    this.at = token.at;
  }
}

interface Reader {
  /** Takes the next token if it is of this kind. */
  readonly accept: (kind: TokenKind) => boolean;
  readonly expect: (kind: TokenKind, wanted: string) => Token;
  readonly next: () => Token;
}

function createReader(tokens: readonly Token[]): Reader {
  let place = 0;
  const peek = () => tokens[place] as Token;
  const next = () => {
    const token = peek();
    if (token.kind !== 'end') place++;
    return token;
  };
  return {
    accept: (kind) => {
      const isNext = peek().kind === kind;
      if (isNext) next();
      return isNext;
    },
    expect: (kind, wanted) => {
      if (peek().kind !== kind) throw new Unexpected(peek(), wanted);
      return next();
    },
    next,
  };
}

const readOr = (reader: Reader): SelectorNode => readList(reader, '||', 'or', readAnd);
const readAnd = (reader: Reader): SelectorNode => readList(reader, '&&', 'and', readNot);

function readList(
  reader: Reader,
  sign: TokenKind,
  op: 'and' | 'or',
  readOperand: (reader: Reader) => SelectorNode,
): SelectorNode {
  const first = readOperand(reader);
  const operands = [first];
  while (reader.accept(sign)) operands.push(readOperand(reader));
  return operands.length === 1 ? first : { op, operands };
}

/** `!` binds to one primary; two cancel each other, also through parentheses, so that print and parse agree. */
function readNot(reader: Reader): SelectorNode {
  let negated = false;
  while (reader.accept('!')) negated = !negated;
  const operand = readPrimary(reader);
  if (!negated) return operand;
  return operand.op === 'not' ? operand.operand : { op: 'not', operand };
}

function readPrimary(reader: Reader): SelectorNode {
  const token = reader.next();
  switch (token.kind) {
    case '(': {
      const node = readOr(reader);
      reader.expect(')', ')');
      return node;
    }
    case 'all(':
    case 'global(':
      reader.expect(')', ')');
      return { op: token.kind === 'all(' ? 'all' : 'global' };
    case 'has(': {
      const label = reader.expect('label', 'a label name');
      reader.expect(')', ')');
      return { op: 'has', label: label.text };
    }
    case 'label':
      return readComparison(reader, token.text);
    default:
      throw new Unexpected(token, 'a condition');
  }
}

function readComparison(reader: Reader, label: string): SelectorNode {
  const operator = reader.next();
  if (operator.kind === 'in' || operator.kind === 'not in') {
    reader.expect('{', '{');
    return { op: operator.kind, label, values: readSet(reader) };
  }
  if (!COMPARISONS.includes(operator.kind)) throw new Unexpected(operator, 'an operator');
  return { op: operator.kind as SelectorComparison, label, value: readString(reader) };
}

/** A trailing comma and an empty set are legal. */
function readSet(reader: Reader): string[] {
  const values: string[] = [];
  while (!reader.accept('}')) {
    values.push(readString(reader));
    if (reader.accept(',')) continue;
    reader.expect('}', ', or }');
    break;
  }
  return values;
}

const readString = (reader: Reader) => reader.expect('string', 'a quoted string').text.slice(1, -1);
