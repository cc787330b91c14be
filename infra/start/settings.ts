import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { MargayError } from '@margay/model';
import { z } from 'zod';

export const ROOT = resolve(import.meta.dirname, '../..');

const optionalUrl = (name: string, protocols: readonly string[]) =>
  z
    .string()
    .optional()
    .transform((value) => value || undefined)
    .refine(
      (value) => value === undefined || protocols.includes(protocolOf(value)),
      `${name} must begin with ${protocols.join(' or ')}//`,
    );

const Environment = z.object({
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, 'PORT must be a number from 1 to 65535')
    .transform(Number)
    .refine((port) => port >= 1 && port <= 65535, 'PORT must be a number from 1 to 65535')
    .optional(),
  HOST: z.string().min(1).default('127.0.0.1'),
  MARGAY_HOME: z.string().min(1).default(join(ROOT, '.margay')),
  MARGAY_PUBLIC_URL: optionalUrl('MARGAY_PUBLIC_URL', ['http:', 'https:']),
  DATABASE_URL: optionalUrl('DATABASE_URL', ['postgres:', 'postgresql:']),
  REDIS_URL: optionalUrl('REDIS_URL', ['redis:', 'rediss:']),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('warn'),
});

export interface Settings {
  /** Undefined: the next free port from 3000. */
  readonly port: number | undefined;
  readonly host: string;
  readonly home: string;
  readonly publicUrl: string | undefined;
  readonly databaseUrl: string | undefined;
  readonly redisUrl: string | undefined;
  readonly logLevel: string;
}

/**
 * Settings of `npm start`, from the environment.
 *
 * @throws MargayError VALIDATION naming each variable that is wrong and what it may be.
 */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const parsed = Environment.safeParse(environment);
  if (!parsed.success)
    throw new MargayError(
      'VALIDATION',
      parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('\n'),
    );
  const env = parsed.data;
  return {
    port: env.PORT,
    host: env.HOST,
    home: isAbsolute(env.MARGAY_HOME) ? env.MARGAY_HOME : resolve(env.MARGAY_HOME.replace(/^~/, homedir())),
    publicUrl: env.MARGAY_PUBLIC_URL ? new URL(env.MARGAY_PUBLIC_URL).origin : undefined,
    databaseUrl: env.DATABASE_URL,
    redisUrl: env.REDIS_URL,
    logLevel: env.LOG_LEVEL,
  };
}

function protocolOf(url: string): string {
  return URL.canParse(url) ? new URL(url).protocol : '';
}
