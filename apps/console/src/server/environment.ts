import { MargayError } from '@margay/model';
import { z } from 'zod';

const Environment = z.object({
  MARGAY_APP_DATABASE_URL: z.string({ error: 'set it to the connection string of the role margay_app' }).min(1),
  MARGAY_QUEUE_DATABASE_URL: z.string({ error: 'set it to the connection string of the role margay_queue' }).min(1),
  REDIS_URL: z.string().optional(),
  MARGAY_PUBLIC_URL: z.url({
    error: 'set it to the origin that browsers reach the console by, like https://margay.example.org',
  }),
  NEXTAUTH_SECRET: z.string({ error: 'set it to 32 or more random characters' }).min(16),
  MARGAY_VERSION: z.string().default('0.0.0'),
});
export type Environment = z.infer<typeof Environment>;

let parsed: Environment | undefined;

/**
 * The console's settings, read on first use so that a build needs none.
 *
 * @throws MargayError VALIDATION naming each variable and what to set it to.
 */
export function environment(): Environment {
  if (parsed) return parsed;
  const result = Environment.safeParse(process.env);
  if (!result.success)
    throw new MargayError(
      'VALIDATION',
      result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('\n'),
    );
  parsed = result.data;
  return parsed;
}
