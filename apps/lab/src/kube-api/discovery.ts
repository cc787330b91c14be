import { apiVersionOf, RESOURCES, type Resource } from './resources.ts';
import { SCALED } from './scale.ts';

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** Answers of the discovery paths; undefined for a path that is none. */
export function discover(pathname: string, version: string): Record<string, unknown> | string | undefined {
  const path = pathname.replace(/\/$/, '');
  switch (path) {
    case '/healthz':
    case '/livez':
    case '/readyz':
      return 'ok';
    case '/version':
      return {
        major: '1',
        minor: '34',
        gitVersion: `v1.34.0+margay-lab-${version}`,
        platform: 'linux/amd64',
        compiler: 'node',
      };
    case '/api':
      return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
    case '/apis':
      return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups().map(describeGroup) };
    default:
      return discoverGroup(path);
  }
}

function discoverGroup(path: string): Record<string, unknown> | undefined {
  const group = /^\/apis\/([^/]+)$/.exec(path)?.[1];
  if (group && groups().includes(group)) return { kind: 'APIGroup', apiVersion: 'v1', ...describeGroup(group) };
  const groupVersion = path === '/api/v1' ? 'v1' : /^\/apis\/([^/]+\/[^/]+)$/.exec(path)?.[1];
  const own = RESOURCES.filter((resource) => apiVersionOf(resource) === groupVersion);
  if (!groupVersion || own.length === 0) return undefined;
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: own.flatMap(describeResource) };
}

const groups = () => [...new Set(RESOURCES.map((resource) => resource.group))].filter((group) => group !== '');

function describeGroup(name: string): Record<string, unknown> {
  const version = { groupVersion: `${name}/v1`, version: 'v1' };
  return { name, versions: [version], preferredVersion: version };
}

function describeResource(resource: Resource): Record<string, unknown>[] {
  const { plural, singular, namespaced, kind, shortNames } = resource;
  const main = {
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs: VERBS,
    ...(shortNames.length > 0 ? { shortNames } : {}),
  };
  const status = { name: `${plural}/status`, singularName: '', namespaced, kind, verbs: ['get', 'patch', 'update'] };
  const scale = { ...status, name: `${plural}/scale`, group: 'autoscaling', version: 'v1', kind: 'Scale' };
  return [main, ...(resource.hasStatus ? [status] : []), ...(SCALED.includes(plural) ? [scale] : [])];
}
