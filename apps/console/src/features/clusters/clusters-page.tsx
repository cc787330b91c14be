'use client';
import { may } from '@margay/model';
import type { ClusterView } from '@margay/services/inputs';
import {
  Ago,
  Button,
  buttonClass,
  type Column,
  DataTable,
  Empty,
  Failure,
  formatClock,
  formatCount,
  Menu,
  MenuItem,
  MenuLink,
  SkeletonRows,
  StaleNotice,
} from '@margay/ui';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useState } from 'react';
import { useTRPC } from '../../client/trpc.tsx';
import { useRemoveDemo } from '../demo/index.ts';
import { paths, TopBar, useShell } from '../shell/index.ts';
import { DeleteCluster } from './delete-cluster.tsx';
import './clusters.css';

const WORDS = { connected: 'Connected', silent: 'Silent', waiting: 'Waiting for its agent' } as const;

/** Every cluster with its state. */
export function ClustersPage() {
  const { org, role, clusters } = useShell();
  const [doomed, setDoomed] = useState<ClusterView | null>(null);
  const list = useQuery({
    ...useTRPC().cluster.list.queryOptions(),
    ...(clusters.length > 0 ? { initialData: [...clusters] } : {}),
  });
  const mayWrite = may(role, 'cluster.write');
  const demo = useRemoveDemo();
  const onDelete = (cluster: ClusterView) => (cluster.isDemo ? demo.remove(cluster) : setDoomed(cluster));
  const columns = clusterColumns(org.slug, mayWrite, onDelete);
  return (
    <>
      <TopBar title="Clusters">
        <span className="grow" />
        {mayWrite && list.data && list.data.length > 0 ? (
          <Link className={buttonClass()} href={paths.connect(org.slug)}>
            Connect a cluster
          </Link>
        ) : null}
      </TopBar>
      <div className="work scroll">
        {list.isError && list.data ? (
          <StaleNotice
            shownAsOf={formatClock(list.dataUpdatedAt)}
            message={list.error.message}
            onRetry={() => void list.refetch()}
          />
        ) : null}
        {!list.data ? (
          list.isError ? (
            <Failure
              title="The clusters cannot be read"
              message={list.error.message}
              onRetry={() => void list.refetch()}
            />
          ) : (
            <SkeletonRows roomy />
          )
        ) : list.data.length === 0 ? (
          <Empty
            title="No cluster yet"
            actions={
              mayWrite ? (
                <Link className={buttonClass('ink')} href={paths.connect(org.slug)}>
                  Connect a cluster
                </Link>
              ) : null
            }
          >
            <p>
              {mayWrite
                ? 'Connect one with a single line. The first edges appear about 15 s later.'
                : 'Owners and admins connect clusters. Ask one of them; they are listed under Members.'}
            </p>
          </Empty>
        ) : (
          <DataTable
            describe="Clusters"
            rows={list.data}
            rowId={(row) => row.id}
            columns={columns}
            roomy
            initialSort={{ id: 'name', desc: false }}
            testId="clusters"
          />
        )}
      </div>
      {doomed ? <DeleteCluster cluster={doomed} onClose={() => setDoomed(null)} /> : null}
    </>
  );
}

function StateSign({ cluster }: { cluster: ClusterView }) {
  return (
    <span className="row" style={{ gap: 7 }}>
      <span className="dot" data-state={cluster.state} />
      <span className={cluster.state === 'silent' ? 'sign tone-pending' : ''}>{WORDS[cluster.state]}</span>
      {cluster.state === 'silent' && cluster.lastSeenAt ? (
        <span className="third">
          since <Ago ms={cluster.lastSeenAt.getTime()} />
        </span>
      ) : null}
    </span>
  );
}

function clusterColumns(
  org: string,
  mayWrite: boolean,
  onDelete: (cluster: ClusterView) => void,
): Column<ClusterView>[] {
  const first = (row: ClusterView) =>
    row.state === 'waiting' ? paths.clusterConnect(org, row.id) : paths.graph(org, row.id);
  return [
    {
      id: 'name',
      head: 'Name',
      sortBy: (row) => row.name,
      cell: (row) => (
        <Link className="row-link" href={first(row)}>
          {row.name}
          {row.isDemo ? <span className="tag">demo</span> : null}
        </Link>
      ),
    },
    { id: 'state', head: 'State', sortBy: (row) => row.state, cell: (row) => <StateSign cluster={row} /> },
    {
      id: 'version',
      head: 'Kubernetes',
      className: 'not-narrow',
      sortBy: (row) => row.kubernetesVersion ?? '',
      cell: (row) => row.kubernetesVersion ?? <span className="third">not known</span>,
    },
    {
      id: 'agents',
      head: 'Agents',
      numeric: true,
      className: 'not-narrow',
      sortBy: (row) => row.agents.total,
      cell: (row) =>
        row.agents.total === 0 ? <span className="third">none yet</span> : `${row.agents.alive} of ${row.agents.total}`,
    },
    {
      id: 'nodes',
      head: 'Nodes',
      numeric: true,
      className: 'not-narrow',
      sortBy: (row) => row.nodes,
      cell: (row) => formatCount(row.nodes),
    },
    {
      id: 'workloads',
      head: 'Workloads',
      numeric: true,
      className: 'not-narrow',
      sortBy: (row) => row.workloads,
      cell: (row) => formatCount(row.workloads),
    },
    {
      id: 'flow',
      head: 'Last flow',
      numeric: true,
      sortBy: (row) => row.lastFlowAt?.getTime() ?? 0,
      cell: (row) => (row.lastFlowAt ? <Ago ms={row.lastFlowAt.getTime()} /> : <span className="third">none yet</span>),
    },
    {
      id: 'more',
      head: <span className="sr-only">Actions</span>,
      cell: (row) => (
        <Menu align="end" trigger={<Button kind="quiet" icon="more" aria-label={`Actions for ${row.name}`} />}>
          <MenuLink>
            <Link href={paths.clusterConnect(org, row.id)}>Connection and install line</Link>
          </MenuLink>
          <MenuLink>
            <Link href={paths.graph(org, row.id)}>Service graph</Link>
          </MenuLink>
          {mayWrite ? (
            <MenuItem icon="trash" onSelect={() => onDelete(row)}>
              {row.isDemo ? 'Remove the demo' : 'Delete'}
            </MenuItem>
          ) : null}
        </Menu>
      ),
    },
  ];
}
