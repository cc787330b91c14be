import type { EdgeView } from '@margay/services/inputs';
import type { LabDescription, LabEnd } from '../lab.ts';

/** One edge as text, the same for what the lab says it makes and for what the console shows: `shop/Deployment/frontend → … TCP 8080`. */
export function expectedText({ source, destination, protocol, port }: LabDescription['expectedEdges'][number]): string {
  return `${endText(source)} → ${endText(destination)} ${protocol}/${port}`;
}

export function seenText({ src, dst, protocol, port }: Pick<EdgeView, 'src' | 'dst' | 'protocol' | 'port'>): string {
  return `${peerText(src)} → ${peerText(dst)} ${protocol}/${port}`;
}

export function endText(end: LabEnd): string {
  if (end.kind === 'workload') return `${end.namespace}/${end.ownerKind}/${end.name}`;
  return end.kind === 'node' ? `node ${end.name}` : end.address;
}

function peerText(peer: EdgeView['src']): string {
  switch (peer.kind) {
    case 'workload':
      return `${peer.namespace}/${peer.ownerKind}/${peer.name}`;
    case 'node':
      return `node ${peer.name}`;
    case 'service':
      return `service ${peer.namespace}/${peer.name}`;
    case 'cidr':
      return peer.cidr;
    default:
      return peer.kind === 'external' ? peer.address : `${peer.kind} ${peer.address}`;
  }
}
