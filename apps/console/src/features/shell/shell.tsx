'use client';
import type { ClusterView, OrgView } from '@margay/services/inputs';
import { ToastHost, useKeys } from '@margay/ui';
import { useQuery } from '@tanstack/react-query';
import { usePathname, useRouter } from 'next/navigation';
import { Dialog } from 'radix-ui';
import { type ReactNode, useMemo, useState } from 'react';
import { useTRPC } from '../../client/trpc.tsx';
import { KeySheet } from './key-sheet.tsx';
import { Nav } from './nav.tsx';
import { Palette } from './palette.tsx';
import { clusterOf, paths } from './paths.ts';
import { ShellContext } from './shell-context.tsx';
import './shell.css';

const NO_CLUSTERS: readonly ClusterView[] = [];
const CLUSTERS_EVERY_MS = 10_000;

/** Navigation, palette, keys and notices around every page of an organisation. */
export function Shell({
  user,
  orgs,
  org,
  clusters,
  version,
  children,
}: {
  user: { name: string; email: string };
  orgs: readonly OrgView[];
  org: OrgView;
  /** Null when they could not be read: the shell tries again by itself. */
  clusters: readonly ClusterView[] | null;
  version: string;
  children: ReactNode;
}) {
  const [navOpen, setNavOpen] = useState(false);
  const [paletteOpen, setPaletteOpen] = useState(false);
  const [keysOpen, setKeysOpen] = useState(false);
  const current =
    useQuery(
      useTRPC().cluster.list.queryOptions(undefined, {
        ...(clusters ? { initialData: [...clusters] } : {}),
        refetchInterval: CLUSTERS_EVERY_MS,
        retry: true,
      }),
    ).data ?? NO_CLUSTERS;
  const clusterId = useClusterInSight(current);
  const state = useMemo(
    () => ({
      user,
      orgs,
      org,
      role: org.role,
      clusters: current,
      clusterId,
      version,
      openNav: () => setNavOpen(true),
      openPalette: () => setPaletteOpen(true),
    }),
    [user, orgs, org, current, clusterId, version],
  );
  usePageKeys(org.slug, clusterId, { openPalette: () => setPaletteOpen(true), openKeys: () => setKeysOpen(true) });
  return (
    <ShellContext value={state}>
      <ToastHost>
        <a className="btn skip" href="#work">
          Skip to the page
        </a>
        <div className="shell">
          <Nav onKeys={() => setKeysOpen(true)} />
          <main className="main" id="work" tabIndex={-1}>
            {children}
          </main>
        </div>
        <Dialog.Root open={navOpen} onOpenChange={setNavOpen}>
          <Dialog.Portal>
            <Dialog.Overlay className="scrim" />
            <Dialog.Content className="nav-drawer" aria-describedby={undefined}>
              <Dialog.Title className="sr-only">Navigation</Dialog.Title>
              <Nav onGo={() => setNavOpen(false)} onKeys={() => setKeysOpen(true)} />
            </Dialog.Content>
          </Dialog.Portal>
        </Dialog.Root>
        <Palette open={paletteOpen} onOpenChange={setPaletteOpen} onKeys={() => setKeysOpen(true)} />
        <KeySheet open={keysOpen} onOpenChange={setKeysOpen} />
      </ToastHost>
    </ShellContext>
  );
}

function useClusterInSight(clusters: readonly ClusterView[]): string | undefined {
  const here = clusterOf(usePathname())?.clusterId;
  const [last, setLast] = useState(here);
  if (here !== undefined && here !== last) setLast(here);
  const isThere = clusters.some((each) => each.id === last);
  return here ?? (isThere ? last : (clusters.find((each) => each.lastFlowAt) ?? clusters[0])?.id);
}

function usePageKeys(
  org: string,
  clusterId: string | undefined,
  actions: { openPalette: () => void; openKeys: () => void },
): void {
  const router = useRouter();
  const go = (to: (org: string, cluster: string) => string) => () => {
    if (clusterId) router.push(to(org, clusterId));
  };
  useKeys([
    { keys: 'ctrl+k', run: actions.openPalette },
    { keys: '?', run: actions.openKeys },
    { keys: 'g o', run: go(paths.overview) },
    { keys: 'g g', run: go(paths.graph) },
    { keys: 'g f', run: go(paths.flows) },
    { keys: 'g r', run: go(paths.recommendations) },
  ]);
}
