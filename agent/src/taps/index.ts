export { TapSet } from './tap-set.ts';
