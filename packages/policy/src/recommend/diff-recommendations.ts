import type { NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from '../kubernetes.ts';
import { renderYaml } from '../render/render-yaml.ts';
import type { Recommendation, RecommendedRule } from './types.ts';
import { listWords } from './words.ts';

/** What a diff needs of a recommendation, as it was stored or as it comes. */
export type ComparedRecommendation = Pick<Recommendation, 'policy' | 'refusal'> & {
  readonly rules: readonly Pick<RecommendedRule, 'direction' | 'index' | 'sentence'>[];
};
export interface DiffedRule {
  readonly direction: 'ingress' | 'egress';
  readonly sentence: string;
}
export interface ChangedRule {
  readonly direction: 'ingress' | 'egress';
  readonly before: string;
  readonly after: string;
  /** "also TCP 443", "no longer 203.0.113.7/32" */
  readonly changes: readonly string[];
}
export interface RecommendationDiff {
  readonly isSame: boolean;
  readonly added: readonly DiffedRule[];
  readonly removed: readonly DiffedRule[];
  readonly changed: readonly ChangedRule[];
  /** All of it a line each, for people. */
  readonly words: readonly string[];
}

/** What the second recommends other than the first: rules, and whom they are for. Counts and times are no difference. */
export function diffRecommendations(before: ComparedRecommendation, after: ComparedRecommendation): RecommendationDiff {
  const parts = (['ingress', 'egress'] as const).map((direction) =>
    pairRules(partsOf(before, direction), partsOf(after, direction)),
  );
  const added = parts.flatMap((part) => part.added.map(toDiffed));
  const removed = parts.flatMap((part) => part.removed.map(toDiffed));
  const changed = parts.flatMap((part) => part.changed);
  const words = [
    ...wholeWords(before, after),
    ...removed.map((rule) => `${SIDES[rule.direction]}, gone: ${rule.sentence}`),
    ...added.map((rule) => `${SIDES[rule.direction]}, new: ${rule.sentence}`),
    ...changed.map((rule) => `${SIDES[rule.direction]}, changed: ${rule.after}: ${rule.changes.join('; ')}`),
  ];
  return { isSame: words.length === 0, added, removed, changed, words };
}

const SIDES = { ingress: 'Incoming', egress: 'Outgoing' } as const;

function wholeWords(before: ComparedRecommendation, after: ComparedRecommendation): string[] {
  if (before.policy === null && after.policy === null)
    return before.refusal === after.refusal ? [] : [`There is no policy for another reason: ${after.refusal}`];
  if (before.policy === null) return ['There is a policy now.'];
  if (after.policy === null) return [`There is no policy any more: ${after.refusal}`];
  const words: string[] = [];
  if (after.policy.metadata.name !== before.policy.metadata.name)
    words.push(`Its name is ${after.policy.metadata.name} now.`);
  if (subjectOf(before.policy) !== subjectOf(after.policy)) words.push('It selects its pods by other labels.');
  return words;
}

const subjectOf = ({ spec }: NetworkPolicy) => renderYaml(spec.podSelector);

/** A rule as sets of texts, which are compared whatever their order. */
interface RuleParts extends DiffedRule {
  readonly peers: ReadonlySet<string>;
  readonly ports: ReadonlySet<string>;
  /** Peer texts that people can read. */
  readonly words: ReadonlyMap<string, string>;
}
const toDiffed = ({ direction, sentence }: RuleParts): DiffedRule => ({ direction, sentence });

function partsOf({ policy, rules }: ComparedRecommendation, direction: 'ingress' | 'egress'): RuleParts[] {
  return rules
    .filter((rule) => rule.direction === direction)
    .map(({ index, sentence }) => {
      const { peers, ports } = ruleAt(policy, direction, index);
      const words = new Map(peers.map((peer) => [renderYaml(peer), peer.ipBlock?.cidr ?? 'its pods']));
      return { direction, sentence, peers: new Set(words.keys()), ports: new Set(ports.flatMap(portTexts)), words };
    });
}

function ruleAt(policy: NetworkPolicy | null, direction: 'ingress' | 'egress', index: number) {
  const ingress = direction === 'ingress' ? policy?.spec.ingress?.[index] : undefined;
  const egress = direction === 'egress' ? policy?.spec.egress?.[index] : undefined;
  const peers: readonly NetworkPolicyPeer[] = ingress?.from ?? egress?.to ?? [];
  return { peers, ports: ingress?.ports ?? egress?.ports ?? [] };
}

/** Each of a range: the one that came is to be named. */
function portTexts({ protocol = 'TCP', port, endPort }: NetworkPolicyPort): string[] {
  if (typeof port !== 'number' || endPort === undefined) return [`${protocol} ${port}`];
  return Array.from({ length: endPort - port + 1 }, (_, place) => `${protocol} ${port + place}`);
}

/** Whether a rule before and one after are the same rule, the surest ways first. */
const WAYS: readonly ((a: RuleParts, b: RuleParts) => boolean)[] = [
  (a, b) => isEqual(a.peers, b.peers) && isEqual(a.ports, b.ports),
  (a, b) => isEqual(a.peers, b.peers),
  (a, b) => meets(a.peers, b.peers) && isEqual(a.ports, b.ports),
  (a, b) => meets(a.peers, b.peers),
  (a, b) => a.sentence === b.sentence,
];

function pairRules(before: readonly RuleParts[], after: readonly RuleParts[]) {
  const removed = new Set(before);
  const added = new Set(after);
  const changed: ChangedRule[] = [];
  for (const isSameRule of WAYS) {
    for (const one of removed) {
      const other = [...added].find((candidate) => isSameRule(one, candidate));
      if (other === undefined) continue;
      removed.delete(one);
      added.delete(other);
      const changes = changesOf(one, other);
      if (changes.length > 0)
        changed.push({ direction: other.direction, before: one.sentence, after: other.sentence, changes });
    }
  }
  return { removed: [...removed], added: [...added], changed };
}

function changesOf(before: RuleParts, after: RuleParts): string[] {
  const less = (from: ReadonlySet<string>, what: ReadonlySet<string>) => [...from].filter((one) => !what.has(one));
  const gained = less(after.peers, before.peers).map((peer) => after.words.get(peer) ?? peer);
  const lost = less(before.peers, after.peers).map((peer) => before.words.get(peer) ?? peer);
  // A workload is one peer: gained and lost at once, it was given other labels.
  if (gained.length > 0 && !meets(before.peers, after.peers) && before.sentence === after.sentence)
    return ['it is selected by other labels'];
  const also = [...gained, ...less(after.ports, before.ports)];
  const noLonger = [...lost, ...less(before.ports, after.ports)];
  return [
    ...(also.length > 0 ? [`also ${listWords(also)}`] : []),
    ...(noLonger.length > 0 ? [`no longer ${listWords(noLonger)}`] : []),
  ];
}

const isEqual = (a: ReadonlySet<string>, b: ReadonlySet<string>) =>
  a.size === b.size && [...a].every((one) => b.has(one));
const meets = (a: ReadonlySet<string>, b: ReadonlySet<string>) => [...a].some((one) => b.has(one));
