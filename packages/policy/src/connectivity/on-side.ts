import { ALL_PORTS, type ConnectionSet, connectionsOf } from '../sets/connection-set.ts';
import type { Intervals } from '../sets/intervals.ts';
import type { SideTerm } from './compile-rules.ts';

/** The connections of a protocol with these ports at one end, any at the other. */
export function onSide(role: SideTerm['role'], protocol: number, ports: Intervals): ConnectionSet {
  return role === 'source' ? connectionsOf(protocol, ports, ALL_PORTS) : connectionsOf(protocol, ALL_PORTS, ports);
}
