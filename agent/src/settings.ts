import { hostname } from 'node:os';
import { MargayError } from '@margay/model';
import { z } from 'zod';

const text = z.string().trim();
const optional = z.preprocess((value) => (value === '' ? undefined : value), text.optional());

const Settings = z.object({
  MARGAY_URL: z
    .url({ protocol: /^https?$/, error: 'set MARGAY_URL to the console’s origin, e.g. https://margay.example.org' })
    .transform((url) => new URL(url).origin),
  MARGAY_INSTALL_TOKEN: optional,
  MARGAY_CREDENTIAL_DIR: text.min(1).default('/etc/margay/credential'),
  MARGAY_STATE_DIR: text.min(1).default('/var/lib/margay'),
  /** Most that batches waiting for the console may take on disk. */
  MARGAY_SPOOL_BYTES_MAX: z.coerce
    .number()
    .int()
    .min(1 << 20)
    .default(256 << 20),
  /** Distinct outside addresses that become peers of their own on this node; the rest are counted into CIDR buckets. */
  MARGAY_EXTERNAL_PEERS_MAX: z.coerce.number().int().min(0).max(100_000).default(2_000),
  /** Whether the agent enforces policies itself, where the cluster's CNI does not: by which plane. */
  MARGAY_ENFORCE: z.enum(['off', 'nftables']).default('off'),
  MARGAY_ON_DENY: z.enum(['drop', 'reject']).default('drop'),
  /** What becomes of live connections whose allow is withdrawn. */
  MARGAY_ESTABLISHED: z.enum(['keep', 'cut']).default('keep'),
  NODE_NAME: optional,
  POD_NAMESPACE: text.min(1).max(63).default('margay'),
  KUBECONFIG: optional,
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  MARGAY_VERSION: optional,
});

/** What an agent process is told by its environment. */
export interface Settings {
  readonly url: string;
  readonly installToken: string | null;
  readonly credentialDir: string;
  readonly stateDir: string;
  readonly spoolBytesMax: number;
  readonly externalPeersMax: number;
  /** Null: it only observes. */
  readonly enforce: {
    readonly plane: 'nftables';
    readonly onDeny: 'drop' | 'reject';
    readonly established: 'keep' | 'cut';
  } | null;
  readonly nodeName: string;
  readonly namespace: string;
  readonly logLevel: z.output<typeof Settings>['LOG_LEVEL'];
  readonly version: string;
}

/**
 * Parses the environment.
 *
 * @throws MargayError VALIDATION naming each variable and what to set.
 */
export function parseSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const parsed = Settings.safeParse(env);
  if (!parsed.success) throw new MargayError('VALIDATION', `The agent cannot start:\n${z.prettifyError(parsed.error)}`);
  const e = parsed.data;
  return {
    url: e.MARGAY_URL,
    installToken: e.MARGAY_INSTALL_TOKEN ?? null,
    credentialDir: e.MARGAY_CREDENTIAL_DIR,
    stateDir: e.MARGAY_STATE_DIR,
    spoolBytesMax: e.MARGAY_SPOOL_BYTES_MAX,
    externalPeersMax: e.MARGAY_EXTERNAL_PEERS_MAX,
    enforce:
      e.MARGAY_ENFORCE === 'off'
        ? null
        : { plane: e.MARGAY_ENFORCE, onDeny: e.MARGAY_ON_DENY, established: e.MARGAY_ESTABLISHED },
    nodeName: e.NODE_NAME ?? hostname(),
    namespace: e.POD_NAMESPACE,
    logLevel: e.LOG_LEVEL,
    version: e.MARGAY_VERSION ?? VERSION,
  };
}

/** Of this source tree; an image says its own by MARGAY_VERSION. */
export const VERSION = '0.1.0';
