import { describe, expect, it } from 'vitest';
import { parseInstallUrl } from './install-url.ts';

describe('parseInstallUrl', () => {
  it.each([
    'http://127.0.0.1:3000/install/mgt_a',
    'http://127.0.0.1:3000/install/mgt_a.yaml',
    'kubectl apply -f "http://127.0.0.1:3000/install/mgt_a.yaml"',
    'npm run lab -- --connect "http://127.0.0.1:3000/install/mgt_a"',
    '  http://127.0.0.1:3000/install/mgt_a  ',
  ])('reads %j', (text) => {
    expect(parseInstallUrl(text).href).toBe('http://127.0.0.1:3000/install/mgt_a.yaml');
  });

  it.each([
    '',
    'mgt_a',
    'http://127.0.0.1:3000/',
    'http://127.0.0.1:3000/install/',
    'ftp://x/install/mgt_a',
    'http://x/install/a/b',
  ])('refuses %j', (text) => {
    expect(() => parseInstallUrl(text)).toThrow(/no install address/);
  });
});
