'use client';
import type { AuditRow } from '@margay/services/inputs';
import { At, Button, Empty, Failure, Icon, SkeletonRows, useMounted, zoneName } from '@margay/ui';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Fragment, useState } from 'react';
import type { z } from 'zod';
import { useTRPC } from '../../client/trpc.tsx';
import { TopBar } from '../shell/index.ts';
import { changesOf } from './changes.ts';
import './audit.css';

type Row = z.infer<typeof AuditRow>;

/** Who did what, newest first; a row opens to what changed. */
export function AuditPage() {
  const log = useInfiniteQuery(
    useTRPC().audit.list.infiniteQueryOptions(
      { limit: 50 },
      { getNextPageParam: (page) => page.nextCursor ?? undefined },
    ),
  );
  const [open, setOpen] = useState<string | null>(null);
  const mounted = useMounted();
  const rows = log.data?.pages.flatMap((page) => page.rows) ?? [];
  return (
    <>
      <TopBar title="Audit" />
      <div className="work scroll">
        {log.isPending ? <SkeletonRows /> : null}
        {log.isError && rows.length === 0 ? (
          <Failure
            title="The audit log cannot be read"
            message={log.error.message}
            onRetry={() => void log.refetch()}
          />
        ) : null}
        {log.isSuccess && rows.length === 0 ? (
          <Empty title="Nothing has been changed yet">
            <p>Every change that a person or an agent’s enrolment makes is written here in the same transaction.</p>
          </Empty>
        ) : null}
        {rows.length > 0 ? (
          <table className="tbl" aria-label="Audit log" data-testid="audit">
            <thead>
              <tr>
                <th>Time{mounted ? `, ${zoneName(Date.now())}` : ''}</th>
                <th>Who</th>
                <th>What</th>
                <th className="not-narrow">To what</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <AuditLine
                  key={row.id}
                  row={row}
                  open={row.id === open}
                  onToggle={() => setOpen(row.id === open ? null : row.id)}
                />
              ))}
            </tbody>
          </table>
        ) : null}
        {log.hasNextPage ? (
          <div className="audit-more">
            <Button busy={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
              Older entries
            </Button>
          </div>
        ) : null}
      </div>
    </>
  );
}

function AuditLine({ row, open, onToggle }: { row: Row; open: boolean; onToggle: () => void }) {
  const changes = changesOf(row.before, row.after);
  return (
    <Fragment>
      <tr aria-selected={open}>
        <td className="mono second">
          <At ms={row.at.getTime()} />
        </td>
        <td className="audit-actor">{row.actor}</td>
        <td>
          {changes.length > 0 ? (
            <button type="button" className="audit-open" aria-expanded={open} onClick={onToggle}>
              <Icon name={open ? 'down' : 'right'} small />
              <span className="mono">{row.action}</span>
            </button>
          ) : (
            <span className="mono audit-plain">{row.action}</span>
          )}
          <span className="audit-second third small only-narrow">{row.subject}</span>
        </td>
        <td className="audit-subject not-narrow" title={row.subject}>
          {row.subject}
        </td>
      </tr>
      {open ? (
        <tr>
          <td colSpan={4} className="audit-detail">
            <dl className="facts">
              {changes.map((change) => (
                <Fragment key={change.field}>
                  <dt className="mono">{change.field}</dt>
                  <dd className="mono">
                    {change.before === null ? change.after : `${change.before} → ${change.after}`}
                  </dd>
                </Fragment>
              ))}
            </dl>
          </td>
        </tr>
      ) : null}
    </Fragment>
  );
}
