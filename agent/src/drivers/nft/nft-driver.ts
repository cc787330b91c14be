import type { PlaneState } from '../../dataplane/plane-state.ts';
import type { Operation } from '../../sequence/plan-operations.ts';
import type { Driver } from '../driver.ts';
import { EMPTY_LISTING, type Listing, parseListing } from './listing.ts';
import { TABLE } from './names.ts';
import { readPlane } from './read-plane.ts';
import type { RunNft } from './run-nft.ts';
import { CLEAR, type Command, writePlane } from './write-plane.ts';

export interface NftDriverOptions {
  readonly run: RunNft;
  /** NFLOG group, 0 to 65,535, to which hits of new connections go. */
  readonly logGroup: number;
}

/** The data plane in nftables: the table `inet margay`, of which it changes whatever differs, in one transaction. Other tables are never touched. */
export class NftDriver implements Driver {
  readonly #run: RunNft;
  readonly #group: number;
  /** What the last read found, for the apply that follows it: listing twice would double the time. */
  #listed: Listing | null = null;

  constructor({ run, logGroup }: NftDriverOptions) {
    this.#run = run;
    this.#group = logGroup;
  }

  async read(known: readonly PlaneState[]): Promise<PlaneState> {
    this.#listed = await this.#list();
    return readPlane(this.#listed, known, this.#group);
  }

  async apply(operations: readonly Operation[]): Promise<void> {
    const listing = this.#listed ?? (await this.#list());
    this.#listed = null;
    await this.#write(writePlane(listing, operations, this.#group));
  }

  async cleanup(): Promise<void> {
    this.#listed = null;
    await this.#write(CLEAR);
  }

  async #list(): Promise<Listing> {
    try {
      return parseListing(await this.#run(['-jn', 'list', 'table', TABLE.family, TABLE.table], ''));
    } catch (error) {
      if (error instanceof Error && error.message.includes('No such file or directory')) return EMPTY_LISTING;
      throw error;
    }
  }

  async #write(commands: readonly Command[]): Promise<void> {
    await this.#run(['-j', '-f', '-'], JSON.stringify({ nftables: commands }));
  }
}
