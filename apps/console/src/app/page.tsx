import { redirect } from 'next/navigation';
import { currentSession } from '../server/session.ts';

/** To the first organisation, or to what is missing. */
export default async function Home() {
  const session = await currentSession();
  if (!session) redirect('/sign-in');
  const [first] = session.orgs;
  redirect(first ? `/o/${first.slug}` : '/new-organisation');
}
