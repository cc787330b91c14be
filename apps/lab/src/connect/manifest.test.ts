import { renderInstallManifest } from '@margay/manifest';
import { describe, expect, it } from 'vitest';
import { parseManifest } from './manifest.ts';

describe('parseManifest', () => {
  it('reads the manifest that the console serves, every object in its namespace', () => {
    const text = renderInstallManifest({
      consoleUrl: 'http://127.0.0.1:3000',
      token: 'mgt_x',
      image: 'margay/agent:1',
    });
    const objects = parseManifest(text);
    expect(objects[0]).toMatchObject({ kind: 'Namespace', metadata: { name: 'margay' } });
    expect(objects.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['Deployment', 'DaemonSet', 'ClusterRole', 'Secret']),
    );
    expect(objects.find(({ kind }) => kind === 'ClusterRole')?.metadata.namespace).toBeUndefined();
  });

  it.each([
    ['nothing', '', /0 objects/],
    ['no YAML', 'a: [', /not valid YAML/],
    ['no object', 'just text', /no Kubernetes object/],
    [
      'a kind that the lab lacks',
      'apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: x}',
      /does not serve example.com\/v1 Thing/,
    ],
    ['far too many', '---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n'.repeat(101), /101 objects/],
    [
      'a bomb of aliases',
      `a: &a [x]\n${'b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]\nd: [*c, *c, *c, *c, *c, *c, *c, *c, *c]'}`,
      /alias/i,
    ],
  ])('refuses %s', (_what, text, message) => {
    expect(() => parseManifest(text)).toThrow(message);
  });
});
