import 'server-only';

/** TODO: bus. */
export async function* dataSignals(_clusterId: string, signal: AbortSignal | undefined): AsyncGenerator<void> {
  while (!signal?.aborted) {
    yield;
    await new Promise((resolve) => setTimeout(resolve, 2_000));
  }
}
