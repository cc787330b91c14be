import { startMargay } from './margay.ts';

/** One Margay for all browser tests; each test makes an organisation of its own. */
// biome-ignore lint/style/noDefaultExport: Playwright loads a global setup by its default export
export default async function globalSetup(): Promise<() => Promise<void>> {
  const margay = await startMargay();
  process.env.MARGAY_E2E_URL = margay.url;
  return () => margay.stop();
}
