import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { LabDescription } from '../lab.ts';

const Kubeconfig = z.object({
  clusters: z.tuple([z.object({ cluster: z.object({ 'certificate-authority-data': z.base64() }) })]),
  users: z.tuple([z.object({ user: z.object({ token: z.string() }) })]),
});

const ObjectList = z.object({
  items: z.array(
    z.object({
      metadata: z.object({
        name: z.string(),
        namespace: z.string().optional(),
        labels: z.record(z.string(), z.string()).default({}),
        ownerReferences: z.array(z.object({ kind: z.string(), name: z.string() })).default([]),
      }),
    }),
  ),
});
export type LabObject = z.infer<typeof ObjectList>['items'][number];

/** Lists objects of the lab's Kubernetes API, which evaluates the label selector itself: an opinion on selectors that is not Margay's. */
export async function listOfLab(lab: LabDescription, path: string, labelSelector: string): Promise<LabObject[]> {
  const text = await readFile(join(lab.stateDirectory, 'kubeconfig'), 'utf8');
  const { clusters, users } = Kubeconfig.parse(parse(text));
  const body = await new Promise<string>((done, fail) => {
    const outgoing = request(
      {
        socketPath: `/run/margay-lab/${lab.suffix}/api.sock`,
        path: `${path}?labelSelector=${encodeURIComponent(labelSelector)}`,
        ca: Buffer.from(clusters[0].cluster['certificate-authority-data'], 'base64'),
        servername: 'kubernetes.default.svc',
        headers: { authorization: `Bearer ${users[0].user.token}`, accept: 'application/json' },
      },
      (response) => {
        let answer = '';
        response.on('data', (chunk: Buffer) => (answer += chunk.toString()));
        response.on('end', () => done(answer));
      },
    );
    outgoing.on('error', fail);
    outgoing.end();
  });
  return ObjectList.parse(JSON.parse(body)).items;
}
