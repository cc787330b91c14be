import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withEngine } from './engine.ts';

const SCHEMA = join(import.meta.dirname, 'schema');

/**
 * The SQL that would turn a migrated database into what `schema/` says: empty when migrations and schema agree.
 * It is also how a new migration begins: `node prisma/drift.ts <owner url>` on a migrated database, after the change of schema.
 */
export async function drift(ownerUrl: string): Promise<string> {
  const files = readdirSync(SCHEMA).map((name) => ({ path: name, content: readFileSync(join(SCHEMA, name), 'utf8') }));
  const { stdout } = await withEngine(
    ownerUrl,
    files.map(({ path, content }) => [path, content]),
    (engine) =>
      engine.diff({
        from: { tag: 'schemaDatasource', files, configDir: SCHEMA },
        to: { tag: 'schemaDatamodel', files },
        script: true,
        exitCode: null,
        filters: { externalTables: ['public._prisma_migrations'], externalEnums: [] },
      }),
  );
  const script = stdout ?? '';
  return script.includes('This is an empty migration') ? '' : script.trim();
}

if (import.meta.main) {
  const [url] = process.argv.slice(2);
  if (!url) throw new Error('usage: node prisma/drift.ts <owner url of a migrated database>');
  console.log((await drift(url)) || 'schema and migrations agree');
}
