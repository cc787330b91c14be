import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { AccountPage, NewOrgForm } from '../../../features/account/index.ts';
import { currentSession } from '../../../server/session.ts';
import { site } from '../../../server/site.ts';

export const metadata: Metadata = { title: 'New organisation' };

export default async function NewOrganisation() {
  const session = await currentSession();
  if (!session) redirect('/sign-in?next=/new-organisation');
  const [first] = session.orgs;
  return (
    <AccountPage
      title={first ? 'New organisation' : 'Name your organisation'}
      lead="Clusters and members belong to it; you will be its owner."
      {...site()}
    >
      <NewOrgForm email={session.user.email} back={first ? `/o/${first.slug}` : null} />
    </AccountPage>
  );
}
