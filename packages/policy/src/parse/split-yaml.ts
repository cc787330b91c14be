/** A piece of a YAML file that is parsed by itself. */
export interface YamlPiece {
  readonly text: string;
  /** Place of the document in the file, of those that hold anything. */
  readonly document: number;
  /** Place in the document's `items`; null: the whole document. */
  readonly item: number | null;
  /** Line of the file that the text begins on, from 1. */
  readonly line: number;
}

/** Splits at document marks, and a document that is a long List at its items too, so that each object is read, and fails, alone. */
export function* splitYaml(text: string, longChars: number): Generator<YamlPiece> {
  let document = 0;
  let line = 1;
  for (const part of splitDocuments(text)) {
    if (hasContent(part)) {
      const items = part.length > longChars ? splitList(part) : null;
      if (items === null) yield { text: part, document, item: null, line };
      else for (const [item, one] of items.entries()) yield { text: one.text, document, item, line: line + one.line };
      document++;
    }
    line += countLines(part);
  }
}

/** A mark stands at the beginning of a line; what follows `---` on its line belongs to the document. */
function* splitDocuments(text: string): Generator<string> {
  // YAML lets a byte order mark begin any document: files that are put together with `cat` have them within.
  const mark = /^\ufeff?(?:---|\.\.\.)(?=[ \t\r\n]|$)/gm;
  let from = 0;
  for (let found = mark.exec(text); found !== null; found = mark.exec(text)) {
    yield withoutMark(text.slice(from, found.index));
    from = found.index + found[0].length;
  }
  yield withoutMark(text.slice(from));
}

const withoutMark = (text: string) => text.replace(/^(\s*)\ufeff/, '$1');

/** Anything but blanks, comments and directives. */
const hasContent = (text: string) => /^[^\S\n]*(?![#%\s])./m.test(text);

function countLines(text: string): number {
  let lines = 0;
  for (let place = text.indexOf('\n'); place !== -1; place = text.indexOf('\n', place + 1)) lines++;
  return lines;
}

/** The form that kubectl prints: `kind: List` and `items:` on lines of their own, each item at one indent. Null: not that form. */
function splitList(text: string): { text: string; line: number }[] | null {
  if (!/^kind: *"?\w*List"? *\r?$/m.test(text)) return null;
  const head = /^items: *\r?\n((?: *(?:#.*)?\r?\n)*)( *)- /m.exec(text);
  if (head === null) return null;
  const indent = head[2] ?? '';
  const start = head.index + head[0].length - indent.length - 2;
  const boundary = new RegExp(`^${indent}- |^(?! {${indent.length + 1}}|[ ]*\\r?$|[ ]*#)`, 'gm');
  const items: { text: string; line: number }[] = [];
  let line = countLines(text.slice(0, start));
  let from = start;
  boundary.lastIndex = start + 1;
  for (;;) {
    const next = boundary.exec(text);
    const to = next?.index ?? text.length;
    const piece = text.slice(from, to);
    items.push({ text: piece.replace(`${indent}- `, `${indent}  `), line });
    if (next === null || !next[0].startsWith(`${indent}- `)) return items;
    line += countLines(piece);
    from = to;
    boundary.lastIndex = to + 1;
  }
}
