import { existsSync, readdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { BpfMap, BpfObject, ERRNO, errnoOf } from '../../ffi/index.ts';
import { decodeLedger } from './ledger.ts';
import { CONNECTIONS_MAX_DEFAULT } from './options.ts';

/** The loaded observer: its programs and the maps that the agent reads. */
export interface KernelMaps {
  readonly connections: BpfMap;
  readonly reserve: BpfMap;
  readonly connectionsMax: number;
  readonly windowA: BpfMap;
  readonly windowB: BpfMap;
  readonly active: BpfMap;
  readonly losses: BpfMap;
  readonly ledger: BpfMap;
  readonly fromPodFd: number;
  readonly toPodFd: number;
  close(): void;
}

const PINNED = [
  'margay_conns',
  'margay_reserve',
  'margay_window_a',
  'margay_window_b',
  'margay_active',
  'margay_losses',
  'margay_ledger',
] as const;

/**
 * Loads `flow.bpf.o`. With a pin directory, maps found there are taken over: the connections and the unread window of
 * a former process. Maps of another layout or size are thrown away first; what they held is lost, once, on an upgrade.
 */
export function loadKernelMaps(
  objectPath: string,
  options: { connectionsMax?: number; pinDirectory?: string },
): KernelMaps {
  const connectionsMax = options.connectionsMax ?? CONNECTIONS_MAX_DEFAULT;
  const { pinDirectory } = options;
  if (pinDirectory && hasForeignMaps(pinDirectory)) unpinMaps(pinDirectory);
  try {
    return load(objectPath, connectionsMax, pinDirectory);
  } catch (error) {
    // libbpf refuses to reuse a map that differs in size or type.
    if (!pinDirectory || errnoOf(error) !== ERRNO.EINVAL || !unpinMaps(pinDirectory)) throw error;
    return load(objectPath, connectionsMax, pinDirectory);
  }
}

function load(objectPath: string, connectionsMax: number, pinDirectory: string | undefined): KernelMaps {
  const reserveMax = Math.ceil(connectionsMax / 8);
  const windowMax = connectionsMax + reserveMax;
  const object = BpfObject.load(objectPath, {
    maxEntries: {
      margay_conns: connectionsMax,
      margay_reserve: reserveMax,
      margay_window_a: windowMax,
      margay_window_b: windowMax,
    },
    pinPaths: pinDirectory ? Object.fromEntries(PINNED.map((name) => [name, join(pinDirectory, name)])) : {},
  });
  return {
    connections: object.map('margay_conns'),
    reserve: object.map('margay_reserve'),
    connectionsMax,
    windowA: object.map('margay_window_a'),
    windowB: object.map('margay_window_b'),
    active: object.map('margay_active'),
    losses: object.map('margay_losses'),
    ledger: object.map('margay_ledger'),
    fromPodFd: object.programFd('margay_from_pod'),
    toPodFd: object.programFd('margay_to_pod'),
    close: () => object.close(),
  };
}

function hasForeignMaps(pinDirectory: string): boolean {
  const ledger = BpfMap.openPinned(join(pinDirectory, 'margay_ledger'));
  if (!ledger) return false;
  try {
    const bytes = ledger.get(Buffer.alloc(4));
    return bytes !== undefined && decodeLedger(bytes) === 'foreign';
  } finally {
    ledger.close();
  }
}

/** Returns whether there was anything to unpin. */
function unpinMaps(pinDirectory: string): boolean {
  const pins = existsSync(pinDirectory) ? readdirSync(pinDirectory).filter((name) => name.startsWith('margay_')) : [];
  for (const name of pins) unlinkSync(join(pinDirectory, name));
  return pins.length > 0;
}
