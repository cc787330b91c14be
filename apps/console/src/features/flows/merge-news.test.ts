import type { FlowView } from '@margay/services/inputs';
import { expect, it } from 'vitest';
import { mergeNews } from './merge-news.ts';

const row = (bucketStartMs: number, port: number, bytesForward = 1) =>
  ({
    bucketStartMs,
    port,
    bytesForward,
    resolutionSeconds: 5,
    srcId: 'a',
    dstId: 'b',
    protocol: 6,
    action: 'allow',
  }) as FlowView;
const shape = (rows: FlowView[]) =>
  rows.map(({ bucketStartMs, port, bytesForward }) => [bucketStartMs, port, bytesForward]);

it('replaces what has grown and puts what is new at its time', () => {
  const rows = [row(10, 1), row(5, 1), row(5, 2)];
  expect(shape(mergeNews(rows, [row(5, 2, 9), row(15, 1), row(10, 7)]))).toEqual([
    [15, 1, 1],
    [10, 7, 1],
    [10, 1, 1],
    [5, 1, 1],
    [5, 2, 9],
  ]);
});

it('leaves out what belongs to a page that is not loaded, and takes all where there is none', () => {
  expect(shape(mergeNews([row(10, 1)], [row(5, 1)]))).toEqual([[10, 1, 1]]);
  expect(shape(mergeNews([], [row(5, 1), row(10, 1)]))).toEqual([
    [10, 1, 1],
    [5, 1, 1],
  ]);
});
