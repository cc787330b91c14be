import { Loop } from '../controllers/loop.ts';
import { isFinished, type Pod } from '../kube/types.ts';
import type { KubeletContext } from './context.ts';
import { PodRun } from './pod-run.ts';

/** Runs the pods that are bound to the lab's node, as a kubelet does. */
export class Kubelet {
  readonly #context: KubeletContext;
  readonly #runs = new Map<string, PodRun>();
  readonly #stopping = new Map<string, Promise<void>>();
  readonly #loop: Loop;

  constructor(context: KubeletContext) {
    this.#context = context;
    this.#loop = new Loop(() => this.#reconcile(), context.fail);
    for (const informer of [context.state.pods, context.state.secrets, context.state.configMaps])
      informer.onChange(this.#loop.trigger);
    this.#loop.trigger();
  }

  runs(): PodRun[] {
    return [...this.#runs.values()];
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
    await Promise.all([...this.#stopping.values(), ...this.runs().map((run) => run.stop())]);
  }

  async #reconcile(): Promise<void> {
    const pods = this.#context.state.pods.all().filter((pod) => pod.spec.nodeName === this.#context.nodeName);
    const known = new Set(pods.map((pod) => pod.metadata.uid ?? ''));
    for (const pod of pods) this.#take(pod);
    for (const uid of this.#runs.keys()) if (!known.has(uid)) this.#end(uid);
  }

  #take(pod: Pod): void {
    const uid = pod.metadata.uid ?? '';
    const run = this.#runs.get(uid);
    if (pod.metadata.deletionTimestamp) {
      if (!this.#stopping.has(uid)) this.#end(uid, pod);
    } else if (run) run.update(pod);
    else if (!isFinished(pod) && !this.#stopping.has(uid)) this.#runs.set(uid, new PodRun(this.#context, pod));
  }

  /** Ends what runs for the pod, then takes it out of the API. */
  #end(uid: string, pod?: Pod): void {
    const run = this.#runs.get(uid);
    const ended = (async () => {
      await run?.stop();
      this.#runs.delete(uid);
      if (pod) await this.#context.state.client.delete(pod, { gracePeriodSeconds: 0 });
    })();
    this.#stopping.set(uid, ended);
    ended.catch(this.#context.fail).finally(() => this.#stopping.delete(uid));
  }
}

/** Lets `limit` tasks run at once; the others wait their turn. */
export function slots(limit: number): <T>(task: () => Promise<T>) => Promise<T> {
  let free = limit;
  const waiting: (() => void)[] = [];
  return async (task) => {
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    else free--;
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}
