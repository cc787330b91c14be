import fc from 'fast-check';

const pick = <T>(...values: readonly T[]) => fc.constantFrom(...values);

const ports = pick<(number | string)[]>([53], [80], ['8000:9000'], [79, 8080]);
const source = fc.oneof(
  ports.map((list) => ({ ports: list })),
  ports.map((list) => ({ notPorts: list })),
);
/** Rules that ask what other random policies seldom ask: the source's port, the family, the ICMP type. */
const rule = fc
  .tuple(
    pick('Allow', 'Allow', 'Deny', 'Pass'),
    fc.oneof(
      fc.tuple(pick('TCP', 'UDP', 'SCTP'), source).map(([protocol, asked]) => ({ protocol, source: asked })),
      source.map((asked) =>
        'notPorts' in asked ? { source: { notPorts: ['http'] } } : { source: asked, protocol: 'TCP' },
      ),
      pick<object>(
        { ipVersion: 4 },
        { ipVersion: 6 },
        { ipVersion: 6, protocol: 'TCP' },
        { ipVersion: 4, protocol: 'UDP' },
      ),
      pick<object>(
        { protocol: 'ICMP', icmp: { type: 8 } },
        { protocol: 'ICMP', icmp: { type: 8, code: 1 } },
        { protocol: 'ICMP', notICMP: { type: 0 } },
        { protocol: 'ICMPv6', icmp: { type: 128, code: 0 } },
        { protocol: 'ICMPv6', notICMP: { type: 128 } },
        { notICMP: { type: 8, code: 0 } },
      ),
    ),
  )
  .map(([action, asked]) => ({ action, ...asked }));
const rules = fc.array(rule, { minLength: 1, maxLength: 4 });

/** Policies over all pods, in the order 500. Half of the time none. */
export function rarePolicies(): fc.Arbitrary<readonly object[]> {
  return fc.array(fc.tuple(rules, rules), { maxLength: 1 }).map((list) =>
    list.map(([ingress, egress], place) => ({
      apiVersion: 'projectcalico.org/v3',
      kind: 'GlobalNetworkPolicy',
      metadata: { name: `default.rare${place}` },
      spec: { tier: 'default', order: 500, selector: 'all()', types: ['Ingress', 'Egress'], ingress, egress },
    })),
  );
}
