import { ClusterId } from '@margay/model';
import type { Metadata } from 'next';
import { FlowsPage } from '../../../../../../features/flows/index.ts';

export const metadata: Metadata = { title: 'Flows' };

export default async function Page({ params }: { params: Promise<{ cluster: string }> }) {
  const clusterId = ClusterId.parse((await params).cluster);
  return <FlowsPage key={clusterId} clusterId={clusterId} />;
}
