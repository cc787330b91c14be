import type { Bus, Subscription, Topic } from '@margay/jobs';
import { expect, it, vi } from 'vitest';

vi.mock('server-only', () => ({}));
const { clusterSignals } = await import('./cluster-signals.ts');

/** The bus within one process, as the fan-out of the real one does it. */
function localBus() {
  const subscriptions = new Map<Topic, Set<Subscription>>();
  const published: string[] = [];
  const bus: Bus = {
    publish: (topic, key) => {
      published.push(`${topic} ${key}`);
      for (const each of subscriptions.get(topic) ?? []) each.onMessage(key);
    },
    subscribe: (topic, subscription) => {
      const set = subscriptions.get(topic) ?? new Set();
      subscriptions.set(topic, set.add(subscription));
      return () => void set.delete(subscription);
    },
    ready: async () => {},
    close: async () => {},
  };
  return {
    bus,
    published,
    open: () => [...subscriptions.values()].reduce((sum, set) => sum + set.size, 0),
    gap: () => {
      for (const set of subscriptions.values()) for (const each of [...set]) each.onGap?.();
    },
  };
}

it('tells of one cluster only, each kind once, and leaves nothing behind', async () => {
  const local = localBus();
  const end = new AbortController();
  const signals = clusterSignals(local.bus, 'c1', end.signal);
  const first = signals.next();
  local.bus.publish('flows', 'c2');
  local.bus.publish('flows', 'c1');
  local.bus.publish('flows', 'c1');
  expect((await first).value).toEqual(['flows']);
  expect(local.published).toContain('watch c1');
  local.bus.publish('cluster', 'c1');
  local.bus.publish('recommendations', 'c1');
  local.bus.publish('cluster', 'c1');
  expect((await signals.next()).value).toEqual(['cluster', 'recommendations']);
  local.gap();
  expect([...((await signals.next()).value ?? [])].sort()).toEqual(['cluster', 'flows', 'recommendations']);
  const last = signals.next();
  end.abort();
  expect((await last).done).toBe(true);
  expect(local.open()).toBe(0);
});
