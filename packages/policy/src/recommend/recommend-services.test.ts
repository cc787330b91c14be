import type { Inventory } from '@margay/model';
import { describe, expect, it } from 'vitest';
import { edgeOf, external, inventoryOf, serviceOf, servicePeer, workloadPeer } from '../../test/fixtures.ts';
import { cart, coredns, front, inNamespace, kubeDns, runFor, sentences } from '../../test/run-recommend.ts';

describe('Services', () => {
  const edges = [edgeOf(workloadPeer(front), servicePeer('shop', 'cart'), 'TCP 80')];
  const withService = (target: number | string, more: Partial<Inventory> = {}) =>
    inventoryOf([front, { ...cart, ports: [{ name: 'web', protocol: 'TCP', port: 7070 }] }], {
      services: [serviceOf('shop', 'cart', [['TCP', 80, target]], { app: 'cart' })],
      ...more,
    });
  const slice = (endpoints: Inventory['endpointSlices'][number]['endpoints']) => ({
    namespace: 'shop',
    name: 'cart-1',
    service: 'cart',
    ports: [{ name: 'tcp-80', protocol: 'TCP', port: 7171 }],
    endpoints,
  });
  const portsOf = (inventory: Inventory) =>
    ['frontend', 'cart'].map((name) => sentences(runFor(name, inventory, edges)).join());

  it('names the port behind the Service, by number, by name, by EndpointSlice', () => {
    expect(portsOf(withService(7070))).toEqual([
      'egress: Allow cart on TCP 7070',
      'ingress: Allow frontend on TCP 7070',
    ]);
    expect(portsOf(withService('web'))).toEqual([
      'egress: Allow cart on TCP 7070',
      'ingress: Allow frontend on TCP 7070',
    ]);
    const endpoint = { addresses: ['10.244.1.2'], ready: true, pod: 'cart-deployment-0', node: null };
    expect(portsOf(withService('web', { endpointSlices: [slice([endpoint])] }))).toEqual([
      'egress: Allow cart on TCP 7171',
      'ingress: Allow frontend on TCP 7171',
    ]);
  });

  it('goes to the pods of a headless Service, and to the address that an ExternalName was resolved to', () => {
    const service = serviceOf('shop', 'cart', [['TCP', 80, 7070]], { app: 'cart' });
    const headless = { ...service, clusterIPs: ['None'] };
    expect(portsOf(withService(7070, { services: [headless] }))[0]).toBe('egress: Allow cart on TCP 7070');
    const alias = { ...service, type: 'ExternalName', clusterIPs: [], selector: null };
    const outside = {
      ...edgeOf(workloadPeer(front), external('203.0.113.7'), 'TCP 443'),
      dnsNames: ['db.example.org'],
    };
    const found = runFor('frontend', withService(7070, { services: [alias] }), [...edges, outside]);
    expect(sentences(found)).toEqual(['egress: Allow db.example.org (203.0.113.7) on TCP 443']);
    expect(found.leftOut.map(({ reason }) => reason)).toEqual(['no pod stands behind the Service']);
  });

  it('allows the address where no pod stands behind it', () => {
    const endpoint = { addresses: ['192.0.2.5'], ready: true, pod: null, node: null };
    expect(portsOf(withService(7070, { endpointSlices: [slice([endpoint])] }))[0]).toBe(
      'egress: Allow 192.0.2.5 on TCP 7171',
    );
  });

  it('leaves out what it cannot resolve', () => {
    const reasons = (inventory: Inventory) => runFor('frontend', inventory, edges).leftOut.map(({ reason }) => reason);
    expect(reasons(withService('nowhere'))).toEqual(['no pod stands behind the Service']);
    expect(reasons(withService(1, { services: [] }))).toEqual(['the Service is no longer in the cluster']);
    expect(reasons(withService(1, { services: [serviceOf('shop', 'cart', [['UDP', 80, 1]], {})] }))).toEqual([
      'the Service has no TCP port 80',
    ]);
  });

  it('allows every workload that may have answered, and says that nobody saw which', () => {
    const other = { kind: 'StatefulSet', name: 'cart-two', labels: { app: 'cart', part: 'two' } };
    const inventory = inventoryOf([front, cart, other], {
      services: [serviceOf('shop', 'cart', [['TCP', 80, 7070]], { app: 'cart' })],
    });
    const found = runFor('frontend', inventory, edges);
    expect(sentences(found)).toEqual(['egress: Allow cart on TCP 7070', 'egress: Allow cart-two on TCP 7070']);
    expect(found.rules[0]?.evidence.note).toBe(
      'seen only as a Service: any of the 2 backends behind it may have answered',
    );
  });
});

describe('DNS', () => {
  it('pairs TCP with UDP 53, both at the client and at the server, and says which was not seen', () => {
    const inventory = inventoryOf([front, coredns], { services: [kubeDns()] });
    const edges = [edgeOf(workloadPeer(front), workloadPeer(coredns), 'UDP 53')];
    for (const name of ['frontend', 'coredns']) {
      const { rules, policy } = runFor(name, inventory, edges);
      expect((policy?.spec.egress?.[0] ?? policy?.spec.ingress?.[0])?.ports).toEqual([
        { protocol: 'UDP', port: 53 },
        { protocol: 'TCP', port: 53 },
      ]);
      expect(rules[0]?.evidence).toMatchObject({
        ports: ['UDP 53'],
        note: 'TCP 53: paired with UDP 53, not seen itself',
        connections: 5,
      });
    }
    expect(sentences(runFor('frontend', inventory, edges))).toEqual([
      'egress: Allow coredns in kube-system on UDP and TCP 53',
    ]);
  });

  it('drops the note once both were seen', () => {
    const edges = ['UDP 53', 'TCP 53'].map((port) => edgeOf(workloadPeer(front), workloadPeer(coredns), port));
    const { rules } = runFor('frontend', inventoryOf([front, coredns], { services: [kubeDns()] }), edges);
    expect(rules[0]?.evidence).toMatchObject({ ports: ['UDP 53', 'TCP 53'], note: null });
  });

  it('uses the port that the DNS pods listen on, and labels that all of them carry', () => {
    const pods: Record<string, string>[] = [
      { 'k8s-app': 'kube-dns', version: '1' },
      { 'k8s-app': 'kube-dns', version: '2', extra: 'x' },
    ];
    const inventory = inventoryOf([front, { ...coredns, pods }], { services: [kubeDns(5353)] });
    const { policy } = runFor('frontend', inventory, [
      edgeOf(workloadPeer(front), servicePeer('kube-system', 'kube-dns'), 'UDP 53'),
    ]);
    expect(policy?.spec.egress).toEqual([
      {
        to: [inNamespace('kube-system', { 'k8s-app': 'kube-dns' })],
        ports: [
          { protocol: 'UDP', port: 5353 },
          { protocol: 'TCP', port: 5353 },
        ],
      },
    ]);
  });

  it('pairs nothing that no Service offers as DNS', () => {
    const edges = [
      edgeOf(workloadPeer(front), workloadPeer(cart), 'UDP 53'),
      edgeOf(workloadPeer(front), external('203.0.113.53'), 'UDP 53'),
    ];
    const { policy } = runFor('frontend', inventoryOf([front, cart]), edges);
    expect(policy?.spec.egress?.map(({ ports }) => ports?.length)).toEqual([1, 1]);
  });
});
