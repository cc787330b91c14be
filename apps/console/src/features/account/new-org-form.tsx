'use client';
import { Button, TextField } from '@margay/ui';
import { signOut } from 'next-auth/react';
import { useState } from 'react';
import { useTRPCClient } from '../../client/trpc.tsx';
import { paths } from '../shell/index.ts';
import { useSubmit } from './use-submit.ts';

/** Names an organisation; who makes it owns it. */
export function NewOrgForm({ email, back }: { email: string; back: string | null }) {
  const api = useTRPCClient();
  const [name, setName] = useState('');
  const { busy, problem, submit } = useSubmit(async () => {
    const org = await api.org.create.mutate({ name });
    return paths.connect(org.slug);
  });
  return (
    <form onSubmit={submit}>
      <TextField
        label="Organisation"
        name="organisation"
        autoComplete="organization"
        required
        maxLength={80}
        value={name}
        onChange={(event) => setName(event.target.value)}
        problem={problem}
      />
      <Button type="submit" kind="ink" size="lg" busy={busy} shortcut="Enter">
        {busy ? 'Creating organisation' : 'Create organisation'}
      </Button>
      <p className="hint">
        To join one that exists, ask its owner or admin to add <b className="strong">{email}</b> under Members.
      </p>
      <div className="row small">
        {back ? (
          <a className="link" href={back}>
            Back
          </a>
        ) : null}
        <button
          type="button"
          className="link"
          onClick={() => void signOut({ redirect: false }).then(() => window.location.assign(paths.signIn))}
        >
          Sign out
        </button>
      </div>
    </form>
  );
}
