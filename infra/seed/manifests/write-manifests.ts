import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type ManifestPlan, makeManifests } from './make-manifests.ts';

/** Writes a cluster as YAML, one file for each namespace, and answers how many files. */
export function writeManifests(folder: string, plan: ManifestPlan): number {
  mkdirSync(folder, { recursive: true });
  const files = makeManifests(plan);
  for (const [namespace, objects] of files)
    writeFileSync(join(folder, `${namespace}.yaml`), objects.map((object) => stringify(object)).join('---\n'));
  return files.size;
}
