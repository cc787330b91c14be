import type { Container, Pod, PodStatus } from '../kube/types.ts';
import { ADDRESSES } from '../network/addresses.ts';

/** What one container is doing. */
export type ContainerState =
  | { readonly kind: 'waiting'; readonly reason: string; readonly message: string }
  | { readonly kind: 'running'; readonly sinceMs: number; readonly ready: boolean }
  | { readonly kind: 'terminated'; readonly sinceMs: number; readonly untilMs: number; readonly exitCode: number };

export interface ContainerReport {
  readonly container: Container;
  readonly state: ContainerState;
  readonly restarts: number;
}

/** A pod's status as a kubelet writes it. */
export function podStatus(
  pod: Pod,
  addresses: readonly string[],
  startedAtMs: number,
  reports: readonly ContainerReport[],
): PodStatus & Record<string, unknown> {
  const phase = phaseOf(pod, reports);
  const isReady = phase === 'Running' && reports.every(({ state }) => state.kind === 'running' && state.ready);
  const condition = (type: string, holds: boolean) => ({
    type,
    status: holds ? 'True' : 'False',
    lastTransitionTime: seconds(Date.now()),
    ...(holds || phase !== 'Succeeded' ? {} : { reason: 'PodCompleted' }),
  });
  return {
    phase,
    hostIP: ADDRESSES.node.ipv4,
    hostIPs: [{ ip: ADDRESSES.node.ipv4 }, { ip: ADDRESSES.node.ipv6 }],
    ...(addresses[0] ? { podIP: addresses[0], podIPs: addresses.map((ip) => ({ ip })) } : {}),
    startTime: seconds(startedAtMs),
    conditions: [
      condition('PodScheduled', true),
      condition('Initialized', true),
      condition('ContainersReady', isReady),
      condition('Ready', isReady),
    ],
    containerStatuses: reports.map(statusOfContainer),
  };
}

function phaseOf(pod: Pod, reports: readonly ContainerReport[]): 'Pending' | 'Running' | 'Succeeded' | 'Failed' {
  const ended = reports.every(({ state }) => state.kind === 'terminated');
  if (ended && pod.spec.restartPolicy !== 'Always')
    return reports.every(({ state }) => state.kind === 'terminated' && state.exitCode === 0) ? 'Succeeded' : 'Failed';
  return reports.some(({ state, restarts }) => state.kind !== 'waiting' || restarts > 0) ? 'Running' : 'Pending';
}

function statusOfContainer({ container, state, restarts }: ContainerReport): Record<string, unknown> {
  const isRunning = state.kind === 'running';
  return {
    name: container.name,
    image: container.image,
    imageID: '',
    ready: isRunning && state.ready,
    started: isRunning,
    restartCount: restarts,
    state: describeState(state),
    lastState: {},
  };
}

function describeState(state: ContainerState): Record<string, unknown> {
  switch (state.kind) {
    case 'waiting':
      return { waiting: { reason: state.reason, message: state.message } };
    case 'running':
      return { running: { startedAt: seconds(state.sinceMs) } };
    case 'terminated':
      return {
        terminated: {
          exitCode: state.exitCode,
          reason: state.exitCode === 0 ? 'Completed' : 'Error',
          startedAt: seconds(state.sinceMs),
          finishedAt: seconds(state.untilMs),
        },
      };
  }
}

const seconds = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
