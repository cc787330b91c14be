import { open, rename } from 'node:fs/promises';

/** Writes `bytes` and waits until the disk has them. */
export async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Puts `bytes` in the place of `path` whole or not at all. */
export async function replaceDurably(path: string, bytes: Uint8Array): Promise<void> {
  await writeDurably(`${path}.new`, bytes);
  await rename(`${path}.new`, path);
}

/** Waits until the disk has the names in `directory`. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
