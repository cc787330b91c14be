import { ACTIONS, type Action, EVIDENCE, type Evidence, REPORTERS, type Reporter } from '@margay/model';

/** What column `kind` of the flow tables packs into one integer: `protocol << 20 | port << 4 | reporter << 3 | action << 2 | evidence`. Fewer columns make COPY and keys cheaper. */
export interface FlowKind {
  readonly protocol: number;
  readonly port: number;
  readonly reporter: Reporter;
  readonly action: Action;
  readonly evidence: Evidence;
}

/** Arguments are the indices that travel on the wire. */
export function packKind(protocol: number, port: number, reporter: number, action: number, evidence: number): number {
  return (protocol << 20) | (port << 4) | (reporter << 3) | (action << 2) | evidence;
}

export function unpackKind(kind: number): FlowKind {
  return {
    protocol: (kind >> 20) & 0xff,
    port: (kind >> 4) & 0xffff,
    reporter: REPORTERS[(kind >> 3) & 1] ?? 'src',
    action: ACTIONS[(kind >> 2) & 1] ?? 'allow',
    evidence: EVIDENCE[kind & 3] ?? 'kernel',
  };
}

/** The same in SQL, over a column named `kind`. */
export const KIND_SQL = {
  protocol: '((kind >> 20) & 255)',
  port: '((kind >> 4) & 65535)',
  reporter: '((kind >> 3) & 1)',
  action: '((kind >> 2) & 1)',
} as const;
