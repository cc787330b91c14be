import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { makeBoutique } from './make-boutique.ts';
import { type Manifest, type ManifestPlan, makeManifests } from './make-manifests.ts';

/** A cluster as YAML, one file for each namespace. */
export function writeManifests(folder: string, plan: ManifestPlan): void {
  for (const [namespace, objects] of makeManifests(plan)) writeObjects(folder, namespace, objects);
}

/** Online Boutique with its policies, one file. */
export function writeBoutique(folder: string): void {
  writeObjects(folder, 'boutique', makeBoutique());
}

function writeObjects(folder: string, name: string, objects: readonly Manifest[]): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.yaml`), objects.map((object) => stringify(object)).join('---\n'));
}
