'use client';
import type { ClusterId } from '@margay/model';
import type { ConnectStateOutput, CreateInstallTokenOutput } from '@margay/services/inputs';
import { Button, CommandLine, CopyButton, copyText, formatDuration, Icon, useKeys, useNow, useToast } from '@margay/ui';
import { useMutation } from '@tanstack/react-query';
import { useTRPC } from '../../client/trpc.tsx';
import { useCluster } from '../shell/index.ts';
import { aroundToken, reachableStart } from './step-words.ts';

/** The line for the cluster's token; or why there is none to show and how to get one. */
export function InstallLine({
  clusterId,
  token,
  state,
  onToken,
  ink,
}: {
  clusterId: ClusterId;
  token: CreateInstallTokenOutput | null;
  state: ConnectStateOutput['token'] | null;
  onToken: (token: CreateInstallTokenOutput) => void;
  ink: boolean;
}) {
  const make = useMutation(useTRPC().cluster.createInstallToken.mutationOptions({ onSuccess: onToken }));
  const newToken = () => make.mutate({ clusterId });
  return (
    <section aria-labelledby="run">
      <h2 id="run">
        {token && !token.reachable ? 'This console can be reached from this machine only' : 'Run one line'}
        {token?.reachable ? (
          <span className="third">with a kubectl that may create a namespace and a ClusterRole</span>
        ) : null}
      </h2>
      {token === null ? (
        <NoToken state={state} busy={make.isPending} onNew={newToken} ink={ink} />
      ) : token.reachable ? (
        <Line token={token} ink={ink} />
      ) : (
        <Unreachable token={token} />
      )}
      {token ? (
        <Expiry clusterId={clusterId} token={token} state={state} busy={make.isPending} onNew={newToken} />
      ) : null}
      {make.error ? (
        <p className="hint hint-bad" role="alert">
          {make.error.message}
        </p>
      ) : null}
      {token ? (
        <div className="connect-lab">
          <p className="second">
            {token.reachable
              ? 'No cluster at hand? Make one on this machine, with real packets:'
              : 'A cluster on this machine works as it is, with real packets (Linux, as root):'}
          </p>
          <CommandLine command={token.labLine} testId="lab-line" />
        </div>
      ) : null}
    </section>
  );
}

function Line({ token, ink }: { token: CreateInstallTokenOutput; ink: boolean }) {
  const say = useToast();
  useKeys([{ keys: 'c', run: () => void copyText(token.kubectlLine).then(() => say('Copied the line')) }]);
  const [before, secret, after] = aroundToken(token.kubectlLine, token.token);
  return (
    <div className="one-line">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it */}
      <code tabIndex={0} data-testid="kubectl-line">
        <span>{before}</span>
        <span className="one-line-token">{secret}</span>
        <span>{after}</span>
      </code>
      <CopyButton text={token.kubectlLine} kind={ink ? 'ink' : 'plain'} shortcut="C" />
    </div>
  );
}

function Unreachable({ token }: { token: CreateInstallTokenOutput }) {
  return (
    <div className="connect-unreachable" data-testid="unreachable">
      <p>
        Its address is <span className="mono">{token.publicUrl}</span>, which a cluster elsewhere cannot call, so no
        line for kubectl is shown. Start it with an address that your cluster reaches, and it will be:
      </p>
      <CommandLine command={reachableStart(token.publicUrl)} />
      <p className="small third">
        <span className="mono">HOST=0.0.0.0</span> opens it to the network.{' '}
        <span className="mono">MARGAY_PUBLIC_URL</span> is what browsers and agents call; behind a proxy with a
        certificate, its https address.
      </p>
    </div>
  );
}

function NoToken({
  state,
  busy,
  onNew,
  ink,
}: {
  state: ConnectStateOutput['token'] | null;
  busy: boolean;
  onNew: () => void;
  ink: boolean;
}) {
  const why = {
    none: 'There is no token for this cluster yet.',
    unused:
      'The line was shown once, when it was made, and is stored nowhere. A new token makes a new line; the old one stays good until it expires.',
    used: 'The token did its work. Agents keep a credential of their own; a new line is needed only to install again.',
    expired: 'The token expired unused. A new one makes a new line.',
  } as const;
  return (
    <div className="connect-no-token">
      <p className="second">{state ? why[state.state] : ' '}</p>
      <Button kind={ink ? 'ink' : 'plain'} busy={busy} onClick={onNew}>
        New token
      </Button>
    </div>
  );
}

function Expiry({
  clusterId,
  token,
  state,
  busy,
  onNew,
}: {
  clusterId: ClusterId;
  token: CreateInstallTokenOutput;
  state: ConnectStateOutput['token'] | null;
  busy: boolean;
  onNew: () => void;
}) {
  const now = useNow(1_000);
  const name = useCluster(clusterId)?.name ?? 'this cluster';
  const left = now === null ? null : token.expiresAt.getTime() - now;
  const used = state?.state === 'used';
  return (
    <div className="connect-expiry">
      <span data-testid="token-expiry">
        {used ? (
          'Token used; it is good for nothing more'
        ) : left !== null && left <= 0 ? (
          <span className="sign tone-pending">
            <Icon name="clock" small />
            Token expired
          </span>
        ) : (
          `Token works for ${name} only, once${left === null ? '' : `, expires in ${formatDuration(left)}`}`
        )}
      </span>
      <span className="grow" />
      <button type="button" className="link" onClick={onNew} disabled={busy}>
        New token
      </button>
    </div>
  );
}
