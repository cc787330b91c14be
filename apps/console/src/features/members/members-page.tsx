'use client';
import { may, ROLES } from '@margay/model';
import { Ago, Button, type Column, DataTable, Failure, formatClock, SkeletonRows, StaleNotice } from '@margay/ui';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useTRPC } from '../../client/trpc.tsx';
import { TopBar, useShell } from '../shell/index.ts';
import { AddMember } from './add-member.tsx';
import type { Member } from './member.ts';
import { RemoveMember } from './remove-member.tsx';
import { RolePicker } from './role-picker.tsx';
import './members.css';

/** Who belongs to the organisation, and what each may do. */
export function MembersPage() {
  const { org, role, user } = useShell();
  const [adding, setAdding] = useState(false);
  const [leaving, setLeaving] = useState<Member | null>(null);
  const members = useQuery(useTRPC().member.list.queryOptions({}));
  const mayWrite = may(role, 'member.write');
  const columns = useMemo(() => memberColumns(mayWrite, user.email, setLeaving), [mayWrite, user.email]);
  return (
    <>
      <TopBar title="Members">
        <span className="grow" />
        {mayWrite ? (
          <Button icon="plus" onClick={() => setAdding(true)}>
            Add a member
          </Button>
        ) : null}
      </TopBar>
      <div className="work scroll">
        {members.isError && members.data ? (
          <StaleNotice
            shownAsOf={formatClock(members.dataUpdatedAt)}
            message={members.error.message}
            onRetry={() => void members.refetch()}
          />
        ) : null}
        {members.data ? (
          <DataTable
            describe={`Members of ${org.name}`}
            rows={members.data}
            rowId={(row) => row.userId}
            columns={columns}
            roomy
            testId="members"
          />
        ) : members.isError ? (
          <Failure
            title="The members cannot be read"
            message={members.error.message}
            onRetry={() => void members.refetch()}
          />
        ) : (
          <SkeletonRows roomy />
        )}
        <dl className="roles">
          {ROLES.map((each) => (
            <div key={each} className="roles-row">
              <dt>{each}</dt>
              <dd>{MEANING[each]}</dd>
            </div>
          ))}
        </dl>
      </div>
      {adding ? <AddMember onClose={() => setAdding(false)} /> : null}
      {leaving ? <RemoveMember member={leaving} onClose={() => setLeaving(null)} /> : null}
    </>
  );
}

const MEANING = {
  owner: 'All of it, and names other owners',
  admin: 'Connects and deletes clusters, adds members, reads the audit log',
  editor: 'Has recommendations computed, on top of reading',
  viewer: 'Reads clusters, flows and recommendations',
} as const;

function memberColumns(mayWrite: boolean, me: string, onRemove: (member: Member) => void): Column<Member>[] {
  return [
    {
      id: 'name',
      head: 'Name',
      sortBy: (row) => row.name,
      cell: (row) => (
        <span className="name">
          {row.name}
          {row.email === me ? <span className="third"> (you)</span> : null}
        </span>
      ),
    },
    {
      id: 'email',
      head: 'E-mail',
      sortBy: (row) => row.email,
      className: 'not-narrow',
      cell: (row) => <span className="second">{row.email}</span>,
    },
    {
      id: 'role',
      head: 'Role',
      sortBy: (row) => row.role,
      cell: (row) => (mayWrite ? <RolePicker member={row} /> : row.role),
    },
    {
      id: 'since',
      head: 'Since',
      sortBy: (row) => row.since.getTime(),
      className: 'not-narrow',
      cell: (row) => <Ago ms={row.since.getTime()} />,
    },
    ...(mayWrite
      ? [
          {
            id: 'remove',
            head: <span className="sr-only">Actions</span>,
            cell: (row: Member) => (
              <Button
                kind="quiet"
                size="s"
                onClick={() => onRemove(row)}
                aria-label={row.email === me ? 'Leave the organisation' : `Remove ${row.name}`}
              >
                {row.email === me ? 'Leave' : 'Remove'}
              </Button>
            ),
          },
        ]
      : []),
  ];
}
