import type { Kubectl } from './kubectl.ts';

/** Takes every permission from a ClusterRole, as an administrator who trusts nobody would; gives the resources that it could read. */
export async function takeAllAway(kubectl: Kubectl, role: string): Promise<string[]> {
  const { rules } = JSON.parse(await kubectl.run(['get', `clusterrole/${role}`, '-o', 'json'])) as {
    rules: { apiGroups: string[]; resources: string[] }[];
  };
  await kubectl.run(['patch', `clusterrole/${role}`, '--type=merge', '-p', '{"rules":[]}']);
  return rules.flatMap(({ apiGroups: [group = ''], resources }) =>
    resources.map((name) => (group === '' ? name : `${name}.${group}`)),
  );
}
