import type { MergedEdge } from '@margay/model';
import { describe, expect, it } from 'vitest';
import { cidr, edgeOf, external, inventoryOf, node, unknown, workloadPeer } from '../../test/fixtures.ts';
import { cart, front, inNamespace, run, runFor, sentences } from '../../test/run-recommend.ts';
import type { RecommendInput } from './types.ts';

describe('recommend', () => {
  it('keeps every port, protocol and address of one pair of workloads', () => {
    const edges = ['TCP 80', 'TCP 443', 'UDP 80', 'SCTP 3868'].map((port) =>
      edgeOf(workloadPeer(front), workloadPeer(cart), port),
    );
    const { policy } = runFor('frontend', inventoryOf([front, cart]), [
      ...edges,
      edgeOf(workloadPeer(front), external('203.0.113.7'), 'TCP 443'),
    ]);
    expect(policy?.spec.egress).toEqual([
      {
        to: [inNamespace('shop', { app: 'cart' })],
        ports: [
          { protocol: 'UDP', port: 80 },
          { protocol: 'TCP', port: 80 },
          { protocol: 'TCP', port: 443 },
          { protocol: 'SCTP', port: 3868 },
        ],
      },
      { to: [{ ipBlock: { cidr: '203.0.113.7/32' } }], ports: [{ protocol: 'TCP', port: 443 }] },
    ]);
    expect(policy?.spec.ingress).toEqual([]);
    expect(policy?.spec.policyTypes).toEqual(['Ingress', 'Egress']);
  });

  it('writes neighbouring ports as one range, where each of them was seen', () => {
    const edges = ['TCP 7002', 'TCP 7000', 'TCP 7001', 'UDP 7001', 'TCP 7004', 'TCP 7005'].map((port) =>
      edgeOf(workloadPeer(front), workloadPeer(cart), port),
    );
    const found = runFor('frontend', inventoryOf([front, cart]), edges);
    expect(found.policy?.spec.egress?.[0]?.ports).toEqual([
      { protocol: 'TCP', port: 7000, endPort: 7002 },
      { protocol: 'UDP', port: 7001 },
      { protocol: 'TCP', port: 7004 },
      { protocol: 'TCP', port: 7005 },
    ]);
    expect(sentences(found)).toEqual(['egress: Allow cart on TCP 7000 to 7002, UDP 7001, TCP 7004 and TCP 7005']);
    expect(found.rules[0]?.evidence.ports).toHaveLength(6);
  });

  it('writes /32 for IPv4, /128 for IPv6, and one spelling of each address', () => {
    const { policy } = runFor('frontend', inventoryOf([front]), [
      edgeOf(workloadPeer(front), external('2001:DB8:0:0::7'), 'TCP 443'),
      edgeOf(workloadPeer(front), external('2001:db8::7'), 'TCP 443'),
      edgeOf(workloadPeer(front), external('203.0.113.7'), 'TCP 443'),
      edgeOf(workloadPeer(front), external('::ffff:203.0.113.9'), 'TCP 443'),
    ]);
    const cidrs = policy?.spec.egress?.flatMap(({ to }) => to?.map(({ ipBlock }) => ipBlock?.cidr));
    expect(cidrs).toEqual(['203.0.113.7/32', '203.0.113.9/32', '2001:db8::7/128']);
  });

  it('selects foreign namespaces by the label that every cluster has', () => {
    const prometheus = { namespace: 'monitoring', name: 'prometheus' };
    const inventory = inventoryOf([cart, prometheus]);
    inventory.namespaces = inventory.namespaces.map(({ name }) => ({ name, labels: {} }));
    const found = runFor('cart', inventory, [edgeOf(workloadPeer(prometheus), workloadPeer(cart), 'TCP 9102')]);
    expect(found.policy?.spec.ingress?.[0]?.from).toEqual([inNamespace('monitoring', { app: 'prometheus' })]);
    expect(sentences(found)).toEqual(['ingress: Allow prometheus in monitoring on TCP 9102']);
  });

  it('learns the initiator’s side only: a reply is no permission', () => {
    const edges = [
      edgeOf(workloadPeer(front), workloadPeer(cart), 'TCP 7070', { bytesReverse: 1e9, packetsReverse: 1e6 }),
    ];
    const inventory = inventoryOf([front, cart]);
    expect(sentences(runFor('frontend', inventory, edges))).toEqual(['egress: Allow cart on TCP 7070']);
    expect(sentences(runFor('cart', inventory, edges))).toEqual(['ingress: Allow frontend on TCP 7070']);
    expect(runFor('cart', inventory, edges).policy?.spec.egress).toEqual([]);
    expect(runFor('cart', inventory, edges).notes).toContain(
      'No outgoing traffic was learnt: the policy lets nothing out, DNS included.',
    );
  });

  it('keeps the evidence of each rule', () => {
    const seen = (more: Partial<MergedEdge>) => edgeOf(workloadPeer(front), workloadPeer(cart), 'TCP 7070', more);
    const { rules } = runFor('cart', inventoryOf([front, cart]), [
      seen({
        firstSeenMs: 500,
        lastSeenMs: 900,
        connectionsStarted: 2,
        flows: 1,
        service: { namespace: 'shop', name: 'cart' },
      }),
      seen({ firstSeenMs: 700, lastSeenMs: 9_000, connectionsStarted: 3, flows: 4 }),
    ]);
    expect(rules[0]?.evidence).toMatchObject({
      connections: 5,
      flows: 5,
      bytes: 600,
      firstSeenMs: 500,
      lastSeenMs: 9_000,
      peers: ['shop/frontend'],
      ports: ['TCP 7070'],
      services: ['shop/cart'],
      note: null,
    });
  });

  it('lets addresses with the same ports share a rule, and a block take in what it covers', () => {
    const found = runFor('frontend', inventoryOf([front]), [
      edgeOf(workloadPeer(front), external('203.0.113.8'), 'TCP 443'),
      edgeOf(workloadPeer(front), external('203.0.113.7'), 'TCP 443'),
      edgeOf(workloadPeer(front), external('203.0.113.9'), 'TCP 25'),
      edgeOf(workloadPeer(front), cidr('198.51.100.0/24'), 'TCP 443'),
      edgeOf(workloadPeer(front), external('198.51.100.9'), 'TCP 443'),
    ]);
    expect(sentences(found)).toEqual([
      'egress: Allow 203.0.113.7 and 203.0.113.8 on TCP 443',
      'egress: Allow 203.0.113.9 on TCP 25',
      'egress: Allow 198.51.100.0/24 on TCP 443',
    ]);
    expect(found.rules[2]?.evidence.connections).toBe(10);
    expect(found.notes.join()).toContain('An address block stands for single addresses');
  });

  it('says what was lost, and which policies select the workload already', () => {
    const spec = { podSelector: { matchLabels: { app: 'cart' } } };
    const existing = { namespace: 'shop', uid: '', apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', spec };
    const inventory = inventoryOf([front, cart], {
      policies: [
        { ...existing, name: 'old-cart' },
        { ...existing, name: 'margay-cart' },
      ],
    });
    const { notes } = runFor('cart', inventory, [edgeOf(workloadPeer(front), workloadPeer(cart), 'TCP 1')], {
      lostFlows: 12,
    });
    expect(notes.join('\n')).toContain('12 flows were lost');
    expect(notes.join('\n')).toContain('old-cart selects it already');
    expect(notes.join('\n')).not.toContain('margay-cart');
  });

  it('passes over Margay’s own namespace', () => {
    const agent = { namespace: 'margay', name: 'agent' };
    const inventory = inventoryOf([front, agent]);
    const edges = [edgeOf(workloadPeer(front), workloadPeer(agent), 'TCP 1')];
    expect(run(inventory, edges).map(({ key }) => key)).toEqual(['workload/shop/Deployment/frontend']);
    expect(run(inventory, edges, { agentNamespace: 'shop' }).map(({ key }) => key)).toEqual([
      'workload/margay/Deployment/agent',
    ]);
  });
});

describe('what is refused or left out', () => {
  it('makes no policy for a workload without traffic: a policy without rules would isolate it', () => {
    const { policy, yaml, refusal, rules } = runFor('frontend', inventoryOf([front]), []);
    expect({ policy, yaml, refusal, rules }).toEqual({
      policy: null,
      yaml: null,
      refusal: 'no traffic seen',
      rules: [],
    });
  });

  it('learns nothing from denied traffic', () => {
    const denied = edgeOf(workloadPeer(front), workloadPeer(cart), 'TCP 22', {
      action: 'deny',
      evidence: 'unanswered',
    });
    const found = runFor('frontend', inventoryOf([front, cart]), [denied, denied]);
    expect(found.refusal).toBe('no traffic seen that a policy can be learnt from');
    expect(found.leftOut).toEqual([
      { sentence: 'TCP 22 to cart', reason: 'it was denied: denied traffic teaches nothing', connections: 10 },
    ]);
  });

  it('lists what a policy of its own rollouts denied as new demand, and learns nothing from it', () => {
    const policy = (name: string, spec: object) => ({
      ...{ namespace: 'shop', name, uid: '', apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' },
      spec: { podSelector: { matchLabels: { app: 'cart' } }, ...spec },
    });
    const inventory = inventoryOf([front, cart], {
      policies: [policy('margay-cart', { policyTypes: ['Ingress'] }), policy('theirs', { policyTypes: ['Egress'] })],
    });
    const denied = { action: 'deny', evidence: 'kernel' } as const;
    const edges = [
      edgeOf(workloadPeer(front), workloadPeer(cart), 'TCP 7070', denied),
      edgeOf(workloadPeer(cart), external('203.0.113.7'), 'TCP 443', denied),
    ];
    const leftOutOf = (more: Partial<RecommendInput>) =>
      runFor('cart', inventory, edges, more).leftOut.map(({ sentence, isNewDemand }) => [sentence, isNewDemand]);
    expect(leftOutOf({ ownPolicies: [{ namespace: 'shop', name: 'margay-cart' }] })).toEqual([
      ['TCP 443 to 203.0.113.7', undefined],
      ['TCP 7070 from frontend', true],
    ]);
    expect(leftOutOf({})).toEqual([
      ['TCP 443 to 203.0.113.7', undefined],
      ['TCP 7070 from frontend', undefined],
    ]);
    const found = runFor('cart', inventory, edges, { ownPolicies: [{ namespace: 'shop', name: 'margay-cart' }] });
    expect(found.policy).toBeNull();
    expect(found.leftOut[1]?.reason).toContain('new demand');
  });

  it('makes none for the host network, where no policy applies', () => {
    const proxy = { name: 'proxy', hostNetwork: true };
    const edges = [edgeOf(workloadPeer(proxy), workloadPeer(cart), 'TCP 1')];
    const inventory = inventoryOf([proxy, cart]);
    expect(runFor('proxy', inventory, edges).refusal).toBe('host network: NetworkPolicy does not apply');
    expect(runFor('cart', inventory, edges).policy?.spec.ingress?.[0]?.from).toEqual([
      { ipBlock: { cidr: '10.0.0.1/32' } },
    ]);
  });

  it('lets nodes in by their addresses of the pods’ family, and says so', () => {
    const found = runFor('cart', inventoryOf([cart]), [
      edgeOf(node('worker-1'), workloadPeer(cart), 'TCP 8080'),
      edgeOf(node('worker-2'), workloadPeer(cart), 'TCP 8080'),
      edgeOf(node('gone'), workloadPeer(cart), 'TCP 8080'),
    ]);
    expect(sentences(found)).toEqual(['ingress: Allow node worker-1 and node worker-2 on TCP 8080']);
    expect(found.policy?.spec.ingress?.[0]?.from).toEqual([
      { ipBlock: { cidr: '10.0.0.1/32' } },
      { ipBlock: { cidr: '10.0.0.2/32' } },
    ]);
    expect(found.notes.join()).toContain('Node addresses stand for node worker-1 and node worker-2: kubelet probes');
    expect(found.leftOut[0]).toMatchObject({
      sentence: 'TCP 8080 from node gone',
      reason: 'the node is no longer in the cluster',
    });
  });

  it('leaves out what is gone, unknown, or has no port', () => {
    const gone = workloadPeer({ name: 'gone' });
    const { leftOut } = runFor('cart', inventoryOf([cart]), [
      edgeOf(gone, workloadPeer(cart), 'TCP 1', { connectionsStarted: 4 }),
      edgeOf(workloadPeer(cart), unknown('10.9.9.9'), 'TCP 2', { connectionsStarted: 3 }),
      edgeOf(workloadPeer(cart), external('203.0.113.7'), 'ICMP 2048', { connectionsStarted: 2 }),
      edgeOf(workloadPeer(cart), external('203.0.113.7'), 'GRE 0', { connectionsStarted: 1 }),
    ]);
    expect(leftOut.map(({ sentence, reason }) => `${sentence}: ${reason.slice(0, 30)}`)).toEqual([
      'TCP 1 from gone: it is no longer in the cluster',
      'TCP 2 to 10.9.9.9: nothing in the cluster owned t',
      'ICMP 8/0 to 203.0.113.7: a Kubernetes NetworkPolicy can',
      '47 0 to 203.0.113.7: a Kubernetes NetworkPolicy can',
    ]);
  });

  it('leaves out an address that a pod has now: a rule for it would let that pod through', () => {
    const edges = ['10.244.1.2', '::ffff:10.244.1.2', '10.244.1.3'].map((address) =>
      edgeOf(workloadPeer(front), external(address), 'TCP 443'),
    );
    const found = runFor('frontend', inventoryOf([front, cart]), edges);
    expect(sentences(found)).toEqual(['egress: Allow 10.244.1.3 on TCP 443']);
    expect(found.leftOut).toEqual([
      { sentence: 'TCP 443 to 10.244.1.2', reason: 'a pod has this address now', connections: 10 },
    ]);
    const onHost = inventoryOf([front, { ...cart, hostNetwork: true }]);
    const node = runFor('frontend', onHost, [edgeOf(workloadPeer(front), external('10.0.0.1'), 'TCP 443')]);
    expect(sentences(node)).toEqual(['egress: Allow 10.0.0.1 on TCP 443']);
  });

  it('keeps the list of what was left out short, with the number of the rest', () => {
    const scan = Array.from({ length: 300 }, (_, port) =>
      edgeOf(workloadPeer(cart), unknown('10.9.9.9'), `TCP ${port + 1}`),
    );
    const { leftOut } = runFor('cart', inventoryOf([cart]), scan);
    expect(leftOut).toHaveLength(100);
    expect(leftOut.at(-1)).toMatchObject({ sentence: '201 more peers and ports', connections: 201 * 5 });
  });
});
