import { join } from 'node:path';
import type { Container, Pod } from '../kube/types.ts';
import { LAB_IMAGE } from '../topology/manifests.ts';
import { PROGRAMS, SMALL_NODE_FLAGS } from './node-helper.ts';

export interface ContainerCommand {
  readonly argv: readonly string[];
  /** The lab's own programs say when they are up. */
  readonly readyLine: string | undefined;
  readonly isAgent: boolean;
}

/** What runs for a container: the lab pulls no images, it knows its own programs and Margay's agent. Undefined: neither. */
export function commandOf(pod: Pod, container: Container, agentEntry: string): ContainerCommand | undefined {
  if (container.image === LAB_IMAGE) {
    const program = container.command?.[1]?.replace(/^\/lab\//, '') ?? '';
    const argv = [process.execPath, ...SMALL_NODE_FLAGS, join(PROGRAMS, program)];
    return { argv, readyLine: 'ready', isAgent: false };
  }
  // Whatever registry its image comes from.
  if (pod.metadata.labels?.['app.kubernetes.io/name'] !== 'margay-agent') return undefined;
  return { argv: [process.execPath, agentEntry, ...agentArguments(container)], readyLine: undefined, isAgent: true };
}

/** The arguments behind interpreter and script, wherever the manifest has them. */
export function agentArguments(container: Pick<Container, 'command' | 'args'>): string[] {
  const [interpreter, ...rest] = container.command ?? [];
  const command =
    interpreter !== undefined && /(^|\/)(node|margay-agent)$/.test(interpreter) ? rest : (container.command ?? []);
  const own = command.filter((part, index) => !(index === 0 && /\.(c|m)?(j|t)s$/.test(part)));
  return [...own, ...(container.args ?? [])];
}
