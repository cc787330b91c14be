import type { ClusterState } from '../kube/cluster.ts';
import { valueAt } from '../kube/objects.ts';
import type { Container, EnvVar, Pod } from '../kube/types.ts';
import { ADDRESSES } from '../network/addresses.ts';

/** A container that cannot start yet, and why, as its status says it. */
export class NotYet extends Error {
  readonly reason: string;
  constructor(reason: string, message: string) {
    super(message);
    this.name = 'NotYet';
    this.reason = reason;
  }
}

/** Paths inside the container → the folders that stand for them here. */
export type Mounts = ReadonlyMap<string, string>;

/** The variables of a container: literals with `$(NAME)`, fields of its pod, Secrets and ConfigMaps; paths of mounts become the folders that stand for them. @throws NotYet */
export function containerEnvironment(
  state: ClusterState,
  pod: Pod,
  container: Container,
  mounts: Mounts,
): Record<string, string> {
  const environment: Record<string, string> = {
    PATH: process.env.PATH ?? '/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/root',
    HOSTNAME: pod.metadata.name,
    KUBERNETES_SERVICE_HOST: ADDRESSES.kubernetesService,
    KUBERNETES_SERVICE_PORT: '443',
  };
  for (const variable of container.env ?? []) {
    const value = resolveVariable(state, pod, variable);
    if (value === undefined) continue;
    const expanded = value.replace(
      /\$\(([A-Za-z_][A-Za-z0-9_]*)\)/g,
      (whole, name: string) => environment[name] ?? whole,
    );
    environment[variable.name] = translatePath(expanded, mounts);
  }
  return environment;
}

/** A path at or below a mount, as it is on this machine. */
export function translatePath(value: string, mounts: Mounts): string {
  for (const [inside, here] of mounts)
    if (value === inside || value.startsWith(`${inside}/`)) return here + value.slice(inside.length);
  return value;
}

function resolveVariable(state: ClusterState, pod: Pod, variable: EnvVar): string | undefined {
  const { value, valueFrom } = variable;
  if (valueFrom?.fieldRef) return fieldOf(pod, valueFrom.fieldRef.fieldPath);
  const { secretKeyRef, configMapKeyRef } = valueFrom ?? {};
  if (secretKeyRef) {
    const secret = state.secrets.get(`${pod.metadata.namespace}/${secretKeyRef.name}`);
    const encoded = valueAt(secret, 'data') as Record<string, string> | undefined;
    const text = encoded?.[secretKeyRef.key];
    if (text !== undefined) return Buffer.from(text, 'base64').toString();
    return missing(secretKeyRef, 'secret');
  }
  if (configMapKeyRef) {
    const map = state.configMaps.get(`${pod.metadata.namespace}/${configMapKeyRef.name}`);
    const text = (valueAt(map, 'data') as Record<string, string> | undefined)?.[configMapKeyRef.key];
    return text ?? missing(configMapKeyRef, 'configmap');
  }
  return value ?? '';
}

function missing(reference: { name: string; key: string; optional?: boolean }, kind: string): undefined {
  if (reference.optional) return undefined;
  throw new NotYet('CreateContainerConfigError', `${kind} "${reference.name}" with key "${reference.key}" not found`);
}

function fieldOf(pod: Pod, path: string): string {
  const subscript = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  if (subscript)
    return String(
      (valueAt(pod, `metadata.${subscript[1]}`) as Record<string, string> | undefined)?.[subscript[2] ?? ''] ?? '',
    );
  if (path === 'status.hostIP') return ADDRESSES.node.ipv4;
  if (path === 'status.podIP' && pod.spec.hostNetwork) return ADDRESSES.node.ipv4;
  return String(valueAt(pod, path) ?? '');
}
