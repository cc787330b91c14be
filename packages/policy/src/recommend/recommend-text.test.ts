import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { edgeOf, external, inventoryOf, type WorkloadSpec, workloadPeer } from '../../test/fixtures.ts';
import { cart, front, inNamespace, run, runFor, sentences } from '../../test/run-recommend.ts';

describe('selectors', () => {
  const canary: WorkloadSpec = { name: 'web-canary', labels: { app: 'web', track: 'canary' } };
  const web: WorkloadSpec = { name: 'web', labels: { app: 'web' } };

  it('tells a canary from what it shares a label with', () => {
    const inventory = inventoryOf([web, canary]);
    const edges = [edgeOf(workloadPeer(web), workloadPeer(canary), 'TCP 1')];
    expect(runFor('web', inventory, edges).policy?.spec.podSelector).toEqual({
      matchLabels: { app: 'web' },
      matchExpressions: [{ key: 'track', operator: 'DoesNotExist' }],
    });
    expect(runFor('web-canary', inventory, edges).policy?.spec.podSelector).toEqual({
      matchLabels: { app: 'web', track: 'canary' },
    });
  });

  it('makes one policy for two workloads that no selector separates, and names both', () => {
    const twin = { kind: 'StatefulSet', name: 'web-twin', labels: { app: 'web' } };
    const inventory = inventoryOf([web, twin, front]);
    const found = runFor('web', inventory, [edgeOf(workloadPeer(front), workloadPeer(twin), 'TCP 1')]);
    expect(found.key).toBe('workload/shop/Deployment/web+workload/shop/StatefulSet/web-twin');
    expect(found.workloads.map(({ name }) => name)).toEqual(['web', 'web-twin']);
    expect(found.notes[0]).toBe('No selector tells web and web-twin apart: one policy covers them all.');
    expect(found.policy?.metadata.name).toMatch(/^margay-web-web-twin-[0-9a-f]{8}$/);
    const client = runFor('frontend', inventory, [edgeOf(workloadPeer(front), workloadPeer(twin), 'TCP 1')]);
    expect(sentences(client)).toEqual(['egress: Allow web and web-twin on TCP 1']);
    expect(client.rules[0]?.evidence.peers).toEqual(['shop/web-twin']);
    expect(client.notes.join()).toContain('a rule for one lets the others through too');
  });

  it('follows a roll-out: labels of both versions now, not of the one that was seen', () => {
    const pods = [
      { app: 'web', version: '1' },
      { app: 'web', version: '2' },
    ];
    const seen = workloadPeer({ name: 'web', labels: { app: 'old-name', version: '0' } });
    const { policy } = runFor('cart', inventoryOf([{ name: 'web', pods }, cart]), [
      edgeOf(seen, workloadPeer(cart), 'TCP 1'),
    ]);
    expect(policy?.spec.ingress?.[0]?.from).toEqual([inNamespace('shop', { app: 'web' })]);
  });

  it('selects a CronJob between its runs by its template, and passes over pods that finished', () => {
    const job: WorkloadSpec = { kind: 'CronJob', name: 'nightly', labels: { app: 'nightly' }, pods: [] };
    const edges = [edgeOf(workloadPeer({ ...job, pods: undefined }), workloadPeer(cart), 'TCP 1')];
    const idle = runFor('nightly', inventoryOf([job, cart]), edges);
    expect(idle.policy?.spec.podSelector).toEqual({ matchLabels: { app: 'nightly' } });
    expect(idle.notes).toContain('No pod of it runs now: labels are those of its template.');
    const finished = inventoryOf([{ ...job, pods: [{ app: 'old' }], phase: 'Succeeded' }, cart]);
    expect(runFor('nightly', finished, edges).policy?.spec.podSelector).toEqual({ matchLabels: { app: 'nightly' } });
  });

  it('never names what a controller stamps on each pod', () => {
    const bare = { name: 'bare', labels: {} };
    const { policy, notes } = runFor('bare', inventoryOf([bare, cart]), [
      edgeOf(workloadPeer(bare), workloadPeer(cart), 'TCP 1'),
    ]);
    expect(policy?.spec.podSelector).toEqual({ matchExpressions: [{ key: 'app', operator: 'DoesNotExist' }] });
    expect(notes.join()).toContain('selected by what they lack');
  });
});

