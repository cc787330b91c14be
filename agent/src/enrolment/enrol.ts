import { EnrollResponse } from '@margay/wire';
import type { ConsoleClient } from '../uplink/console-client.ts';
import type { Credential } from '../uplink/credential.ts';
import type { ClusterFacts } from './cluster-facts.ts';

/** As the console takes it. */
const MESSAGE_MAX = 500;

/**
 * Says what keeps this agent from enrolling: the console can show it, who applied the line sees no log.
 *
 * @throws as {@link enrol}.
 */
export async function reportTrouble(
  console: ConsoleClient,
  token: string,
  message: string,
  signal: AbortSignal,
): Promise<void> {
  const body = JSON.stringify({ message: message.slice(0, MESSAGE_MAX) });
  await console.post({ path: '/api/agent/trouble', bearer: token, contentType: 'application/json', body, signal });
}

/**
 * Trades the install token for the lasting credential.
 *
 * @throws WireRefusal: not retryable when the token is used, expired or unknown; MargayError UNAVAILABLE.
 */
export async function enrol(
  console: ConsoleClient,
  token: string,
  facts: ClusterFacts,
  agentVersion: string,
  signal: AbortSignal,
): Promise<{ credential: Credential; clusterName: string }> {
  const answer = await console.post({
    path: '/api/agent/enroll',
    bearer: token,
    contentType: 'application/json',
    body: JSON.stringify({ ...facts, agentVersion }),
    signal,
  });
  const { credential, clusterName } = EnrollResponse.parse(answer.json);
  return { credential, clusterName };
}
