import { Ago, formatBytes, Sign } from '@margay/ui';
import type { Agent } from './insights.ts';

/** Every agent with its last call and what it watches. */
export function AgentTable({ agents }: { agents: readonly Agent[] }) {
  const alive = agents.filter((agent) => agent.alive).length;
  return (
    <section className="overview-side" aria-labelledby="overview-agents">
      <h2 id="overview-agents">
        Agents <span className="third small">{`${alive} of ${agents.length} call`}</span>
      </h2>
      <table className="tbl">
        <thead>
          <tr>
            <th>Node</th>
            <th className="num">Pods seen</th>
            <th className="num">Memory</th>
            <th className="num">Contact</th>
          </tr>
        </thead>
        <tbody>
          {agents.map((agent) => (
            <tr key={`${agent.role} ${agent.node}`}>
              <td className="agent-name" title={`Agent ${agent.agentVersion}, kernel ${agent.kernel}`}>
                <span className="mono">{agent.node}</span>
                {agent.role === 'cluster' ? <span className="third small"> cluster role</span> : null}
              </td>
              <td className="num">
                {agent.role === 'cluster' ? (
                  ''
                ) : agent.taps.failed > 0 ? (
                  <Sign tone="pending">{`${agent.taps.active}, ${agent.taps.failed} failed`}</Sign>
                ) : (
                  agent.taps.active
                )}
              </td>
              <td className="num second">{formatBytes(agent.rssBytes)}</td>
              <td className="num second">
                {agent.alive ? (
                  <Ago ms={agent.lastSeenAt.getTime()} />
                ) : (
                  <Sign tone="pending">
                    <Ago ms={agent.lastSeenAt.getTime()} />
                  </Sign>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {agents.length === 0 ? <p className="overview-calm second">No agent has called yet.</p> : null}
    </section>
  );
}
