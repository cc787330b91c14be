import type { Peer } from '@margay/model';
import { ACTIONS, joinHash64, REPORTERS } from '@margay/model';
import type { ScriptedConsole } from './scripted-console.ts';

/** A row that a console got, with its peers in words. */
export interface SeenRow {
  readonly windowStart: number;
  readonly src: string;
  readonly dst: string;
  /** `shop/web`, or empty. */
  readonly service: string;
  readonly protocol: number;
  readonly port: number;
  readonly reporter: string;
  readonly action: string;
  readonly started: number;
}

/** `boutique/Deployment/frontend`, `node/n1`, `external/203.0.113.1`. */
export function peerText(peer: Peer | undefined): string {
  if (!peer) return 'undefined';
  if (peer.kind === 'workload') return `${peer.namespace}/${peer.ownerKind}/${peer.name}`;
  if (peer.kind === 'node') return `node/${peer.name}`;
  if (peer.kind === 'service') return `${peer.namespace}/${peer.name}`;
  return `${peer.kind}/${peer.kind === 'cidr' ? peer.cidr : peer.address}`;
}

/** All rows that the console counted so far. */
export function rowsOf(console: ScriptedConsole): SeenRow[] {
  const nameOf = (hi = 0, lo = 0) => (hi === 0 && lo === 0 ? '' : peerText(console.peers.get(joinHash64(hi, lo))));
  return console.batches.flatMap(({ columns: c }) =>
    Array.from({ length: c.rows }, (_, row) => ({
      windowStart: c.windowStart[row] ?? 0,
      src: nameOf(c.srcHi[row], c.srcLo[row]),
      dst: nameOf(c.dstHi[row], c.dstLo[row]),
      service: nameOf(c.serviceHi[row], c.serviceLo[row]),
      protocol: c.protocol[row] ?? 0,
      port: c.port[row] ?? 0,
      reporter: REPORTERS[c.reporter[row] ?? 0] ?? '',
      action: ACTIONS[c.action[row] ?? 0] ?? '',
      started: c.started[row] ?? 0,
    })),
  );
}
