import { buildCluster } from '../cluster/build-cluster.ts';
import { nameObject, type RawObject } from '../kinds/raw-object.ts';
import { policyReader, versionsOf } from '../kinds/read-policy.ts';
import type { ClusterModel } from '../model/cluster.ts';
import { collector, emptyDraft, isCalico } from '../parse/collect.ts';
import { checkNamed, createSink } from '../parse/object-sink.ts';
import type { ParseOptions } from '../parse/parse-manifests.ts';
import { createPolicyCollector } from '../parse/policy-collector.ts';
import type { Problem } from '../parse/problem.ts';
import { type ManifestFile, readObjects } from '../parse/read-objects.ts';
import { type CandidateOptions, overlay } from './overlay.ts';
import type { ReplayView } from './types.ts';

export interface CandidateManifests {
  readonly view: ReplayView;
  /** Of the candidate's own objects; those of the current manifests are told by `parseManifests`. */
  readonly problems: readonly Problem[];
  /** Objects of the candidate that are no part of a policy set, such as workloads: replay judges those that were recorded. */
  readonly passedOver: readonly string[];
  /** Policies, tiers, network sets and host endpoints that were taken. */
  readonly taken: number;
}

/** A cluster's manifests with the policy objects of other files applied. `cluster`: of the manifests as they are. */
export function parseCandidate(
  current: readonly ManifestFile[],
  candidate: readonly ManifestFile[],
  options: ParseOptions & CandidateOptions & { readonly cluster: ClusterModel },
): CandidateManifests {
  const problems: Problem[] = [];
  const told = (problem: Problem) => problems.push(problem);
  const passedOver: string[] = [];
  const taken = candidate
    .flatMap((file) => [...readObjects(file, told)])
    .filter((object) => {
      if (isPart(object)) return true;
      const versions = versionsOf(object);
      const hint = versions.join(', ');
      if (versions.length > 0)
        createSink(object, told, 'object').report('apiVersion', `"${object.apiVersion}" has no such kind`, hint);
      else passedOver.push(nameObject(object));
      return false;
    });
  const all = overlay(
    current.flatMap((file) => [...readObjects(file, () => {})]),
    taken,
    options,
  );
  const own = new Set(taken.map(({ file }) => file));
  const report = (problem: Problem) => {
    if (own.has(problem.file) || problem.path === 'spec.priority') told(problem);
  };
  const policies = createPolicyCollector(options.mode, new Map(), report);
  const others = all.filter((object) => !policies.take(object));
  const hasSets = taken.some((object) => others.includes(object));
  const cluster = hasSets ? clusterOf(others, options, report) : options.cluster;
  return { view: { cluster, tiers: policies.finish().pending }, problems, passedOver, taken: taken.length };
}

const SETS = ['NetworkSet', 'GlobalNetworkSet', 'HostEndpoint'];

const isPart = (object: RawObject) =>
  policyReader(object) !== null || (isCalico(object) && (object.kind === 'Tier' || SETS.includes(object.kind)));

function clusterOf(objects: readonly RawObject[], options: ParseOptions, report: (problem: Problem) => void) {
  const [draft, seen] = [emptyDraft(), new Map<string, RawObject>()];
  for (const object of objects) {
    const sink = createSink(object, report, isCalico(object) ? 'object' : 'warning');
    const accepts = () => options.mode === 'fail-closed' || !sink.isRefused();
    const add = collector(draft, object, { warn: sink.report, accepts });
    if (add !== null && checkNamed(object, sink, seen)) add();
  }
  return buildCluster(draft, options);
}
