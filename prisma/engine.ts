import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  type ErrorCapturingSqlMigrationAwareDriverAdapterFactory,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils';
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg';
import pg from 'pg';

export type Engine = bindings.SchemaEngine;

/**
 * Runs `work` with Prisma's schema engine (WebAssembly, no native binary) connected to `url`, then lets go of both.
 *
 * @throws Error with the engine's message, or the database's own error where the driver caught one.
 */
export async function withEngine<T>(
  url: string,
  datamodels: [string, string][] | undefined,
  work: (engine: Engine) => Promise<T>,
): Promise<T> {
  await loadBindings();
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  const adapter = bindMigrationAwareSqlAdapterFactory(mended(new PrismaPg(pool)));
  try {
    const engine = await bindings.SchemaEngine.new({ datamodels }, () => undefined, adapter);
    return await work(engine).finally(() => engine.free());
  } catch (error) {
    throw databaseError(adapter, error);
  } finally {
    // The engine's advisory lock lives as long as its session.
    await pool.end();
  }
}

/** The part of the standard that is used; TypeScript has it with the DOM's types only. */
declare const WebAssembly: {
  instantiate(code: Uint8Array, imports: object): Promise<{ instance: { exports: Record<string, () => void> } }>;
};

let loaded: Promise<void> | undefined;

/** As the package's own entry does, without Node's warning that importing WebAssembly is experimental. */
function loadBindings(): Promise<void> {
  loaded ??= (async () => {
    const entry = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm');
    const file = join(dirname(entry), 'schema_engine_bg.wasm');
    const imports = { './schema_engine_bg.js': { ...bindings, ...unheldTimers() } };
    const { instance } = await WebAssembly.instantiate(await readFile(file), imports);
    // Where a panic of the engine says what it was; the error thrown for it says only "unreachable".
    Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: { set_message: (text: string) => console.error(text) } });
    const raw = bindings as unknown as { __wbg_set_wasm(exports: unknown): void };
    raw.__wbg_set_wasm(instance.exports);
    instance.exports.__wbindgen_start?.();
  })();
  return loaded;
}

/** The engine limits its wait for the lock by a timer that it never clears: without this the process would stay 10 s longer. */
function unheldTimers(): Record<string, unknown> {
  const timers = Object.entries(bindings).filter(([name]) => name.startsWith('__wbg_setTimeout_'));
  return Object.fromEntries(
    timers.map(([name, start]) => [
      name,
      (...args: unknown[]) => (start as (...args: unknown[]) => NodeJS.Timeout)(...args).unref(),
    ]),
  );
}

/**
 * Two things of the adapter that the engine cannot live with.
 * It cuts a script at every semicolon, also inside the body of a function, and may run each piece on another connection: here PostgreSQL takes the script whole
 * and makes it one transaction (protocol, simple query), so that a migration applies all or nothing.
 * And it does not know the type "char" (oid 18) of PostgreSQL's catalogue, which the engine reads.
 */
function mended(factory: PrismaPg): SqlMigrationAwareDriverAdapterFactory {
  const mend = (adapter: SqlDriverAdapter & { underlyingDriver(): pg.Pool }): SqlDriverAdapter => {
    const pool = adapter.underlyingDriver();
    const charColumns = readCharsAsText(pool);
    const queryRaw = adapter.queryRaw.bind(adapter);
    adapter.queryRaw = async (query) => {
      const result = await queryRaw(query);
      for (const index of charColumns.get(result.rows) ?? []) result.columnTypes[index] = ColumnTypeEnum.Character;
      return result;
    };
    adapter.executeScript = async (script) => void (await pool.query(script));
    return adapter;
  };
  return {
    provider: factory.provider,
    adapterName: factory.adapterName,
    connect: async () => mend(await factory.connect()),
    connectToShadowDb: async () => mend(await factory.connectToShadowDb()),
  };
}

/** Names the type "char" as text in the pool's answers; says by the answer's rows which columns that were. */
function readCharsAsText(pool: pg.Pool): WeakMap<object, number[]> {
  const found = new WeakMap<object, number[]>();
  const query = pool.query.bind(pool) as (...args: unknown[]) => Promise<pg.QueryResult>;
  const reading = async (...args: unknown[]) => {
    const result = await query(...args);
    const columns = (result.fields ?? []).flatMap((field, index) => (field.dataTypeID === 18 ? [index] : []));
    for (const index of columns) Object.assign(result.fields[index] ?? {}, { dataTypeID: pg.types.builtins.TEXT });
    if (columns.length > 0) found.set(result.rows, columns);
    return result;
  };
  Object.assign(pool, { query: reading });
  return found;
}

function databaseError(adapter: ErrorCapturingSqlMigrationAwareDriverAdapterFactory, error: unknown): unknown {
  const id = /external error id#(\d+)/i.exec(String(error))?.[1];
  const record = id === undefined ? undefined : adapter.errorRegistry.consumeError(Number(id));
  return record?.error ?? error;
}
