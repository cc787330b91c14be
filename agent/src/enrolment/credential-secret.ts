import { MargayError } from '@margay/model';
import { z } from 'zod';
import type { KubeClient } from '../kube/client.ts';
import { KubeError } from '../kube/kube-error.ts';
import { type Credential, parseCredential } from '../uplink/credential.ts';

const NAME = 'margay-agent-credential';

const Secret = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  data: z.record(z.string(), z.string()).nullish(),
});
type Secret = z.infer<typeof Secret>;

/** The one Secret that the cluster role writes and nodes mount. */
export class CredentialSecret {
  readonly #client: KubeClient;
  readonly #namespace: string;

  constructor(client: KubeClient, namespace: string) {
    this.#client = client;
    this.#namespace = namespace;
  }

  /** Null while it is empty or does not exist. @throws as {@link KubeClient.json} does; MargayError FORBIDDEN when the agent may not. */
  async read(): Promise<Credential | null> {
    const secret = await this.#get();
    const decode = (key: string) => Buffer.from(secret?.data?.[key] ?? '', 'base64').toString('utf8');
    return secret ? parseCredential(decode('id'), decode('secret')) : null;
  }

  /**
   * Puts `credential` in it, leaving all else of it alone; makes it where it does not exist.
   *
   * @throws KubeError 409 when somebody else wrote it meanwhile; MargayError FORBIDDEN when the agent may not.
   */
  async write(credential: Credential): Promise<void> {
    const encode = (text: string) => Buffer.from(text).toString('base64');
    const data = { id: encode(credential.id), secret: encode(credential.secret) };
    const known = await this.#get();
    try {
      if (known) {
        // With the version that was read: a writer in between makes this one fail instead of being undone.
        await this.#client.json(this.#path(NAME), {
          method: 'PUT',
          body: { ...known, data: { ...known.data, ...data } },
        });
        return;
      }
      const metadata = { name: NAME, namespace: this.#namespace };
      await this.#client.json(this.#path(), {
        method: 'POST',
        body: { apiVersion: 'v1', kind: 'Secret', type: 'Opaque', metadata, data },
      });
    } catch (cause) {
      if (!(cause instanceof KubeError) || cause.status !== 403) throw cause;
      const remedy = known ? 'its Role is missing' : 'it was deleted and the agent may not make Secrets';
      throw new MargayError(
        'FORBIDDEN',
        `Secret ${this.#namespace}/${NAME} cannot be written (${remedy}): apply the install manifest again`,
        { cause },
      );
    }
  }

  async #get(): Promise<Secret | null> {
    try {
      return Secret.parse(await this.#client.json(this.#path(NAME)));
    } catch (error) {
      if (error instanceof KubeError && error.status === 404) return null;
      if (!(error instanceof KubeError) || error.status !== 403) throw error;
      throw new MargayError(
        'FORBIDDEN',
        `Secret ${this.#namespace}/${NAME} may not be read: apply the install manifest again`,
        {
          cause: error,
        },
      );
    }
  }

  #path(name?: string): string {
    const base = `/api/v1/namespaces/${encodeURIComponent(this.#namespace)}/secrets`;
    return name ? `${base}/${name}` : base;
  }
}
