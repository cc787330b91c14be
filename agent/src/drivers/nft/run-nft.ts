import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { MargayError } from '@margay/model';

/** Runs nft with these arguments and this input, and returns what it printed. Rejects with what it complained of. */
export type RunNft = (args: readonly string[], input: string) => Promise<string>;

/** A hundred thousand rules take some ten seconds. */
const TIME_MS = 120_000;

/** `prefix`: a command that nft is run by, such as `nsenter --net=…`; empty: nft itself. Input goes through a nameless file in `folder`. */
export function nftCommand(prefix: readonly string[] = [], folder = tmpdir()): RunNft {
  const [file = 'nft', ...before] = [...prefix, 'nft'];
  return async (args, input) => {
    const stdin = input === '' ? null : await openInput(folder, input);
    try {
      // Its complaints are read: not in the machine's language.
      const env = { ...process.env, LC_ALL: 'C' };
      const child = spawn(file, [...before, ...args], {
        stdio: [stdin?.fd ?? 'ignore', 'pipe', 'pipe'],
        env,
        timeout: TIME_MS,
      });
      const [printed, complaint, [code, signal]] = await Promise.all([
        child.stdout === null ? '' : text(child.stdout),
        child.stderr === null ? '' : text(child.stderr),
        once(child, 'close'),
      ]);
      if (code === 0) return printed;
      throw new MargayError('UNAVAILABLE', `nft: ${complaint.slice(0, 2000).trim() || `ended with ${code ?? signal}`}`);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
        throw new MargayError('PRECONDITION_FAILED', `${file} is missing. Install it: apt-get install nftables.`);
      throw error;
    } finally {
      await stdin?.close();
    }
  };
}

/** A file without a name: nft opens its standard input anew by path, which Node's pipes, being sockets, do not allow. */
async function openInput(folder: string, input: string) {
  const path = join(folder, `margay-nft-${randomUUID()}`);
  const handle = await open(path, 'wx+', 0o600);
  try {
    await unlink(path);
    await handle.writeFile(input);
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}
