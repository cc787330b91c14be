import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';

/** What is known, the one thing to do, a second choice. Left-aligned. */
export function Empty({ title, children, actions }: { title: string; children?: ReactNode; actions?: ReactNode }) {
  return (
    <div className="empty" role="status">
      <h2>{title}</h2>
      {children}
      {actions ? <div className="actions">{actions}</div> : null}
    </div>
  );
}

/** Widths of the bars of a row, in px; opacity falls with the row's number. */
const BARS = [
  [56, 84, 190, 150],
  [56, 70, 150, 190],
  [56, 84, 210, 130],
  [56, 64, 140, 170],
  [56, 78, 180, 120],
  [56, 70, 130, 160],
].map((widths, row) => ({ row, bars: widths.map((width, column) => ({ column, width })) }));

/** Rows of their final height, after 150 ms. */
export function SkeletonRows({ roomy = false }: { roomy?: boolean }) {
  return (
    <div className="after-150" aria-busy="true">
      <span className="sr-only">Loading</span>
      {BARS.map(({ row, bars }) => (
        <div key={row} className="skeleton-row" style={{ opacity: 1 - row * 0.13, height: roomy ? 36 : 28 }}>
          {bars.map(({ column, width }) => (
            <span key={column} className="skeleton" style={{ width }} />
          ))}
        </div>
      ))}
    </div>
  );
}

/** A query failed: data stays, with its time; what failed, and a way to try again. */
export function StaleNotice({
  shownAsOf,
  message,
  onRetry,
}: {
  shownAsOf: string | null;
  message: string;
  onRetry: () => void;
}) {
  return (
    <div className="stale" role="alert">
      <Icon name="warn" small />
      <span className="grow">
        {shownAsOf ? `Shown as of ${shownAsOf}. ` : ''}
        {message}
      </span>
      <Button size="s" onClick={onRetry}>
        Try again
      </Button>
    </div>
  );
}

/** Nothing could be shown at all: what failed and what to do, never a blank page. */
export function Failure({
  title,
  message,
  onRetry,
  children,
}: {
  title: string;
  message: string;
  onRetry?: () => void;
  children?: ReactNode;
}) {
  return (
    <div className="empty" role="alert">
      <h2>{title}</h2>
      <p>{message}</p>
      <div className="actions">
        {onRetry ? <Button onClick={onRetry}>Try again</Button> : null}
        {children}
      </div>
    </div>
  );
}
