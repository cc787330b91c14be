import 'server-only';
import { environment } from './environment.ts';

/** What the pages say of this installation. */
export function site(): { version: string; host: string } {
  const { MARGAY_VERSION, MARGAY_PUBLIC_URL } = environment();
  return { version: MARGAY_VERSION, host: new URL(MARGAY_PUBLIC_URL).host };
}
