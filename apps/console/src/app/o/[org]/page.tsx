import { redirect } from 'next/navigation';
import { orgPage } from '../../../server/org-page.ts';

/** To the graph of a cluster with traffic, else to the step that is missing. */
export default async function OrgHome({ params }: { params: Promise<{ org: string }> }) {
  const { org, api } = await orgPage((await params).org);
  const clusters = await api.cluster.list();
  const best = clusters.find((cluster) => cluster.lastFlowAt) ?? clusters[0];
  if (!best) redirect(`/o/${org.slug}/connect`);
  redirect(`/o/${org.slug}/c/${best.id}/${best.lastFlowAt ? 'graph' : 'connect'}`);
}
