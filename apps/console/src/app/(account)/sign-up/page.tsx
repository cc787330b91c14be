import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { AccountPage, SignUpForm } from '../../../features/account/index.ts';
import { currentSession } from '../../../server/session.ts';
import { site } from '../../../server/site.ts';

export const metadata: Metadata = { title: 'Create an account' };

export default async function SignUp() {
  if (await currentSession()) redirect('/');
  return (
    <AccountPage
      title="Create your account"
      lead="You will be the owner of the organisation you name here."
      tab="sign-up"
      {...site()}
    >
      <SignUpForm />
    </AccountPage>
  );
}
