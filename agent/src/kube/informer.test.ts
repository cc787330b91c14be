import { MargayError } from '@margay/model';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { quietLog } from '../../test/quiet-log.ts';
import { until } from '../../test/until.ts';
import type { KubeClient, KubeRequest } from './client.ts';
import { type Informer, startInformer } from './informer.ts';
import { KubeError } from './kube-error.ts';
import type { Change } from './object-store.ts';

type Kept = { name: string; size: number };
const Parsed = z
  .object({ metadata: z.object({ name: z.string() }), spec: z.object({ size: z.number() }) })
  .transform((o): Kept => ({ name: o.metadata.name, size: o.spec.size }));

const thing = (name: string, size: number, version: string) => ({
  metadata: { name, namespace: 'x', resourceVersion: version, managedFields: ['large'] },
  spec: { size },
});

/** A server of one kind: answers lists from `pages`, watches from what the test feeds. */
class ScriptedKube implements KubeClient {
  pages: unknown[][] = [[]];
  version = '1';
  failList: (() => Error | null) | null = null;
  failWatch: (() => Error | null) | null = null;
  readonly lists: KubeRequest[] = [];
  readonly watches: { query: Record<string, string>; send: (event: object) => void; end: (error?: Error) => void }[] =
    [];

  async json(_: string, request: KubeRequest = {}): Promise<unknown> {
    this.lists.push(request);
    const failure = this.failList?.();
    if (failure) throw failure;
    const page = Number(request.query?.continue ?? 0);
    const more = page + 1 < this.pages.length;
    return {
      metadata: { resourceVersion: this.version, ...(more && { continue: String(page + 1) }) },
      items: this.pages[page],
    };
  }

  async stream(_: string, request: KubeRequest = {}): Promise<AsyncIterable<Uint8Array>> {
    const failure = this.failWatch?.();
    if (failure) throw failure;
    let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
    const body = new ReadableStream<Uint8Array>({
      start: (c) => {
        controller = c;
      },
    });
    request.signal?.addEventListener('abort', () => controller?.error(new DOMException('aborted', 'AbortError')));
    this.watches.push({
      query: { ...request.query },
      // In two chunks, as networks do.
      send: (event) => {
        const bytes = Buffer.from(`${JSON.stringify(event)}\n`);
        controller?.enqueue(bytes.subarray(0, 7));
        controller?.enqueue(bytes.subarray(7));
      },
      end: (error) => (error ? controller?.error(error) : controller?.close()),
    });
    return body;
  }

  watch = (index: number) => until(`watch ${index}`, () => this.watches[index]);
}

let informer: Informer<Kept> | null = null;
afterEach(() => informer?.stop());

function start(kube: ScriptedKube, changes: Change<Kept>[] = []) {
  const log = quietLog();
  informer = startInformer({
    client: kube,
    resource: { name: 'things', path: '/things', parse: (object) => Parsed.parse(object) },
    log,
    onChanges: (batch) => changes.push(...batch),
    random: () => 0,
  });
  return { informer, log, changes };
}
const kept = (of: Informer<Kept>) => [...of.store.values()].map(({ name, size }) => `${name}=${size}`).sort();

