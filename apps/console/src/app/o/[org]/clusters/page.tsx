import type { Metadata } from 'next';
import { ClustersPage } from '../../../../features/clusters/index.ts';

export const metadata: Metadata = { title: 'Clusters' };

export default function Page() {
  return <ClustersPage />;
}
