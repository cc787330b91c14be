import { PROTOCOL_NAMES, PROTOCOL_NUMBERS, type ProtocolName } from '../kinds/kubernetes-ports.ts';
import type { Refuse } from './reason.ts';
import type { RulePorts } from './rule-groups.ts';

export interface WrittenPort {
  protocol: ProtocolName;
  port?: number | string;
  endPort?: number;
}

/** `ports` of a NetworkPolicy rule; empty: any. */
export function writePorts(groups: readonly RulePorts[], refuse: Refuse): WrittenPort[] | null {
  const entries: WrittenPort[] = [];
  for (const { protocol, ports } of groups) {
    const names = protocolsOf(protocol);
    if (protocol === null && ports === null)
      return groups.length === 1 ? [] : refuse('any port beside listed ones', 'rules of their own');
    if (names === null) return refuse(`protocol ${protocol}`, 'TCP, UDP or SCTP');
    if (protocol === null && ports !== null && ports.ranges.length > 0)
      return refuse('port numbers of every protocol', 'a protocol');
    for (const name of names) {
      if (ports === null) entries.push({ protocol: name });
      for (const { first, last } of ports?.ranges ?? [])
        entries.push({ protocol: name, port: first, ...(last > first ? { endPort: last } : {}) });
      for (const port of ports?.names ?? []) entries.push({ protocol: name, port });
    }
  }
  return entries;
}

/** A port name without a protocol means whichever the pod declares. Null: none that Kubernetes has. */
export function protocolsOf(protocol: number | null): readonly ProtocolName[] | null {
  if (protocol === null) return PROTOCOL_NAMES;
  const name = PROTOCOL_NAMES.find((one) => PROTOCOL_NUMBERS[one] === protocol);
  return name === undefined ? null : [name];
}
