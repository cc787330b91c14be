import { Agent, request } from 'node:http';
import { MargayError } from '@margay/model';
import { FlowAck, WIRE_HEADER, WIRE_VERSION } from '@margay/wire';
import pg from 'pg';
import { type Bench, median } from '../result.ts';
import { PlainCopy, plainStream } from './plain-copy.ts';
import { openStack } from './stack.ts';
import { AgentTraffic, type PreparedBatch, ROWS_PER_BATCH } from './traffic.ts';

const AGENTS = 20;
/** A round alternates between both sides in slices of half a second, so that what else the machine does falls on both. */
const SLICES = 3;
const BATCHES_PER_SLICE = 2;
/** As ingest works on one organisation at once, so that both sides of the ratio drive the same number of sessions. */
const CONNECTIONS = 8;
/** Rounds before the counted ones: ingest runs for weeks, its compiler has long settled. */
const WARM_UPS = 2;
const ROWS_PER_SLICE = AGENTS * BATCHES_PER_SLICE * ROWS_PER_BATCH;

/**
 * `acknowledged`: rows a second that the real ingest endpoint acknowledges, which it does after commit, with 20 agents sending at once.
 * Reference: raw COPY of the same rows, see {@link PlainCopy}. Rounds of both alternate; medians count.
 */
export const benchIngest: Bench = async ({ rounds, say }) => {
  const stack = await openStack();
  const agent = new Agent({ keepAlive: true, maxSockets: AGENTS });
  const plain = new PlainCopy(stack.databaseUrl, CONNECTIONS);
  const owner = new pg.Client({ connectionString: stack.databaseUrl });
  try {
    await owner.connect();
    await plain.createTable();
    const agents = Array.from({ length: AGENTS }, (_, i) => new AgentTraffic(i));
    const send = (batch: PreparedBatch) => post(stack.ingestOrigin, stack.bearer, agent, batch);
    for (const traffic of agents) await send(traffic.introduction());
    const [acknowledged, copied]: [number[], number[]] = [[], []];
    for (let round = 1 - WARM_UPS; round <= rounds; round++) {
      const slices = Array.from({ length: SLICES }, () => prepare(agents));
      await plain.empty();
      await owner.query('CHECKPOINT');
      let [sendingMs, copyingMs] = [0, 0];
      for (const { windows, streams } of slices) {
        copyingMs += await elapsed(() => plain.load(streams));
        sendingMs += await elapsed(() => sendAll(windows, send));
      }
      const [value, reference] = [sendingMs, copyingMs].map((ms) => (SLICES * ROWS_PER_SLICE * 1000) / ms) as [
        number,
        number,
      ];
      if (round > 0) {
        acknowledged.push(value);
        copied.push(reference);
      }
      say(
        `${round > 0 ? `round ${round}` : 'warm-up'}: acknowledged ${Math.round(value)} rows/s, COPY ${Math.round(reference)} rows/s, ratio ${(value / reference).toFixed(2)}`,
      );
    }
    const [value, reference] = [Math.round(median(acknowledged)), Math.round(median(copied))];
    return [{ name: 'acknowledged', value, unit: 'rows/s', reference, ratio: Number((value / reference).toFixed(3)) }];
  } finally {
    agent.destroy();
    await owner.end();
    await plain.close();
    await stack.close();
  }
};

function prepare(agents: readonly AgentTraffic[]) {
  const nowMs = Date.now();
  const windows = agents.map((traffic) => Array.from({ length: BATCHES_PER_SLICE }, () => traffic.next(nowMs)));
  return { windows, streams: windows.flat().map(({ batch }) => plainStream(batch)) };
}

/** All agents at once, each its batches one after the other. */
async function sendAll(
  windows: readonly PreparedBatch[][],
  send: (batch: PreparedBatch) => Promise<void>,
): Promise<void> {
  await Promise.all(
    windows.map(async (batches) => {
      for (const batch of batches) await send(batch);
    }),
  );
}

async function elapsed(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/** @throws MargayError unless the whole batch is acknowledged as new. */
async function post(origin: string, bearer: string, agent: Agent, { body, batch }: PreparedBatch): Promise<void> {
  const text = await new Promise<string>((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${bearer}`,
      [WIRE_HEADER]: WIRE_VERSION,
      'content-type': 'application/zstd',
      'content-length': body.length,
    };
    request(`${origin}/api/agent/flows`, { method: 'POST', agent, headers }, (response) => {
      let answer = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk));
      response.on('end', () => resolve(answer));
    })
      .once('error', reject)
      .end(body);
  });
  const ack = FlowAck.safeParse(JSON.parse(text));
  if (!ack.success || ack.data.duplicate || ack.data.rows !== batch.columns.rows || ack.data.unknownPeers.length > 0)
    throw new MargayError('INTERNAL', `ingest did not take a batch whole: ${text.slice(0, 500)}`);
}
