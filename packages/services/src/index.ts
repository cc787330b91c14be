export { type Audit, TELEMETRY } from './core/audit.ts';
export type {
  Actor,
  AgentActor,
  Context,
  Deps,
  Jobs,
  NobodyActor,
  SystemActor,
  UserActor,
} from './core/context.ts';
export { parseInput, toMargayError } from './core/map-error.ts';
export { type Call, type Kind, type Need, type Verb, type VerbDefinition, verb, type Written } from './core/verb.ts';
export { type VerbName, type Verbs, verbs } from './registry.ts';
