import { governing } from '../engine/governing.ts';
import { groupBy } from '../inventory/group-by.ts';
import type { InventoryModel } from '../inventory/model-inventory.ts';
import type { BuiltRule } from './build-rules.ts';
import { type DraftEntry, isRange } from './draft.ts';
import { isRunning } from './label-space.ts';
import { plainText } from './plain-text.ts';
import type { Unit } from './unit.ts';
import { listWords, sortedTexts, workloadWords } from './words.ts';

export interface NotesInput {
  readonly unit: Unit;
  readonly policyName: string;
  /** The cluster's policies as they stand, and its pods. */
  readonly model: InventoryModel;
  readonly entries: Readonly<Record<'ingress' | 'egress', readonly DraftEntry[]>>;
  readonly rules: Readonly<Record<'ingress' | 'egress', readonly BuiltRule[]>>;
  readonly lostFlows: number;
}

/** Lines that a reader must see before taking the policy. */
export function writeNotes(input: NotesInput): string[] {
  const entries = [...input.entries.ingress, ...input.entries.egress];
  return [
    ...unitNotes(input.unit),
    ...directionNotes(input),
    ...peerNotes(input.unit, entries),
    ...existingNotes(input),
    ...(input.lostFlows > 0
      ? [`${input.lostFlows} flows were lost in this interval: what they carried is missing here.`]
      : []),
  ];
}

const names = ({ workloads, namespace }: Unit) => listWords(workloads.map((one) => workloadWords(one, namespace)));

function unitNotes(unit: Unit): string[] {
  const notes: string[] = [];
  if (unit.isAlike) notes.push(`${names(unit)} have the same needs: one policy covers them all.`);
  else if (unit.workloads.length > 1) notes.push(`No selector tells ${names(unit)} apart: one policy covers them all.`);
  const pods = unit.workloads.flatMap((workload) => workload.pods.filter(isRunning));
  if (pods.length === 0) notes.push('No pod of it runs now: labels are those of its template.');
  if (pods.some((pod) => pod.hostNetwork))
    notes.push('Some of its pods are on the host network: no policy applies to those.');
  if (unit.byAbsence)
    notes.push(
      'Its pods carry no label of their own: it is selected by what they lack, and so would be others like them. Label them to be exact.',
    );
  return notes;
}

function directionNotes({ rules }: NotesInput): string[] {
  const notes: string[] = [];
  if (rules.ingress.length === 0) notes.push('No incoming traffic was learnt: the policy lets nothing in.');
  if (rules.egress.length === 0)
    notes.push('No outgoing traffic was learnt: the policy lets nothing out, DNS included.');
  return notes;
}

function peerNotes(unit: Unit, entries: readonly DraftEntry[]): string[] {
  const notes: string[] = [];
  const groups = new Map<string, Unit>();
  for (const { peer } of entries) {
    if (peer.kind === 'unit' && peer.unit !== unit && peer.unit.workloads.length > 1)
      groups.set(peer.unit.key, peer.unit);
  }
  for (const group of [...groups.values()].sort((a, b) => (a.key < b.key ? -1 : 1)))
    notes.push(
      `No selector tells ${names(group)} in ${plainText(group.namespace)} apart: a rule for one lets the others through too.`,
    );
  const bySource = groupBy(entries.filter(isRange), ({ peer }) => peer.source);
  const nodes = sortedTexts(
    (bySource.get('node') ?? []).flatMap(({ ports }) => [...ports.values()].flatMap(({ peers }) => [...peers])),
  );
  if (nodes.length > 0)
    notes.push(
      `Node addresses stand for ${listWords(nodes)}: kubelet probes, host processes and pods on the host network come from there, and are let through alike.`,
    );
  if (bySource.has('bucket'))
    notes.push(
      'An address block stands for single addresses beyond the number that is kept for a cluster: it allows more than was seen.',
    );
  return notes;
}

function existingNotes({ unit, model, policyName }: NotesInput): string[] {
  const [pod] = unit.workloads.flatMap((workload) => workload.pods.filter((one) => isRunning(one) && !one.hostNetwork));
  const governed = pod && model.cluster.lookup.pod(pod.namespace, pod.name);
  if (governed === undefined) return [];
  const { ingress, egress } = governing(model.policies.enforced, governed);
  const selected = [...ingress, ...egress].flatMap(({ policies }) => policies);
  const others = sortedTexts(selected.map(({ name }) => name).filter((name) => name !== policyName));
  if (others.length === 0) return [];
  const isPlural = others.length > 1;
  return [
    `${listWords(others.map(plainText))} ${isPlural ? 'select' : 'selects'} it already: what ${isPlural ? 'they deny' : 'it denies'} was never seen to pass, and what ${isPlural ? 'they allow' : 'it allows'} stays allowed beside this policy.`,
  ];
}
