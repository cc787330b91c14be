import { describe, expect, it } from 'vitest';
import type { NetworkSnapshot } from './network-snapshot.ts';
import { podInterfaces } from './pod-interfaces.ts';

type Link = NetworkSnapshot['links'][number];
const pair = (ifname: string, ifindex: number, more: Partial<Link> = {}): Link => ({
  ifname,
  ifindex,
  link_index: 2,
  link_netnsid: 0,
  linkinfo: { info_kind: 'veth' },
  ...more,
});
const bridge = (ifname: string, ifindex: number): Link => ({ ifname, ifindex, linkinfo: { info_kind: 'bridge' } });
const snapshot = (parts: Partial<NetworkSnapshot>): NetworkSnapshot => ({
  links: [],
  routes: [],
  forwarding: [],
  neighbours: [],
  ...parts,
});
const ETH0: Link = { ifname: 'eth0', ifindex: 2 };
const DEFAULT = { dst: 'default', gateway: '192.0.2.1', dev: 'eth0' };

describe('pods are found', () => {
  it('by host routes of both families (Calico, kindnet, AWS)', () => {
    const { pods } = podInterfaces(
      snapshot({
        links: [ETH0, pair('cali1', 5), pair('cali2', 6)],
        routes: [
          DEFAULT,
          { dst: '10.244.1.7', dev: 'cali1' },
          { dst: 'fd00:244::7', dev: 'cali1' },
          { dst: '10.244.1.8/32', dev: 'cali2', type: 'unicast' },
          { dst: 'fe80::/64', dev: 'cali1' },
          { type: 'multicast', dst: 'ff00::/8', dev: 'cali1' },
        ],
      }),
    );
    expect(pods).toEqual([
      { name: 'cali1', index: 5, addresses: ['10.244.1.7', 'fd00:244::7'] },
      { name: 'cali2', index: 6, addresses: ['10.244.1.8'] },
    ]);
  });

  it('without taking the gateway address on their veth for theirs (ptp plugin)', () => {
    const { pods } = podInterfaces(
      snapshot({
        links: [pair('veth1', 5)],
        routes: [
          { dst: '10.244.1.7', dev: 'veth1' },
          { dst: 'fd00:244::1', dev: 'veth1' },
          { type: 'local', dst: 'fd00:244::1', dev: 'veth1' },
          { type: 'local', dst: '10.244.1.1', dev: 'veth1' },
        ],
      }),
    );
    expect(pods).toEqual([{ name: 'veth1', index: 5, addresses: ['10.244.1.7'] }]);
  });

  it('as ports of a bridge, with the addresses that its tables know', () => {
    const { pods } = podInterfaces(
      snapshot({
        links: [ETH0, bridge('cni0', 4), pair('veth1', 5, { master: 'cni0' }), pair('veth2', 6, { master: 'cni0' })],
        routes: [DEFAULT, { dst: '10.88.0.0/24', dev: 'cni0' }],
        forwarding: [
          { mac: 'aa:01', ifname: 'veth1', master: 'cni0' },
          { mac: 'aa:02', ifname: 'veth2', master: 'cni0' },
        ],
        neighbours: [{ dst: '10.88.0.2', dev: 'cni0', lladdr: 'aa:01' }],
      }),
    );
    expect(pods).toEqual([
      { name: 'veth1', index: 5, addresses: ['10.88.0.2'], bridge: 'cni0' },
      { name: 'veth2', index: 6, addresses: [], bridge: 'cni0' },
    ]);
  });

  it('not by their kind alone: what nothing explains is left to their namespaces', () => {
    const found = podInterfaces(snapshot({ links: [pair('lxc1', 5, { link_index: 9 })] }));
    expect(found.pods).toEqual([]);
    expect(found.unexplained).toEqual([{ name: 'lxc1', index: 5, peerIndex: 9, peerNamespace: 0 }]);
  });
});

describe('never a pod is', () => {
  const none = (parts: Partial<NetworkSnapshot>) => {
    const { pods, unexplained } = podInterfaces(snapshot(parts));
    expect({ pods, unexplained }).toEqual({ pods: [], unexplained: [] });
  };

  it('a pair that ends in this namespace', () => {
    none({ links: [pair('veth1', 5, { link_netnsid: undefined })], routes: [{ dst: '10.0.0.1', dev: 'veth1' }] });
  });

  it('a physical interface with a host route', () => {
    none({ links: [ETH0], routes: [{ dst: '10.0.0.1', dev: 'eth0' }] });
  });

  it('the veth that the default route takes (a node in a container)', () => {
    none({
      links: [pair('eth0', 2)],
      routes: [
        DEFAULT,
        { dst: '172.18.0.0/16', dev: 'eth0' },
        { dst: '192.0.2.1', dev: 'eth0' },
        { dst: '198.51.100.9', dev: 'eth0' },
      ],
    });
  });

  it('the veth of a default route with several next hops', () => {
    none({
      links: [pair('up1', 2), pair('up2', 3)],
      routes: [
        {
          dst: 'default',
          nexthops: [
            { dev: 'up1', gateway: '192.0.2.1' },
            { dev: 'up2', gateway: '192.0.2.2' },
          ],
        },
      ],
    });
  });

  it('the veth behind which there is a router for other networks', () => {
    none({ links: [pair('up', 2)], routes: [{ dst: '10.0.0.0/8', gateway: '192.0.2.1', dev: 'up' }] });
  });

  it('a network between two routers', () => {
    none({ links: [pair('link1', 2)], routes: [{ dst: '192.0.2.0/30', dev: 'link1' }] });
  });

  it('the port of a bridge behind which the gateway is; its other ports are', () => {
    const parts = {
      links: [bridge('br0', 4), pair('up', 5, { master: 'br0' }), pair('vm', 6, { master: 'br0' })],
      routes: [{ dst: 'default', gateway: '192.0.2.1', dev: 'br0' }],
      forwarding: [{ mac: 'aa:01', ifname: 'up', master: 'br0' }],
      neighbours: [{ dst: '192.0.2.1', dev: 'br0', lladdr: 'aa:01' }],
    };
    expect(podInterfaces(snapshot(parts)).pods.map((pod) => pod.name)).toEqual(['vm']);
    // While it is not known which port that is, none is touched.
    none({ ...parts, neighbours: [] });
  });
});

it('a pod that routes for others stays a pod', () => {
  const { pods } = podInterfaces(
    snapshot({
      links: [ETH0, pair('cali1', 5)],
      routes: [
        DEFAULT,
        { dst: '10.244.1.7', dev: 'cali1' },
        { dst: '10.9.0.0/16', gateway: '10.244.1.99', dev: 'cali1' },
      ],
    }),
  );
  expect(pods).toEqual([{ name: 'cali1', index: 5, addresses: ['10.244.1.7'] }]);
});
