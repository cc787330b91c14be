import { Document, type Scalar, visit } from 'yaml';

/** Plain only what no YAML reader, 1.1 or 1.2, takes for anything but this very text. */
const PLAIN = /^[A-Za-z][A-Za-z0-9_./-]*$/;
const YAML_1_1_WORDS = /^(y|n|yes|no|on|off|true|false|null)$/i;

/**
 * An object as canonical YAML: its own key order, two spaces, no folding, every doubtful string in double quotes, ASCII only.
 * Names of a hostile cluster thus stay data, and kubectl (YAML 1.1) reads what was meant.
 */
export function renderYaml(value: unknown): string {
  const document = new Document(value, { aliasDuplicateObjects: false });
  visit(document, {
    Scalar: (_key, node: Scalar) => {
      if (typeof node.value !== 'string') return;
      const isPlain = PLAIN.test(node.value) && !YAML_1_1_WORDS.test(node.value);
      node.type = isPlain ? 'PLAIN' : 'QUOTE_DOUBLE';
    },
  });
  return escapeBeyondAscii(
    document.toString({ lineWidth: 0, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER }),
  );
}

/** All such characters stand within double quotes, where YAML has escapes for them. */
function escapeBeyondAscii(text: string): string {
  return text.replace(/[^\n\x20-\x7e]/gu, (character) => {
    const point = character.codePointAt(0) ?? 0;
    return point > 0xffff ? `\\U${hex(point, 8)}` : `\\u${hex(point, 4)}`;
  });
}

const hex = (number: number, digits: number) => number.toString(16).padStart(digits, '0');
