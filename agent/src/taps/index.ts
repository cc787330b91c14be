export { NetworkWatch } from './network-watch.ts';
export { TapSet } from './tap-set.ts';
