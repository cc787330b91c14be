import { ClusterId } from '@margay/model';
import type { Metadata } from 'next';
import { RecommendationsPage } from '../../../../../../features/recommendations/index.ts';

export const metadata: Metadata = { title: 'Recommendations' };

export default async function Page({ params }: { params: Promise<{ cluster: string }> }) {
  const clusterId = ClusterId.parse((await params).cluster);
  return <RecommendationsPage key={clusterId} clusterId={clusterId} />;
}
