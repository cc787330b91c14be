'use client';
import { may } from '@margay/model';
import { Button, Empty, plural, TextField } from '@margay/ui';
import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { type FormEvent, useState } from 'react';
import { useTRPC, useTRPCClient } from '../../client/trpc.tsx';
import { OfferDemo } from '../demo/index.ts';
import { paths, TopBar, useShell } from '../shell/index.ts';
import { Aside } from './aside.tsx';
import { rememberToken } from './token-memory.ts';
import './connect.css';

/** First step: a name. The line and the checklist follow on the cluster's own page. */
export function ConnectPage() {
  const { role, clusters } = useShell();
  return (
    <>
      <TopBar title="Connect a cluster">
        <span className="grow" />
        <span className="small third not-narrow">
          {plural(clusters.filter((each) => each.state === 'connected').length, 'cluster')} connected
        </span>
      </TopBar>
      <div className="connect scroll">
        <div className="connect-main">
          {may(role, 'cluster.write') ? (
            <>
              <NameIt />
              <OfferDemo />
            </>
          ) : (
            <Empty title="Owners and admins connect clusters">
              <p>Your role here is {role}. Ask an owner or admin of the organisation; they are listed under Members.</p>
            </Empty>
          )}
        </div>
        <Aside token={null} />
      </div>
    </>
  );
}

function NameIt() {
  const { org } = useShell();
  const router = useRouter();
  const api = useTRPCClient();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [name, setName] = useState('');
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      const cluster = await api.cluster.create.mutate({ name });
      rememberToken(cluster.id, await api.cluster.createInstallToken.mutate({ clusterId: cluster.id }));
      await queryClient.invalidateQueries({ queryKey: trpc.cluster.list.queryKey() });
      router.push(paths.clusterConnect(org.slug, cluster.id));
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      setBusy(false);
    }
  };
  return (
    <form className="connect-name" onSubmit={(event) => void submit(event)}>
      <h2>Name it</h2>
      <TextField
        label="Cluster name"
        name="cluster"
        placeholder="prod-eu-1"
        autoComplete="off"
        autoFocus
        required
        maxLength={63}
        value={name}
        onChange={(event) => setName(event.target.value)}
        problem={problem}
        hint="As your team calls it. It can hold letters, digits, dot, dash, underscore and space."
      />
      <Button type="submit" kind="ink" busy={busy}>
        {busy ? 'Making the line' : 'Get the line'}
      </Button>
    </form>
  );
}
