import { describe, expect, it } from 'vitest';
import type { Pod } from '../kube/types.ts';
import { LAB_IMAGE } from '../topology/manifests.ts';
import { agentArguments, commandOf } from './container-command.ts';

const pod = (labels: Record<string, string>): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'n', labels },
  spec: { containers: [] },
});

describe('agentArguments', () => {
  it.each([
    [{ args: ['node'] }, ['node']],
    [{ args: ['cluster'] }, ['cluster']],
    [{ command: ['node', '/app/agent.mjs'], args: ['node'] }, ['node']],
    [{ command: ['node', '/app/main.js', 'cluster'] }, ['cluster']],
    [{ command: ['/usr/bin/margay-agent'], args: ['node', '--x'] }, ['node', '--x']],
    [{}, []],
  ])('%j: %j', (container, expected) => {
    expect(agentArguments(container)).toEqual(expected);
  });
});

describe('commandOf', () => {
  it('runs its own programs and waits until they are up', () => {
    const command = commandOf(
      pod({}),
      { name: 'main', image: LAB_IMAGE, command: ['node', '/lab/service.mjs'] },
      '/agent.ts',
    );
    expect(command?.argv.at(-1)).toMatch(/programs\/service\.mjs$/);
    expect(command).toMatchObject({ readyLine: 'ready', isAgent: false });
  });

  it('runs the agent, whatever registry its image comes from', () => {
    const container = { name: 'agent', image: 'registry.example/x@sha256:00', args: ['node'] };
    const command = commandOf(pod({ 'app.kubernetes.io/name': 'margay-agent' }), container, '/agent.ts');
    expect(command?.argv.slice(1)).toEqual(['/agent.ts', 'node']);
    expect(command?.isAgent).toBe(true);
  });

  it('knows nothing else', () => {
    expect(commandOf(pod({}), { name: 'c', image: 'nginx:1' }, '/agent.ts')).toBeUndefined();
  });
});
