import { buildCluster } from '../cluster/build-cluster.ts';
import type { PolicyContext } from '../kinds/policy-context.ts';
import { nameObject, type RawObject } from '../kinds/raw-object.ts';
import { isNamespacedPolicy, policyReader, versionsOf } from '../kinds/read-policy.ts';
import { readTier, type TierInput } from '../kinds/tier.ts';
import type { ClusterModel } from '../model/cluster.ts';
import type { PolicyModel, PolicySet } from '../model/policy.ts';
import { buildPolicySet } from '../policy-set/build-policy-set.ts';
import { createSelectorPool, type SelectorPool } from '../selector/selector-pool.ts';
import { checkTogether } from './check-together.ts';
import { collector, emptyDraft } from './collect.ts';
import type { Problem } from './problem.ts';
import { type ManifestFile, readObjects } from './read-objects.ts';

export interface ParseOptions {
  /**
   * `strict`: an object with a problem is left out, as the API server would refuse it. `fail-closed`, for what runs in a cluster already: it stays, and
   * what of it is not understood opens nothing (a bad Allow is dropped, a bad Deny denies everything).
   */
  readonly mode: 'strict' | 'fail-closed';
  /** See `ClusterOptions`: true for a folder of manifests, false for a cluster as its API shows it. */
  readonly assumeMissing: boolean;
}

export interface Manifests {
  readonly cluster: ClusterModel;
  readonly policies: PolicySet;
  /** In the order of the files; none hides another. */
  readonly problems: readonly Problem[];
}

/** Reads files of manifests: YAML documents, JSON, Lists; every kind that has to do with policy, others are passed over. Never throws. */
export function parseManifests(files: readonly ManifestFile[], options: ParseOptions): Manifests {
  const problems: Problem[] = [];
  const draft = emptyDraft();
  const tiers: TierInput[] = [];
  const policies: PolicyModel[] = [];
  const selectors = createSelectorPool();
  const seen = new Map<string, RawObject>();
  const report = (problem: Problem) => problems.push(problem);
  for (const object of files.flatMap((file) => [...readObjects(file, report)])) {
    const reader = policyReader(object);
    const isTier = object.kind === 'Tier' && object.apiVersion.includes('projectcalico.org/');
    const sink = createSink(object, report, reader !== null || isTier ? 'object' : 'warning');
    const add = collector(draft, object, sink.report);
    if (reader === null && !isTier && add === null) checkVersion(object, createSink(object, report, 'object'));
    else if (!checkNamed(object, sink, seen)) continue;
    else if (add !== null) add();
    else if (reader !== null) {
      const policy = reader(contextOf(object, sink, selectors));
      if (policy !== null && (options.mode === 'fail-closed' || !sink.isRefused())) policies.push(policy);
    } else {
      const tier = readTier(object, { path: 'spec', report: sink.report });
      if (options.mode === 'fail-closed' || !sink.isRefused()) tiers.push(tier);
    }
  }
  const checked = checkTogether(policies, tiers, report);
  return {
    cluster: buildCluster(draft, options),
    policies: buildPolicySet(options.mode === 'strict' ? checked : policies, tiers),
    problems,
  };
}

interface Sink {
  readonly report: (path: string, message: string, allowed?: string) => void;
  readonly isRefused: () => boolean;
}

function createSink(object: RawObject, report: (problem: Problem) => void, severity: Problem['severity']): Sink {
  const { file, document, item } = object;
  let count = 0;
  return {
    report: (path, message, allowed = '') => {
      count++;
      report({ file, document, item, object: nameObject(object), path, message, allowed, severity });
    },
    isRefused: () => count > 0,
  };
}

function contextOf(object: RawObject, sink: Sink, selectors: SelectorPool): PolicyContext {
  const namespace = isNamespacedPolicy(object.kind) ? object.namespace || 'default' : '';
  return { object, namespace, spec: { path: 'spec', report: sink.report }, selectors };
}

/** A name, and nobody else's. */
function checkNamed(object: RawObject, sink: Sink, seen: Map<string, RawObject>): boolean {
  if (object.name === '') {
    sink.report('metadata.name', 'missing', 'a name');
    return false;
  }
  const { kind, namespace, name } = object;
  const group = object.apiVersion.replace(/\/[^/]*$/, '').replace('crd.projectcalico.org', 'projectcalico.org');
  const key = JSON.stringify([group, kind, namespace || 'default', name]);
  const first = seen.get(key);
  if (first !== undefined) {
    const where = `${first.file} document ${first.document + 1}`;
    sink.report('metadata.name', `a second ${nameObject(object)}; the first is in ${where}`, 'one object of a name');
    return false;
  }
  seen.set(key, object);
  return true;
}

function checkVersion(object: RawObject, sink: Sink): void {
  const versions = versionsOf(object);
  if (versions.length > 0)
    sink.report('apiVersion', `"${object.apiVersion}" has no ${object.kind} that is served`, versions.join(', '));
}
