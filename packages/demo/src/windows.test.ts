import { WINDOW_SECONDS } from '@margay/model';
import { describe, expect, it } from 'vitest';
import { readRecording } from './recording.ts';
import { Windows } from './windows.ts';

const recording = await readRecording();
const CLUSTER = '01890a5d-ac96-774b-bcce-b302099a8057';
const sum = (column: Iterable<number>) => [...column].reduce((total, value) => total + value, 0);

describe('Windows', () => {
  it('give every window of any span the rows of one that was recorded, at its own time', () => {
    const windows = new Windows(recording);
    const start = recording.startSeconds + 40 * 86_400 + 35;
    const ages: number[] = [];
    let started = 0;
    for (let at = start; at < start + recording.spanSeconds; at += WINDOW_SECONDS)
      for (const { head, columns } of windows.at(at, CLUSTER, 7)) {
        expect(head).toMatchObject({ sentAtMs: 7, rows: columns.rows, peers: [], losses: [] });
        expect(new Set(columns.windowStart)).toEqual(new Set([at]));
        ages.push(
          ...columns.firstSeenMs.map((ms) => ms - at * 1_000),
          ...columns.lastSeenMs.map((ms) => ms - at * 1_000),
        );
        started += sum(columns.started);
      }
    const recorded = recording.batches.flatMap(({ columns: { windowStart, firstSeenMs, lastSeenMs } }) =>
      [firstSeenMs, lastSeenMs].flatMap((column) =>
        Array.from(column, (ms, row) => ms - (windowStart[row] ?? 0) * 1_000),
      ),
    );
    expect(ages.sort()).toEqual(recorded.sort());
    expect(started).toBe(recording.batches.reduce((total, { columns }) => total + sum(columns.started), 0));
  });

  it('give the same window of the same cluster the same ids, and no other', () => {
    const ids = (at: number, cluster = CLUSTER) => new Windows(recording).at(at, cluster, 0).map(({ head }) => head.id);
    const at = recording.startSeconds;
    expect(ids(at)).toEqual(ids(at));
    const all = [...ids(at), ...ids(at + WINDOW_SECONDS), ...ids(at + recording.spanSeconds), ...ids(at, 'another')];
    expect(new Set(all).size).toBe(all.length);
  });

  it('reach back before the recording', () => {
    expect(new Windows(recording).at(recording.startSeconds - recording.spanSeconds, CLUSTER, 0)).toHaveLength(
      new Windows(recording).at(recording.startSeconds, CLUSTER, 0).length,
    );
  });
});
