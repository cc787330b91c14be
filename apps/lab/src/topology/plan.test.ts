import { describe, expect, it } from 'vitest';
import { APPS } from './blueprint.ts';
import { edgeKey, expectedEdges } from './edges.ts';
import { topologyManifests } from './manifests.ts';
import { callsOf, planTopology, programConfig, workloadOf } from './plan.ts';

const plain = planTopology({ apps: APPS });
const renamed = planTopology({ apps: APPS, seed: 11 });

describe('planTopology', () => {
  it('keeps the originals without a seed', () => {
    expect(plain.names['boutique/checkoutservice']).toEqual({ namespace: 'boutique', name: 'checkoutservice' });
    expect(workloadOf(plain, 'boutique/emailservice')).toMatchObject({
      service: { port: 5000 },
      listen: { port: 8080 },
    });
    expect(plain.dnsPort).toBe(53);
  });

  it('makes the same of the same seed, and something else of another', () => {
    expect(planTopology({ apps: APPS, seed: 11 })).toEqual(renamed);
    expect(planTopology({ apps: APPS, seed: 12 }).names).not.toEqual(renamed.names);
  });

  it('leaves no name, label or port of the originals, but what clusters agree on', () => {
    const own = (plan: typeof plain) => plan.workloads.filter(({ namespace }) => namespace !== 'kube-system');
    const words = (plan: typeof plain) =>
      new Set(
        own(plan).flatMap(({ namespace, name, labels, serviceAccount }) => [
          namespace,
          name,
          serviceAccount,
          ...Object.values(labels),
        ]),
      );
    expect([...words(renamed)].filter((word) => word !== undefined && words(plain).has(word))).toEqual([]);
    const changed = own(plain).filter(
      ({ role, listen }) => listen && workloadOf(renamed, role).listen?.port !== listen.port,
    );
    expect(changed).toHaveLength(own(plain).filter(({ listen }) => listen).length);
    expect(workloadOf(renamed, 'kube-system/coredns').labels).toEqual({ 'k8s-app': 'kube-dns' });
    expect(renamed.dnsPort).not.toBe(53);
  });

  it.each([1, 2, 3, 4, 5])('keeps names apart and shared labels shared (seed %i)', (seed) => {
    const plan = planTopology({ apps: APPS, seed });
    const names = plan.workloads.map(({ namespace, name }) => `${namespace}/${name}`);
    expect(new Set(names).size).toBe(names.length);
    const nodePorts = plan.workloads.flatMap(({ service }) => service?.nodePort?.port ?? []);
    expect(new Set(nodePorts).size).toBe(nodePorts.length);
    const [exported = {}, customer = {}] = ['bank/statement-export', 'bank/customer'].map(
      (role) => workloadOf(plan, role).labels,
    );
    expect(customer).toMatchObject(exported);
    expect(Object.keys(customer)).toHaveLength(2);
  });

  it('calls only roles that the asked applications have', () => {
    for (const app of APPS) {
      const plan = planTopology({ apps: [app] });
      for (const workload of plan.workloads)
        for (const { role } of callsOf(workload)) if (role) expect(workloadOf(plan, role).role).toBe(role);
    }
  });

  it('dials Services by short name within a namespace, headless ones at the target port', () => {
    const summary = programConfig(plain, workloadOf(plain, 'bank/summary')) as { routes: Record<string, unknown[]> };
    expect(summary.routes['/']?.[0]).toMatchObject({ host: 'database', port: 5432, kind: 'line' });
    const frontend = programConfig(plain, workloadOf(plain, 'boutique/frontend')) as {
      routes: Record<string, unknown[]>;
    };
    expect(frontend.routes['/cart/checkout']?.[0]).toMatchObject({ host: 'checkoutservice', port: 5050 });
  });
});

describe('expectedEdges', () => {
  const edges = expectedEdges(plain, 'lab-x');
  const from = (key: string) => edges.map(edgeKey).filter((edge) => edge.startsWith(`${key} →`));

  it('has the six peers and the DNS of checkoutservice, at target ports', () => {
    expect(from('workload/boutique/Deployment/checkoutservice').sort()).toEqual(
      [
        'boutique/Deployment/cartservice 6 7070',
        'boutique/Deployment/currencyservice 6 7000',
        'boutique/Deployment/emailservice 6 8080',
        'boutique/Deployment/paymentservice 6 50051',
        'boutique/Deployment/productcatalogservice 6 3550',
        'boutique/Deployment/shippingservice 6 50051',
        'kube-system/Deployment/coredns 17 53',
      ].map((end) => `workload/boutique/Deployment/checkoutservice → workload/${end}`),
    );
  });

  it('has the four questions of the prober', () => {
    expect(from('workload/web-demo/Deployment/prober').sort()).toEqual([
      'workload/web-demo/Deployment/prober → external/203.0.113.80 6 80',
      'workload/web-demo/Deployment/prober → external/8.8.8.8 17 53',
      'workload/web-demo/Deployment/prober → node/lab-x 6 6443',
      'workload/web-demo/Deployment/prober → workload/kube-system/Deployment/coredns 17 53',
    ]);
  });

  it('lets outside clients in with their address where the Service says Local, as the node elsewhere', () => {
    const keys = edges.map(edgeKey);
    expect(keys).toContain('external/198.51.100.77 → workload/boutique/Deployment/frontend 6 8080');
    expect(keys).toContain('node/lab-x → workload/bank/Deployment/customer 6 8080');
    expect(keys).not.toContain('external/198.51.100.77 → workload/bank/Deployment/customer 6 8080');
  });

  it('has no edge of the node to itself, each edge once, and as many whatever the names', () => {
    expect(edges.filter(({ source, destination }) => source.kind === 'node' && destination.kind === 'node')).toEqual(
      [],
    );
    expect(new Set(edges.map(edgeKey)).size).toBe(edges.length);
    expect(expectedEdges(renamed, 'lab-x')).toHaveLength(edges.length);
  });
});

describe('topologyManifests', () => {
  it('selects by Service exactly the pods of its workload', () => {
    const { basis, servers, drivers, jobs } = topologyManifests(renamed);
    const workloads = [...servers, ...drivers, ...jobs];
    const services = basis.filter(({ kind, metadata }) => kind === 'Service' && metadata.namespace !== 'kube-system');
    expect(services.length).toBeGreaterThan(15);
    for (const service of services) {
      const selector = Object.entries((service.spec as { selector: Record<string, string> }).selector);
      const selected = workloads.filter(
        ({ metadata }) =>
          metadata.namespace === service.metadata.namespace &&
          selector.every(([key, value]) => metadata.labels?.[key] === value),
      );
      expect(selected.map(({ metadata }) => metadata.name)).toEqual([service.metadata.name]);
    }
  });
});
