import { ClusterId } from '@margay/model';
import type { Metadata } from 'next';
import { RecommendationPage } from '../../../../../../../features/recommendations/index.ts';

export const metadata: Metadata = { title: 'Recommendation' };

export default async function Page({ params }: { params: Promise<{ cluster: string; id: string }> }) {
  const { cluster, id } = await params;
  return <RecommendationPage key={id} clusterId={ClusterId.parse(cluster)} id={id} />;
}
