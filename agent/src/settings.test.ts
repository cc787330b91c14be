import { describe, expect, it } from 'vitest';
import { parseSettings } from './settings.ts';

describe('parseSettings', () => {
  it('takes the console’s origin and fills in the rest', () => {
    expect(
      parseSettings({ MARGAY_URL: 'https://m.example.org/x?y', NODE_NAME: 'n1', MARGAY_INSTALL_TOKEN: '' }),
    ).toMatchObject({
      url: 'https://m.example.org',
      nodeName: 'n1',
      installToken: null,
      stateDir: '/var/lib/margay',
      credentialDir: '/etc/margay/credential',
      namespace: 'margay',
      spoolBytesMax: 256 << 20,
      externalPeersMax: 2_000,
    });
  });

  it.each([
    [{}, /MARGAY_URL.*origin/s],
    [{ MARGAY_URL: 'ftp://x' }, /MARGAY_URL/],
    [{ MARGAY_URL: 'http://x', MARGAY_SPOOL_BYTES_MAX: '12' }, /MARGAY_SPOOL_BYTES_MAX/],
    [{ MARGAY_URL: 'http://x', LOG_LEVEL: 'loud' }, /LOG_LEVEL/],
  ])('says what to set for %j', (env, message) => expect(() => parseSettings(env)).toThrow(message));
});
