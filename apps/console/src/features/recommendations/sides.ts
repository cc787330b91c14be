import type { RecommendationDetail } from '@margay/services/inputs';
import { plainName } from '@margay/ui';

const SHOWN = 6;

/** Peers of the rules by side, each once, in the order of the rules; what does not fit is counted. */
export function sidesOf(rules: RecommendationDetail['rules'], characters = 20): { left: string[]; right: string[] } {
  return { left: side(rules, 'ingress', characters), right: side(rules, 'egress', characters) };
}

function side(rules: RecommendationDetail['rules'], direction: 'ingress' | 'egress', characters: number): string[] {
  const peers = [
    ...new Set(
      rules
        .filter((rule) => rule.direction === direction)
        .flatMap((rule) => rule.evidence.peers.map((peer) => shortName(withoutNamespace(peer), characters))),
    ),
  ];
  return peers.length <= SHOWN ? peers : [...peers.slice(0, SHOWN - 1), `${peers.length - SHOWN + 1} more`];
}

/** `shop/frontend` → `frontend`; an address with a mask stays whole. */
function withoutNamespace(peer: string): string {
  const at = peer.lastIndexOf('/');
  return at < 0 || /^[\d.:a-f]+$/i.test(peer.slice(0, at)) ? plainName(peer) : plainName(peer.slice(at + 1));
}

/** Cut in the middle, where names of one family are alike. */
export function shortName(name: string, most: number): string {
  if (name.length <= most) return name;
  const tail = Math.floor((most - 1) / 4);
  return `${name.slice(0, most - 1 - tail)}…${name.slice(-tail)}`;
}
