import fc from 'fast-check';
import { BLOCKS4, BLOCKS6, few, type Make, maybe, merged, pick } from './random-parts.ts';

const TIERS = ['t0', 't1', 'default'] as const;

export function tier(): fc.Arbitrary<Make> {
  return merged(maybe('order', pick(50, 100, 2_000_000)), maybe('defaultAction', pick('Pass', 'Deny'))).map(
    (spec) => (place) => ({ apiVersion: 'projectcalico.org/v3', kind: 'Tier', metadata: { name: `t${place}` }, spec }),
  );
}

const expression = pick(
  'all()',
  "app == '1'",
  "app != '1'",
  '!has(app)',
  "role in {'1', '2'}",
  "app == '1' || net == '2'",
  'has(net)',
  "projectcalico.org/serviceaccount == 'robot'",
);
const namespaceExpression = pick('all()', 'global()', "env == '1'", '!has(env)', "projectcalico.org/name == 'a'");
const calicoPorts = few(pick<number | string>(80, '8000:9000', 'http', 53), 2, 1);
const namesOnly = few(pick('http', 'dns'), 2, 1);

/** `ports`: what the protocol allows here. */
function side(ports: fc.Arbitrary<(number | string)[]> | null, family: 4 | 6): fc.Arbitrary<Record<string, unknown>> {
  const blocks = few(pick(...(family === 4 ? BLOCKS4 : BLOCKS6)), 2, 1).map((list) => [...new Set(list)]);
  return merged(
    maybe('selector', expression),
    maybe('notSelector', expression, 3),
    maybe('namespaceSelector', namespaceExpression, 3),
    maybe('serviceAccounts', pick<unknown>({ names: ['robot'] }, { selector: 'all()' }), 5),
    maybe('nets', blocks, 4),
    maybe('notNets', blocks, 4),
    ...(ports === null ? [] : [maybe('ports', ports), maybe('notPorts', ports, 4)]),
  );
}

function calicoRule(direction: 'ingress' | 'egress'): fc.Arbitrary<Record<string, unknown>> {
  const action = pick('Allow', 'Allow', 'Deny', 'Pass', 'Log').map((one) => ({ action: one }));
  const sides = (ports: fc.Arbitrary<(number | string)[]> | null) =>
    pick<4 | 6>(4, 4, 6).chain((family) =>
      merged(maybe('source', side(ports, family)), maybe('destination', side(ports, family), 4)),
    );
  const withPorts = merged(
    action,
    pick('TCP', 'UDP', 'SCTP').map((protocol) => ({ protocol })),
    sides(calicoPorts),
  );
  const anyProtocol = merged(action, sides(namesOnly as fc.Arbitrary<(number | string)[]>));
  const other = merged(
    action,
    pick<Record<string, unknown>>(
      { protocol: 'ICMP', icmp: { type: 8 } },
      { protocol: 'ICMP', notICMP: { type: 8, code: 0 } },
      { protocol: 'ICMPv6', icmp: { type: 128, code: 0 } },
      { protocol: 'ICMP' },
      { protocol: 47 },
      { protocol: 'UDPLite' },
      { notProtocol: 'TCP' },
      { notProtocol: 1 },
      { ipVersion: 4 },
      { ipVersion: 6 },
    ),
  );
  const toService = merged(
    action,
    pick('a', 'b').map((namespace) => ({
      [direction === 'egress' ? 'destination' : 'source']: { services: { name: 'svc', namespace } },
    })),
  );
  return fc.oneof(
    { weight: 4, arbitrary: withPorts },
    { weight: 2, arbitrary: anyProtocol },
    { weight: 2, arbitrary: other },
    { weight: 1, arbitrary: toService },
  );
}

export function calico(): fc.Arbitrary<Make> {
  return fc
    .record({
      namespace: pick('', 'a', 'a', 'b'),
      staged: fc.integer({ min: 0, max: 4 }).map((die) => die === 0),
      tierName: pick(...TIERS),
      order: fc.option(pick(1, 2, 1000)),
      selector: fc.option(expression),
      namespaceSelector: fc.option(
        namespaceExpression.filter((text) => text !== 'global()'),
        { freq: 2 },
      ),
      types: fc.option(pick(['Ingress'], ['Egress'], ['Ingress', 'Egress']), { freq: 4 }),
      ingress: fc.option(few(calicoRule('ingress'), 3)),
      egress: fc.option(few(calicoRule('egress'), 3)),
    })
    .map(({ namespace, staged, tierName, ...spec }) => (place) => {
      const kind = `${staged ? 'Staged' : ''}${namespace === '' ? 'Global' : ''}NetworkPolicy`;
      const given = Object.entries({ ...spec, namespaceSelector: namespace === '' ? spec.namespaceSelector : null });
      return {
        apiVersion: 'projectcalico.org/v3',
        kind,
        metadata: { name: `${tierName}.p${place}`, ...(namespace === '' ? {} : { namespace }) },
        spec: { tier: tierName, ...Object.fromEntries(given.filter(([, value]) => value !== null)) },
      };
    });
}
