import { MargayError } from '@margay/model';
import { z } from 'zod';

const url = (what: string) => z.string({ error: `set it to ${what}` }).min(1, `set it to ${what}`);

const Environment = z.object({
  MARGAY_APP_DATABASE_URL: url('the URL of the database for role margay_app'),
  MARGAY_INGEST_DATABASE_URL: url('the URL of the database for role margay_ingest'),
  MARGAY_QUEUE_DATABASE_URL: url('the URL of the database for role margay_queue'),
  REDIS_URL: z.string().min(1).optional(),
  MARGAY_PUBLIC_URL: z.url({ protocol: /^https?$/, error: 'set it to the origin that agents reach the console by' }),
  MARGAY_VERSION: z.string().min(1).default('0.0.0'),
  MARGAY_AGENT_IMAGE: z.string().min(1).optional(),
  PORT: z.coerce.number().int().min(0).max(65535).default(4000),
  HOST: z.string().min(1).default('127.0.0.1'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  /** Compressed bytes a second that one cluster may send for long; bursts may be eight times that. */
  MARGAY_INGEST_CLUSTER_BYTES: z.coerce
    .number()
    .int()
    .min(1)
    .default(16 << 20),
  /** Requests of one organisation that are worked on at once. */
  MARGAY_INGEST_ORG_CONCURRENCY: z.coerce.number().int().min(1).default(8),
  /** Definitions of peers (workloads in all their versions, services, outside addresses) that one cluster may have. */
  MARGAY_INGEST_CLUSTER_PEERS: z.coerce.number().int().min(1).default(200_000),
});
export type Environment = z.infer<typeof Environment>;

/** @throws MargayError PRECONDITION_FAILED that says which variables to set, and to what. */
export function readEnvironment(variables: Readonly<Record<string, string | undefined>>): Environment {
  const parsed = Environment.safeParse(variables);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`);
  throw new MargayError('PRECONDITION_FAILED', `ingest cannot start:\n${lines.join('\n')}`);
}
