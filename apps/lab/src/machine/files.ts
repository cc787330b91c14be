import { chownSync, closeSync, mkdirSync, mkdtempSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { makeOwnedDirectory, type Owner } from './owner.ts';

/** The lab's state folder; all that is in it belongs to the clone's owner and goes when the lab stops. */
export class StateFiles {
  readonly directory: string;
  readonly #owner: Owner;
  readonly #nodeDirectory: string;

  /** `nodeDirectory`: the node's own disk, for what its programs write as root. */
  constructor(directory: string, owner: Owner, nodeDirectory: string) {
    this.directory = directory;
    this.#owner = owner;
    this.#nodeDirectory = nodeDirectory;
    makeOwnedDirectory(directory, owner);
  }

  path(...parts: string[]): string {
    return join(this.directory, ...parts);
  }

  makeDirectory(...parts: string[]): string {
    const path = this.path(...parts);
    makeOwnedDirectory(path, this.#owner);
    return path;
  }

  /** A folder on the node's disk, root's: who owns the clone could not delete what root wrote below theirs. */
  makeNodeDirectory(...parts: string[]): string {
    const path = join(this.#nodeDirectory, ...parts);
    mkdirSync(path, { recursive: true });
    return path;
  }

  /** Writes whole or not at all: readers see the old text or the new. */
  write(parts: readonly string[], text: string | Buffer, mode = 0o644): string {
    const path = this.path(...parts);
    makeOwnedDirectory(dirname(path), this.#owner);
    const temporary = join(mkdtempSync(join(dirname(path), '.new-')), basename(path));
    writeFileSync(temporary, text, { mode });
    chownSync(temporary, this.#owner.uid, this.#owner.gid);
    renameSync(temporary, path);
    rmSync(dirname(temporary), { recursive: true });
    return path;
  }

  /** Makes an empty file that others append to: it belongs to the clone's owner before root writes to it. */
  touch(folder: string, name: string): string {
    const path = this.path(folder, name);
    closeSync(openSync(path, 'a', 0o644));
    chownSync(path, this.#owner.uid, this.#owner.gid);
    return path;
  }

  get owner(): Owner {
    return this.#owner;
  }

  remove(): void {
    for (const directory of [this.directory, this.#nodeDirectory]) rmSync(directory, { recursive: true, force: true });
  }
}
