import type { CreateInstallTokenOutput } from '@margay/services/inputs';
import { parseAllDocuments } from 'yaml';
import { StoredFlows } from '../faults/stored.ts';
import type { ClusterRun } from './cluster-run.ts';

/** An address that leads nowhere (RFC 5737): what a console is to agents whose way out is blocked. */
export const NOWHERE = '192.0.2.1';

/** A cluster record of its own, whose agents never get through. */
export interface HeldUp {
  readonly clusterId: string;
  /** Applies its line as it is, but with a console that cannot be reached. */
  readonly applyBlocked: () => Promise<void>;
  /** The same for agents that may not touch the Secret of their credential, and a console that answers. */
  readonly applyForbidden: () => Promise<void>;
  /** Makes another line, lets all expire unused, and applies it as it is. */
  readonly applyExpired: () => Promise<void>;
}

export async function openHeldUp({ user, environment, kubectl, suffix, home }: ClusterRun): Promise<HeldUp> {
  const { id: clusterId } = await user.mutate<{ id: string }>('cluster.create', { name: `held-up-${suffix}` });
  const newLine = async () => {
    const token = await user.mutate<CreateInstallTokenOutput>('cluster.createInstallToken', { clusterId });
    return {
      token,
      url: token.installUrl.replace(environment.consoleUrl, `http://127.0.0.1:${environment.consolePort}`),
    };
  };
  const first = await newLine();
  return {
    clusterId,
    applyBlocked: async () => {
      const text = await (await fetch(first.url)).text();
      const blocked = text.replaceAll(environment.consoleUrl, `http://${NOWHERE}:${environment.consolePort}`);
      if (blocked === text) throw new Error(`the manifest does not name ${environment.consoleUrl}`);
      await kubectl.apply(parseAllDocuments(blocked).map((document) => document.toJS()));
    },
    applyForbidden: async () => {
      const documents = parseAllDocuments(await (await fetch((await newLine()).url)).text()).map((one) => one.toJS());
      const roles = documents.filter(({ kind }) => kind === 'Role');
      if (roles.length === 0) throw new Error('the manifest has no Role');
      for (const role of roles) role.rules = [];
      await kubectl.apply(documents);
    },
    applyExpired: async () => {
      const { url } = await newLine();
      const expired =
        "UPDATE install_tokens SET expires_at = now() - interval '1 minute' WHERE cluster_id = $1 RETURNING id";
      const changed = await new StoredFlows(home).query(expired, [clusterId]);
      if (changed.length !== 3) throw new Error('the tokens are not stored');
      await kubectl.run(['apply', '-f', url]);
    },
  };
}
