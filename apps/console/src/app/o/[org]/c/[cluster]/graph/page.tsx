import { ClusterId } from '@margay/model';
import type { Metadata } from 'next';
import { GraphPage } from '../../../../../../features/graph/index.ts';

export const metadata: Metadata = { title: 'Service graph' };

export default async function Page({ params }: { params: Promise<{ cluster: string }> }) {
  const clusterId = ClusterId.parse((await params).cluster);
  return <GraphPage key={clusterId} clusterId={clusterId} />;
}
