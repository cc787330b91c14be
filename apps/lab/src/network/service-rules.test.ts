import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../kube/objects.ts';
import { serviceRules } from './service-rules.ts';

const service = (name: string, spec: Record<string, unknown>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'shop' },
  spec,
});
const slice = (
  name: string,
  addressType: string,
  port: number,
  endpoints: [address: string, ready: boolean][],
): KubeObject => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: `${name}-x`, namespace: 'shop', labels: { 'kubernetes.io/service-name': name } },
  addressType,
  ports: [{ name: 'http', port, protocol: 'TCP' }],
  endpoints: endpoints.map(([address, ready]) => ({ addresses: [address], conditions: { ready } })),
});
const http = { name: 'http', port: 80, protocol: 'TCP' };

describe('serviceRules', () => {
  it('spreads a Service over its ready endpoints, at their port', () => {
    const text = serviceRules(
      [service('web', { clusterIPs: ['10.96.1.1'], ports: [http] })],
      [
        slice('web', 'IPv4', 8080, [
          ['10.244.1.3', true],
          ['10.244.1.2', true],
          ['10.244.1.4', false],
        ]),
      ],
    );
    expect(text).toContain(
      'ip daddr 10.96.1.1 tcp dport 80 dnat ip to numgen random mod 2 map { 0 : 10.244.1.2 . 8080, 1 : 10.244.1.3 . 8080 }',
    );
    expect(text).not.toContain('10.244.1.4');
  });

  it('refuses where nobody is ready, and leaves headless Services alone', () => {
    const services = [
      service('gone', { clusterIPs: ['10.96.1.2'], ports: [http] }),
      service('headless', { clusterIPs: ['None'], ports: [http] }),
    ];
    const text = serviceRules(services, [slice('headless', 'IPv4', 8080, [['10.244.1.9', true]])]);
    expect(text).toContain('ip daddr 10.96.1.2 tcp dport 80 reject');
    expect(text).not.toContain('10.244.1.9');
  });

  it('keeps families apart', () => {
    const text = serviceRules(
      [service('six', { clusterIPs: ['fd00:10:96::5'], ports: [http] })],
      [slice('six', 'IPv6', 8080, [['fd00:10:244:1::7', true]])],
    );
    expect(text).toContain(
      'ip6 daddr fd00:10:96::5 tcp dport 80 dnat ip6 to numgen random mod 1 map { 0 : fd00:10:244:1::7 . 8080 }',
    );
  });

  it('hides the source of node port traffic unless the Service says Local', () => {
    const rules = (externalTrafficPolicy: string) =>
      serviceRules(
        [service('web', { clusterIPs: ['10.96.1.1'], externalTrafficPolicy, ports: [{ ...http, nodePort: 30080 }] })],
        [slice('web', 'IPv4', 8080, [['10.244.1.2', true]])],
      );
    expect(rules('Local')).toContain('ip daddr 172.30.0.10 tcp dport 30080 dnat');
    expect(rules('Local')).not.toContain('proto-dst 30080 masquerade');
    expect(rules('Cluster')).toContain('proto-dst 30080 masquerade');
  });
});
