export interface ControllerRef {
  readonly kind: string;
  readonly name: string;
}
export interface PodOwnership {
  readonly podName: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly controller: ControllerRef | null;
  readonly createdAtMs: number;
}

/** A CronJob's Jobs are named `<cronjob>-<scheduled time in minutes since 1970>` (pkg/controller/cronjob, getJobName). */
const CRON_JOB_NAME = /^(.+)-(\d{8,9})$/;
const CRON_LATENESS_MS_MAX = 7 * 86_400_000;
const MINUTE_MS = 60_000;

/**
 * The workload a pod belongs to, from the pod alone, so that a node and the cluster role name it alike without watching
 * ReplicaSets or Jobs. A name with such a suffix means a Deployment or a CronJob only where the hash label, or the time, agrees.
 */
export function ownerOf(pod: PodOwnership): ControllerRef {
  const { controller } = pod;
  // The kubelet's static pods name their node as controller.
  if (controller === null || controller.kind === 'Node') return { kind: 'Pod', name: pod.podName };
  if (controller.kind === 'ReplicaSet') {
    return (
      withoutHash(controller.name, pod.labels['pod-template-hash'], 'Deployment') ??
      withoutHash(controller.name, pod.labels['rollouts-pod-template-hash'], 'Rollout') ??
      controller
    );
  }
  if (controller.kind === 'Job') return cronJobOf(controller.name, pod.createdAtMs) ?? controller;
  return controller;
}

function withoutHash(name: string, hash: string | undefined, kind: string): ControllerRef | null {
  if (!hash || !name.endsWith(`-${hash}`) || name.length === hash.length + 1) return null;
  return { kind, name: name.slice(0, -hash.length - 1) };
}

function cronJobOf(jobName: string, createdAtMs: number): ControllerRef | null {
  const match = CRON_JOB_NAME.exec(jobName);
  if (!match?.[1]) return null;
  const lateMs = createdAtMs - Number(match[2]) * MINUTE_MS;
  return lateMs >= -MINUTE_MS && lateMs <= CRON_LATENESS_MS_MAX ? { kind: 'CronJob', name: match[1] } : null;
}
