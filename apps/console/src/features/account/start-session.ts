import { signIn } from 'next-auth/react';

/** Signs in with a password. @returns null when it worked, else what to tell the person. */
export async function startSession(email: string, password: string): Promise<string | null> {
  const answer = await signIn('credentials', { email, password, redirect: false }).catch(() => undefined);
  if (!answer) return 'The console did not answer. Check the connection and try again.';
  if (answer.ok && !answer.error) return null;
  return answer.error === 'CredentialsSignin' || !answer.error
    ? 'The e-mail address or the password is not right.'
    : answer.error;
}
