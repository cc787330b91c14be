import { Loop } from '../controllers/loop.ts';
import type { Informer } from '../kube/informer.ts';
import type { KubeObject } from '../kube/objects.ts';
import { runCommand } from '../machine/run-command.ts';
import { serviceRules } from './service-rules.ts';

/** Keeps the node's nftables in step with Services and EndpointSlices: the lab's kube-proxy. */
export function startServiceProxy(
  node: string,
  services: Informer<KubeObject>,
  slices: Informer<KubeObject>,
  fail: (error: unknown) => void,
): Loop {
  let programmed = '';
  const loop = new Loop(async () => {
    const rules = serviceRules(services.all(), slices.all());
    if (rules === programmed) return;
    await runCommand('nsenter', [`--net=/run/netns/${node}`, '--', 'nft', '-f', '-'], { input: rules });
    programmed = rules;
  }, fail);
  services.onChange(loop.trigger);
  slices.onChange(loop.trigger);
  return loop;
}
