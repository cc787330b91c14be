import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { renderYaml } from './render-yaml.ts';

describe('renderYaml', () => {
  it('reads back as the same object, by YAML 1.2 and by the 1.1 that kubectl speaks', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.constantFrom(
        'y',
        'No',
        'on',
        '~',
        'null',
        '1e3',
        '0x1f',
        '12:30:45',
        '1_000',
        '',
        '- a',
        '# b',
        '{',
        "'",
        '"',
        '\\',
        '2001-01-01',
        '=',
        '<<',
        '.inf',
        '|',
        '\ufeff',
        '\ud800',
      ),
    );
    const value = fc.dictionary(text, fc.oneof(text, fc.integer(), fc.array(text), fc.dictionary(text, text)), {
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(value, (object) => {
        const yaml = renderYaml(object);
        expect(yaml).toMatch(/^[\n\x20-\x7e]*$/);
        expect(parse(yaml)).toEqual(object);
        expect(parse(yaml, { version: '1.1', merge: false })).toEqual(object);
      }),
      { numRuns: 500 },
    );
  });

  it('folds nothing and shares nothing', () => {
    const shared = { app: 'x'.repeat(300), note: 'a b '.repeat(80) };
    const yaml = renderYaml({ one: shared, two: shared });
    expect(yaml.split('\n')).toHaveLength(7);
    expect(yaml).not.toMatch(/[&*]/);
  });
});
