'use client';
import { Button, TextField } from '@margay/ui';
import { useState } from 'react';
import { useTRPCClient } from '../../client/trpc.tsx';
import { paths } from '../shell/index.ts';
import { PasswordField } from './password-field.tsx';
import { startSession } from './start-session.ts';
import { useSubmit } from './use-submit.ts';

/** Account and, in the same step, the organisation one will own. */
export function SignUpForm() {
  const api = useTRPCClient();
  const [form, setForm] = useState({ name: '', email: '', password: '', organisation: '' });
  const set = (field: keyof typeof form) => (value: string) => setForm((before) => ({ ...before, [field]: value }));

  const { busy, problem, submit } = useSubmit(async () => {
    const { name, email, password, organisation } = form;
    await api.account.signUp.mutate({ name, email, password });
    const refusal = await startSession(email, password);
    if (refusal !== null) throw new Error(refusal);
    if (!organisation.trim()) return paths.newOrg;
    // The account is made: what fails from here on is put right on the page for organisations.
    const org = await api.org.create.mutate({ name: organisation }).catch(() => null);
    return org ? paths.connect(org.slug) : paths.newOrg;
  });
  return (
    <form onSubmit={submit}>
      <TextField
        label="Name"
        name="name"
        autoComplete="name"
        required
        maxLength={120}
        value={form.name}
        onChange={(event) => set('name')(event.target.value)}
      />
      <TextField
        label="Work e-mail"
        type="email"
        name="email"
        autoComplete="username"
        required
        maxLength={254}
        value={form.email}
        onChange={(event) => set('email')(event.target.value)}
      />
      <PasswordField value={form.password} onChange={set('password')} measure />
      <TextField
        label="Organisation"
        name="organisation"
        autoComplete="organization"
        maxLength={80}
        value={form.organisation}
        onChange={(event) => set('organisation')(event.target.value)}
        hint="Leave it empty if a colleague adds you to theirs."
      />
      {problem ? (
        <p className="hint hint-bad" role="alert">
          {problem}
        </p>
      ) : null}
      <Button type="submit" kind="ink" size="lg" busy={busy} shortcut="Enter">
        {busy ? 'Creating account' : 'Create account'}
      </Button>
    </form>
  );
}
