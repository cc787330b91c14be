import { createCluster } from './cluster/create.ts';

/** Every verb by name: tRPC, REST and the suite that calls each as another tenant are made from this. */
export const verbs = {
  'cluster.create': createCluster,
} as const;

export type Verbs = typeof verbs;
export type VerbName = keyof Verbs;
