import { FlowFilter } from '@margay/services/inputs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FILTER_KEYS, fromParams, readChip, toFlowFilter, toParams, withChip, withoutChip } from './filter.ts';

const EMPTY = { chips: [], text: '' };

describe('reading what was typed', () => {
  it('makes chips', () => {
    expect(readChip('src.ns=shop, bank')).toEqual({ key: 'src.ns', values: ['shop', 'bank'] });
    expect(readChip('frontend')).toBeNull();
  });
  it('says what is wrong and what would be right', () => {
    expect(readChip('sorce=x')).toMatchObject({ problem: expect.stringContaining('src.ns') });
    expect(readChip('port=http')).toMatchObject({ problem: expect.stringContaining('destination port') });
    expect(readChip('port=70000')).toMatchObject({ problem: expect.stringContaining('70000') });
    expect(readChip('action=maybe')).toMatchObject({ problem: expect.stringContaining('allow or deny') });
    expect(readChip('port=')).toMatchObject({ problem: expect.stringContaining('value') });
  });
});

describe('filter state', () => {
  it('adds values to a key and drops the key', () => {
    const one = withChip(EMPTY, { key: 'port', values: ['80'] });
    const two = withChip(one, { key: 'port', values: ['443', '80'] });
    expect(two.chips).toEqual([{ key: 'port', values: ['80', '443'] }]);
    expect(withoutChip(two, 'port')).toEqual(EMPTY);
  });
  it('asks the server in its own words', () => {
    const state = fromParams({
      'src.ns': 'shop',
      proto: 'tcp,132',
      port: '80,443',
      action: 'deny',
      seen: 'src',
      q: ' cart ',
    });
    const filter = toFlowFilter(state);
    expect(filter).toMatchObject({
      srcNamespace: ['shop'],
      protocol: [6, 132],
      port: [80, 443],
      action: ['deny'],
      seenAt: 'src',
      text: 'cart',
    });
    expect(FlowFilter.safeParse(filter).success).toBe(true);
  });
  it('goes to the URL and back, whatever the URL says', () => {
    const value = fc.option(fc.string({ unit: fc.constantFrom(...'abdenylow019,.-=& <>') }), { nil: null });
    fc.assert(
      fc.property(fc.record(Object.fromEntries([...FILTER_KEYS, 'q'].map((key) => [key, value]))), (params) => {
        const state = fromParams(params);
        expect(fromParams(toParams(state))).toEqual(state);
        expect(FlowFilter.safeParse(toFlowFilter(state)).success).toBe(true);
      }),
    );
  });
});
