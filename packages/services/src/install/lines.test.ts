import { describe, expect, it } from 'vitest';
import { installLines, isLoopback } from './lines.ts';

describe('installLines', () => {
  it('quotes the URL for a shell and names the manifest', () => {
    expect(installLines('https://margay.example.org/', 'mgt_1')).toEqual({
      installUrl: 'https://margay.example.org/install/mgt_1.yaml',
      kubectlLine: 'kubectl apply -f "https://margay.example.org/install/mgt_1.yaml"',
      labLine: 'npm run lab -- --connect "https://margay.example.org/install/mgt_1"',
      reachable: true,
      publicUrl: 'https://margay.example.org',
    });
  });

  it.each([
    ['http://127.0.0.1:3000', false],
    ['http://127.9.9.9', false],
    ['http://2130706433:3000', false],
    ['http://localhost:3000', false],
    ['http://LOCALHOST.:3000', false],
    ['http://margay.localhost', false],
    ['http://[::1]:3000', false],
    ['http://[::ffff:127.0.0.1]:3000', false],
    ['http://0.0.0.0:3000', false],
    ['http://10.0.0.5:3000', true],
    ['http://localhost.example.org', true],
    ['http://[fd00::1]:3000', true],
  ])('%s is reachable from elsewhere: %s', (url, reachable) => {
    expect(!isLoopback(new URL(url).hostname)).toBe(reachable);
  });
});
