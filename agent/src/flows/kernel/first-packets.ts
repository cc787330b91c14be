import { type BpfMap, CONN, ENUMS, KEY } from '../../ffi/index.ts';
import type { ConnectionSample } from '../window.ts';
import type { Initiator } from './connection-key.ts';

const UDP = 17;
const UDP_LITE = 136;
/** The first packet that a new tap sees of an exchange may be its reply. */
const DOUBTFUL_MS = 5_000;
const ASKED_A_WINDOW_MAX = 500;

interface Sources {
  readonly nat: { initiator(connection: ConnectionSample): Initiator };
  readonly connections: BpfMap;
  readonly attachedAtMs: (interfaceIndex: number) => number;
}

/**
 * UDP has no handshake: whoever is heard first is taken as initiator. Right after a tap came that may be the wrong one;
 * then conntrack, which was there before, is asked, and the kernel's entry put right for what follows.
 *
 * @param keys of the samples from index `from` on, in the same order.
 */
export function correctFirstPackets(keys: Buffer, samples: ConnectionSample[], from: number, sources: Sources): void {
  let asked = 0;
  for (let i = from; i < samples.length; i++) {
    const sample = samples[i];
    if (!sample?.started || (sample.protocol !== UDP && sample.protocol !== UDP_LITE)) continue;
    if (sample.firstSeenMs > sources.attachedAtMs(sample.interfaceIndex) + DOUBTFUL_MS) continue;
    if (asked++ >= ASKED_A_WINDOW_MAX) return;
    const initiator = sources.nat.initiator(sample);
    if (initiator === 'unknown' || initiator === sample.initiator) continue;
    samples[i] = { ...sample, initiator };
    const at = (i - from) * KEY.bytes;
    setInitiator(sources.connections, keys.subarray(at, at + KEY.bytes), initiator);
  }
}

/** A UDP entry holds nothing that a packet at the same moment could change, but for the time it was last seen. */
function setInitiator(connections: BpfMap, key: Buffer, initiator: Initiator): void {
  const value = connections.get(key);
  if (!value) return;
  value[CONN.initiator] = initiator === 'local' ? ENUMS.MARGAY_LOCAL : ENUMS.MARGAY_REMOTE;
  connections.set(key, value);
}
