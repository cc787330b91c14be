import { describe, expect, it } from 'vitest';
import { resourceNamed } from '../../src/kube/cluster.ts';
import { WatchLines } from '../watch-lines.ts';
import type { ApiWorld } from './api-world.ts';

/** Following changes. */
export function watchSuite(world: ApiWorld): void {
  const { newNamespace, configMap, pod, at, send } = world;
  describe('watch', () => {
    const versionOf = async (plural: string) =>
      (await world.api.client.list(resourceNamed(plural), world.ns)).resourceVersion;

    it('tells every change after a version, in order, each with a greater version', async () => {
      await newNamespace();
      const from = await versionOf('configmaps');
      const watch = await WatchLines.open(world.api.client, 'configmaps', world.ns, { resourceVersion: from });
      await send('POST', at('configmaps'), configMap('a', { x: '1' }));
      await send('PATCH', at('configmaps', 'a'), { data: { x: '2' } }, 'application/merge-patch+json');
      await send('DELETE', at('configmaps', 'a'));
      expect(await watch.take(3)).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a']);
      const versions = watch.events.map(({ object }) => Number(object.metadata.resourceVersion));
      expect([...versions].sort((a, b) => a - b)).toEqual(versions);
      expect(new Set(versions).size).toBe(3);
      watch.close();
      const again = await WatchLines.open(world.api.client, 'configmaps', world.ns, {
        resourceVersion: String(versions[0]),
      });
      expect(await again.take(2)).toEqual(['MODIFIED a', 'DELETED a']);
      again.close();
    });

    it('begins with what is there when no version is given', async () => {
      await newNamespace();
      await send('POST', at('configmaps'), configMap('a'));
      const watch = await WatchLines.open(world.api.client, 'configmaps', world.ns, {});
      expect(await watch.take(1)).toEqual(['ADDED a']);
      watch.close();
    });

    it('turns what enters and leaves a selector into ADDED and DELETED', async () => {
      await newNamespace();
      const resourceVersion = await versionOf('configmaps');
      const watch = await WatchLines.open(world.api.client, 'configmaps', world.ns, {
        resourceVersion,
        labelSelector: 'in=yes',
      });
      await send('POST', at('configmaps'), configMap('a'));
      const label = (value: string | null) =>
        send('PATCH', at('configmaps', 'a'), { metadata: { labels: { in: value } } }, 'application/merge-patch+json');
      await label('yes');
      await send('PATCH', at('configmaps', 'a'), { data: { x: '1' } }, 'application/merge-patch+json');
      await label(null);
      expect(await watch.take(3)).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a']);
      watch.close();
    });

    it('watches by field: the pods of one node', async () => {
      await newNamespace();
      const resourceVersion = await versionOf('pods');
      const watch = await WatchLines.open(world.api.client, 'pods', world.ns, {
        resourceVersion,
        fieldSelector: 'spec.nodeName=here',
      });
      await send('POST', at('pods'), pod('elsewhere', { nodeName: 'there' }));
      await send('POST', at('pods'), pod('ours', { nodeName: 'here' }));
      expect(await watch.take(1)).toEqual(['ADDED ours']);
      watch.close();
    });

    it('ends the initial state with a bookmark when asked', async () => {
      await newNamespace();
      await send('POST', at('configmaps'), configMap('a'));
      const watch = await WatchLines.open(world.api.client, 'configmaps', world.ns, {
        sendInitialEvents: 'true',
        resourceVersionMatch: 'NotOlderThan',
        allowWatchBookmarks: 'true',
      });
      expect(await watch.take(1)).toEqual(['ADDED a']);
      await expect.poll(() => watch.events.at(-1)?.type, { timeout: 10_000 }).toBe('BOOKMARK');
      const last = watch.events.at(-1)?.object;
      expect(last?.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
      expect(last?.kind).toBe('ConfigMap');
      watch.close();
    });

    it('says 410 Gone for a version that is too old, in the stream', async () => {
      await newNamespace();
      await world.api.forgetHistory();
      // A kind that a real server reads from etcd each time, not from a cache of its own.
      const watch = await WatchLines.open(world.api.client, 'events', world.ns, { resourceVersion: '1' });
      expect(watch.status).toBe(200);
      expect(await watch.take(1)).toEqual(['ERROR 410']);
      expect(watch.events[0]?.object.reason).toBe('Expired');
      watch.close();
    });
  });
}
