import { BAD_INPUT, BadInput, type Command, FINE, requireValue } from '../command.ts';
import { loadCluster } from '../input/load-cluster.ts';
import { claimOnce } from '../input/read-files.ts';
import { writeOut } from '../output/write-out.ts';

export const replayCommand: Command = {
  name: 'replay',
  positionals: ['DIR'],
  needs: '--with DIR2 --flows FILE',
  summary: 'what a change of policies would have done to recorded traffic',
  details: `DIR holds the cluster's manifests with its policies as they are, FILE recorded flows, as in margay recommend. DIR2 holds the change: policies,
tiers and network sets, each in the place of the one of its kind, namespace and name, or added. What DIR2 stages counts as enforced: in
policy.margay.dev a staged policy replaces or deletes the one of its name, in Calico's groups it is one more. Other objects are passed over.

Every edge of the record (who, to whom, on which port) is newly denied, newly allowed, unchanged, or undecided: where that depends on something
that was not recorded, such as which address of a range it was. Told are the rules that decide before and after, and of what is newly
denied the rule that would nearly have allowed it. Both sides are what policies say, whatever was enforced when the traffic was seen.
-o md is made for a comment on a pull request. Exit code 1: something is newly denied.`,
  options: {
    with: { type: 'string', value: 'DIR2', help: 'the change; - for stdin' },
    flows: { type: 'string', value: 'FILE', help: 'the flows; - for stdin' },
    whole: { type: 'boolean', help: 'DIR2 has all policies there will be: those of DIR are gone' },
    staged: { type: 'boolean', help: 'count policies that DIR stages as enforced; then DIR2 may be left out' },
    all: { type: 'boolean', help: 'list what is unchanged, too' },
    lenient: { type: 'boolean', help: 'go on without policies that are invalid' },
  },
  formats: ['txt', 'json', 'yaml', 'csv', 'md'],
  run: async ([folder = ''], values) => {
    const change = typeof values.with === 'string' ? values.with : null;
    if (change === null && values.staged !== true)
      throw new BadInput('--with is missing: a folder with the change, or --staged for what DIR stages');
    if (change === null && values.whole === true)
      throw new BadInput('--whole says something of --with, which is missing');
    const flows = requireValue(values, 'flows');
    claimOnce(folder, change, flows);
    const loaded = loadCluster(folder, values);
    // Not loaded with the rest: other commands start faster without it.
    const { replayFrom } = await import('../flows/replay-from.ts');
    const { pieces, exitCode } = replayFrom(loaded, { flows, change, values });
    await writeOut(pieces);
    return loaded.exitCode === FINE ? exitCode : BAD_INPUT;
  },
};
