import { type KubeClient, pathOf } from '../src/kube/client.ts';
import { resourceNamed } from '../src/kube/cluster.ts';
import type { KubeObject } from '../src/kube/objects.ts';

export interface WatchEvent {
  readonly type: string;
  readonly object: KubeObject & { code?: number; reason?: string };
}

/** An open watch: events as they come. */
export class WatchLines {
  readonly events: WatchEvent[] = [];
  readonly status: number;
  readonly #destroy: () => void;

  private constructor(status: number, destroy: () => void) {
    this.status = status;
    this.#destroy = destroy;
  }

  static async open(
    client: KubeClient,
    plural: string,
    namespace: string,
    query: Record<string, string>,
  ): Promise<WatchLines> {
    const search = new URLSearchParams({ watch: 'true', ...query });
    const response = await client.open('GET', `${pathOf(resourceNamed(plural), namespace)}?${search}`);
    const lines = new WatchLines(response.statusCode ?? 0, () => response.destroy());
    let rest = '';
    response.setEncoding('utf8');
    response.on('error', () => {});
    response.on('data', (chunk: string) => {
      const parts = (rest + chunk).split('\n');
      rest = parts.pop() ?? '';
      for (const part of parts) lines.events.push(JSON.parse(part) as WatchEvent);
    });
    return lines;
  }

  /** Waits for `count` events that are no bookmarks. @returns `TYPE name` of each */
  async take(count: number): Promise<string[]> {
    const seen = () => this.events.filter(({ type }) => type !== 'BOOKMARK');
    const deadline = Date.now() + 10_000;
    while (seen().length < count && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10));
    return seen().map(({ type, object }) => `${type} ${object.metadata?.name ?? object.code}`);
  }

  close(): void {
    this.#destroy();
  }
}
