export * from './inputs/account.ts';
export * from './inputs/cluster.ts';
export * from './inputs/flow.ts';
export * from './inputs/recommendation.ts';
