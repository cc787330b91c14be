import { expect, it } from 'vitest';
import type { CronJob } from '../kube/types.ts';
import { runNumber } from './cron-jobs.ts';

const CREATED = Date.parse('2026-01-01T00:00:00Z');
const cron = (annotations?: Record<string, string>): CronJob => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name: 'c', creationTimestamp: '2026-01-01T00:00:00Z', ...(annotations ? { annotations } : {}) },
  spec: { schedule: '* * * * *', jobTemplate: { spec: { template: { spec: { containers: [] } } } } },
});
const often = cron({ 'lab.margay/every-seconds': '20', 'lab.margay/offset-seconds': '6' });

it.each([
  [often, 0, -1],
  [often, 5.9, -1],
  [often, 6, 0],
  [often, 25.9, 0],
  [often, 26, 1],
  [cron(), 59, 0],
  [cron(), 61, 1],
])('counts runs from the creation', (given, seconds, expected) => {
  expect(runNumber(given, CREATED + seconds * 1_000)).toBe(expected);
});
