'use client';
import { Button, TextField } from '@margay/ui';
import { useSearchParams } from 'next/navigation';
import { useState } from 'react';
import { nextPath } from './next-path.ts';
import { PasswordField } from './password-field.tsx';
import { startSession } from './start-session.ts';
import { useSubmit } from './use-submit.ts';

/** E-mail and password. */
export function SignInForm() {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const next = nextPath(useSearchParams().get('next'));
  const { busy, problem, submit } = useSubmit(async () => {
    const refusal = await startSession(email, password);
    if (refusal !== null) throw new Error(refusal);
    return next;
  });
  return (
    <form onSubmit={submit} noValidate={false}>
      <TextField
        label="E-mail"
        type="email"
        name="email"
        autoComplete="username"
        required
        maxLength={254}
        value={email}
        onChange={(event) => setEmail(event.target.value)}
      />
      <PasswordField value={password} onChange={setPassword} problem={problem} />
      <Button type="submit" kind="ink" size="lg" busy={busy} shortcut="Enter">
        {busy ? 'Signing in' : 'Sign in'}
      </Button>
    </form>
  );
}
