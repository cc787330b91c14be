import { MargayError } from '@margay/model';
import { z } from 'zod';

const url = (what: string) => z.string({ error: `set it to ${what}` }).min(1, `set it to ${what}`);

const Environment = z.object({
  MARGAY_APP_DATABASE_URL: url('the URL of the database for role margay_app'),
  MARGAY_ROLLUP_DATABASE_URL: url('the URL of the database for role margay_rollup'),
  MARGAY_QUEUE_DATABASE_URL: url('the URL of the database for role margay_queue'),
  REDIS_URL: z.string().min(1).optional(),
  MARGAY_PUBLIC_URL: z.url({ protocol: /^https?$/, error: 'set it to the origin that browsers reach the console by' }),
  MARGAY_INGEST_URL: z
    .url({
      protocol: /^https?$/,
      error: 'set it to the origin of ingest, or leave it out: then it is MARGAY_PUBLIC_URL',
    })
    .optional(),
  MARGAY_VERSION: z.string().min(1).default('0.0.0'),
  PORT: z.coerce.number().int().min(0).max(65535).default(4001),
  HOST: z.string().min(1).default('127.0.0.1'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});
export type Environment = z.infer<typeof Environment>;

/** @throws MargayError PRECONDITION_FAILED that says which variables to set, and to what. */
export function readEnvironment(variables: Readonly<Record<string, string | undefined>>): Environment {
  const parsed = Environment.safeParse(variables);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`);
  throw new MargayError('PRECONDITION_FAILED', `the worker cannot start:\n${lines.join('\n')}`);
}
