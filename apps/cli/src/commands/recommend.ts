import { type Command, requireValue } from '../command.ts';
import { loadCluster } from '../input/load-cluster.ts';
import { claimOnce } from '../input/read-files.ts';
import { writeOut } from '../output/write-out.ts';

export const recommendCommand: Command = {
  name: 'recommend',
  positionals: ['DIR'],
  needs: '--flows FILE',
  summary: 'policies that recorded traffic needs',
  details: `DIR holds the cluster's manifests; a dump is fine:
  kubectl get ns,nodes,pods,deploy,rs,sts,ds,jobs,cronjobs,svc,endpointslices,netpol -A -o yaml > cluster/all.yaml
FILE holds flows as JSON lines: what hubble observe -o jsonpb prints, or edges of Margay's own; each line is recognised by itself.

Prints one Kubernetes NetworkPolicy for each workload: every connection that was seen and got through stays allowed, nothing else is.
-o json has for each rule the evidence, and what was left out and why; -o md the same to read. Workloads without traffic get none.`,
  options: {
    flows: { type: 'string', value: 'FILE', help: 'the flows; - for stdin' },
    lenient: { type: 'boolean', help: 'go on without policies that are invalid' },
  },
  formats: ['yaml', 'json', 'md'],
  run: async ([folder = ''], values) => {
    const flows = requireValue(values, 'flows');
    claimOnce(folder, flows);
    const { cluster, policies, exitCode } = loadCluster(folder, values);
    // Not loaded with the rest: other commands start faster without it.
    const { recommendFrom } = await import('../flows/recommend-from.ts');
    await writeOut(recommendFrom(cluster, policies, { flows, output: String(values.output) }));
    return exitCode;
  },
};
