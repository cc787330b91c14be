import { isDeepStrictEqual } from 'node:util';
import type { ClusterState } from '../kube/cluster.ts';
import type { KubeObject } from '../kube/objects.ts';
import { type Controller, isFinished, isOwnedBy, isReady, ownedBy, type Pod, type PodTemplate } from '../kube/types.ts';
import { randomSuffix, templateHash } from './hash.ts';
import { Loop } from './loop.ts';

/** Deployments → ReplicaSets → pods, StatefulSets → pods, DaemonSets → one pod on the lab's node; with their statuses. */
export function startReplicas(state: ClusterState, nodeName: string, fail: (error: unknown) => void): Loop {
  const controller = new Replicas(state, nodeName);
  const loop = new Loop(() => controller.reconcile(), fail);
  for (const informer of [
    state.deployments,
    state.replicaSets,
    state.statefulSets,
    state.daemonSets,
    state.pods,
    state.serviceAccounts,
  ])
    informer.onChange(loop.trigger);
  loop.trigger();
  return loop;
}

class Replicas {
  readonly #state: ClusterState;
  readonly #nodeName: string;

  constructor(state: ClusterState, nodeName: string) {
    this.#state = state;
    this.#nodeName = nodeName;
  }

  async reconcile(): Promise<void> {
    const state = this.#state;
    const live = <T extends KubeObject>(objects: T[]) => objects.filter((object) => !state.isGoing(object));
    await Promise.all(live(state.deployments.all()).map((deployment) => this.#rollOut(deployment)));
    await Promise.all(live(state.replicaSets.all()).map((set) => this.#fillReplicaSet(set)));
    await Promise.all(live(state.statefulSets.all()).map((set) => this.#fillStatefulSet(set)));
    await Promise.all(live(state.daemonSets.all()).map((set) => this.#fillDaemonSet(set)));
  }

  async #rollOut(deployment: Controller): Promise<void> {
    const { template, replicas = 1 } = deployment.spec;
    const hash = templateHash(template);
    const name = `${deployment.metadata.name}-${hash}`;
    const sets = this.#state.replicaSets.all().filter((set) => isOwnedBy(set, deployment));
    const old = sets.filter((set) => set.metadata.name !== name && (set.spec.replicas ?? 0) > 0);
    if (deployment.spec.strategy?.type === 'Recreate') {
      await Promise.all(old.map((set) => this.#scale(set, 0)));
      if (sets.some((set) => set.metadata.name !== name && this.#hasPods(set))) return;
    }
    const known = sets.find((set) => set.metadata.name === name);
    const current = known ?? (await this.#createReplicaSet(deployment, name, hash));
    if (current.spec.replicas !== replicas) await this.#scale(current, replicas);
    const pods = this.#podsOf(current);
    const ready = pods.filter(isReady).length;
    // The old pods go when the new ones are there.
    if (ready >= replicas) await Promise.all(old.map((set) => this.#scale(set, 0)));
    await this.#setStatus(deployment, {
      observedGeneration: deployment.metadata.generation,
      replicas: pods.length,
      updatedReplicas: pods.length,
      readyReplicas: ready,
      availableReplicas: ready,
    });
  }

  async #createReplicaSet(deployment: Controller, name: string, hash: string): Promise<Controller> {
    const { template, replicas, selector } = deployment.spec;
    const labels = { ...template.metadata?.labels, 'pod-template-hash': hash };
    const set: Controller = {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name, namespace: deployment.metadata.namespace, labels, ownerReferences: [ownedBy(deployment)] },
      spec: {
        replicas,
        selector: { ...selector, matchLabels: { ...selector?.matchLabels, 'pod-template-hash': hash } },
        template: { ...template, metadata: { ...template.metadata, labels } },
      },
    };
    return this.#create(this.#state.replicaSets, set);
  }

  async #scale(set: Controller, replicas: number): Promise<void> {
    this.#state.replicaSets.observe(await this.#state.client.patch(set, { spec: { replicas } }));
  }

  async #fillReplicaSet(set: Controller): Promise<void> {
    const pods = this.#podsOf(set);
    const wanted = set.spec.replicas ?? 1;
    for (let count = pods.length; count < wanted; count++)
      await this.#createPod(set, `${set.metadata.name}-${randomSuffix()}`, set.spec.template, {});
    // Unready ones first, as they serve nobody.
    const surplus = pods
      .sort((a, b) => Number(isReady(a)) - Number(isReady(b)))
      .slice(0, Math.max(0, pods.length - wanted));
    for (const pod of surplus) await this.#state.client.delete(pod);
    const ready = pods.filter(isReady).length;
    await this.#setStatus(set, {
      observedGeneration: set.metadata.generation,
      replicas: wanted,
      readyReplicas: ready,
      availableReplicas: ready,
    });
  }

  async #fillStatefulSet(set: Controller): Promise<void> {
    const { name } = set.metadata;
    const revision = templateHash(set.spec.template);
    const wanted = set.spec.replicas ?? 1;
    const pods = this.#podsOf(set);
    for (let index = 0; index < wanted; index++) {
      const podName = `${name}-${index}`;
      if (this.#isNameTaken(set, podName)) continue;
      const labels = {
        'apps.kubernetes.io/pod-index': String(index),
        'controller-revision-hash': `${name}-${revision}`,
        'statefulset.kubernetes.io/pod-name': podName,
      };
      await this.#createPod(set, podName, set.spec.template, labels, {
        hostname: podName,
        subdomain: set.spec.serviceName,
      });
    }
    const stale = pods.filter(
      (pod) =>
        Number(pod.metadata.labels?.['apps.kubernetes.io/pod-index']) >= wanted ||
        !hasRevision(pod, `${name}-${revision}`),
    );
    for (const pod of stale) await this.#state.client.delete(pod);
    const ready = pods.filter(isReady).length;
    await this.#setStatus(set, {
      observedGeneration: set.metadata.generation,
      replicas: pods.length,
      readyReplicas: ready,
      availableReplicas: ready,
    });
  }

  async #fillDaemonSet(set: Controller): Promise<void> {
    const revision = templateHash(set.spec.template);
    const pods = this.#podsOf(set);
    const labels = {
      'controller-revision-hash': revision,
      'pod-template-generation': String(set.metadata.generation ?? 1),
    };
    const stale = pods.filter((pod) => !hasRevision(pod, revision));
    for (const pod of stale) await this.#state.client.delete(pod);
    // One pod a node: the new one comes when the old one is gone.
    const hasPod = this.#state.pods.all().some((pod) => isOwnedBy(pod, set) && !isFinished(pod));
    if (!hasPod) await this.#createPod(set, `${set.metadata.name}-${randomSuffix()}`, set.spec.template, labels);
    const ready = pods.filter(isReady).length;
    await this.#setStatus(set, {
      observedGeneration: set.metadata.generation,
      currentNumberScheduled: pods.length,
      desiredNumberScheduled: 1,
      numberMisscheduled: 0,
      numberReady: ready,
      numberAvailable: ready,
      updatedNumberScheduled: pods.length - stale.length,
    });
  }

  async #createPod(
    owner: Controller,
    name: string,
    template: PodTemplate,
    labels: Record<string, string>,
    spec: Partial<Pod['spec']> = {},
  ): Promise<void> {
    await this.#create(
      this.#state.pods,
      podFromTemplate(owner, name, template, labels, { ...spec, nodeName: this.#nodeName }),
    );
  }

  async #create<T extends KubeObject>(informer: { observe(object: T): void }, object: T): Promise<T> {
    const created = await this.#state.client.create(object);
    informer.observe(created);
    return created;
  }

  /** The pods that count: neither going nor finished. */
  #podsOf(owner: KubeObject): Pod[] {
    return this.#state.pods
      .all()
      .filter((pod) => isOwnedBy(pod, owner) && !pod.metadata.deletionTimestamp && !isFinished(pod));
  }

  /** Also those that are going. */
  #hasPods(owner: KubeObject): boolean {
    return this.#state.pods.all().some((pod) => isOwnedBy(pod, owner) && !isFinished(pod));
  }

  #isNameTaken(set: Controller, name: string): boolean {
    return this.#state.pods.get(`${set.metadata.namespace}/${name}`) !== undefined;
  }

  async #setStatus(object: Controller, status: Record<string, unknown>): Promise<void> {
    const known = object.status ?? {};
    if (Object.entries(status).every(([key, value]) => isDeepStrictEqual(known[key], value))) return;
    await this.#state.client.patch(object, { status }, 'status').catch((error: unknown) => {
      // It can have gone while this ran.
      if (!(error instanceof Error && 'status' in error && error.status === 404)) throw error;
    });
  }
}

const hasRevision = (pod: Pod, revision: string) => pod.metadata.labels?.['controller-revision-hash'] === revision;

/** A pod as its controller creates it, bound to the lab's node at once: there is nothing to schedule. */
export function podFromTemplate(
  owner: KubeObject,
  name: string,
  template: PodTemplate,
  labels: Record<string, string>,
  spec: Partial<Pod['spec']>,
): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: owner.metadata.namespace,
      labels: { ...template.metadata?.labels, ...labels },
      ...(template.metadata?.annotations ? { annotations: template.metadata.annotations } : {}),
      ownerReferences: [ownedBy(owner)],
    },
    spec: { ...template.spec, ...spec },
  };
}
