import { type ClusterModel, type PolicySet, type Recommendation, recommend } from '@margay/policy';
import { say } from '../output/say.ts';
import { toYaml } from '../output/to-yaml.ts';
import { inventoryOf } from './inventory-of.ts';
import { readFlows } from './read-flows.ts';

/** Recommends from a file of flows in the form asked for; what the reader must know besides goes to stderr. */
export function recommendFrom(
  cluster: ClusterModel,
  policies: PolicySet,
  { flows, output }: { flows: string; output: string },
): Iterable<string> {
  const inventory = inventoryOf(cluster, policies);
  const { edges, fromMs, toMs, passedOver, lost } = readFlows(flows, inventory);
  const found = recommend({ inventory, edges, fromMs, toMs, lostFlows: lost });
  say(
    `${edges.length} edges, ${found.filter(({ policy }) => policy !== null).length} policies for ${found.length} workloads`,
  );
  if (passedOver > 0) say(`${passedOver} lines say nothing about who talks to whom and were passed over`);
  for (const { key, refusal } of found) if (refusal !== null) say(`none for ${key}: ${refusal}`);
  switch (output) {
    case 'json':
      return [`${JSON.stringify(found, null, 2)}\n`];
    case 'md':
      return found.map(page);
    default:
      return found.flatMap(({ yaml, policy }) => (policy === null ? [] : [`---\n${yaml ?? toYaml(policy)}`]));
  }
}

/** One recommendation with its evidence. */
function page({ key, refusal, rules, notes, leftOut }: Recommendation): string {
  const evidence = rules.map(
    ({ direction, sentence, evidence: { connections, firstSeenMs, lastSeenMs, peers, note } }) => {
      const cells = [
        direction,
        sentence,
        String(connections),
        time(firstSeenMs),
        time(lastSeenMs),
        peers.join(', '),
        note ?? '',
      ];
      return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
    },
  );
  return [
    `## ${key.replaceAll('+', ' + ')}\n`,
    ...(refusal === null ? [] : [`No policy: ${refusal}.\n`]),
    ...(evidence.length === 0
      ? []
      : [
          `| direction | rule | connections | first seen | last seen | peers | note |\n|---|---|---|---|---|---|---|\n${evidence.join('\n')}\n`,
        ]),
    ...notes.map((note) => `- ${note}`),
    ...leftOut.map(({ sentence, reason }) => `- Left out: ${sentence}: ${reason}`),
    '\n',
  ].join('\n');
}

const time = (ms: number | null) => (ms === null ? '' : new Date(ms).toISOString());
