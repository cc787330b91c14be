import { ClusterId } from '@margay/model';
import type { Metadata } from 'next';
import { OverviewPage } from '../../../../../../features/overview/index.ts';

export const metadata: Metadata = { title: 'Overview' };

export default async function Page({ params }: { params: Promise<{ cluster: string }> }) {
  const clusterId = ClusterId.parse((await params).cluster);
  return <OverviewPage key={clusterId} clusterId={clusterId} />;
}
