import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Hash64, joinHash64 } from '@margay/model';
import pg from 'pg';
import { edgeKey, type SumsByEdge } from './sums.ts';

export type Level = 'flow_5s' | 'flow_1m' | 'flow_1h' | 'edge_1h';

interface Secrets {
  readonly postgres: string;
  readonly roles: Readonly<Record<'ingest' | 'rollup', string>>;
}

const RAW = `SELECT src, dst, count(*) AS rows, sum(bytes_fwd) AS "bytesForward", sum(packets >> 32) AS "packetsForward", sum(bytes_rev) AS "bytesReverse",
  sum(packets & 4294967295) AS "packetsReverse", sum(connections >> 32) AS started, sum(connections & 4294967295) AS completed
  FROM flow.flow_5s WHERE cluster_id = $1 GROUP BY src, dst`;
const rolled = (
  level: Level,
) => `SELECT src, dst, sum(flows) AS rows, sum(bytes_fwd) AS "bytesForward", sum(packets_fwd) AS "packetsForward",
  sum(bytes_rev) AS "bytesReverse", sum(packets_rev) AS "packetsReverse", sum(started) AS started, sum(completed) AS completed
  FROM flow.${level} WHERE cluster_id = $1 GROUP BY src, dst`;

/** What stands in the embedded database of the Margay at `home`, past all of its code. */
export class StoredFlows {
  readonly #home: string;

  constructor(home: string) {
    this.#home = home;
  }

  /** One statement in a session of its own: the server may have been killed since the last. */
  async query<T extends pg.QueryResultRow>(
    text: string,
    values: unknown[] = [],
    role: 'superuser' | 'ingest' | 'rollup' = 'superuser',
  ): Promise<T[]> {
    const secrets = JSON.parse(await readFile(join(this.#home, 'secrets.json'), 'utf8')) as Secrets;
    const client = new pg.Client({
      host: '127.0.0.1',
      port: await this.#port(),
      database: 'margay',
      user: role === 'superuser' ? 'postgres' : `margay_${role}`,
      password: role === 'superuser' ? secrets.postgres : secrets.roles[role],
      application_name: 'faults',
      connectionTimeoutMillis: 5_000,
    });
    client.on('error', () => {});
    await client.connect();
    try {
      return (await client.query<T>(text, values)).rows;
    } finally {
      await client.end();
    }
  }

  /** Sums of a cluster in one level, over all buckets. */
  async sums(level: Level, clusterId: string): Promise<SumsByEdge> {
    const found = await this.query<Record<string, string>>(level === 'flow_5s' ? RAW : rolled(level), [clusterId]);
    return new Map(
      found.map(({ src = '0', dst = '0', ...facts }) => [
        edgeKey(hashOf(src), hashOf(dst)),
        {
          rows: Number(facts.rows),
          bytesForward: Number(facts.bytesForward),
          packetsForward: Number(facts.packetsForward),
          bytesReverse: Number(facts.bytesReverse),
          packetsReverse: Number(facts.packetsReverse),
          started: Number(facts.started),
          completed: Number(facts.completed),
        },
      ]),
    );
  }

  /** Rows by batch id. */
  async batches(clusterId: string): Promise<Map<string, number>> {
    const found = await this.query<{ id: string; rows: number }>(
      'SELECT id, rows FROM flow.batches WHERE cluster_id = $1',
      [clusterId],
    );
    return new Map(found.map(({ id, rows }) => [id, rows]));
  }

  /** Rows that agents or console counted as lost, by kind. */
  async losses(clusterId: string): Promise<Record<string, number>> {
    const found = await this.query<{ kind: string; count: number }>(
      'SELECT kind, sum(count) AS count FROM flow.losses WHERE cluster_id = $1 GROUP BY kind ORDER BY kind',
      [clusterId],
    );
    return Object.fromEntries(found.map(({ kind, count }) => [kind, count]));
  }

  /** Whether everything that has arrived so far is in the levels. */
  async isRolledUp(): Promise<boolean> {
    const [row] = await this.query<{ done: boolean }>(
      'SELECT coalesce((SELECT max(received_at) FROM flow.batches) < rolled_to, true) AS done FROM flow.cursor',
    );
    return row?.done ?? false;
  }

  async #port(): Promise<number> {
    const text = await readFile(join(this.#home, 'postgres/postmaster.pid'), 'utf8');
    return Number(text.split('\n')[3]);
  }
}

/** A 64-bit id as the tables have it: signed. */
function hashOf(text: string): Hash64 {
  const bits = BigInt.asUintN(64, BigInt(text));
  return joinHash64(Number(bits >> 32n), Number(bits & 0xffffffffn));
}
