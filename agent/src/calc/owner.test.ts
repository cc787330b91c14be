import { describe, expect, it } from 'vitest';
import { ownerOf } from './owner.ts';

const CREATED = Date.UTC(2026, 10, 24, 12, 0, 3);
const MINUTES = Math.floor(CREATED / 60_000);
const pod = (controller: { kind: string; name: string } | null, labels: Record<string, string> = {}) =>
  ownerOf({ podName: 'p-0', labels, controller, createdAtMs: CREATED });

describe('ownerOf', () => {
  it.each([
    ['a bare pod owns itself', pod(null), 'Pod', 'p-0'],
    ['a static pod owns itself', pod({ kind: 'Node', name: 'n1' }), 'Pod', 'p-0'],
    ['a Deployment', pod({ kind: 'ReplicaSet', name: 'a-b-6f7' }, { 'pod-template-hash': '6f7' }), 'Deployment', 'a-b'],
    [
      'an Argo Rollout',
      pod({ kind: 'ReplicaSet', name: 'a-6f7' }, { 'rollouts-pod-template-hash': '6f7' }),
      'Rollout',
      'a',
    ],
    ['a ReplicaSet of its own', pod({ kind: 'ReplicaSet', name: 'a-6f7' }), 'ReplicaSet', 'a-6f7'],
    [
      'a ReplicaSet whose name is not the hash',
      pod({ kind: 'ReplicaSet', name: 'a' }, { 'pod-template-hash': '6f7' }),
      'ReplicaSet',
      'a',
    ],
    [
      'a name that is nothing but the hash',
      pod({ kind: 'ReplicaSet', name: '-6f7' }, { 'pod-template-hash': '6f7' }),
      'ReplicaSet',
      '-6f7',
    ],
    ['a CronJob', pod({ kind: 'Job', name: `backup-${MINUTES}` }), 'CronJob', 'backup'],
    ['a late CronJob', pod({ kind: 'Job', name: `backup-${MINUTES - 600}` }), 'CronJob', 'backup'],
    ['a Job that ends in a date', pod({ kind: 'Job', name: 'import-20261124' }), 'Job', 'import-20261124'],
    ['a Job', pod({ kind: 'Job', name: 'migrate' }), 'Job', 'migrate'],
    ['a StatefulSet', pod({ kind: 'StatefulSet', name: 'db' }), 'StatefulSet', 'db'],
    ['a custom owner', pod({ kind: 'CloneSet', name: 'web' }), 'CloneSet', 'web'],
  ])('%s', (_, owner, kind, name) => {
    expect(owner).toEqual({ kind, name });
  });
});
