'use client';
import type { Role } from '@margay/model';
import type { ClusterView, OrgView } from '@margay/services/inputs';
import { createContext, useContext } from 'react';

export interface ShellState {
  readonly user: { readonly name: string; readonly email: string };
  readonly orgs: readonly OrgView[];
  readonly org: OrgView;
  readonly role: Role;
  readonly clusters: readonly ClusterView[];
  /** The cluster that pages are about: the address's, else the last one looked at, else one with traffic. */
  readonly clusterId: string | undefined;
  readonly version: string;
  readonly openNav: () => void;
  readonly openPalette: () => void;
}

export const ShellContext = createContext<ShellState | null>(null);

/** Who is here, in which organisation, with which clusters. */
export function useShell(): ShellState {
  const shell = useContext(ShellContext);
  if (!shell) throw new Error('useShell outside of Shell');
  return shell;
}

/** A cluster of this organisation, as last read. */
export function useCluster(clusterId: string): ClusterView | undefined {
  return useShell().clusters.find((cluster) => cluster.id === clusterId);
}
