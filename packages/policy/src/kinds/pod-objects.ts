import type { OwnerRef, PodInput, PodShape, WorkloadInput } from '../cluster/cluster-input.ts';
import type { NamedPort } from '../model/cluster.ts';
import type { Fields } from '../parse/place.ts';
import { addressesOf, fieldsOf, listOf, protocolNumber, textOf } from './cluster-objects.ts';
import type { RawObject } from './raw-object.ts';
import { readLabels, type Warn } from './read-labels.ts';

/** Kinds with a pod template, by kind: where it is written. */
const TEMPLATES: Readonly<Record<string, (spec: Fields) => Fields>> = {
  Deployment: (spec) => fieldsOf(spec.template),
  ReplicaSet: (spec) => fieldsOf(spec.template),
  ReplicationController: (spec) => fieldsOf(spec.template),
  StatefulSet: (spec) => fieldsOf(spec.template),
  DaemonSet: (spec) => fieldsOf(spec.template),
  Job: (spec) => fieldsOf(spec.template),
  CronJob: (spec) => fieldsOf(fieldsOf(fieldsOf(spec.jobTemplate).spec).template),
};

export const isWorkloadKind = (kind: string) => Object.hasOwn(TEMPLATES, kind);

export function readPod(object: RawObject, namespace: string, warn: Warn): PodInput {
  const { body, metadata, name } = object;
  const status = fieldsOf(body.status);
  const phase = textOf(status.phase);
  const texts = listOf(status.podIPs).map((entry) => fieldsOf(entry).ip);
  return {
    ...readShape(metadata, fieldsOf(body.spec), 'metadata.labels', warn),
    namespace,
    name,
    finished: phase === 'Succeeded' || phase === 'Failed',
    ranges: addressesOf(texts.length > 0 ? texts : [status.podIP]),
    owner: readOwner(metadata),
  };
}

export function readWorkload(object: RawObject, namespace: string, warn: Warn): WorkloadInput {
  const template = TEMPLATES[object.kind]?.(fieldsOf(object.body.spec)) ?? {};
  const { kind, name, metadata } = object;
  const path = 'spec.template.metadata.labels';
  const shape = readShape(fieldsOf(template.metadata), fieldsOf(template.spec), path, warn);
  return { namespace, kind, name, owner: readOwner(metadata), template: shape };
}

function readShape(metadata: Fields, spec: Fields, path: string, warn: Warn): PodShape {
  return {
    labels: readLabels(metadata.labels, path, warn),
    serviceAccount: textOf(spec.serviceAccountName) || textOf(spec.serviceAccount) || 'default',
    node: textOf(spec.nodeName),
    hostNetwork: spec.hostNetwork === true,
    ports: readPorts(spec),
  };
}

/** Named ports of all containers; of init containers those that run on beside them. */
function readPorts(spec: Fields): NamedPort[] {
  const sidecars = listOf(spec.initContainers).filter((one) => fieldsOf(one).restartPolicy === 'Always');
  const ports: NamedPort[] = [];
  for (const container of [...listOf(spec.containers), ...sidecars]) {
    for (const entry of listOf(fieldsOf(container).ports)) {
      const { name, protocol, containerPort } = fieldsOf(entry);
      const number = protocolNumber(protocol);
      if (typeof name === 'string' && name !== '' && number !== null && typeof containerPort === 'number')
        ports.push({ name, protocol: number, port: containerPort });
    }
  }
  return ports;
}

/** The controller, else the first owner that is no node: a mirror pod is its own workload. */
function readOwner(metadata: Fields): OwnerRef | null {
  const owners = listOf(metadata.ownerReferences).map(fieldsOf);
  const owner = owners.find(({ controller }) => controller === true) ?? owners.find(({ kind }) => kind !== 'Node');
  // An owner without a kind is no Kubernetes object's, but found in manifests written by hand.
  const [kind, name] = [textOf(owner?.kind) || 'Pod', textOf(owner?.name)];
  return name === '' || kind === 'Node' ? null : { kind, name };
}
