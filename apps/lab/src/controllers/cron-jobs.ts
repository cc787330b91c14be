import type { ClusterState } from '../kube/cluster.ts';
import { type Controller, type CronJob, isOwnedBy, ownedBy } from '../kube/types.ts';
import { randomSuffix } from './hash.ts';
import { Loop } from './loop.ts';
import { podFromTemplate } from './replicas.ts';

const TICK_MS = 500;
const MINUTES_BACK = 5_000;

/** CronJobs → Jobs → pods. How often a CronJob runs stands in the lab's annotations; others run every minute, whatever their schedule says. */
export function startCronJobs(state: ClusterState, nodeName: string, fail: (error: unknown) => void): Loop {
  const runs = new Map<string, number>();
  const loop = new Loop(async () => {
    await startDueJobs(state, runs, Date.now());
    await createPods(state, nodeName);
    await finishJobs(state);
    await forgetOldJobs(state);
  }, fail);
  state.jobs.onChange(loop.trigger);
  state.pods.onChange(loop.trigger);
  state.cronJobs.onChange(loop.trigger);
  const timer = setInterval(loop.trigger, TICK_MS);
  const stop = loop.stop.bind(loop);
  loop.stop = async () => {
    clearInterval(timer);
    await stop();
  };
  return loop;
}

async function startDueJobs(state: ClusterState, runs: Map<string, number>, nowMs: number): Promise<void> {
  for (const cron of state.cronJobs.all()) {
    if (state.isGoing(cron) || cron.spec.suspend) continue;
    const number = runNumber(cron, nowMs);
    const uid = cron.metadata.uid ?? '';
    if (number < 0 || (runs.get(uid) ?? -1) >= number) continue;
    // A run that is still under way keeps the next one from starting.
    if (state.jobs.all().some((job) => isOwnedBy(job, cron) && !isComplete(job))) continue;
    runs.set(uid, number);
    const job: Controller = {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: {
        name: jobName(cron, number),
        namespace: cron.metadata.namespace,
        labels: cron.spec.jobTemplate.spec.template.metadata?.labels,
        ownerReferences: [ownedBy(cron)],
      },
      spec: { template: cron.spec.jobTemplate.spec.template },
    };
    state.jobs.observe(await state.client.create(job));
  }
}

/** Which run is due by now, counted from the CronJob's creation; -1: none yet. */
export function runNumber(cron: CronJob, nowMs: number): number {
  const elapsedSeconds = (nowMs - Date.parse(cron.metadata.creationTimestamp ?? '')) / 1000;
  const setting = (key: string, otherwise: number) =>
    Number(cron.metadata.annotations?.[`lab.margay/${key}`] ?? otherwise);
  return Math.floor((elapsedSeconds - setting('offset-seconds', 0)) / setting('every-seconds', 60));
}

/**
 * Kubernetes names a Job after its scheduled minute (pkg/controller/cronjob, getJobName), and readers find the CronJob by that. Runs here come several a
 * minute, so they count minutes from a few days before the CronJob was made.
 */
function jobName(cron: CronJob, number: number): string {
  const createdMinute = Math.floor(Date.parse(cron.metadata.creationTimestamp ?? '') / 60_000);
  return `${cron.metadata.name}-${createdMinute - MINUTES_BACK + number}`;
}

async function createPods(state: ClusterState, nodeName: string): Promise<void> {
  for (const job of state.jobs.all()) {
    if (isComplete(job) || state.isGoing(job)) continue;
    if (state.pods.all().some((pod) => isOwnedBy(pod, job))) continue;
    const { name, uid = '' } = job.metadata;
    const labels = {
      'batch.kubernetes.io/controller-uid': uid,
      'batch.kubernetes.io/job-name': name,
      'controller-uid': uid,
      'job-name': name,
    };
    const pod = podFromTemplate(job, `${name}-${randomSuffix()}`, job.spec.template, labels, { nodeName });
    state.pods.observe(await state.client.create(pod));
  }
}

async function finishJobs(state: ClusterState): Promise<void> {
  for (const job of state.jobs.all()) {
    if (isComplete(job)) continue;
    const pod = state.pods.all().find((candidate) => isOwnedBy(candidate, job));
    const phase = pod?.status?.phase;
    if (phase !== 'Succeeded' && phase !== 'Failed') continue;
    const time = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
    const type = phase === 'Succeeded' ? 'Complete' : 'Failed';
    const conditions = [
      ...(type === 'Complete'
        ? [{ type: 'SuccessCriteriaMet', status: 'True', lastTransitionTime: time }]
        : [{ type: 'FailureTarget', status: 'True', lastTransitionTime: time }]),
      { type, status: 'True', lastTransitionTime: time },
    ];
    const startTime = job.metadata.creationTimestamp;
    const status =
      type === 'Complete'
        ? { succeeded: 1, startTime, completionTime: time, conditions }
        : { failed: 1, startTime, conditions };
    state.jobs.observe(
      await state.client.patch(
        job,
        { status: { ...status, ready: 0, terminating: 0, active: null, uncountedTerminatedPods: {} } },
        'status',
      ),
    );
  }
}

async function forgetOldJobs(state: ClusterState): Promise<void> {
  for (const cron of state.cronJobs.all()) {
    const finished = state.jobs
      .all()
      .filter((job) => isOwnedBy(job, cron) && isComplete(job) && !job.metadata.deletionTimestamp)
      .sort((a, b) => ((a.metadata.creationTimestamp ?? '') < (b.metadata.creationTimestamp ?? '') ? 1 : -1));
    for (const job of finished.slice(cron.spec.successfulJobsHistoryLimit ?? 3)) await state.client.delete(job);
  }
}

function isComplete(job: Controller): boolean {
  const conditions = job.status?.conditions;
  return (
    Array.isArray(conditions) &&
    conditions.some((condition) => ['Complete', 'Failed'].includes(condition.type) && condition.status === 'True')
  );
}
