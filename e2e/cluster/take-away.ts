import type { Kubectl } from './kubectl.ts';

/** Takes the permission to read `resource` from a ClusterRole, as an administrator who trusts nobody would. */
export async function takeAway(kubectl: Kubectl, role: string, resource: string): Promise<void> {
  const { rules } = JSON.parse(await kubectl.run(['get', `clusterrole/${role}`, '-o', 'json'])) as {
    rules: { resources: string[] }[];
  };
  const left = rules
    .map((rule) => ({ ...rule, resources: rule.resources.filter((name) => name !== resource) }))
    .filter((rule) => rule.resources.length > 0);
  await kubectl.run(['patch', `clusterrole/${role}`, '--type=merge', '-p', JSON.stringify({ rules: left })]);
}
