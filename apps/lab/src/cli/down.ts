import { cleanLeftovers, knownLabs } from '../machine/registry.ts';

const STOP_TIMEOUT_MS = 20_000;

/** Stops the labs whose state is below `home`, and removes what labs that no longer run left anywhere. @returns suffixes of both */
export async function takeDown(home: string): Promise<{ stopped: string[]; cleaned: string[] }> {
  const running = knownLabs().filter(({ alive, entry }) => alive && entry.home === home);
  for (const { entry } of running) process.kill(entry.pid, 'SIGTERM');
  const deadline = Date.now() + STOP_TIMEOUT_MS;
  const isRunning = () =>
    knownLabs().some(({ alive, entry }) => alive && running.some((lab) => lab.entry.suffix === entry.suffix));
  while (isRunning() && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 100));
  return { stopped: running.map(({ entry }) => entry.suffix), cleaned: await cleanLeftovers() };
}
