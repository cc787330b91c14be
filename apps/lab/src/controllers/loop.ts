const RETRY_MS = 100;
const RETRY_MAX_MS = 5_000;

/** Runs a reconciliation whenever something changed: never two at once, changes during a run cause one more, a failure causes another try. */
export class Loop {
  readonly #reconcile: () => Promise<void>;
  readonly #fail: (error: unknown) => void;
  #running: Promise<void> | undefined;
  #again = false;
  #stopped = false;
  #failures = 0;
  #retry: NodeJS.Timeout | undefined;

  constructor(reconcile: () => Promise<void>, fail: (error: unknown) => void) {
    this.#reconcile = reconcile;
    this.#fail = fail;
  }

  /** A function property, so that it can be handed out as a listener. */
  readonly trigger = (): void => {
    if (this.#stopped) return;
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
      if (!this.#again) return;
      this.#again = false;
      this.trigger();
    });
  };

  /** Resolves when the run under way has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#retry);
    await this.#running;
  }

  async #run(): Promise<void> {
    // Changes come in bursts; those of a moment are one run.
    await new Promise((resolve) => setTimeout(resolve, 5));
    try {
      await this.#reconcile();
      this.#failures = 0;
    } catch (error) {
      if (this.#stopped) return;
      this.#fail(error);
      this.#failures++;
      clearTimeout(this.#retry);
      this.#retry = setTimeout(this.trigger, Math.min(RETRY_MS * 2 ** this.#failures, RETRY_MAX_MS)).unref();
    }
  }
}
