import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { renderInstallManifest } from './render.ts';

const INPUT = {
  consoleUrl: 'https://margay.example.org/some/page',
  token: 'mgt_secret-token',
  image: 'margay/agent:1',
};

type Loose = { kind: string; metadata: { name: string; namespace?: string }; [key: string]: unknown };
const objectsOf = (yaml: string): Loose[] => [...parseAllDocuments(yaml)].map((doc) => doc.toJS() as Loose);
const named = (objects: Loose[]) => objects.map((o) => `${o.kind}/${o.metadata.name}`);

describe('renderInstallManifest', () => {
  it('brings every object once, the namespace first', () => {
    const names = named(objectsOf(renderInstallManifest(INPUT)));
    expect(names[0]).toBe('Namespace/margay');
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(
      expect.arrayContaining([
        'ServiceAccount/margay-cluster',
        'ServiceAccount/margay-node',
        'ClusterRole/margay-cluster',
        'ClusterRole/margay-node',
        'Role/margay-agent-credential',
        'Secret/margay-agent-credential',
        'Secret/margay-install-token',
        'Deployment/margay-cluster',
        'DaemonSet/margay-node',
      ]),
    );
  });

  it('without a token differs by that Secret and its mark only, and names the token nowhere', () => {
    const without = renderInstallManifest({ ...INPUT, token: null });
    expect(without).not.toContain('mgt_');
    expect(without).not.toContain('install-token-mark');
    const names = named(objectsOf(renderInstallManifest(INPUT))).filter(
      (name) => name !== 'Secret/margay-install-token',
    );
    expect(named(objectsOf(without))).toEqual(names);
  });

  it('grants nothing but reading, and one Secret by name', () => {
    const rules = objectsOf(renderInstallManifest(INPUT)).flatMap((object) =>
      ((object.rules ?? []) as { verbs: string[]; resources: string[]; resourceNames?: string[] }[]).map(
        (rule) => rule,
      ),
    );
    const writing = rules.filter((rule) => rule.verbs.some((verb) => !['get', 'list', 'watch'].includes(verb)));
    expect(writing).toEqual([
      {
        apiGroups: [''],
        resources: ['secrets'],
        resourceNames: ['margay-agent-credential'],
        verbs: ['get', 'update', 'patch'],
      },
    ]);
    const names = rules.filter((rule) => rule.resources.includes('secrets')).map((rule) => rule.resourceNames);
    expect(names).toEqual([['margay-agent-credential'], ['margay-agent-credential']]);
  });

  it('leaves the credential Secret without data, so that applying again keeps what the agent wrote', () => {
    const secret = objectsOf(renderInstallManifest(INPUT)).find(
      (o) => named([o])[0] === 'Secret/margay-agent-credential',
    );
    expect(secret).not.toHaveProperty('data');
    expect(secret).not.toHaveProperty('stringData');
  });

  it('quotes hostile values instead of becoming other YAML', () => {
    const token = 'x"\n---\nkind: Secret\n# ${{';
    const secret = objectsOf(renderInstallManifest({ ...INPUT, token })).find(
      (o) => o.metadata.name === 'margay-install-token',
    );
    expect(secret?.stringData).toEqual({ token });
  });

  it('keeps the origin of the console address and refuses what is none', () => {
    expect(renderInstallManifest(INPUT)).toContain('value: https://margay.example.org\n');
    expect(() => renderInstallManifest({ ...INPUT, consoleUrl: 'javascript:alert(1)' })).toThrow(/consoleUrl/);
  });

  it.each([
    ['https://margay.example.org', 'Default'],
    ['http://127.0.0.1:3000', 'Default'],
    ['http://localhost:3000', 'Default'],
    ['http://[fd00::1]:3000', 'Default'],
    ['http://margay.console.svc:3000', 'ClusterFirstWithHostNet'],
    ['http://margay:3000', 'ClusterFirstWithHostNet'],
  ])('resolves %s with policy %s', (consoleUrl, policy) => {
    expect(renderInstallManifest({ ...INPUT, consoleUrl })).toContain(`dnsPolicy: ${policy}\n`);
  });
});
