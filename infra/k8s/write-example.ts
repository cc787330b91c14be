import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderInstallManifest } from '@margay/manifest';

export const EXAMPLE = join(import.meta.dirname, 'install.example.yaml');

/** The manifest as a console at `https://margay.example.org` serves it, with a token that buys nothing. */
export function renderExample(): string {
  const token = `mgt_${'0'.repeat(64)}`;
  return renderInstallManifest({ consoleUrl: 'https://margay.example.org', token, image: 'margay/agent:0.1.0' });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(EXAMPLE, renderExample());
