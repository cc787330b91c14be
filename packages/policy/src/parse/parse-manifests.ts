import { buildCluster } from '../cluster/build-cluster.ts';
import type { RawObject } from '../kinds/raw-object.ts';
import { versionsOf } from '../kinds/read-policy.ts';
import type { ClusterModel } from '../model/cluster.ts';
import type { PolicySet } from '../model/policy.ts';
import { collector, emptyDraft, isCalico } from './collect.ts';
import { checkNamed, createSink, type ObjectSink } from './object-sink.ts';
import { createPolicyCollector, type ParseMode } from './policy-collector.ts';
import type { Problem } from './problem.ts';
import { type ManifestFile, readObjects } from './read-objects.ts';

export interface ParseOptions {
  /**
   * `strict`: an object with a problem is left out, as the API server would refuse it. `fail-closed`, for what runs in a cluster already: it stays, and
   * what of it is not understood opens nothing (a bad Allow is dropped, a bad Deny denies everything).
   */
  readonly mode: ParseMode;
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
  const report = (problem: Problem) => {
    problems.push(problem);
  };
  const seen = new Map<string, RawObject>();
  const draft = emptyDraft();
  const policies = createPolicyCollector(options.mode, seen, report);
  for (const file of files) {
    for (const object of readObjects(file, report)) {
      if (policies.take(object)) continue;
      const sink = createSink(object, report, isCalico(object) ? 'object' : 'warning');
      const accepts = () => options.mode === 'fail-closed' || !sink.isRefused();
      const add = collector(draft, object, { warn: sink.report, accepts });
      if (add === null) checkVersion(object, createSink(object, report, 'object'));
      else if (checkNamed(object, sink, seen)) add();
    }
  }
  return { policies: policies.finish(), cluster: buildCluster(draft, options), problems };
}

/** A policy kind in a version that has none of it: somebody meant it to count. */
function checkVersion(object: RawObject, sink: ObjectSink): void {
  if (object.apiVersion === '') sink.report('apiVersion', 'missing', `what serves ${object.kind}, such as v1`);
  const versions = versionsOf(object);
  if (versions.length > 0)
    sink.report('apiVersion', `"${object.apiVersion}" has no ${object.kind} that is served`, versions.join(', '));
}
