import pg from 'pg';

/** What the global set-up hands to each test file. */
export interface TestServer {
  /** May create databases. */
  readonly adminUrl: string;
  /** Migrated, empty, with nobody connected. */
  readonly template: string;
  /** Names of this run's databases begin with it. */
  readonly prefix: string;
  readonly passwords: {
    readonly app: string;
    readonly ingest: string;
    readonly rollup: string;
    readonly queue: string;
  };
}

/** Drops every database whose name begins with one of `prefixes`, whoever is connected. */
export async function dropDatabases(adminUrl: string, prefixes: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      'SELECT datname AS name FROM pg_database d WHERE EXISTS (SELECT FROM unnest($1::text[]) p WHERE starts_with(d.datname, p))',
      [prefixes],
    );
    for (const { name } of rows)
      await client.query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`);
  } finally {
    await client.end();
  }
}
