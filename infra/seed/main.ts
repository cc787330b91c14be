import { parseArgs } from 'node:util';
import { z } from 'zod';
import { writeBoutique, writeManifests } from './manifests/write-manifests.ts';

const HELP = `Makes data to try Margay with; the same seed makes the same data.

  npm run seed -- manifests DIR [--workloads=1000] [--namespaces=50] [--policies=500] [--seed=1]
      a folder of manifests: Deployments, Services, NetworkPolicies
  npm run seed -- boutique DIR
      Online Boutique with a policy for each service`;

const count = z.coerce.number().int().min(1).max(100_000);
const Plan = z.object({ workloads: count, namespaces: count, policies: count, seed: z.coerce.number().int() });

function main(args: string[]): number {
  const number = (fallback: string) => ({ type: 'string', default: fallback }) as const;
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      workloads: number('1000'),
      namespaces: number('50'),
      policies: number('500'),
      seed: number('1'),
      help: { type: 'boolean', short: 'h' },
    },
  });
  const [what, folder] = positionals;
  if (values.help || folder === undefined || !(what === 'manifests' || what === 'boutique')) {
    console.log(HELP);
    return values.help || what === undefined ? 0 : 2;
  }
  if (what === 'boutique') writeBoutique(folder);
  else writeManifests(folder, Plan.parse(values));
  console.error(`written to ${folder}`);
  return 0;
}

process.exitCode = main(process.argv.slice(2));
