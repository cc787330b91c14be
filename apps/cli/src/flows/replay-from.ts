import { parseCandidate, type ReplayView, replay } from '@margay/policy';
import { BadInput, FINDING, FINE, type Values } from '../command.ts';
import { type Loaded, tellProblems } from '../input/load-cluster.ts';
import { readFiles } from '../input/read-files.ts';
import { say } from '../output/say.ts';
import { inventoryOf } from './inventory-of.ts';
import { readFlows } from './read-flows.ts';
import { plural } from './replay-words.ts';
import { writeReplay } from './write-replay.ts';

interface Asked {
  /** Path of the flows. */
  readonly flows: string;
  /** Path of the change; null: what is staged already. */
  readonly change: string | null;
  readonly values: Values;
}

/** Replays flows in the form asked for; what the reader must know besides goes to stderr. */
export function replayFrom(loaded: Loaded, { flows, change, values }: Asked) {
  const after = change === null ? { view: stagedView(loaded), exitCode: FINE } : readChange(loaded, change, values);
  const { edges, passedOver, lost, fromMs, toMs } = readFlows(flows, inventoryOf(loaded.cluster, loaded.policies));
  if (passedOver > 0) say(`${passedOver} lines say nothing about who talks to whom and were passed over`);
  if (lost > 0) say(`${lost} flows were lost when they were recorded: what they were is not replayed`);
  const before = { cluster: loaded.cluster, tiers: loaded.policies.enforced };
  const found = replay({ before, after: after.view, edges, unchanged: values.all === true });
  const pieces = writeReplay(found, String(values.output), { fromMs, toMs, lost });
  const finding = found.sums['newly-denied'].edges > 0 ? FINDING : FINE;
  return { pieces, exitCode: after.exitCode === FINE ? finding : after.exitCode };
}

const stagedView = ({ cluster, policies }: Loaded): ReplayView => ({ cluster, tiers: policies.pending });

function readChange(loaded: Loaded, path: string, values: Values): { view: ReplayView; exitCode: number } {
  const { cluster, files, options } = loaded;
  const [whole, staged] = [values.whole === true, values.staged === true];
  const found = parseCandidate(files, readFiles(path), { ...options, cluster, whole, staged });
  const exitCode = tellProblems(found.problems, path, values);
  const { length } = found.passedOver;
  if (found.taken === 0 && !whole) throw new BadInput(`${path} holds no policy, tier or network set`);
  if (length > 0)
    say(
      `passed over in ${path} as no part of a policy set: ${plural(length, 'object')} (${shorten(found.passedOver)})`,
    );
  return { view: found.view, exitCode };
}

const SHOWN_MAX = 3;
const shorten = (names: readonly string[]) =>
  names.length > SHOWN_MAX ? `${names.slice(0, SHOWN_MAX).join(', ')}, …` : names.join(', ');
