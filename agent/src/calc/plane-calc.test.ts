import type { RowChange } from '@margay/policy';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../dataplane/plane-state.ts';
import { PlaneCalc } from './plane-calc.ts';

const namespace = (team: string | null): RowChange => ({
  of: 'namespaces',
  namespace: '',
  name: 'shop',
  was: null,
  row: team === null ? null : { name: 'shop', labels: { team } },
});
const pod = (n: number, app: string | null, node = 'here'): RowChange => ({
  of: 'pods',
  namespace: 'shop',
  name: `p${n}`,
  was: null,
  row: app === null ? null : podRow(n, app, node),
});
const podRow = (n: number, app: string, node: string) => ({
  namespace: 'shop',
  name: `p${n}`,
  uid: `u${n}`,
  labels: { app },
  ownerKind: 'Deployment',
  ownerName: app,
  node,
  hostNetwork: false,
  phase: 'Running',
  addresses: [`10.0.0.${n}`],
  serviceAccount: 'default',
  ports: [{ name: 'http', protocol: 'TCP' as const, port: 8080 }],
});
const policyRow = (name: string, spec: unknown) => ({
  namespace: 'shop',
  name,
  uid: name,
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  spec,
});
const SPECS = [
  { podSelector: {}, policyTypes: ['Ingress'] },
  {
    podSelector: { matchLabels: { app: 'db' } },
    ingress: [{ from: [{ podSelector: { matchLabels: { app: 'web' } } }], ports: [{ port: 'http' }] }],
  },
  {
    podSelector: { matchLabels: { app: 'web' } },
    policyTypes: ['Egress'],
    egress: [{ to: [{ namespaceSelector: {} }] }],
  },
  { podSelector: 'not one' },
];
const policy = (name: string, now: number | null, before: number | null = null): RowChange => ({
  of: 'policies',
  namespace: 'shop',
  name,
  was: before === null ? null : policyRow(name, SPECS[before]),
  row: now === null ? null : policyRow(name, SPECS[now]),
});

const interfaceOf = (address: string) => `veth${address.split('.')[3]}`;
const newCalc = () => new PlaneCalc({ nodeName: 'here', settings: DEFAULT_SETTINGS, report: () => {} });
function after(changes: readonly RowChange[]) {
  const calc = newCalc();
  for (const change of changes) calc.apply(change);
  return calc.state(interfaceOf);
}

it('programs the pods of this node, at the interfaces that are known', () => {
  const calc = newCalc();
  for (const change of [namespace('a'), pod(1, 'db'), pod(2, 'web'), pod(3, 'web', 'there'), policy('q', 1)])
    calc.apply(change);
  const known = calc.state((address) => (address === '10.0.0.1' ? 'veth1' : null));
  expect([...known.endpoints.values()].map(({ name, hostInterface }) => [name, hostInterface])).toEqual([
    ['p1', 'veth1'],
  ]);
  const [db] = known.endpoints.values();
  const [tier] = known.policySets.get(db?.ingress ?? '')?.tiers ?? [];
  expect(tier?.clauses).toMatchObject([
    { action: 'allow', destinationPorts: { ranges: [{ first: 8080, last: 8080 }] } },
  ]);
  const peers = known.addressSets.get(tier?.clauses[0]?.peers ?? '');
  // The peer on the other node too.
  expect(peers?.map(({ first, last }) => last - first + 1n).reduce((a, b) => a + b)).toBe(2n);
});

it('says the same whichever way the cluster came to be as it is', () => {
  const step = fc.oneof(
    fc.constantFrom('a', 'b').map((team) => namespace(team)),
    fc
      .tuple(fc.integer({ min: 1, max: 4 }), fc.constantFrom('db', 'web', null), fc.constantFrom('here', 'there'))
      .map(([n, app, node]) => pod(n, app, node)),
    fc.tuple(fc.constantFrom('q', 'r'), fc.constantFrom(0, 1, 2, 3, null)).map(([name, spec]) => policy(name, spec)),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      const last = new Map<string, RowChange>();
      const path = steps.map((change) => {
        const key = `${change.of}/${change.name}`;
        // As a store tells it: with what it was before.
        const told = { ...change, was: last.get(key)?.row ?? null } as RowChange;
        last.set(key, told);
        return told;
      });
      const end = [...last.values()].filter(({ row }) => row !== null);
      expect(after(path)).toEqual(after(end));
      expect(after(path)).toEqual(after(end.toReversed()));
    }),
    { numRuns: 300 },
  );
});
