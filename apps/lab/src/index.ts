export type { Lab, LabPod } from './lab.ts';
export type { LabOptions, LabStep } from './lab-options.ts';
export type { LedgerEntry } from './ledger.ts';
export { startLab } from './start-lab.ts';
export { APPS, type AppName } from './topology/blueprint.ts';
export { type EdgeEnd, type ExpectedEdge, edgeKey, expectedEdges } from './topology/edges.ts';
export { LAB_IMAGE } from './topology/manifests.ts';
export { type ObservedEdge, observedEdges } from './topology/observed-edges.ts';
export { type Plan, planTopology, type Workload } from './topology/plan.ts';
