import { MargayError } from '@margay/model';

/**
 * The address of an install manifest, from what people paste: with or without `.yaml`, alone or inside the line that the console shows.
 *
 * @throws MargayError VALIDATION when there is none in it.
 */
export function parseInstallUrl(text: string): URL {
  const found = /https?:\/\/[^\s"'<>]+/.exec(text)?.[0];
  const url = found && URL.canParse(found) ? new URL(found) : undefined;
  if (!url || !/^\/install\/[^/]+$/.test(url.pathname))
    throw new MargayError(
      'VALIDATION',
      'That is no install address. It looks like http://127.0.0.1:3000/install/mgt_…; the connect page shows it.',
    );
  if (!url.pathname.endsWith('.yaml')) url.pathname += '.yaml';
  return url;
}
