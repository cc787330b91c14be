import type { FlowView } from '@margay/services/inputs';

/** What makes a row the same row when it is read again: its sums grow in place. */
export function rowKey(row: FlowView): string {
  return [row.bucketStartMs, row.resolutionSeconds, row.srcId, row.dstId, row.protocol, row.port, row.action].join(' ');
}

/** Rows with news taken in: what has grown is replaced where it stands, what is new comes at its time, newest first. */
export function mergeNews(rows: readonly FlowView[], news: readonly FlowView[]): FlowView[] {
  const fresh = new Map(news.map((row) => [rowKey(row), row]));
  const kept = rows.map((row) => {
    const key = rowKey(row);
    const grown = fresh.get(key);
    fresh.delete(key);
    return grown ?? row;
  });
  const added = [...fresh.values()];
  const oldest = rows.at(-1)?.bucketStartMs ?? Number.NEGATIVE_INFINITY;
  // Older than the page's last row: it belongs to a page that is not loaded.
  return [...added.filter((row) => row.bucketStartMs >= oldest), ...kept].sort(
    (a, b) => b.bucketStartMs - a.bucketStartMs,
  );
}
