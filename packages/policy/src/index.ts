export type * from './kubernetes.ts';
export type * from './recommend/types.ts';
