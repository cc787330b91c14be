import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { Suspense } from 'react';
import { AccountPage, SignInForm } from '../../../features/account/index.ts';
import { currentSession } from '../../../server/session.ts';
import { site } from '../../../server/site.ts';

export const metadata: Metadata = { title: 'Sign in' };

export default async function SignIn() {
  if (await currentSession()) redirect('/');
  return (
    <AccountPage title="Sign in" lead="To the clusters of your organisations." tab="sign-in" {...site()}>
      <Suspense>
        <SignInForm />
      </Suspense>
    </AccountPage>
  );
}
