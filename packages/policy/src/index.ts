export { formatAddress } from './address/address.ts';
export type { AddressRange } from './address/address-range.ts';
export {
  type ClassifiedEnd,
  type ClassifiedPacket,
  type Classifier,
  createClassifier,
  type PolicyView,
} from './classifier/classifier.ts';
export { createLiveClassifier, type LiveClassifier, type PolicyChange } from './classifier/live-classifier.ts';
export type * from './classifier/tables.ts';
export { viewOf } from './classifier/tiers-view.ts';
export { type TableVerdict, type WirePacket, walkTables } from './classifier/walk-tables.ts';
export type { ClusterChange } from './cluster/cluster-change.ts';
export type { PodInput } from './cluster/cluster-input.ts';
export { type ConnectivityOptions, connectivity } from './connectivity/connectivity.ts';
export type { ConnectionRow } from './connectivity/list-connections.ts';
export type { HostNetwork } from './connectivity/spot.ts';
export { createDecider, type Decision } from './decide/create-decider.ts';
export { type ConnectivityDiff, type DiffRow, diffConnectivity } from './diff/diff-connectivity.ts';
export { addressEnd, familyOf, podEnd, rangeEnd, rangesEnd } from './engine/ends.ts';
export { evaluate } from './engine/evaluate.ts';
export { type GoverningTier, governing } from './engine/governing.ts';
export { nearestMiss } from './engine/nearest-miss.ts';
export { createRowReader, type RowChange } from './inventory/live-inventory.ts';
export { type InventoryModel, modelInventory } from './inventory/model-inventory.ts';
export type * from './kubernetes.ts';
export type { Finding } from './lint/finding.ts';
export { lint } from './lint/lint.ts';
export type * from './model/cluster.ts';
export type * from './model/evaluation.ts';
export type * from './model/packet.ts';
export type * from './model/policy.ts';
export { type Manifests, type ParseOptions, parseManifests } from './parse/parse-manifests.ts';
export type { Problem } from './parse/problem.ts';
export type { ManifestFile } from './parse/read-objects.ts';
export { sumCoverage } from './recommend/coverage.ts';
export {
  type ChangedRule,
  type ComparedRecommendation,
  type DiffedRule,
  diffRecommendations,
  type RecommendationDiff,
} from './recommend/diff-recommendations.ts';
export {
  type DecisionKind,
  type Lifecycle,
  type LifecycleInput,
  type LifecycleSettings,
  lifecycle,
  type Phase,
  type Standing,
  standingAfter,
  USER_DECISIONS,
  type UserDecision,
} from './recommend/lifecycle.ts';
export { recommend } from './recommend/recommend.ts';
export { FLAVOURS, type Flavour, type FlavourOptions, renderFlavour } from './recommend/render-flavour.ts';
export type * from './recommend/types.ts';
export type { Reason } from './render/reason.ts';
export { type Rendered, type RenderOptions, type RenderTarget, renderPolicy } from './render/render-policy.ts';
export { renderYaml } from './render/render-yaml.ts';
export { modelCandidate } from './replay/model-candidate.ts';
export type { CandidateOptions } from './replay/overlay.ts';
export { parseCandidate } from './replay/parse-candidate.ts';
export { replay } from './replay/replay.ts';
export {
  type Explanation,
  type Judgement,
  OUTCOMES,
  type Outcome,
  type Replay,
  type ReplayCase,
  type ReplayedEdge,
  type ReplaySum,
  type ReplayView,
} from './replay/types.ts';
