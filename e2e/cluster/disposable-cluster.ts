import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kubectl } from './kubectl.ts';
import { runShell } from './shell.ts';

/** Label of a namespace of a cluster that may be broken. */
export const DISPOSABLE = 'margay.dev/disposable=true';

export interface DisposableCluster {
  readonly kubectl: Kubectl;
  /** Forgets the copy of the kubeconfig; the cluster is its owner's to end. */
  close(): Promise<void>;
}

/**
 * Asks `command` for the cluster to test on: it prints a kubeconfig, or the path of one. Says which it is, and refuses any that does not
 * say of itself that it may be broken.
 *
 * @param command run through a shell.
 * @param program kubectl.
 * @throws Error when no namespace of the cluster carries the label.
 */
export async function openDisposableCluster(
  command: string,
  program: string,
  say: (line: string) => void,
): Promise<DisposableCluster> {
  // What a person uses at this machine is nothing that a test may touch, nor the command by mistake.
  const { KUBECONFIG: _, ...env } = process.env;
  const printed = (await runShell(command, { env: { ...env, KUBECONFIG: '/dev/null' } })).trim();
  const folder = await mkdtemp(join(tmpdir(), 'margay-kubeconfig-'));
  const close = () => rm(folder, { recursive: true, force: true });
  try {
    const file = printed.includes('\n') || !existsSync(printed) ? join(folder, 'config') : printed;
    if (file !== printed) await writeFile(file, printed, { mode: 0o600 });
    const kubectl = new Kubectl(program, file);
    const { context, server } = await kubectl.describeTarget();
    say(`cluster: context ${context}, server ${server}`);
    const marked = await kubectl.run(['get', 'namespaces', '-l', DISPOSABLE, '-o', 'name']);
    if (marked.trim() === '') {
      throw new Error(
        `The cluster at ${server} does not say that it may be broken. If it may: kubectl --context ${context} label namespace default ${DISPOSABLE}`,
      );
    }
    return { kubectl, close };
  } catch (error) {
    await close();
    throw error;
  }
}
