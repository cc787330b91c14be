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
  let taken = true;
  while (!signal.aborted) {
    const credential = await options.credential(signal);
    if (credential) taken = await beat(options, { credential, bootId: bootId.trim(), taken }, signal);
    await pause(EVERY_MS, signal);
  }
}

/** `taken`: whether the console took the one before. @returns whether it took this one. */
async function beat(
  options: HeartbeatOptions,
  { credential, bootId, taken }: { credential: Credential; bootId: string; taken: boolean },
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const answer = await options.console.post({
      path: '/api/agent/heartbeat',
      bearer: bearerOf(credential),
      contentType: 'application/json',
      body: JSON.stringify(heartbeatOf(options, bootId)),
      signal,
    });
    options.onDesired?.(HeartbeatResponse.parse(answer.json).desired);
    if (!taken) options.log.info('the console answers again');
    return true;
  } catch (error) {
    if (signal.aborted) return taken;
    if (error instanceof WireRefusal && error.status === 401) options.onRefused(credential);
    // Once: the log is what the console sends people to when an agent falls silent.
    options.log[taken ? 'warn' : 'debug'](
      { reason: String(error) },
      'the console does not take this agent’s heartbeat',
    );
    return false;
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
