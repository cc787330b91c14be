import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FactPool } from '../calc/fact-pool.ts';
import { INVENTORY_RESOURCES } from '../inventory/resources.ts';
import { parseEndpointSlice } from './endpoint-slice.ts';
import { parseNamespace } from './namespace.ts';
import { parseNode } from './node.ts';
import { parsePod } from './pod.ts';
import { podIdentityParser } from './pod-identity.ts';
import { parseServiceIdentity } from './service.ts';
import { workloadParser } from './workload.ts';

const pod = (over: { metadata?: object; spec?: object; status?: object } = {}) => ({
  metadata: {
    name: 'web-6f7-abcde',
    namespace: 'shop',
    uid: 'u1',
    labels: { app: 'web', 'pod-template-hash': '6f7' },
    creationTimestamp: '2026-11-24T12:00:00Z',
    ownerReferences: [{ kind: 'ReplicaSet', name: 'web-6f7', controller: true }],
    ...over.metadata,
  },
  spec: {
    nodeName: 'n1',
    containers: [{ ports: [{ containerPort: 8080, name: 'http' }, { containerPort: 9 }] }],
    initContainers: [
      { ports: [{ containerPort: 1, name: 'gone' }] },
      { restartPolicy: 'Always', ports: [{ containerPort: 9090, name: 'metrics', protocol: 'TCP' }] },
    ],
    ...over.spec,
  },
  status: {
    phase: 'Running',
    podIP: '10.244.1.7',
    podIPs: [{ ip: '10.244.1.7' }, { ip: 'FD00:0::7' }],
    startTime: '2026-11-24T12:00:01Z',
    conditions: [
      { type: 'PodReadyToStartContainers', status: 'True', lastTransitionTime: '2026-11-24T12:00:02Z' },
      { type: 'Ready', status: 'True', lastTransitionTime: '2026-11-24T12:00:05Z' },
    ],
    ...over.status,
  },
});

describe('parsePod', () => {
  it('keeps what Margay reads', () => {
    expect(parsePod(pod())).toEqual({
      pod: {
        namespace: 'shop',
        name: 'web-6f7-abcde',
        uid: 'u1',
        labels: { app: 'web', 'pod-template-hash': '6f7' },
        ownerKind: 'Deployment',
        ownerName: 'web',
        node: 'n1',
        hostNetwork: false,
        phase: 'Running',
        addresses: ['10.244.1.7', 'fd00::7'],
        serviceAccount: 'default',
        ports: [
          { name: 'http', protocol: 'TCP', port: 8080 },
          { name: 'metrics', protocol: 'TCP', port: 9090 },
        ],
      },
      sinceMs: Date.parse('2026-11-24T12:00:02Z'),
      finishedAtMs: null,
      formerAddresses: [],
    });
  });

  it('has no address any more once it is finished', () => {
    const terminated = { state: { terminated: { finishedAt: '2026-11-24T12:00:09Z' } } };
    const {
      pod: finished,
      finishedAtMs,
      formerAddresses,
    } = parsePod(pod({ status: { phase: 'Succeeded', podIP: '10.244.1.7', containerStatuses: [terminated] } }));
    expect(finished.addresses).toEqual([]);
    expect(formerAddresses).toEqual(['10.244.1.7', 'fd00::7']);
    expect(finishedAtMs).toBe(Date.parse('2026-11-24T12:00:09Z'));
  });

  it('takes a pod that no kubelet has seen', () => {
    const { name, namespace } = pod().metadata;
    const parsed = parsePod({ metadata: { name, namespace }, spec: { containers: [{}] } });
    expect(parsed).toMatchObject({ pod: { phase: 'Pending', addresses: [], ownerKind: 'Pod' }, sinceMs: null });
  });

  it.each([
    ['a name of 254 characters', { metadata: { name: 'x'.repeat(254) } }],
    ['a port out of range', { spec: { containers: [{ ports: [{ name: 'x', containerPort: 70_000 }] }] } }],
    ['labels that are a list', { metadata: { labels: ['a'] } }],
    ['a status address that is an object', { status: { podIP: {} } }],
  ])('refuses %s', (_, over) => expect(() => parsePod(pod(over))).toThrow());

  it('keeps labels named like parts of JavaScript objects as labels', () => {
    const labels = JSON.parse('{"constructor":"a","__proto__":"b","toString":"c"}') as Record<string, string>;
    const identity = podIdentityParser(new FactPool())(pod({ metadata: { labels, ownerReferences: [] } }));
    expect(identity.facts.labels.constructor).toBe('a');
    expect(Object.getPrototypeOf(identity.facts.labels)).toBe(Object.prototype);
  });

  it('names a pod with more labels than a peer may have by the same ones every time', () => {
    const labels = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`k${i}`, 'v']));
    const reversed = Object.fromEntries(Object.entries(labels).reverse());
    const parse = podIdentityParser(new FactPool());
    const [a, b] = [parse(pod({ metadata: { labels } })), parse(pod({ metadata: { labels: reversed } }))];
    expect(Object.keys(a.facts.labels)).toHaveLength(128);
    expect(b.facts).toBe(a.facts);
  });
});

