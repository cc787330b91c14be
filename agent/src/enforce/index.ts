import { access, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NftDriver } from '../drivers/nft/nft-driver.ts';
import { nftCommand } from '../drivers/nft/run-nft.ts';

export { type Enforcer, startEnforcer } from './enforcer.ts';

/** NFLOG group of the agent; CNIs use low ones. */
const LOG_GROUP = 7_431;

/** The node's nftables. `folder` is one that may be written. */
export const nftPlane = (folder: string) => new NftDriver({ run: nftCommand([], folder), logGroup: LOG_GROUP });

const MARK = 'enforcing';

/** Notes in the state folder that the plane has rules of ours. */
export async function markEnforcing(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, MARK), '');
}

/** An agent that only observes takes away what one before it enforced by: rules that nobody keeps up to date would soon be wrong. */
export async function endEnforcing(folder: string): Promise<void> {
  const isMarked = await access(join(folder, MARK)).then(
    () => true,
    () => false,
  );
  if (!isMarked) return;
  await nftPlane(folder).cleanup();
  await rm(join(folder, MARK), { force: true });
}
