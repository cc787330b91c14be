import type { CreateInstallTokenOutput } from '@margay/services/inputs';
import { CommandLine, Icon, type IconName } from '@margay/ui';
import type { ReactNode } from 'react';

/** What one agrees to by running the line. */
export function Aside({ token }: { token: CreateInstallTokenOutput | null }) {
  return (
    <aside className="connect-aside" aria-label="About the agent">
      <div className="section">
        <h3 className="h3">What this installs</h3>
        <Fact>
          Namespace <span className="mono">margay</span>: one DaemonSet that counts connections on each node, one
          Deployment that reads the Kubernetes API
        </Fact>
        <Fact>Roles that read; the one thing it may write is the Secret with its own credential</Fact>
        <Fact>Calls out to this console; nothing in the cluster listens</Fact>
        <Fact>Observes beside any network plugin, and never stands in a packet’s way</Fact>
      </div>
      <div className="section">
        <h3 className="h3">What leaves the cluster</h3>
        <Fact>Who talked to whom, port, bytes, connections; names and labels of workloads; network policies</Fact>
        <Fact icon="close">Never payload, Secrets, ConfigMaps or environment</Fact>
      </div>
      <div className="section">
        <h3 className="h3">Leaving</h3>
        {token?.reachable ? (
          <CommandLine command={`kubectl delete -f "${token.installUrl}"`} />
        ) : (
          <p className="second">
            <span className="mono">kubectl delete -f</span> with the address that was applied; it answers for ever, also
            when its token has expired.
          </p>
        )}
        <p className="small second connect-aside-note">
          Traffic keeps flowing throughout; nothing stays in the kernel.
        </p>
      </div>
    </aside>
  );
}

function Fact({ icon = 'check', children }: { icon?: IconName; children: ReactNode }) {
  return (
    <div className="fact">
      <Icon name={icon} small />
      <span>{children}</span>
    </div>
  );
}
