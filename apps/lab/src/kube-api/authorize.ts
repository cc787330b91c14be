import { isRecord, type KubeObject } from '../kube/objects.ts';
import type { User } from './tokens.ts';

/** What a request wants to do; either a resource or a path. */
export interface Attributes {
  readonly verb: string;
  readonly group: string;
  /** `pods` or `pods/status`. */
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly path: string | undefined;
}

/** The RBAC objects of the moment. */
export interface RoleSource {
  readonly clusterRoles: () => readonly KubeObject[];
  readonly clusterRoleBindings: () => readonly KubeObject[];
  readonly roles: (namespace: string) => readonly KubeObject[];
  readonly roleBindings: (namespace: string) => readonly KubeObject[];
}

const PUBLIC_PATHS = ['/healthz', '/livez', '/readyz', '/version', '/version/'];
const DISCOVERY = /^\/(api|apis|openapi|version|healthz|livez|readyz)(\/|$)/;

/** RBAC as Kubernetes evaluates it: rules only allow, any one suffices; `system:masters` may do everything, anyone known may discover. */
export function isAllowed(user: User, wanted: Attributes, source: RoleSource): boolean {
  if (user.groups.includes('system:masters')) return true;
  if (wanted.path !== undefined) {
    if (wanted.verb !== 'get') return false;
    return (
      PUBLIC_PATHS.includes(wanted.path) ||
      (user.groups.includes('system:authenticated') && DISCOVERY.test(wanted.path))
    );
  }
  if (rulesOfBindings(user, source.clusterRoleBindings(), source, undefined).some((rule) => covers(rule, wanted)))
    return true;
  const { namespace } = wanted;
  if (namespace === undefined) return false;
  return rulesOfBindings(user, source.roleBindings(namespace), source, namespace).some((rule) => covers(rule, wanted));
}

type Rule = Record<string, unknown>;

function rulesOfBindings(
  user: User,
  bindings: readonly KubeObject[],
  source: RoleSource,
  namespace: string | undefined,
): Rule[] {
  return bindings
    .filter((binding) => subjects(binding).some((subject) => isSubject(user, subject, namespace)))
    .flatMap((binding) => {
      const reference = isRecord(binding.roleRef) ? binding.roleRef : {};
      const roles =
        reference.kind === 'Role' && namespace !== undefined ? source.roles(namespace) : source.clusterRoles();
      const role = roles.find((candidate) => candidate.metadata.name === reference.name);
      return Array.isArray(role?.rules) ? role.rules.filter(isRecord) : [];
    });
}

function subjects(binding: KubeObject): Rule[] {
  return Array.isArray(binding.subjects) ? binding.subjects.filter(isRecord) : [];
}

function isSubject(user: User, subject: Rule, namespace: string | undefined): boolean {
  switch (subject.kind) {
    case 'ServiceAccount':
      return user.name === `system:serviceaccount:${subject.namespace ?? namespace}:${subject.name}`;
    case 'Group':
      return user.groups.includes(String(subject.name));
    default:
      return user.name === subject.name;
  }
}

function covers(rule: Rule, wanted: Attributes): boolean {
  const has = (field: string, value: string) => {
    const list = rule[field];
    return Array.isArray(list) && (list.includes('*') || list.includes(value));
  };
  const names = Array.isArray(rule.resourceNames) ? rule.resourceNames : [];
  return (
    has('verbs', wanted.verb) &&
    has('apiGroups', wanted.group) &&
    has('resources', wanted.resource) &&
    (names.length === 0 || (wanted.name !== undefined && names.includes(wanted.name)))
  );
}