describe('text', () => {
  const edges = [
    edgeOf(workloadPeer(front), workloadPeer(cart), 'TCP 7070'),
    edgeOf(workloadPeer(front), external('203.0.113.7'), 'TCP 443'),
  ];

  it('is canonical YAML under a line that says what it is', () => {
    expect(runFor('frontend', inventoryOf([front, cart]), edges).yaml).toBe(
      `# Recommended by Margay for Deployment frontend in shop: what it was seen to do, and nothing else.
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: margay-frontend
  namespace: shop
spec:
  podSelector:
    matchLabels:
      app: frontend
  policyTypes:
    - Ingress
    - Egress
  ingress: []
  egress:
    - to:
        - namespaceSelector:
            matchLabels:
              kubernetes.io/metadata.name: shop
          podSelector:
            matchLabels:
              app: cart
      ports:
        - protocol: TCP
          port: 7070
    - to:
        - ipBlock:
            cidr: "203.0.113.7/32"
      ports:
        - protocol: TCP
          port: 443
`,
    );
  });

  it('has the same text and fingerprint on every run, whatever the interval, and another when the policy is another', () => {
    const inventory = inventoryOf([front, cart]);
    const first = runFor('frontend', inventory, edges);
    const later = runFor('frontend', inventory, edges, { fromMs: 5_000, toMs: 9_000_000, lostFlows: 3 });
    expect(later.fingerprint).toBe(first.fingerprint);
    expect(later.policy).toEqual(first.policy);
    expect(later.yaml).toBe(first.yaml);
    expect(runFor('frontend', inventory, edges.slice(1)).fingerprint).not.toBe(first.fingerprint);
  });

  it('gives names of its own to long, odd and clashing workloads', () => {
    const long = { name: 'x'.repeat(253) };
    const odd = { name: 'Ünïcode <b>&' };
    const twin = { kind: 'StatefulSet', name: 'cart', labels: { app: 'cart-db' } };
    const specs = [long, odd, cart, twin];
    const all = run(
      inventoryOf(specs),
      specs.map((spec) => edgeOf(workloadPeer(spec), external('203.0.113.7'), 'TCP 443')),
    );
    const names = all.map(({ policy }) => policy?.metadata.name ?? '');
    expect(new Set(names).size).toBe(4);
    for (const name of names) expect(name).toMatch(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
    expect(
      all.find(({ workloads }) => workloads[0]?.kind === 'Deployment' && workloads[0].name === 'cart')?.policy?.metadata
        .name,
    ).toBe('margay-cart');
  });

  it('keeps hostile names and labels what they are: data', () => {
    const name = `a\n---\nkind: Secret # "<script>alert(1)</script>\u2028\u202e${'y'.repeat(200)}`;
    const labels = { app: name, 'on: {x': 'yes', ['__proto__']: '1e3', ключ: '\u0085\u0000\ud83d\ude00' };
    const hostile: WorkloadSpec = { namespace: 'a\nb', name, labels };
    const stranger: WorkloadSpec = { namespace: 'a\nb', name: 'other', labels: { app: name } };
    const found = runFor(name, inventoryOf([hostile, stranger, cart]), [
      edgeOf(workloadPeer(hostile), workloadPeer(cart), 'TCP 1'),
    ]);
    expect(parse(found.yaml ?? '')).toEqual(found.policy);
    expect(found.yaml?.split('\n').filter((line) => line.startsWith('#') || line.startsWith('---'))).toHaveLength(1);
    for (const text of [...sentences(found), ...found.notes, ...found.leftOut.map(({ sentence }) => sentence)])
      expect(text).not.toMatch(/[\p{Cc}\p{Cf}\u2028]/u);
  });
});
