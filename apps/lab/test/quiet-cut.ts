import { setTimeout as delay } from 'node:timers/promises';
import type { Lab } from '../src/index.ts';
import type { TrafficCount } from './pod-counters.ts';

const WINDOW_MS = 5_000;
/** Steps under way when the lab is told to hold its breath have ended by then. */
const HOLD_BEFORE_MS = 1_300;
const LOOK_BEFORE_MS = 550;
/** The agent reads the windows a moment after the full five seconds; nothing may move until it surely has. */
const QUIET_BEFORE_MS = 350;
const QUIET_AFTER_MS = 900;

/** A window boundary around which no packet came by and no connection began: what is before it and what is after are beyond doubt. */
export interface QuietCut {
  readonly atMs: number;
  readonly counts: ReadonlyMap<string, TrafficCount>;
}

/**
 * Holds the lab's traffic at one window boundary after the other until one is quiet from 350 ms before it to 900 ms after. Counters only grow, so two equal
 * readings say that nothing came between.
 *
 * @throws Error naming what moved when none was quiet by the deadline
 */
export async function quietCut(
  lab: Lab,
  readCounters: () => Promise<Map<string, TrafficCount>>,
  options: { readonly notBeforeMs: number; readonly deadlineMs: number },
): Promise<QuietCut> {
  let atMs = Math.ceil((Math.max(options.notBeforeMs, Date.now()) + HOLD_BEFORE_MS) / WINDOW_MS) * WINDOW_MS;
  for (let moved = 'nothing was looked at'; ; atMs += WINDOW_MS) {
    if (atMs > options.deadlineMs) throw new Error(`no quiet window boundary was found; at the last one: ${moved}`);
    await delay(atMs - HOLD_BEFORE_MS - Date.now());
    lab.holdTraffic();
    await delay(atMs - LOOK_BEFORE_MS - Date.now());
    const counts = await readCounters();
    const looked = Date.now();
    await delay(atMs + QUIET_AFTER_MS - Date.now());
    const after = await readCounters();
    const packets = [...after].filter(([name, count]) => count.packets !== counts.get(name)?.packets);
    const begun = lab
      .ledger()
      .filter(({ op, timeMs }) => op !== 'start' && timeMs >= looked && timeMs < atMs + QUIET_AFTER_MS);
    moved = [
      ...(looked > atMs - QUIET_BEFORE_MS ? [`the counters were read only ${looked - atMs} ms after it`] : []),
      ...packets.map(([name, { packets }]) => `${name} ${packets - (counts.get(name)?.packets ?? 0)} packets`),
      ...begun.map(({ writer, op }) => `${writer} ${op}`),
    ].join(', ');
    if (moved === '') return { atMs, counts };
  }
}
