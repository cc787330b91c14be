import { describe, expect, it } from 'vitest';
import { slugOf } from './slug.ts';

describe('slugOf', () => {
  it.each([
    ['Acme, Inc.', 'acme-inc'],
    ['  Ærø & Ünïcode  ', 'r-unicode'],
    ['日本', 'team'],
    ['--', 'team'],
    [`${'a'.repeat(39)} b`, 'a'.repeat(39)],
    ['<script>', 'script'],
  ])('%j becomes %j', (name, slug) => {
    expect(slugOf(name)).toBe(slug);
  });
});
