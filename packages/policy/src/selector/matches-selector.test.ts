import { describe, expect, it } from 'vitest';
import type { LabelSelector, LabelSelectorRequirement } from '../kubernetes.ts';
import { matchesSelector } from './matches-selector.ts';

const labels = { app: 'web', tier: '' };
const expression = (key: string, operator: string, values?: string[]): LabelSelector => ({
  matchExpressions: [{ key, operator, values } as LabelSelectorRequirement],
});

describe('matchesSelector', () => {
  it.each<[string, LabelSelector, boolean]>([
    ['empty matches all', {}, true],
    ['label equal', { matchLabels: { app: 'web' } }, true],
    ['label differs', { matchLabels: { app: 'Web' } }, false],
    ['empty value is a value', { matchLabels: { tier: '' } }, true],
    ['absent label', { matchLabels: { x: '' } }, false],
    ['inherited key is absent', { matchLabels: { constructor: 'x' } }, false],
    ['inherited key does not exist', expression('toString', 'DoesNotExist'), true],
    ['In', expression('app', 'In', ['a', 'web']), true],
    ['In, absent', expression('x', 'In', ['a']), false],
    ['NotIn', expression('app', 'NotIn', ['web']), false],
    ['NotIn, absent', expression('x', 'NotIn', ['web']), true],
    ['Exists', expression('tier', 'Exists'), true],
    ['Exists, absent', expression('x', 'Exists'), false],
    ['DoesNotExist', expression('app', 'DoesNotExist'), false],
    ['unknown operator', expression('app', 'Contains', ['w']), false],
    ['all must match', { matchLabels: { app: 'web' }, ...expression('tier', 'DoesNotExist') }, false],
  ])('%s', (_name, selector, expected) => {
    expect(matchesSelector(selector, labels)).toBe(expected);
  });
});
