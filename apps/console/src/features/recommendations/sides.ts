import type { RecommendationDetail } from '@margay/services/inputs';

const SHOWN = 6;
const CHARACTERS = 20;

/** Peers of the rules by side, each once, in the order of the rules; what does not fit is counted. */
export function sidesOf(rules: RecommendationDetail['rules']): { left: string[]; right: string[] } {
  return { left: side(rules, 'ingress'), right: side(rules, 'egress') };
}

function side(rules: RecommendationDetail['rules'], direction: 'ingress' | 'egress'): string[] {
  const peers = [
    ...new Set(
      rules
        .filter((rule) => rule.direction === direction)
        .flatMap((rule) => rule.evidence.peers.map((peer) => shortName(withoutNamespace(peer), CHARACTERS))),
    ),
  ];
  return peers.length <= SHOWN ? peers : [...peers.slice(0, SHOWN - 1), `${peers.length - SHOWN + 1} more`];
}

/** `shop/frontend` → `frontend`; an address with a mask stays whole. */
function withoutNamespace(peer: string): string {
  const [scope, name] = peer.split('/');
  return scope && name && !/^[\d.:a-f]+$/.test(scope) ? name : peer;
}

/** Cut in the middle, where names of one family are alike. */
export function shortName(name: string, most: number): string {
  if (name.length <= most) return name;
  const tail = Math.floor((most - 1) / 3);
  return `${name.slice(0, most - 1 - tail)}…${name.slice(-tail)}`;
}
