import { setTimeout as delay } from 'node:timers/promises';
import type { FaultAgent } from './fault-agent.ts';
import { type Part, partsOf } from './processes.ts';
import type { PersistentRedis } from './redis.ts';
import type { StoredFlows } from './stored.ts';

/** Who is killed; `backend`: the session of PostgreSQL that ingest writes through. */
export type Target = Part | 'backend' | 'redis' | 'agent';

export interface KillRun {
  readonly home: string;
  readonly agents: readonly FaultAgent[];
  readonly stored: StoredFlows;
  readonly redis: PersistentRedis | null;
  /** Uniform in [0, 1), from the seed. */
  readonly random: () => number;
}

export interface Kill {
  readonly target: Target;
  /** Requests that were under way at that moment. */
  readonly inFlight: number;
}

const PATIENCE_MS = 60_000;

/** Each target as often as asked, in an order of chance. */
export function shuffledTargets(counts: Partial<Record<Target, number>>, random: () => number): Target[] {
  const targets = Object.entries(counts).flatMap(([target, count]) => Array<Target>(count).fill(target as Target));
  return targets
    .map((target) => ({ target, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ target }) => target);
}

/** Kills with SIGKILL, one after the other, each at a moment of chance with batches under way; goes on when batches are acknowledged again. */
export async function killInTurn(targets: readonly Target[], run: KillRun): Promise<Kill[]> {
  const kills: Kill[] = [];
  for (const target of targets) {
    await delay(50 + run.random() * 600);
    const kill = await strike(target, run);
    kills.push(kill);
    const killedAt = performance.now();
    await eventually(
      async () => run.agents.some(({ acknowledgedSince }) => acknowledgedSince > killedAt),
      `batches that were sent after ${target} was killed are acknowledged`,
    );
    const seconds = ((performance.now() - killedAt) / 1_000).toFixed(1);
    console.log(
      `  ${target} killed with ${kill.inFlight} requests under way; batches were acknowledged again within ${seconds} s`,
    );
  }
  return kills;
}

/** @throws Error that says what did not come true. */
export async function eventually(ask: () => Promise<boolean>, what: string, timeoutMs = PATIENCE_MS): Promise<void> {
  for (const deadline = Date.now() + timeoutMs; !(await ask().catch(() => false)); await delay(50))
    if (Date.now() > deadline) throw new Error(`not in ${timeoutMs / 1_000} s: ${what}`);
}

async function strike(target: Target, run: KillRun): Promise<Kill> {
  const { agents, redis, random } = run;
  if (target === 'agent') {
    const agent = agents[Math.floor(random() * agents.length)];
    if (!agent) throw new Error('no agent');
    const inFlight = await momentOf([agent], random);
    await agent.kill();
    await delay(random() * 500);
    agent.start();
    return { target, inFlight };
  }
  if (target === 'redis') {
    const inFlight = await momentOf(agents, random);
    await redis?.kill();
    await delay(random() * 1_000);
    await redis?.launch();
    return { target, inFlight };
  }
  const pid = await victim(target, run);
  const inFlight = await momentOf(agents, random);
  process.kill(pid, 'SIGKILL');
  return { target, inFlight };
}

/** Waits for a moment of chance with requests under way. @returns how many. */
async function momentOf(agents: readonly FaultAgent[], random: () => number): Promise<number> {
  const inFlight = () => agents.reduce((sum, agent) => sum + agent.inFlight, 0);
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await delay(1)) {
    if (inFlight() === 0) continue;
    await delay(random() * 6);
    if (inFlight() > 0) return inFlight();
  }
  throw new Error('no batch was under way for a minute');
}

async function victim(target: Part | 'backend', { home, stored }: KillRun): Promise<number> {
  let pid: number | undefined;
  await eventually(async () => {
    if (target === 'backend') {
      const [row] = await stored.query<{ pid: number }>(
        `SELECT pid FROM pg_stat_activity WHERE usename = 'margay_ingest' ORDER BY state_change DESC LIMIT 1`,
      );
      pid = row?.pid;
    } else pid = (await partsOf(home)).get(target);
    return pid !== undefined;
  }, `${target} lives`);
  return pid ?? 0;
}
