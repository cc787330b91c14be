import { join, resolve } from 'node:path';
import type { AppName } from './topology/blueprint.ts';

export const ROOT = resolve(import.meta.dirname, '../../..');

export interface LabOptions {
  readonly apps?: readonly AppName[];
  /** Install address of a console (`<origin>/install/<token>`): the agent runs before the short-lived jobs do. */
  readonly connect?: string;
  /** Renames app namespaces, workloads, labels and ports. */
  readonly seed?: number;
  /** Folder above `lab-<suffix>`; default MARGAY_HOME or `.margay` in the repository. */
  readonly home?: string;
  /** Folder of kube-apiserver and etcd; default KUBEBUILDER_ASSETS; null: the built-in API. */
  readonly assets?: string | null;
  /** Script that runs for the agent's image; default MARGAY_LAB_AGENT or `agent/src/main.ts`. */
  readonly agentEntry?: string;
  /** Variables for the agent on top of those of its manifest. */
  readonly agentEnvironment?: Readonly<Record<string, string>>;
  /** Gives up starting when it fires; what was made until then is removed. */
  readonly signal?: AbortSignal;
  readonly onStep?: (step: LabStep) => void;
  /** Faults that the lab lives through (a retry follows); default: printed on standard error. */
  readonly onFault?: (error: unknown) => void;
}

/** Folder above the labs' state folders: MARGAY_HOME, or `.margay` in the repository. */
export function labHome(): string {
  return resolve(process.env.MARGAY_HOME || join(ROOT, '.margay'));
}

export interface LabStep {
  readonly name: string;
  readonly tookMs: number;
}
