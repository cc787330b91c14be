import type { Tx } from '@margay/db';
import { ClusterId, OrgId } from '@margay/model';
import { z } from 'zod';
import { isInstallToken, sha256 } from './token.ts';

const Row = z.object({
  token_id: z.uuid(),
  org_id: OrgId,
  cluster_id: ClusterId,
  cluster_name: z.string(),
  cluster_deleted: z.boolean(),
  expires_at: z.date(),
  used_at: z.date().nullable(),
});

export type FoundToken = z.infer<typeof Row>;

/** What a token stands for, before any tenant is known; null for one that was never made. */
export async function findInstallToken(db: Tx, token: string): Promise<FoundToken | null> {
  if (!isInstallToken(token)) return null;
  const rows = await db.$queryRaw<unknown[]>`select * from gate.install_token(${sha256(token)}::bytea)`;
  return rows.length === 0 ? null : Row.parse(rows[0]);
}
