/** One kind of object that the API serves. */
export interface Resource {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
  readonly hasStatus: boolean;
  /** Fields beyond metadata.name and metadata.namespace that a field selector may name. */
  readonly selectableFields: readonly string[];
}

const POD_FIELDS = [
  'spec.nodeName',
  'spec.restartPolicy',
  'spec.schedulerName',
  'spec.serviceAccountName',
  'spec.hostNetwork',
  'status.phase',
  'status.podIP',
  'status.podIPs',
  'status.nominatedNodeName',
];

/** Every kind that the built-in API serves; what a real API server has beyond these answers 404 here. */
export const RESOURCES: readonly Resource[] = [
  ...define('', 'v1', [
    ['namespaces', 'Namespace', 'ns', false, true, ['status.phase']],
    ['nodes', 'Node', 'no', false, true, ['spec.unschedulable']],
    ['pods', 'Pod', 'po', true, true, POD_FIELDS],
    ['services', 'Service', 'svc', true, true, ['spec.clusterIP', 'spec.type']],
    ['endpoints', 'Endpoints', 'ep', true, false, []],
    ['secrets', 'Secret', '', true, false, ['type']],
    ['configmaps', 'ConfigMap', 'cm', true, false, []],
    ['serviceaccounts', 'ServiceAccount', 'sa', true, false, []],
    ['events', 'Event', 'ev', true, false, ['involvedObject.name', 'involvedObject.kind', 'reason', 'type']],
    ['replicationcontrollers', 'ReplicationController', 'rc', true, true, ['status.replicas']],
  ]),
  ...define('apps', 'v1', [
    ['deployments', 'Deployment', 'deploy', true, true, []],
    ['replicasets', 'ReplicaSet', 'rs', true, true, ['status.replicas']],
    ['statefulsets', 'StatefulSet', 'sts', true, true, []],
    ['daemonsets', 'DaemonSet', 'ds', true, true, []],
  ]),
  ...define('batch', 'v1', [
    ['jobs', 'Job', '', true, true, ['status.successful']],
    ['cronjobs', 'CronJob', 'cj', true, true, []],
  ]),
  ...define('discovery.k8s.io', 'v1', [['endpointslices', 'EndpointSlice', '', true, false, []]]),
  ...define('networking.k8s.io', 'v1', [['networkpolicies', 'NetworkPolicy', 'netpol', true, false, []]]),
  ...define('rbac.authorization.k8s.io', 'v1', [
    ['clusterroles', 'ClusterRole', '', false, false, []],
    ['clusterrolebindings', 'ClusterRoleBinding', '', false, false, []],
    ['roles', 'Role', '', true, false, []],
    ['rolebindings', 'RoleBinding', '', true, false, []],
  ]),
  ...define('coordination.k8s.io', 'v1', [['leases', 'Lease', '', true, false, []]]),
];

type Row = readonly [
  plural: string,
  kind: string,
  short: string,
  namespaced: boolean,
  status: boolean,
  fields: string[],
];

function define(group: string, version: string, rows: readonly Row[]): Resource[] {
  return rows.map(([plural, kind, short, namespaced, hasStatus, selectableFields]) => ({
    group,
    version,
    plural,
    kind,
    singular: kind.toLowerCase(),
    shortNames: short ? [short] : [],
    namespaced,
    hasStatus,
    selectableFields,
  }));
}

export function findResource(group: string, version: string, plural: string): Resource | undefined {
  return RESOURCES.find((r) => r.group === group && r.version === version && r.plural === plural);
}

export function resourceOfKind(apiVersion: string, kind: string): Resource | undefined {
  return RESOURCES.find((r) => apiVersionOf(r) === apiVersion && r.kind === kind);
}

/** `v1` or `apps/v1`. */
export function apiVersionOf(resource: Pick<Resource, 'group' | 'version'>): string {
  return resource.group ? `${resource.group}/${resource.version}` : resource.version;
}

/** `pods` or `deployments.apps`, as error messages name it. */
export function qualifiedName(resource: Pick<Resource, 'group' | 'plural'>): string {
  return resource.group ? `${resource.plural}.${resource.group}` : resource.plural;
}
