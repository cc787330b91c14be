import { renderYaml } from '@margay/policy';
import { expect, it } from 'vitest';
import { ruleLines } from './rule-lines.ts';

const peer = (app: string) => ({ podSelector: { matchLabels: { app } } });
const YAML = `# head\n${renderYaml({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'summary', namespace: 'bank' },
  spec: {
    podSelector: { matchLabels: { app: 'summary' } },
    policyTypes: ['Ingress', 'Egress'],
    ingress: [
      { from: [peer('customer'), peer('teller')], ports: [{ protocol: 'TCP', port: 8080 }] },
      { from: [peer('prometheus')], ports: [{ protocol: 'TCP', port: 9102 }] },
    ],
    egress: [{ to: [peer('database')], ports: [{ protocol: 'TCP', port: 5432 }] }],
  },
})}`;
const text = (direction: 'ingress' | 'egress', index: number) => {
  const lines = YAML.split('\n');
  return [...ruleLines(YAML, { direction, index })].map((number) => lines[number - 1]).join('\n');
};

it('finds each rule and nothing of its neighbours', () => {
  expect(text('ingress', 0)).toContain('teller');
  expect(text('ingress', 0)).toContain('8080');
  expect(text('ingress', 0)).not.toContain('9102');
  expect(text('ingress', 1)).toContain('prometheus');
  expect(text('ingress', 1)).not.toContain('egress');
  expect(text('egress', 0)).toContain('5432');
  expect(text('egress', 0).trimStart().startsWith('- to:')).toBe(true);
  expect(text('egress', 1)).toBe('');
});
