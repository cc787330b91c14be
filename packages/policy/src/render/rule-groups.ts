import { ANY_SIDE } from '../kinds/policy-context.ts';
import type { Direction, PortMatch, Rule, Side } from '../model/policy.ts';

/** Rules that were written as one: each of some peers on each of some ports. */
export interface RuleGroup {
  /** Any of its rules, for what they have in common. */
  readonly rule: Rule;
  readonly peers: readonly Side[];
  readonly ports: readonly RulePorts[];
}
export interface RulePorts {
  readonly protocol: number | null;
  readonly ports: PortMatch | null;
}

/** Undoes what reading a Kubernetes kind does, so that rules keep their numbers; rules that are not such a product stand alone. */
export function groupRules(rules: readonly Rule[], direction: Direction): readonly RuleGroup[] {
  const groups: RuleGroup[] = [];
  for (const written of runsByPath(rules)) {
    const peers = unique(written.map((rule) => peerOf(rule, direction)));
    const ports = unique(written.map(portsOf));
    const isProduct =
      written.length === peers.length * ports.length &&
      written.every(
        (rule, place) =>
          sameText(peerOf(rule, direction), peers[place % peers.length]) &&
          sameText(portsOf(rule), ports[Math.floor(place / peers.length)]),
      );
    const [rule] = written;
    if (isProduct && rule !== undefined) groups.push({ rule, peers, ports });
    else for (const one of written) groups.push({ rule: one, peers: [peerOf(one, direction)], ports: [portsOf(one)] });
  }
  return groups;
}

/** The other end of a rule without its ports, where reading put them. */
const peerOf = (rule: Rule, direction: Direction): Side =>
  direction === 'ingress' ? rule.source : { ...rule.destination, ports: null };
const portsOf = ({ protocol, destination: { ports } }: Rule): RulePorts => ({ protocol, ports });

export const isAnybody = (side: Side) => sameText(side, ANY_SIDE);

function runsByPath(rules: readonly Rule[]): Rule[][] {
  const runs: Rule[][] = [];
  for (const rule of rules) {
    const run = runs.at(-1);
    if (run !== undefined && run[0]?.path === rule.path && run[0].action === rule.action) run.push(rule);
    else runs.push([rule]);
  }
  return runs;
}

const textOf = (value: unknown) =>
  JSON.stringify(value, (key, inner) =>
    typeof inner === 'bigint' ? String(inner) : key === 'node' ? undefined : inner,
  );
const sameText = (a: unknown, b: unknown) => textOf(a) === textOf(b);

function unique<T>(values: readonly T[]): T[] {
  return [...new Map(values.map((value) => [textOf(value), value])).values()];
}
