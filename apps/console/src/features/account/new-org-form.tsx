'use client';
import { Button, TextField } from '@margay/ui';
import { signOut } from 'next-auth/react';
import { type FormEvent, useState } from 'react';
import { useTRPCClient } from '../../client/trpc.tsx';
import { paths } from '../shell/index.ts';

/** Names an organisation; who makes it owns it. */
export function NewOrgForm({ email, back }: { email: string; back: string | null }) {
  const api = useTRPCClient();
  const [name, setName] = useState('');
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      const org = await api.org.create.mutate({ name });
      window.location.assign(paths.connect(org.slug));
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
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
