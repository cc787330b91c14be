import fc from 'fast-check';
import { expect, it } from 'vitest';
import { yamlTokens } from './yaml-tokens.ts';

const kinds = (line: string) => yamlTokens(line).map((token) => `${token.kind}:${token.text}`);

it('colours keys and values', () => {
  expect(kinds('  name: summary')).toEqual(['plain:  ', 'key:name', 'plain::', 'plain: ', 'string:summary']);
  expect(kinds('    - protocol: TCP')).toEqual(['plain:    - ', 'key:protocol', 'plain::', 'plain: ', 'string:TCP']);
  expect(kinds('      kubernetes.io/metadata.name: monitoring')[1]).toBe('key:kubernetes.io/metadata.name');
  expect(kinds('  - Ingress')).toEqual(['plain:  - ', 'string:Ingress']);
  expect(kinds('# learnt')).toEqual(['comment:# learnt']);
  expect(kinds('  policyTypes: [Ingress]')).toContain('plain:[Ingress]');
});

it('loses and adds nothing, whatever the line', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...' -:#"\'[]{}ab./\\') }), (line) => {
      expect(
        yamlTokens(line)
          .map((token) => token.text)
          .join(''),
      ).toBe(line);
    }),
  );
});
