import fc from 'fast-check';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { splitYaml } from './split-yaml.ts';

const tricky = fc.constantFrom(
  '---',
  '...',
  '- x',
  '# x',
  'a\n- b\n',
  'a\n---\nb\n',
  '\n\n- kind: Pod\n',
  'kind: x\n',
  ' lead\n  more\n',
  'x: y',
  '',
);
const text = fc.oneof(tricky, fc.string());
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'items', 'kind', '-', 'b c'), tie('value'), {
      maxKeys: 3,
      noNullPrototype: true,
    }),
  ),
}));
const object = fc
  .tuple(value, value)
  .map(([metadata, spec]): Record<string, unknown> => ({ apiVersion: 'v1', kind: 'Pod', metadata, spec }));
const objects = fc.array(object, { minLength: 1, maxLength: 5 });
const pieces = (yaml: string, longChars: number) => [...splitYaml(yaml, longChars)];

describe('splitYaml', () => {
  it('cuts documents where YAML does, whatever texts they hold', () => {
    fc.assert(
      fc.property(objects, (all) => {
        const yaml = all.map((one) => stringify(one)).join('---\n');
        const found = pieces(yaml, Number.POSITIVE_INFINITY);
        expect(found.map((piece) => load(piece.text))).toEqual(all);
        for (const { text: part, line } of found) {
          const [first = ''] = part.replace(/^\n/, '').split('\n');
          expect(yaml.split('\n')[line - (part.startsWith('\n') ? 0 : 1)]).toBe(first);
        }
      }),
      { numRuns: 500 },
    );
  });

  it.each([true, false])('cuts a List at its items, indented %s', (indentSeq) => {
    fc.assert(
      fc.property(objects, fc.boolean(), (all, kindFirst) => {
        const head = kindFirst
          ? { kind: 'List', items: all }
          : { apiVersion: 'v1', items: all, kind: 'List', metadata: {} };
        const yaml = stringify(head, { indentSeq, aliasDuplicateObjects: false });
        const found = pieces(yaml, 0);
        expect(found.map(({ item }) => item)).toEqual(all.map((_, index) => index));
        expect(found.map((piece) => load(piece.text))).toEqual(all);
        const lines = yaml.split('\n');
        for (const { text: part, line } of found) {
          const [first = ''] = part.split('\n');
          expect(lines[line - 1]?.replace(/^( *)- /, '$1  ')).toBe(first);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('counts only documents that hold something', () => {
    const yaml = '# only words\n---\n---\n%YAML 1.2\n---\na: 1\n...\n---\n  \n--- # mark with a comment\nb: 2\n';
    expect(pieces(yaml, 1_000).map(({ document, line }) => [document, line])).toEqual([
      [0, 5],
      [1, 10],
    ]);
  });

  it('lets a byte order mark begin any document, and lines end as Windows has them', () => {
    const texts = ['\ufeffkind: A\r\n', '\ufeffkind: B\r\n'];
    const pieces = [...splitYaml(texts.join('---\r\n'), 1_000)].map(({ text, document }) => [document, text.trim()]);
    expect(pieces).toEqual([
      [0, 'kind: A'],
      [1, 'kind: B'],
    ]);
    expect([...splitYaml('kind: A\n\ufeff---\nkind: B\n', 1_000)]).toHaveLength(2);
  });
});
