import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../kube/objects.ts';
import { findResource } from './resources.ts';
import { parseFieldSelector, parseLabelSelector } from './selectors.ts';

const object = (labels: Record<string, string>, spec: Record<string, unknown> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'n', labels },
  spec,
});
const pods = findResource('', 'v1', 'pods')!;

describe('label selectors', () => {
  it.each([
    ['a=b', { a: 'b' }, true],
    ['a==b', { a: 'c' }, false],
    ['a!=b', {}, true],
    ['a in (b, c)', { a: 'c' }, true],
    ['a notin (b)', {}, true],
    ['a notin (b)', { a: 'b' }, false],
    ['!a', { a: '' }, false],
    ['a', { a: '' }, true],
    ['a=', { a: '' }, true],
    ['example.com/x-y=z.1,b', { 'example.com/x-y': 'z.1', b: '' }, true],
    ['', {}, true],
  ])('%j on %j: %s', (text, labels, expected) => {
    expect(parseLabelSelector(text)(object(labels))).toBe(expected);
  });

  it.each(['a in b', 'a=b c', '=b', 'a>1', 'a in (b'])('refuses %j', (text) => {
    expect(() => parseLabelSelector(text)).toThrow(/unable to parse/);
  });
});

describe('field selectors', () => {
  it('compares by path, absent as empty', () => {
    expect(parseFieldSelector('spec.nodeName=here', pods)(object({}, { nodeName: 'here' }))).toBe(true);
    expect(parseFieldSelector('spec.nodeName=', pods)(object({}))).toBe(true);
    expect(parseFieldSelector('spec.nodeName!=here,metadata.name=p', pods)(object({}))).toBe(true);
  });

  it('refuses fields that the kind cannot be selected by', () => {
    expect(() => parseFieldSelector('spec.image=x', pods)).toThrow(/field label not supported: spec.image/);
    expect(() => parseFieldSelector('spec.nodeName', pods)).toThrow(/can't understand/);
  });
});
