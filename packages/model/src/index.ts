export * from './edge.ts';
export * from './errors.ts';
export * from './flow.ts';
export * from './ids.ts';
export * from './inventory.ts';
export * from './peer.ts';
export * from './protocol.ts';
export * from './role.ts';
