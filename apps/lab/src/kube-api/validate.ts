import { isRecord, type KubeObject, valueAt } from '../kube/objects.ts';
import { type FieldFault, invalid } from './api-error.ts';
import type { Resource } from './resources.ts';

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL_VALUE = /^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/;
const QUALIFIED_NAME = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const SUBDOMAIN_HINT =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

/** The checks that keep nonsense out of the lab: names, labels, and the fields without which a kind cannot work. @throws ApiError 422 */
export function validate(resource: Resource, object: KubeObject): void {
  const faults = [...nameFaults(resource, object), ...labelFaults(object), ...specFaults(object)];
  if (faults.length > 0) throw invalid(resource, object.metadata.name ?? '', faults);
}

function nameFaults(resource: Resource, object: KubeObject): FieldFault[] {
  const name = object.metadata.name;
  if (!name) return [required('metadata.name', 'name or generateName is required')];
  // RBAC names are path segments: `system:discovery` is fine.
  if (resource.group === 'rbac.authorization.k8s.io')
    return /[/%]/.test(name) || name === '.' || name === '..'
      ? [bad('metadata.name', name, "may not contain '/' or '%'")]
      : [];
  const isLabel = resource.plural === 'services' || resource.plural === 'namespaces';
  const right = isLabel ? LABEL.test(name) && name.length <= 63 : SUBDOMAIN.test(name) && name.length <= 253;
  return right ? [] : [bad('metadata.name', name, SUBDOMAIN_HINT)];
}

function labelFaults(object: KubeObject): FieldFault[] {
  const faults: FieldFault[] = [];
  for (const [key, value] of Object.entries(object.metadata.labels ?? {})) {
    const [prefix, name] = key.includes('/')
      ? [key.slice(0, key.indexOf('/')), key.slice(key.indexOf('/') + 1)]
      : [null, key];
    const keyIsRight =
      name !== undefined &&
      name.length <= 63 &&
      QUALIFIED_NAME.test(name) &&
      (prefix === null || SUBDOMAIN.test(prefix));
    if (!keyIsRight) faults.push(bad('metadata.labels', key, 'name part must consist of alphanumeric characters'));
    if (typeof value !== 'string' || value.length > 63 || !LABEL_VALUE.test(value))
      faults.push(
        bad(
          'metadata.labels',
          String(value),
          'a valid label must be an empty string or consist of alphanumeric characters',
        ),
      );
  }
  return faults;
}

function specFaults(object: KubeObject): FieldFault[] {
  switch (object.kind) {
    case 'Pod':
      return hasEntries(object, 'spec.containers') ? [] : [required('spec.containers')];
    case 'Service':
      return hasEntries(object, 'spec.ports') ||
        valueAt(object, 'spec.clusterIP') === 'None' ||
        valueAt(object, 'spec.type') === 'ExternalName'
        ? []
        : [required('spec.ports')];
    case 'Deployment':
    case 'ReplicaSet':
    case 'StatefulSet':
    case 'DaemonSet':
      return templateFaults(object);
    case 'EndpointSlice':
      return object.addressType ? [] : [required('addressType')];
    default:
      return [];
  }
}

function templateFaults(object: KubeObject): FieldFault[] {
  const wanted = valueAt(object, 'spec.selector.matchLabels');
  const labels = valueAt(object, 'spec.template.metadata.labels');
  if (!isRecord(wanted) && !hasEntries(object, 'spec.selector.matchExpressions')) return [required('spec.selector')];
  const carried = isRecord(labels) ? labels : {};
  const matches = Object.entries(isRecord(wanted) ? wanted : {}).every(([key, value]) => carried[key] === value);
  return matches
    ? []
    : [bad('spec.template.metadata.labels', JSON.stringify(carried), '`selector` does not match template `labels`')];
}

function hasEntries(object: KubeObject, path: string): boolean {
  const value = valueAt(object, path);
  return Array.isArray(value) && value.length > 0;
}

const required = (field: string, why = ''): FieldFault => ({
  field,
  reason: 'FieldValueRequired',
  message: `Required value${why ? `: ${why}` : ''}`,
});

const bad = (field: string, value: string, why: string): FieldFault => ({
  field,
  reason: 'FieldValueInvalid',
  message: `Invalid value: ${JSON.stringify(value)}: ${why}`,
});
