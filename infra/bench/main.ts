import { MargayError } from '@margay/model';
import { z } from 'zod';
import { generate } from '../../prisma/generate.ts';
import type { Bench } from './result.ts';
import { formatTable } from './result.ts';

const BENCHES: Readonly<Record<string, { readonly load: () => Promise<Bench>; readonly what: string }>> = {
  agent: {
    load: async () => (await import('./agent/bench-agent.ts')).benchAgent,
    what: 'a node agent while 3,000 connections a second are made: CPU, memory, loss (root)',
  },
  tail: {
    load: async () => (await import('./tail/bench-tail.ts')).benchTail,
    what: 'from a packet in the lab to its row on the screen (root, Chromium)',
  },
  ingest: {
    load: async () => (await import('./ingest/bench-ingest.ts')).benchIngest,
    what: 'rows a second acknowledged by the real ingest process, to raw COPY of the same rows',
  },
  query: {
    load: async () => (await import('./query/bench-query.ts')).benchQuery,
    what: 'service graph of a day and first page of flows at 10 M raw rows and 20,000 edges: p95 (minutes to fill)',
  },
  policy: {
    load: async () => (await import('./policy/bench-policy.ts')).benchPolicy,
    what: 'the policy engine: margay connectivity, verdicts a second, compiling, updating, replay, memory',
  },
};

const HELP = `Measures Margay against a reference of the same run, so that the number means something on any machine.

  npm run bench -- <name> [--json] [--rounds=5]

${Object.entries(BENCHES)
  .map(([name, { what }]) => `  ${name.padEnd(10)} ${what}`)
  .join('\n')}

  --json     prints one object as the last line: {"bench","results":[{"name","value","unit","reference","ratio"}]}`;

async function main(args: readonly string[]): Promise<void> {
  const [name] = args.filter((arg) => !arg.startsWith('--'));
  const bench = name !== undefined && Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
  if (!bench || args.includes('--help')) {
    console.log(HELP);
    process.exitCode = bench || name === undefined ? 0 : 2;
    return;
  }
  const rounds = z.coerce
    .number()
    .int()
    .min(1)
    .max(50)
    .parse(args.find((arg) => arg.startsWith('--rounds='))?.slice('--rounds='.length) ?? 5);
  // Before the module is loaded: it reaches the database's client, which a clean clone has not yet.
  generate();
  const run = await bench.load();
  const results = await run({ rounds, say: (line) => console.error(line) });
  console.log(args.includes('--json') ? JSON.stringify({ bench: name, results }) : formatTable(results));
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof MargayError ? error.message : error);
  process.exitCode = 1;
});
