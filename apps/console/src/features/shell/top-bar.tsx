'use client';
import { Button, Icon, Menu, MenuLink } from '@margay/ui';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import type { ReactNode } from 'react';
import { clusterOf, paths } from './paths.ts';
import { useCluster, useShell } from './shell-context.tsx';

/** The first row of a page: title or breadcrumb, cluster, then time and live state at the right, page actions last. */
export function TopBar({ title, crumb, children }: { title: string; crumb?: ReactNode; children?: ReactNode }) {
  const { openNav } = useShell();
  return (
    <header className="top">
      <Button kind="quiet" icon="menu" aria-label="Open navigation" className="top-burger" onClick={openNav} />
      {crumb ? <span className="crumb">{crumb}</span> : null}
      <h1 title={title}>{title}</h1>
      {children}
    </header>
  );
}

const STATE_WORDS = { connected: 'connected', silent: 'silent', waiting: 'waiting for its agent' } as const;

/** Switches the cluster and keeps the page. */
export function ClusterPicker({ clusterId, className = '' }: { clusterId: string; className?: string }) {
  const { org, clusters } = useShell();
  const cluster = useCluster(clusterId);
  const page = clusterOf(usePathname())?.page ?? 'graph';
  const href = (id: string) => (page === 'connect' ? paths.clusterConnect(org.slug, id) : paths[page](org.slug, id));
  return (
    <Menu
      trigger={
        <button type="button" className={`btn ${className}`}>
          <span className="sr-only">Cluster </span>
          <span className="dot" data-state={cluster?.state} />
          <span className="cut" style={{ maxWidth: 180 }}>
            {cluster?.name}
          </span>
          {cluster?.isDemo ? <span className="tag">demo</span> : null}
          <Icon name="down" small className="caret" />
        </button>
      }
    >
      {clusters.map((each) => (
        <MenuLink key={each.id}>
          <Link href={href(each.id)}>
            <span className="dot" data-state={each.state} />
            <span className="cut">{each.name}</span>
            <span className="end">{STATE_WORDS[each.state]}</span>
          </Link>
        </MenuLink>
      ))}
    </Menu>
  );
}
