import { MargayError } from '@margay/model';
import type { Lab } from './lab.ts';
import { LabBuilder } from './lab-builder.ts';
import type { LabOptions } from './lab-options.ts';

/**
 * Starts a cluster of network namespaces: node, internet, Kubernetes API, controllers, kubelet, DNS, applications; resolves when every pod is ready.
 * Call from a process's main thread: the kernel ends the lab's processes with the thread that started them.
 *
 * @throws MargayError FORBIDDEN without root, UNAVAILABLE when a part does not start; nothing stays behind then.
 */
export async function startLab(options: LabOptions = {}): Promise<Lab> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    throw new MargayError('FORBIDDEN', 'The lab makes network namespaces: it needs Linux and root. Run it with sudo.');
  const builder = new LabBuilder(options);
  try {
    return await builder.build();
  } catch (error) {
    await builder.tearDown();
    throw error;
  }
}
