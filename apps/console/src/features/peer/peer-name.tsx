import type { Peer } from '@margay/model';
import { peerText } from './peer-text.ts';

/** Namespace quiet, name dark; addresses in the code face. The full text is on hover, as cells may cut it. */
export function PeerName({ peer }: { peer: Peer }) {
  const { scope, name, kind } = peerText(peer);
  const code = peer.kind !== 'workload' && peer.kind !== 'service' && peer.kind !== 'node';
  return (
    <span className="peer" title={`${scope} / ${name}, ${kind}`}>
      <span className="ns">{scope} / </span>
      <span className={code ? 'mono' : 'name'}>{name}</span>
    </span>
  );
}