describe('startInformer', () => {
  it('lists in pages, then follows the watch from the list’s version, keeping what parse kept', async () => {
    const kube = new ScriptedKube();
    kube.pages = [[thing('a', 1, '5')], [thing('b', 2, '6')]];
    kube.version = '7';
    const { informer, changes } = start(kube);
    await informer.synced;
    expect(kept(informer)).toEqual(['a=1', 'b=2']);
    expect(Object.keys([...informer.store.values()][0]!)).toEqual(['name', 'size']);
    const watch = await kube.watch(0);
    expect(watch.query).toMatchObject({ watch: '1', resourceVersion: '7', allowWatchBookmarks: 'true' });
    watch.send({ type: 'MODIFIED', object: thing('a', 9, '8') });
    watch.send({ type: 'DELETED', object: thing('b', 2, '9') });
    watch.send({ type: 'ADDED', object: thing('c', 3, '10') });
    await until('the events', () => kept(informer).join() === 'a=9,c=3');
    await until('the last change', () => changes.length === 5);
    expect(changes.at(-2)).toEqual({ key: 'x/b', previous: { name: 'b', size: 2 }, value: null });
  });

  it('goes on from the last bookmark when a watch ends', async () => {
    const kube = new ScriptedKube();
    start(kube);
    const first = await kube.watch(0);
    first.send({ type: 'BOOKMARK', object: { metadata: { resourceVersion: '42' } } });
    first.end();
    expect((await kube.watch(1)).query.resourceVersion).toBe('42');
    expect(kube.lists).toHaveLength(1);
  });

  it('goes on from the last event when the connection breaks', async () => {
    const kube = new ScriptedKube();
    const { informer } = start(kube);
    const first = await kube.watch(0);
    first.send({ type: 'ADDED', object: thing('a', 1, '8') });
    await until('the event', () => informer.store.size === 1);
    first.end(new TypeError('terminated'));
    expect((await kube.watch(1)).query.resourceVersion).toBe('8');
    expect(kube.lists).toHaveLength(1);
  });

  it.each([
    [
      'as the answer',
      (kube: ScriptedKube) => {
        kube.failWatch = () => {
          kube.failWatch = null;
          return new KubeError('watch', 410, 'Expired', 'too old');
        };
      },
    ],
    [
      'as an event',
      (kube: ScriptedKube) =>
        void kube
          .watch(0)
          .then((w) => w.send({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } })),
    ],
  ])('lists again when the version expired, told %s, and removes what went meanwhile', async (_, expire) => {
    const kube = new ScriptedKube();
    kube.pages = [[thing('a', 1, '5'), thing('b', 2, '6')]];
    const { informer } = start(kube);
    expire(kube);
    await informer.synced;
    kube.pages = [[thing('b', 7, '50')]];
    kube.version = '51';
    await until('the second list', () => kept(informer).join() === 'b=7');
    await until('a watch from it', () => kube.watches.some((watch) => watch.query.resourceVersion === '51'));
  });

  it('keeps what it has while the server is away, and comes back', async () => {
    const kube = new ScriptedKube();
    kube.pages = [[thing('a', 1, '5')]];
    const { informer } = start(kube);
    await informer.synced;
    let refusals = 0;
    kube.failWatch = () => (refusals++ < 2 ? new MargayError('UNAVAILABLE', 'connection refused') : null);
    (await kube.watch(0)).end(new TypeError('terminated'));
    await until('the failure to show', () => informer.state().kind === 'unavailable');
    expect(kept(informer)).toEqual(['a=1']);
    expect((await kube.watch(1)).query.resourceVersion).toBe('1');
    expect(informer.state().kind).toBe('synced');
  });

  it('says that it may not list, settles, and syncs when it may', async () => {
    const kube = new ScriptedKube();
    let forbidden = true;
    kube.failList = () => (forbidden ? new KubeError('GET /things', 403, 'Forbidden', 'things is forbidden') : null);
    const { informer } = start(kube);
    await informer.settled;
    expect(informer.state()).toEqual({ kind: 'forbidden', message: 'GET /things: 403 things is forbidden' });
    expect(informer.hasSynced()).toBe(false);
    forbidden = false;
    await informer.synced;
    expect(informer.state().kind).toBe('synced');
  });

  it('leaves out an object that is not valid, says so once, and takes it when it is mended', async () => {
    const kube = new ScriptedKube();
    const broken = { metadata: { name: 'bad', namespace: 'x', resourceVersion: '2' }, spec: { size: 'large' } };
    const poisoned = thing('nul\u0000', 1, '3');
    kube.pages = [[thing('a', 1, '1'), broken, poisoned, { not: 'an object' }, null]];
    const { informer, log } = start(kube);
    await informer.synced;
    expect(kept(informer)).toEqual(['a=1']);
    expect([...informer.store.rejected().keys()]).toEqual(['x/bad', 'x/nul\u0000']);
    expect(log.lines.filter((line) => line.includes('not valid'))).toHaveLength(2);
    (await kube.watch(0)).send({ type: 'MODIFIED', object: thing('bad', 4, '9') });
    await until('the mended object', () => kept(informer).join() === 'a=1,bad=4');
    expect(informer.store.rejected().has('x/bad')).toBe(false);
  });

  it('tells a key that changed several times in one turn once, with its last state', async () => {
    const kube = new ScriptedKube();
    kube.pages = [[thing('a', 1, '5')]];
    const { informer, changes } = start(kube);
    await informer.synced;
    changes.length = 0;
    for (let size = 2; size < 50; size++) informer.store.upsert(thing('a', size, String(size + 10)));
    informer.store.upsert(thing('ghost', 1, '99'));
    informer.store.remove(thing('ghost', 1, '99'));
    await until('the change', () => changes.length > 0);
    expect(changes).toEqual([{ key: 'x/a', previous: { name: 'a', size: 1 }, value: { name: 'a', size: 49 } }]);
  });
});
