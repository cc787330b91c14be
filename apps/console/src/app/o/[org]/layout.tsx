import { NuqsAdapter } from 'nuqs/adapters/next/app';
import type { ReactNode } from 'react';
import { ApiProvider } from '../../../client/trpc.tsx';
import { Shell } from '../../../features/shell/index.ts';
import { orgClusters, orgPage } from '../../../server/org-page.ts';
import { site } from '../../../server/site.ts';

export default async function OrgLayout({
  children,
  params,
}: {
  children: ReactNode;
  params: Promise<{ org: string }>;
}) {
  const slug = (await params).org;
  const { session, org: member, api } = await orgPage(slug);
  const [orgs, clusters] = await Promise.all([api.org.listMine(), orgClusters(slug)]);
  const org = orgs.find((each) => each.id === member.id);
  if (!org) return null;
  const { name, email } = session.user;
  return (
    <ApiProvider key={org.slug} org={org.slug}>
      <NuqsAdapter>
        <Shell user={{ name, email }} orgs={orgs} org={org} clusters={clusters} version={site().version}>
          {children}
        </Shell>
      </NuqsAdapter>
    </ApiProvider>
  );
}
