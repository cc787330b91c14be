import { type AdmittedAgent, agentContext, type Context } from '@margay/services';
import { WIRE_HEADER, WIRE_VERSION } from '@margay/wire';
import { bearerOf } from '../admission/credentials.ts';
import { announcedBytes } from '../body/read-body.ts';
import { busy, Refusal } from '../refusal.ts';
import type { Call } from './route.ts';

/** What a request costs its cluster's bucket at least, in bytes. */
const COST_MIN = 4 << 10;

export interface Admitted {
  readonly agent: AdmittedAgent;
  readonly ctx: Context;
}

/** @throws Refusal where the sender speaks another version of the wire. */
export function checkVersion({ request }: Pick<Call, 'request'>): void {
  const said = request.headers[WIRE_HEADER];
  if (said === String(WIRE_VERSION)) return;
  throw new Refusal(400, {
    code: 'WIRE_VERSION',
    message: `this console speaks version ${WIRE_VERSION} of the agent protocol (header ${WIRE_HEADER}), you sent ${said === undefined ? 'none' : `"${String(said).slice(0, 20)}"`}: update the older of the two`,
    retryable: false,
  });
}

/** Everything that can be refused before a byte of the body is read: version, length, credential, the cluster's share. */
export async function admitRequest(call: Call, bytesMax: number): Promise<Admitted> {
  const { deps, request, requestId, receivedAt } = call;
  checkVersion(call);
  const bytes = announcedBytes(request, bytesMax);
  const agent = await deps.credentials.admit(bearerOf(request.headers.authorization));
  const waitSeconds = deps.clusterBytes.take(agent.clusterId, Math.max(bytes ?? 0, COST_MIN));
  if (waitSeconds > 0) throw busy('this cluster sends more than its share: slow down', Math.min(waitSeconds, 60));
  return { agent, ctx: agentContext(deps.services, agent, { requestId, now: receivedAt }) };
}

/** Who the request comes from, for those who have no credential; behind the front door on this machine, whom that one names. */
export function addressOf({ request }: Pick<Call, 'request'>): string {
  const direct = request.socket.remoteAddress ?? '';
  const forwarded = request.headers['x-forwarded-for'];
  const local = direct === '127.0.0.1' || direct === '::1' || direct === '::ffff:127.0.0.1';
  if (!local || typeof forwarded !== 'string') return direct;
  return forwarded.split(',').at(-1)?.trim() ?? direct;
}

/** @throws Refusal 429 for an address that asks without a credential too often. */
export function admitStranger(call: Call): void {
  const waitSeconds = call.deps.strangers.take(addressOf(call), 1);
  if (waitSeconds > 0) throw busy('too many requests from this address: try again later', waitSeconds);
}
