import { groupBy } from '../inventory/group-by.ts';
import { comparePorts, type Port } from './port.ts';

/** Ports `first` to `last` of one protocol, all of which are meant. */
export interface PortRun {
  readonly protocol: number;
  readonly first: number;
  readonly last: number;
}

/** Two neighbours read better as two ports. */
const RUN_LENGTH_MIN = 3;

/** Ports as few runs, in order: what lies between two of them was asked for too, nothing is closed up. */
export function portRuns(ports: readonly Port[]): PortRun[] {
  const runs: PortRun[] = [];
  for (const [protocol, own] of groupBy(ports, (one) => one.protocol)) {
    const numbers = [...new Set(own.map(({ port }) => port))].sort((a, b) => a - b);
    let from = 0;
    for (const [place, number] of numbers.entries()) {
      if (numbers[place + 1] === number + 1) continue;
      const run = numbers.slice(from, place + 1);
      from = place + 1;
      if (run.length >= RUN_LENGTH_MIN) runs.push({ protocol, first: run[0] ?? number, last: number });
      else runs.push(...run.map((one) => ({ protocol, first: one, last: one })));
    }
  }
  return runs.sort((a, b) => comparePorts(toPort(a), toPort(b)));
}

const toPort = ({ protocol, first }: PortRun): Port => ({ protocol, port: first });
