import { describe, expect, it } from 'vitest';
import { emptyBooks, somePod } from '../../test/books.ts';

const X = '10.244.1.1';
const nameAt = (books: ReturnType<typeof emptyBooks>, timeMs: number) => {
  const peer = books.timeline.at(X, timeMs)?.peer;
  return peer?.kind === 'workload' ? peer.name : null;
};

describe('PodBook', () => {
  it('follows an address from a deleted pod to the next', () => {
    const books = emptyBooks();
    const [old, next] = [somePod('old-1', X), somePod('new-1', X, { sinceMs: 60_000 })];
    books.pods.change(null, old, 2_000);
    books.pods.change(old, null, 50_000);
    books.pods.change(null, next, 61_200);
    expect([nameAt(books, 49_000), nameAt(books, 60_100), books.pods.podAt(X)?.name]).toEqual(['old', 'new', 'new-1']);
  });

  it('takes the address from a finished pod though its object stays', () => {
    const books = emptyBooks();
    const running = somePod('job-1', X);
    const finished = { ...running, addresses: [], finishedAtMs: 30_000 };
    books.pods.change(null, running, 2_000);
    books.pods.change(running, finished, 33_000);
    books.pods.change(null, somePod('web-1', X, { sinceMs: 40_000 }), 40_500);
    expect([nameAt(books, 30_500), nameAt(books, 40_500)]).toEqual(['job', 'web']);
    // Deleting the old object later takes nothing from the new owner.
    books.pods.change(finished, null, 70_000);
    expect([nameAt(books, 80_000), books.pods.podAt(X)?.name]).toEqual(['web', 'web-1']);
  });

  it('knows, afterwards, a pod that was over before it was told of', () => {
    const books = emptyBooks();
    const over = { addresses: [], formerAddresses: [X], finishedAtMs: 30_000 };
    const pending = somePod('job-1', X, { addresses: [], sinceMs: null });
    books.pods.change(null, pending, 29_900);
    books.pods.change(pending, somePod('job-1', X, { ...over, sinceMs: 30_000 }), 31_500);
    expect([nameAt(books, 30_400), books.pods.podAt(X)]).toEqual(['job', null]);
    books.pods.change(null, somePod('web-1', X, { sinceMs: 33_000 }), 33_400);
    // One that a new list shows late does not take what others had.
    books.pods.change(null, somePod('old-1', X, { ...over, sinceMs: 29_000, finishedAtMs: 35_000 }), 60_000);
    expect([29_500, 30_400, 33_100, 50_000].map((ms) => nameAt(books, ms))).toEqual(['old', 'job', 'web', 'web']);
    expect(books.timeline.current(X)?.peer).toMatchObject({ name: 'web' });
  });

  it('tells a StatefulSet pod that came back under its name from the one before', () => {
    const books = emptyBooks();
    const first = somePod('db-0', X);
    const second = { ...somePod('db-0', '10.244.1.9'), uid: 'second', sinceMs: 50_000 };
    books.pods.change(null, first, 2_000);
    books.pods.change(first, second, 51_000);
    expect(books.timeline.current(X)).toBeNull();
    expect(books.timeline.at(X, 20_000)).not.toBeNull();
    expect(books.timeline.current('10.244.1.9')).not.toBeNull();
  });

  it('never gives a node’s address to a host-network pod', () => {
    const books = emptyBooks();
    books.nodes.change(null, { name: 'n1', addresses: ['172.18.0.2'], podCIDRs: [] }, 1_000);
    books.pods.change(null, somePod('proxy-1', '172.18.0.2', { hostNetwork: true }), 2_000);
    expect(books.timeline.current('172.18.0.2')?.peer).toEqual({ kind: 'node', name: 'n1' });
  });

  it('makes a new version of a pod when its namespace is labelled anew, and none when it is told the same', () => {
    const books = emptyBooks();
    books.pods.changeNamespace('shop', { team: 'a' }, 1_000);
    books.pods.change(null, somePod('web-1', X), 2_000);
    const before = books.timeline.current(X);
    books.pods.changeNamespace('shop', { team: 'a' }, 10_000);
    expect(books.timeline.current(X)).toBe(before);
    books.pods.changeNamespace('shop', { team: 'b' }, 20_000);
    expect(books.timeline.at(X, 19_000)?.id).toBe(before?.id);
    expect(books.timeline.at(X, 21_000)?.peer).toMatchObject({ namespaceLabels: { team: 'b' } });
  });

  it('corrects a pod that was told before its namespace', () => {
    const books = emptyBooks();
    books.pods.change(null, somePod('web-1', X), 2_000);
    books.pods.changeNamespace('shop', { team: 'a' }, 2_100);
    expect(books.timeline.at(X, 2_050)?.peer).toMatchObject({ namespaceLabels: { team: 'a' } });
  });
});
