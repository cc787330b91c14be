import { ClusterId } from '@margay/model';
import type { Metadata } from 'next';
import { ClusterConnectPage } from '../../../../../../features/connect/index.ts';

export const metadata: Metadata = { title: 'Connect a cluster' };

export default async function Page({ params }: { params: Promise<{ cluster: string }> }) {
  const clusterId = ClusterId.parse((await params).cluster);
  return <ClusterConnectPage key={clusterId} clusterId={clusterId} />;
}
