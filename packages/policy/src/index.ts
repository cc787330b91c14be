export { createDecider, type Decision } from './decide/create-decider.ts';
export { addressEndpoint, type Endpoint, type PodIdentity, podEndpoint, rangeEndpoint } from './evaluate/endpoint.ts';
export { type Connection, type DirectionResult, type Evaluation, evaluate, selecting } from './evaluate/evaluate.ts';
export type * from './kubernetes.ts';
export { type PolicyObject, parseNetworkPolicy } from './parse/parse-network-policy.ts';
export type { Direction, ParsedPeer, ParsedPolicy, ParsedPort, ParsedRule } from './parse/parsed-policy.ts';
export type * from './recommend/types.ts';
export { type Labels, matchesSelector } from './selector/matches-selector.ts';
