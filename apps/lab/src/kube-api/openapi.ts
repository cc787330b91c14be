import { apiVersionOf, RESOURCES, type Resource } from './resources.ts';

/**
 * As much OpenAPI v3 as kubectl asks for before it applies: which documents there are, and in each that PATCH takes `fieldValidation`, which tells kubectl
 * to leave validation to the server. Undefined for any other path.
 */
export function describeOpenApi(pathname: string): Record<string, unknown> | undefined {
  const versions = [...new Set(RESOURCES.map(apiVersionOf))];
  if (pathname === '/openapi/v3')
    return {
      paths: Object.fromEntries(
        versions.map((version) => [rootOf(version), { serverRelativeURL: `/openapi/v3/${rootOf(version)}` }]),
      ),
    };
  const version = versions.find((candidate) => pathname === `/openapi/v3/${rootOf(candidate)}`);
  if (!version) return undefined;
  const own = RESOURCES.filter((resource) => apiVersionOf(resource) === version);
  return {
    openapi: '3.0.0',
    info: { title: 'Margay lab', version: 'v1' },
    paths: Object.fromEntries(
      own.map((resource) => [`/${rootOf(version)}${pathOf(resource)}`, { patch: patchOf(resource) }]),
    ),
  };
}

const rootOf = (version: string) => (version.includes('/') ? `apis/${version}` : `api/${version}`);

const pathOf = ({ namespaced, plural }: Resource) => `${namespaced ? '/namespaces/{namespace}' : ''}/${plural}/{name}`;

function patchOf({ group, version, kind }: Resource): Record<string, unknown> {
  return {
    parameters: [{ name: 'fieldValidation', in: 'query', schema: { type: 'string' } }],
    responses: { 200: { description: 'OK' } },
    'x-kubernetes-action': 'patch',
    'x-kubernetes-group-version-kind': { group, version, kind },
  };
}
