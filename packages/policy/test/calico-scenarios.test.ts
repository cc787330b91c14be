import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../src/engine/evaluate.ts';
import type { DirectionEvaluation, TraceEntry } from '../src/model/evaluation.ts';
import { type Probe, packetOf, readScenario } from './calico-scenario.ts';

/** Verdicts and traces that Calico's own code computed (its README says how): every probe of every scenario, nothing left out. */
const root = process.env.MARGAY_VECTORS;
const folder = root === undefined ? null : join(root, 'calico', 'scenarios');
const scenarios = folder === null ? [] : readdirSync(folder).sort();
if (folder === null) console.log('skipped: Calico scenarios, MARGAY_VECTORS is not set');

describe.skipIf(folder === null)('Calico scenarios (MARGAY_VECTORS)', () => {
  it('has scenarios', () => {
    expect(scenarios.length).toBeGreaterThan(30);
  });

  it.each(scenarios)('%s', (name) => {
    const { manifests, probes } = readScenario(join(folder ?? '', name));
    expect(manifests.problems).toEqual([]);
    expect(probes.length).toBeGreaterThan(0);
    const wrong = probes.flatMap((probe) => {
      const said = evaluate(manifests.cluster, manifests.policies, packetOf(manifests.cluster, probe));
      const got = {
        verdict: said.verdict,
        pendingVerdict: said.pendingVerdict,
        egress: endOf(said.egress),
        ingress: endOf(said.ingress),
      };
      const wanted = expectedOf(probe);
      return JSON.stringify(got) === JSON.stringify(wanted) ? [] : [{ probe: questionOf(probe), got, wanted }];
    });
    expect(wrong.slice(0, 2)).toEqual([]);
  });
});

const questionOf = ({ src, dst, protocol, srcPort, dstPort, icmp }: Probe) => ({
  src,
  dst,
  protocol,
  srcPort,
  dstPort,
  icmp,
});

function endOf(end: DirectionEvaluation | null) {
  if (end === null) return null;
  const { enforced, pending } = end;
  return {
    verdict: enforced.verdict,
    enforced: enforced.entries.map(comparable),
    pendingVerdict: pending.verdict,
    pending: pending.entries.map(comparable),
  };
}

function expectedOf({ expect: wanted }: Probe) {
  const side = (end: Probe['expect']['egress']) =>
    end === undefined
      ? null
      : {
          verdict: end.verdict,
          enforced: end.enforced.map(comparable),
          pendingVerdict: end.pendingVerdict ?? end.verdict,
          pending: (end.pending ?? end.enforced).map(comparable),
        };
  return {
    verdict: wanted.verdict,
    pendingVerdict: wanted.pendingVerdict ?? wanted.verdict,
    egress: side(wanted.egress),
    ingress: side(wanted.ingress),
  };
}

/** Of an end of tier Calico names the first or the last policy: tier and action count. */
function comparable({ tier, kind, namespace, name, rule, action }: TraceEntry) {
  return rule === -1 ? { tier, rule, action } : { tier, kind, namespace, name, rule, action };
}
