import { ClusterId } from '@margay/model';
import { notFound } from 'next/navigation';
import type { ReactNode } from 'react';
import { orgClusters } from '../../../../../server/org-page.ts';

/** A cluster that is not this organisation's does not exist. */
export default async function ClusterLayout({
  children,
  params,
}: {
  children: ReactNode;
  params: Promise<{ org: string; cluster: string }>;
}) {
  const { org, cluster } = await params;
  const clusters = await orgClusters(org);
  const id = ClusterId.safeParse(cluster);
  if (!id.success || (clusters !== null && !clusters.some((each) => each.id === id.data))) notFound();
  return children;
}