describe('other kinds', () => {
  it('a Service: addresses of every sort, none for headless', () => {
    const service = {
      metadata: { name: 'web', namespace: 'shop', creationTimestamp: '2026-11-24T12:00:00Z' },
      spec: {
        clusterIP: '10.96.0.9',
        clusterIPs: ['10.96.0.9', 'fd00:96::9'],
        externalIPs: ['192.0.2.1'],
        ports: [{ port: 80, protocol: 'UDP', nodePort: 30_080 }],
      },
      status: { loadBalancer: { ingress: [{ ip: '198.51.100.4' }, { hostname: 'lb.example.org' }] } },
    };
    expect(parseServiceIdentity(service)).toEqual({
      namespace: 'shop',
      name: 'web',
      addresses: ['10.96.0.9', 'fd00:96::9', '192.0.2.1', '198.51.100.4'],
      clusterAddresses: ['10.96.0.9', 'fd00:96::9'],
      ports: [{ name: '', protocol: 17, port: 80, nodePort: 30_080 }],
      sinceMs: Date.parse('2026-11-24T12:00:00Z'),
    });
    const headless = { ...service, spec: { clusterIP: 'None' }, status: {} };
    expect(parseServiceIdentity(headless)).toMatchObject({ addresses: [], ports: [] });
  });

  it('an EndpointSlice: an endpoint without conditions is ready', () => {
    const slice = {
      metadata: { name: 'web-1', namespace: 'shop', labels: { 'kubernetes.io/service-name': 'web' } },
      ports: [{ name: 'http', port: 8080 }],
      endpoints: [
        { addresses: ['10.244.1.7'], targetRef: { kind: 'Pod', name: 'web-a' } },
        { addresses: ['10.244.1.8'], conditions: { ready: false } },
      ],
    };
    expect(parseEndpointSlice(slice)).toMatchObject({
      service: 'web',
      ports: [{ name: 'http', protocol: 'TCP', port: 8080 }],
      endpoints: [
        { addresses: ['10.244.1.7'], ready: true, pod: 'web-a' },
        { addresses: ['10.244.1.8'], ready: false, pod: null },
      ],
    });
    expect(
      parseEndpointSlice({ metadata: { name: 'x', namespace: 'shop' }, ports: null, endpoints: null }),
    ).toMatchObject({
      endpoints: [],
    });
  });

  it('a node: addresses that are addresses', () => {
    const node = {
      metadata: { name: 'n1' },
      spec: { podCIDR: '10.244.1.0/24' },
      status: {
        addresses: [
          { type: 'InternalIP', address: '172.18.0.2' },
          { type: 'Hostname', address: 'n1' },
        ],
        nodeInfo: { kubeletVersion: 'v1.34.4' },
      },
    };
    expect(parseNode(node)).toEqual({
      name: 'n1',
      labels: {},
      addresses: ['172.18.0.2'],
      podCIDRs: ['10.244.1.0/24'],
      kubeletVersion: 'v1.34.4',
    });
  });

  it('a namespace that is being deleted', () => {
    expect(parseNamespace({ metadata: { name: 'x', deletionTimestamp: '2026-11-24T12:00:00Z' } }).ending).toBe(true);
    expect(parseNamespace({ metadata: { name: 'x' } }).ending).toBe(false);
  });

  it('workloads: template labels without controllers’ own, parts of others left out', () => {
    const template = { metadata: { labels: { app: 'x', 'controller-uid': 'u' } } };
    const metadata = { name: 'x', namespace: 'shop' };
    const owned = { ...metadata, ownerReferences: [{ kind: 'CronJob', name: 'c', controller: true }] };
    const row = { namespace: 'shop', name: 'x', labels: { app: 'x' } };
    expect(workloadParser('Deployment')({ metadata, spec: { replicas: 2, template } })).toEqual({
      ...row,
      kind: 'Deployment',
      replicas: 2,
    });
    expect(workloadParser('CronJob')({ metadata, spec: { jobTemplate: { spec: { template } } } })).toEqual({
      ...row,
      kind: 'CronJob',
      replicas: null,
    });
    expect(workloadParser('Job')({ metadata, spec: { template } })).toEqual({ ...row, kind: 'Job', replicas: null });
    expect(workloadParser('Job')({ metadata: owned, spec: { template } })).toBeNull();
    expect(workloadParser('Deployment')({ metadata: owned, spec: { template } })).not.toBeNull();
  });
});

describe('any object whatever', () => {
  it('is parsed or refused with an Error, by every parser', () => {
    const metadata = fc.record({ name: fc.string(), namespace: fc.string() }, { requiredKeys: [] });
    const object = fc.record({ metadata, spec: fc.object(), status: fc.object() }, { requiredKeys: [] });
    fc.assert(
      fc.property(fc.oneof(object, fc.anything()), fc.constantFrom(...INVENTORY_RESOURCES), (any, resource) => {
        try {
          resource.parse(any);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
    );
  });
});
