import type { Bench } from '../result.ts';
import { benchConnectivity } from './bench-connectivity.ts';
import { benchEngine } from './bench-engine.ts';
import { benchReplay } from './bench-replay.ts';

/** Everything that the policy engine promises in numbers. */
export const benchPolicy: Bench = async (options) => [
  ...(await benchConnectivity(options)),
  ...(await benchEngine(options)),
  ...(await benchReplay(options)),
];
