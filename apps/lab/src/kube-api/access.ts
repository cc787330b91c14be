import { isRecord, valueAt } from '../kube/objects.ts';
import { ApiError } from './api-error.ts';
import { type Attributes, isAllowed, type RoleSource } from './authorize.ts';
import { findResource } from './resources.ts';
import type { ObjectStore } from './store.ts';
import { ANONYMOUS, type Tokens, type User } from './tokens.ts';

/** Who asks, and whether they may. */
export class Access {
  readonly #store: ObjectStore;
  readonly #tokens: Tokens;
  readonly #roles: RoleSource;

  constructor(store: ObjectStore, tokens: Tokens) {
    this.#store = store;
    this.#tokens = tokens;
    const rbac = (plural: string, namespace?: string) => {
      const resource = findResource('rbac.authorization.k8s.io', 'v1', plural);
      return resource ? store.list(resource, namespace) : [];
    };
    this.#roles = {
      clusterRoles: () => rbac('clusterroles'),
      clusterRoleBindings: () => rbac('clusterrolebindings'),
      roles: (namespace) => rbac('roles', namespace),
      roleBindings: (namespace) => rbac('rolebindings', namespace),
    };
  }

  /** No header is nobody; a token that is not ours, has expired, or whose account is gone, is refused. @throws ApiError 401 */
  authenticate(authorization: string | undefined): User {
    if (!authorization) return ANONYMOUS;
    const token = /^Bearer (\S+)$/i.exec(authorization)?.[1];
    const user = token === undefined ? undefined : this.#tokens.userOf(token);
    if (!user || !this.#accountExists(user)) throw new ApiError(401, 'Unauthorized', 'Unauthorized');
    return user;
  }

  /** @throws ApiError 403 */
  authorize(user: User, wanted: Attributes): void {
    if (isAllowed(user, wanted, this.#roles)) return;
    if (wanted.path !== undefined)
      throw new ApiError(
        403,
        'Forbidden',
        `forbidden: User "${user.name}" cannot ${wanted.verb} path "${wanted.path}"`,
        {},
      );
    const where = wanted.namespace !== undefined ? `in the namespace "${wanted.namespace}"` : 'at the cluster scope';
    const what = wanted.group ? `${wanted.resource}.${wanted.group}` : wanted.resource;
    const named = wanted.name ? ` "${wanted.name}"` : '';
    const deed = `cannot ${wanted.verb} resource "${wanted.resource}" in API group "${wanted.group}" ${where}`;
    throw new ApiError(403, 'Forbidden', `${what}${named} is forbidden: User "${user.name}" ${deed}`, {
      ...(wanted.name ? { name: wanted.name } : {}),
      ...(wanted.group ? { group: wanted.group } : {}),
      kind: wanted.resource,
    });
  }

  /** A SelfSubjectAccessReview, answered. */
  review(user: User, body: unknown): Record<string, unknown> {
    const asked = valueAt(body, 'spec.resourceAttributes');
    const text = (field: string) => {
      const value = isRecord(asked) ? asked[field] : undefined;
      return typeof value === 'string' && value !== '' ? value : undefined;
    };
    const subresource = text('subresource');
    const resource = text('resource') ?? '';
    const wanted: Attributes = {
      verb: text('verb') ?? '',
      group: text('group') ?? '',
      resource: subresource ? `${resource}/${subresource}` : resource,
      namespace: text('namespace'),
      name: text('name'),
      path: undefined,
    };
    return { ...(isRecord(body) ? body : {}), status: { allowed: isAllowed(user, wanted, this.#roles) } };
  }

  #accountExists(user: User): boolean {
    const [, kind, namespace, name] = user.name.split(':');
    const accounts = findResource('', 'v1', 'serviceaccounts');
    return (
      kind !== 'serviceaccount' ||
      (accounts !== undefined && this.#store.get(accounts, `${namespace}/${name}`) !== undefined)
    );
  }
}
