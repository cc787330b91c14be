import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileSelector } from './compile-selector.ts';
import { isSelectorError, parseSelector } from './parse-selector.ts';
import { printSelector } from './print-selector.ts';

const parsed = (text: string) => {
  const node = parseSelector(text);
  if (isSelectorError(node)) throw new Error(`${text}: ${node.message}`);
  return node;
};
const matches = (text: string, labels: Record<string, string>) =>
  compileSelector(parsed(text)).matches(new Map(Object.entries(labels)));

describe('absent and present labels', () => {
  it.each<[string, boolean, boolean, boolean]>([
    // selector, label absent, label "web", label ""
    ['a == "web"', false, true, false],
    ['a != "web"', true, false, true],
    ['a in {"web", "x"}', false, true, false],
    ['a in {}', false, false, false],
    ['a not in {"web"}', true, false, true],
    ['a not in {}', true, true, true],
    ['has(a)', false, true, true],
    ['!has(a)', true, false, false],
    ['a contains "e"', false, true, false],
    ['a contains ""', false, true, true],
    ['a starts with "we"', false, true, false],
    ['a ends with "eb"', false, true, false],
    ['!a == "web"', true, false, true],
    ['all()', true, true, true],
    ['global()', true, true, true],
    ['!all()', false, false, false],
    ['', true, true, true],
    [' \t', true, true, true],
  ])('%s', (text, absent, web, empty) => {
    expect([matches(text, {}), matches(text, { a: 'web' }), matches(text, { a: '' })]).toEqual([absent, web, empty]);
  });

  it('knows no label that every object inherits, and compares case', () => {
    expect(matches('has(constructor)', {})).toBe(false);
    expect(matches('a == "Web"', { a: 'web' })).toBe(false);
  });
});

describe('grammar', () => {
  it.each([
    ['a == "1" || b == "2" && c == "3"', '(a == "1" || (b == "2" && c == "3"))'],
    ['(a == "1" || b == "2") && c == "3"', '((a == "1" || b == "2") && c == "3")'],
    ['!!a == "1"', 'a == "1"'],
    ['!(!(a == "1"))', 'a == "1"'],
    ['!(!has(a) && b == "1")', '!(!has(a) && b == "1")'],
    ["a == 'x\"y'", "a == 'x\"y'"],
    ['a == "x\'y"', 'a == "x\'y"'],
    ['a in {"c", "b", "b", "a",}', 'a in {"a", "b", "c"}'],
    ['a in {"\u{1f600}", "\uffff"}', 'a in {"\uffff", "\u{1f600}"}'],
    ['a startswith "x"', 'a starts with "x"'],
    ['a ends\twith "x"', 'a ends with "x"'],
    ['a notin {"x"}', 'a not in {"x"}'],
    ['in in {"in"}', 'in in {"in"}'],
    ['not not in {"not"}', 'not not in {"not"}'],
    ['has(has)', 'has(has)'],
    ['has == "all()"', 'has == "all()"'],
    ['contains contains "x"', 'contains contains "x"'],
    ['a=="x"&&has(b)', '(a == "x" && has(b))'],
    ['((((a == "x"))))', 'a == "x"'],
    ['(a == "1" && b == "1") && c == "1"', '((a == "1" && b == "1") && c == "1")'],
    ['../-_ == "x"', '../-_ == "x"'],
  ])('%s → %s', (text, canonical) => {
    expect(printSelector(parsed(text))).toBe(canonical);
  });

  it.each([
    'a',
    'a =',
    'a = "x"',
    'a == x',
    'a == "x',
    'a == "x\'',
    'a == "x" "y"',
    'a == "x" & b == "y"',
    'a == "x" | b == "y"',
    'a == "x" &&',
    '|| a == "x"',
    'has (a)',
    'all ()',
    'has()',
    'has("a")',
    'has(a',
    '()',
    '(a == "x"',
    'a == "x")',
    'a in "x"',
    'a in {x}',
    'a in {"x" "y"}',
    'a in {,}',
    'a in {"x",,}',
    'a inx {"x"}',
    'a starts "x"',
    'a\n== "x"',
    'a == "x"\n',
    '\u00a0a == "x"',
    'a:b == "x"',
    'ä == "x"',
    `${'a'.repeat(513)} == "x"`,
    '!',
    '$',
  ])('refuses %j', (text) => {
    const result = parseSelector(text);
    expect(isSelectorError(result)).toBe(true);
    expect(isSelectorError(result) && result.message.length > 0 && result.at <= text.length).toBe(true);
  });

  it('crashes on nothing, and prints what it reads back', () => {
    const piece = fc.constantFrom(
      'a',
      'has(',
      ')',
      '(',
      '!',
      '&&',
      '||',
      '==',
      '"x"',
      "'y'",
      'in',
      'not in',
      '{',
      '}',
      ',',
      ' ',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 12 }).map((all) => all.join(' ')),
    );
    fc.assert(
      fc.property(text, (input) => {
        const node = parseSelector(input);
        if (isSelectorError(node)) return;
        const printed = printSelector(node);
        expect(printSelector(parsed(printed))).toBe(printed);
      }),
      { numRuns: 2_000 },
    );
  });
});

interface Case {
  readonly selector: string;
  readonly labels: Record<string, string>;
  readonly match?: boolean;
  readonly canonical?: string;
  readonly error?: true;
}
const root = process.env.MARGAY_VECTORS;
const cases: Case[] =
  root === undefined ? [] : JSON.parse(readFileSync(join(root, 'calico', 'selectors.json'), 'utf8'));
if (root === undefined) console.log('skipped: Calico selector vectors, MARGAY_VECTORS is not set');

describe.skipIf(root === undefined)('Calico’s own answers (MARGAY_VECTORS)', () => {
  it('has cases', () => {
    expect(cases.length).toBeGreaterThan(50);
  });

  it.each(cases)('$selector', ({ selector, labels, match, canonical, error }) => {
    const node = parseSelector(selector);
    expect(isSelectorError(node)).toBe(error ?? false);
    if (isSelectorError(node)) return;
    expect(compileSelector(node).matches(new Map(Object.entries(labels)))).toBe(match);
    expect(printSelector(node)).toBe(canonical);
    expect(printSelector(parsed(printSelector(node)))).toBe(canonical);
  });
});
