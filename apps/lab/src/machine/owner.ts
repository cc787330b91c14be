import { chownSync, lstatSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Who owns the clone: files that the lab writes as root belong to them, so that they can delete them. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export function ownerOf(file: string): Owner {
  const { uid, gid } = statSync(file);
  return { uid, gid };
}

/** Makes a directory and every missing parent of it, each owned by `owner`. */
export function makeOwnedDirectory(path: string, owner: Owner, mode = 0o755): void {
  const missing: string[] = [];
  for (let at = path; !isThere(at); at = dirname(at)) missing.unshift(at);
  for (const directory of missing) {
    mkdirSync(directory, { mode });
    chownSync(directory, owner.uid, owner.gid);
  }
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
