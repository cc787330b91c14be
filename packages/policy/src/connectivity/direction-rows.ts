import type { Direction } from '../model/policy.ts';
import { ALL } from './connection-pool.ts';
import type { EndClass, EndClasses } from './end-classes.ts';
import { createSplitter } from './splitter.ts';
import { createSteps, type StepsInput, type TierSteps, type Walk, walkTiers } from './tier-steps.ts';

type Row = Int32Array;

/**
 * What one end's policies allow towards (egress) or from (ingress) each class of peers, as pool numbers by class.
 * Ends whose policies come to the same share one row.
 */
export function createDirectionRows(input: StepsInput) {
  const { classes, pool } = input;
  const stepsOf = createSteps(input);
  const byKey = new Map<string, Row>();
  const byClass: Record<Direction, Row[]> = { ingress: [], egress: [] };
  const everything = new Int32Array(classes.all.length).fill(ALL);

  const find = (own: EndClass, direction: Direction): Row => {
    const { pod } = own.spot.end;
    if (pod === null) return everything;
    const steps = stepsOf(own, direction);
    const { family } = own.spot;
    const hasProfile = pod.profile !== null;
    const key = `${family}/${hasProfile}/${rowKey(steps)}`;
    const row = byKey.get(key) ?? computeRow(steps, { family, hasProfile, classes, pool });
    byKey.set(key, row);
    return row;
  };
  return (own: EndClass, direction: Direction): Row => {
    const row = byClass[direction][own.id] ?? find(own, direction);
    byClass[direction][own.id] = row;
    return row;
  };
}

const rowKey = (tiers: readonly TierSteps[]) =>
  tiers
    .map(({ passes, steps }) => {
      const list = steps.map(
        ({ own, compiled: { rule, peerTerm } }) => `${rule.action[0]}${rule.family ?? ''}.${own}.${peerTerm}`,
      );
      return `${passes}:${list.join()}`;
    })
    .join(';');

type RowContext = Omit<Walk, 'family'> & { readonly family: 4 | 6 | null };

/** Peers that every step treats alike are decided once. */
function computeRow(tiers: readonly TierSteps[], context: RowContext): Row {
  const { classes } = context;
  const groups = groupPeers(tiers, classes);
  const row = new Int32Array(classes.all.length);
  const decided = new Map<number, number>();
  for (const [peer, group] of groups.entries()) {
    const family = context.family ?? classes.all[peer]?.spot.family ?? 4;
    const result = decided.get(group) ?? walkTiers(tiers, peer, { ...context, family });
    decided.set(group, result);
    row[peer] = result;
  }
  return row;
}

/** Peers that the steps cannot tell apart have one number. */
export function groupPeers(tiers: readonly TierSteps[], classes: EndClasses): Int32Array {
  const splitter = createSplitter(classes.all.length);
  const steps = tiers.flatMap((tier) => tier.steps);
  for (const term of new Set(steps.map(({ compiled }) => compiled.peerTerm)))
    splitter.by(classes.matching(term), (peer) => classes.value(term, peer));
  if (steps.some(({ compiled }) => compiled.rule.family !== null))
    splitter.by(classes.all.keys(), (peer) => classes.all[peer]?.spot.family ?? 0);
  return splitter.groups();
}
