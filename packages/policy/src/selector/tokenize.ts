/** A token with its place in the text. `has(`, `all(` and `global(` are one token: no space before the parenthesis. */
export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly at: number;
}
export type TokenKind =
  | 'label'
  | 'string'
  | '=='
  | '!='
  | 'contains'
  | 'starts with'
  | 'ends with'
  | 'in'
  | 'not in'
  | 'has('
  | 'all('
  | 'global('
  | '('
  | ')'
  | '{'
  | '}'
  | ','
  | '!'
  | '&&'
  | '||'
  | 'end';

/** What is wrong with a selector, and where (offset in the text). */
export interface SelectorError {
  readonly message: string;
  readonly at: number;
}

const LABEL_MAX = 512;
const BLANKS = /[ \t]*/y;
const LABEL = /[A-Za-z0-9_./-]+/y;
const STRING = /"[^"]*"|'[^']*'/y;
const CALL = /(?:has|all|global)\(/y;
const SIGN = /==|!=|&&|\|\||[(){},!]/y;
/** Words count as operators only straight after a label, and where no character of a label follows. */
const WORD = /(?:contains|starts[ \t]*with|ends[ \t]*with|not[ \t]*in|in)(?![A-Za-z0-9_./-])/y;

/** Splits a selector; blanks are space and tab only. */
export function tokenize(text: string): Token[] | SelectorError {
  const tokens: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0] ?? null;
  };
  for (;;) {
    at += take(BLANKS)?.length ?? 0;
    if (at >= text.length) break;
    const afterLabel = tokens.at(-1)?.kind === 'label';
    const word = afterLabel ? take(WORD) : null;
    const found = word === null ? readToken(take) : { kind: wordKind(word), text: word };
    if (found === null) return { message: `"${firstCharacter(text, at)}" is not expected here`, at };
    if (found.kind === 'label' && found.text.length > LABEL_MAX)
      return { message: `a label name has at most ${LABEL_MAX} characters`, at };
    tokens.push({ ...found, at });
    at += found.text.length;
  }
  return [...tokens, { kind: 'end', text: '', at }];
}

function readToken(take: (pattern: RegExp) => string | null): Pick<Token, 'kind' | 'text'> | null {
  const fixed = take(CALL) ?? take(SIGN);
  if (fixed !== null) return { kind: fixed as TokenKind, text: fixed };
  const string = take(STRING);
  if (string !== null) return { kind: 'string', text: string };
  const label = take(LABEL);
  return label === null ? null : { kind: 'label', text: label };
}

function wordKind(word: string): TokenKind {
  if (word.startsWith('starts')) return 'starts with';
  if (word.startsWith('ends')) return 'ends with';
  return word.startsWith('not') ? 'not in' : (word as TokenKind);
}

const firstCharacter = (text: string, at: number) => String.fromCodePoint(text.codePointAt(at) ?? 0);
