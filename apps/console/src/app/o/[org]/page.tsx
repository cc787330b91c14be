import { redirect } from 'next/navigation';
import { orgClusters, orgPage } from '../../../server/org-page.ts';

/** To the graph of a cluster with traffic, else to the step that is missing. */
export default async function OrgHome({ params }: { params: Promise<{ org: string }> }) {
  const slug = (await params).org;
  const { org } = await orgPage(slug);
  const clusters = await orgClusters(slug);
  if (clusters === null) redirect(`/o/${org.slug}/clusters`);
  const best = clusters.find((cluster) => cluster.lastFlowAt) ?? clusters[0];
  if (!best) redirect(`/o/${org.slug}/connect`);
  redirect(`/o/${org.slug}/c/${best.id}/${best.lastFlowAt ? 'graph' : 'connect'}`);
}
