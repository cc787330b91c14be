import type { TestDatabase } from '@margay/testkit';
import { type Environment, readEnvironment } from '../src/environment.ts';

/** Of an ingest on a test's own database and a port that is free. */
export function ingestEnvironment({ urls }: TestDatabase, more: Readonly<Record<string, string>> = {}): Environment {
  return readEnvironment({
    MARGAY_APP_DATABASE_URL: urls.app,
    MARGAY_INGEST_DATABASE_URL: urls.ingest,
    MARGAY_QUEUE_DATABASE_URL: urls.queue,
    MARGAY_PUBLIC_URL: 'https://margay.example.org',
    MARGAY_VERSION: '0.1.0',
    PORT: '0',
    ...more,
  });
}
