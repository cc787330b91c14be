import { RESOURCES, type Resource } from '../kube-api/resources.ts';
import type { KubeClient } from './client.ts';
import { Informer } from './informer.ts';
import type { KubeObject } from './objects.ts';
import type { Controller, CronJob, Pod } from './types.ts';

/** Caches of the kinds that controllers, kubelet and proxy act on. */
export class ClusterState {
  readonly client: KubeClient;
  readonly namespaces: Informer<KubeObject>;
  readonly pods: Informer<Pod>;
  readonly services: Informer<KubeObject>;
  readonly endpointSlices: Informer<KubeObject>;
  readonly deployments: Informer<Controller>;
  readonly replicaSets: Informer<Controller>;
  readonly statefulSets: Informer<Controller>;
  readonly daemonSets: Informer<Controller>;
  readonly jobs: Informer<Controller>;
  readonly cronJobs: Informer<CronJob>;
  readonly secrets: Informer<KubeObject>;
  readonly configMaps: Informer<KubeObject>;
  readonly serviceAccounts: Informer<KubeObject>;
  readonly #all: Informer<KubeObject>[] = [];

  constructor(client: KubeClient) {
    this.client = client;
    this.namespaces = this.#follow('namespaces');
    this.pods = this.#follow<Pod>('pods');
    this.services = this.#follow('services');
    this.endpointSlices = this.#follow('endpointslices');
    this.deployments = this.#follow<Controller>('deployments');
    this.replicaSets = this.#follow<Controller>('replicasets');
    this.statefulSets = this.#follow<Controller>('statefulsets');
    this.daemonSets = this.#follow<Controller>('daemonsets');
    this.jobs = this.#follow<Controller>('jobs');
    this.cronJobs = this.#follow<CronJob>('cronjobs');
    this.secrets = this.#follow('secrets');
    this.configMaps = this.#follow('configmaps');
    this.serviceAccounts = this.#follow('serviceaccounts');
  }

  async start(): Promise<void> {
    for (const informer of this.#all) informer.start();
    await Promise.all(this.#all.map((informer) => informer.synced));
  }

  /** Whether an object is going, or its namespace is: nothing new is made for it. */
  isGoing({ metadata }: KubeObject): boolean {
    const namespace = metadata.namespace && this.namespaces.get(metadata.namespace);
    return (
      metadata.deletionTimestamp !== undefined ||
      (namespace ? namespace.metadata.deletionTimestamp !== undefined : false)
    );
  }

  stop(): void {
    for (const informer of this.#all) informer.stop();
  }

  #follow<T extends KubeObject = KubeObject>(plural: string): Informer<T> {
    const informer = new Informer<T>(this.client, resourceNamed(plural));
    this.#all.push(informer as unknown as Informer<KubeObject>);
    return informer;
  }
}

/** @throws Error for a kind that the lab does not serve */
export function resourceNamed(plural: string): Resource {
  const resource = RESOURCES.find((candidate) => candidate.plural === plural);
  if (!resource) throw new Error(`the lab serves no ${plural}`);
  return resource;
}
