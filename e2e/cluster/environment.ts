import { z } from 'zod';

const command = z
  .string()
  .trim()
  .optional()
  .transform((text) => text || null);

const Environment = z.object({
  MARGAY_E2E_CLUSTER: command,
  MARGAY_E2E_IMAGE: command,
  MARGAY_E2E_CONSOLE: z
    .url({ protocol: /^http$/, error: 'set it to an http origin with its port, e.g. http://console.test:31234' })
    .refine((url) => new URL(url).port !== '', 'set it to an origin with its port, e.g. http://console.test:31234')
    .optional(),
  MARGAY_E2E_OUTSIDE: command,
  MARGAY_E2E_ADD_NODE: command,
  KUBEBUILDER_ASSETS: command,
});

/** What the test of a real cluster is told by its environment; README.md says what each is. */
export interface ClusterEnvironment {
  readonly cluster: string;
  readonly image: string;
  readonly consoleUrl: string;
  readonly consolePort: number;
  readonly outside: string | null;
  readonly addNode: string | null;
  readonly kubectl: string;
}

/**
 * Parses the environment.
 *
 * @returns why the test cannot run here, where a variable is missing.
 * @throws Error naming each variable that is wrong.
 */
export function readClusterEnvironment(variables: NodeJS.ProcessEnv): ClusterEnvironment | string {
  const parsed = Environment.safeParse(variables);
  if (!parsed.success) throw new Error(z.prettifyError(parsed.error));
  const env = parsed.data;
  const { MARGAY_E2E_CLUSTER: cluster, MARGAY_E2E_IMAGE: image, MARGAY_E2E_CONSOLE: consoleUrl } = env;
  if (!cluster || !image || !consoleUrl) {
    const missing = Object.entries({
      MARGAY_E2E_CLUSTER: cluster,
      MARGAY_E2E_IMAGE: image,
      MARGAY_E2E_CONSOLE: consoleUrl,
    })
      .filter(([, value]) => !value)
      .map(([name]) => name);
    return `${missing.join(', ')} not set: e2e/cluster/README.md says how to offer a disposable cluster`;
  }
  return {
    cluster,
    image,
    consoleUrl: new URL(consoleUrl).origin,
    consolePort: Number(new URL(consoleUrl).port),
    outside: env.MARGAY_E2E_OUTSIDE,
    addNode: env.MARGAY_E2E_ADD_NODE,
    kubectl: env.KUBEBUILDER_ASSETS ? `${env.KUBEBUILDER_ASSETS}/kubectl` : 'kubectl',
  };
}
