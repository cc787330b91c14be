import { readFile } from 'node:fs/promises';
import { release } from 'node:os';
import { type Heartbeat, HeartbeatResponse } from '@margay/wire';
import type { Log } from '../log.ts';
import { pause } from '../pause.ts';
import type { ConsoleClient } from './console-client.ts';
import { bearerOf, type Credential } from './credential.ts';
import { WireRefusal } from './wire-refusal.ts';

const EVERY_MS = 10_000;

export interface HeartbeatOptions {
  readonly console: ConsoleClient;
  readonly log: Log;
  readonly role: Heartbeat['role'];
  readonly node: string;
  readonly version: string;
  readonly dataplane: string;
  readonly credential: (signal: AbortSignal) => Promise<Credential | null>;
  readonly onRefused: (credential: Credential) => void;
  readonly taps: () => Heartbeat['taps'];
  readonly spool: () => Heartbeat['spool'];
  readonly onDesired?: (desired: HeartbeatResponse['desired']) => void;
}

/** Says every 10 s that this process lives, until `signal` aborts; never throws. */
export async function runHeartbeat(options: HeartbeatOptions, signal: AbortSignal): Promise<void> {
  const bootId = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  while (!signal.aborted) {
    const credential = await options.credential(signal);
    if (credential) await beat(options, credential, bootId.trim(), signal);
    await pause(EVERY_MS, signal);
  }
}

async function beat(
  options: HeartbeatOptions,
  credential: Credential,
  bootId: string,
  signal: AbortSignal,
): Promise<void> {
  try {
    const answer = await options.console.post({
      path: '/api/agent/heartbeat',
      bearer: bearerOf(credential),
      contentType: 'application/json',
      body: JSON.stringify(heartbeatOf(options, bootId)),
      signal,
    });
    options.onDesired?.(HeartbeatResponse.parse(answer.json).desired);
  } catch (error) {
    if (signal.aborted) return;
    if (error instanceof WireRefusal && error.status === 401) options.onRefused(credential);
    options.log.debug({ reason: String(error) }, 'the heartbeat was not taken');
  }
}

const TAPS_MAX = 1_000;

function heartbeatOf(options: HeartbeatOptions, bootId: string): Heartbeat {
  const { user, system } = process.cpuUsage();
  return {
    role: options.role,
    node: options.node,
    bootId,
    agentVersion: options.version,
    kernel: release(),
    sentAtMs: Date.now(),
    dataplane: options.dataplane,
    taps: options.taps().slice(0, TAPS_MAX),
    spool: options.spool(),
    rssBytes: process.memoryUsage.rss(),
    cpuSeconds: (user + system) / 1e6,
  };
}
