import { type BpfWindowSourceOptions, createBpfWindowSource } from '../../agent/src/flows/kernel/index.ts';
import type { ClosedWindow, WindowSource } from '../../agent/src/flows/window.ts';
import { serve } from './remote.ts';

let source: WindowSource | undefined;
const warnings: string[] = [];
function started(): WindowSource {
  if (!source) throw new Error('start first');
  return source;
}

/** The window source, in whatever network namespace this process was started in. */
const handlers = {
  start: async (options: BpfWindowSourceOptions) => {
    source = createBpfWindowSource({ ...options, warn: (message) => warnings.push(message) });
    await source.start();
  },
  refreshTaps: () => started().refreshTaps(),
  closeWindow: (): Promise<ClosedWindow> => started().closeWindow(Date.now()),
  /** Closes a window and acknowledges it at once. */
  readWindow: async (): Promise<ClosedWindow> => {
    const window = await started().closeWindow(Date.now());
    await started().acknowledge?.(window.epoch);
    return window;
  },
  acknowledge: async (epoch: number) => started().acknowledge?.(epoch),
  natEntries: () => started().natEntries(),
  stop: (options: { remove: boolean }) => started().stop(options),
  warnings: () => warnings,
};
export type SourceHandlers = typeof handlers;

serve(handlers);
