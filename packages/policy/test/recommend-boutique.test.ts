import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type MergedEdge, peerKey } from '@margay/model';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { diffConnectivity } from '../src/diff/diff-connectivity.ts';
import type { NetworkPolicy } from '../src/kubernetes.ts';
import { parseManifests } from '../src/parse/parse-manifests.ts';
import { recommend } from '../src/recommend/recommend.ts';
import { edgeOf, inventoryOf, serviceOf, servicePeer, type WorkloadSpec, workloadPeer } from './fixtures.ts';
import { parsePolicies } from './judge.ts';
import { readFolder } from './vector-files.ts';

/** Online Boutique's own manifests say who calls whom; its hand-written policies say who may. */
const root = process.env.MARGAY_VECTORS;
if (root === undefined) console.warn('Online Boutique skipped: MARGAY_VECTORS names no folder');
const folder = join(root ?? '', 'online-boutique', 'manifests');

const text = root === undefined ? '' : readFileSync(join(folder, 'kubernetes-manifests.yaml'), 'utf8');
const { cluster } = parseManifests([{ file: 'app.yaml', text }], { mode: 'strict', assumeMissing: true });

/** The cluster of the manifests, and an edge for every Service that a Deployment is told the address of. */
function read() {
  const services = cluster.services.map(({ name, selector, ports }) =>
    serviceOf(
      'default',
      name,
      ports.map(({ port, targetPort }) => ['TCP', port, targetPort]),
      Object.fromEntries(selector ?? []),
    ),
  );
  const specs = cluster.workloads.map(({ name, pods }): WorkloadSpec => {
    const labels = Object.fromEntries(pods[0]?.ownLabels ?? []);
    return { namespace: 'default', name, labels };
  });
  const edges = specs.flatMap((spec) => {
    const own = text
      .split(/^---$/m)
      .find((part) => part.includes(`kind: Deployment\nmetadata:\n  name: ${spec.name}\n`));
    const called = [...(own ?? '').matchAll(/value: "?([a-z-]+):(\d+)"?$/gm)];
    return called
      .filter(([, name]) => services.some((service) => service.name === name))
      .map(([, name = '', port]) => edgeOf(workloadPeer(spec), servicePeer('default', name), `TCP ${port}`));
  });
  return { inventory: inventoryOf(specs, { services }), edges };
}

/** Incoming rules alone: the hand-written policies let everything out. */
const incoming = (policies: readonly NetworkPolicy[]) =>
  policies.map((policy) => ({
    ...policy,
    spec: { ...policy.spec, policyTypes: ['Ingress' as const], egress: undefined },
  }));

describe.skipIf(root === undefined)('Online Boutique (MARGAY_VECTORS)', () => {
  const rowsFor = (edges: readonly MergedEdge[], inventory: ReturnType<typeof inventoryOf>) => {
    const byHand = readFolder(join(folder, 'network-policies')).flatMap((file) =>
      parseAllDocuments(file.text).map((document): NetworkPolicy => document.toJS()),
    );
    const found = recommend({ inventory, edges, fromMs: 0, toMs: 3_600_000, lostFlows: 0 });
    const ours = found.map(({ policy }) => policy).filter((policy) => policy !== null);
    const before = { cluster, policies: parsePolicies(incoming(byHand)) };
    return diffConnectivity(before, { cluster, policies: parsePolicies(incoming(ours)) }).rows;
  };

  it('is let in what its authors let in, but for the frontend, which they leave open', () => {
    const { inventory, edges } = read();
    // The load generator is told the frontend's address twice.
    expect(edges.length).toBe(17);
    const rows = rowsFor(edges, inventory);
    const other = rows.filter(({ destination }) => destination !== 'default/frontend[Deployment]');
    expect(other).toEqual([]);
    expect(rows.find(({ source }) => source === 'default/loadgenerator[Deployment]')).toMatchObject({
      before: 'All Connections',
      after: 'TCP 8080',
    });
  });

  it('is let in less where a call was not seen', () => {
    const { inventory, edges } = read();
    const rows = rowsFor(
      edges.filter(
        ({ src, dst }) =>
          peerKey(src) !== 'workload/default/Deployment/checkoutservice' ||
          peerKey(dst) !== 'service/default/cartservice',
      ),
      inventory,
    );
    const other = rows.filter(({ destination }) => destination !== 'default/frontend[Deployment]');
    expect(other).toMatchObject([
      { source: 'default/checkoutservice[Deployment]', destination: 'default/cartservice[Deployment]' },
    ]);
  });
});
