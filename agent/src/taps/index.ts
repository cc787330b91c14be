export { PodDiscovery } from './discovery.ts';
export { NetworkWatch } from './network-watch.ts';
export type { PodInterface } from './pod-interfaces.ts';
export { TapSet } from './tap-set.ts';
