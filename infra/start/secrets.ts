import { randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { MargayError } from '@margay/model';
import { z } from 'zod';

const secret = () => randomBytes(32).toString('base64url');
const Secrets = z.object({
  session: z.string().min(32),
  internal: z.string().min(32),
  postgres: z.string().min(32),
  roles: z.object({
    app: z.string().min(32),
    ingest: z.string().min(32),
    rollup: z.string().min(32),
    queue: z.string().min(32),
  }),
});
export type Secrets = z.infer<typeof Secrets>;

/**
 * Secrets of this installation, made once into `<home>/secrets.json` (0600, its folder 0700) and read ever after.
 *
 * @throws MargayError PRECONDITION_FAILED when the file is damaged: a new one would sign everybody out and lock the database.
 */
export async function loadSecrets(home: string): Promise<Secrets> {
  await mkdir(home, { recursive: true, mode: 0o700 });
  const file = join(home, 'secrets.json');
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return await createSecrets(file);
  await chmod(file, 0o600);
  const parsed = Secrets.safeParse(parseJson(text));
  if (!parsed.success)
    throw new MargayError(
      'PRECONDITION_FAILED',
      `${file} is damaged. Put a backup of it back; without it the database beside it cannot be opened.`,
    );
  return parsed.data;
}

async function createSecrets(file: string): Promise<Secrets> {
  const secrets: Secrets = {
    session: secret(),
    internal: secret(),
    postgres: secret(),
    roles: { app: secret(), ingest: secret(), rollup: secret(), queue: secret() },
  };
  const handle = await open(`${file}.new`, 'w', 0o600);
  await handle.writeFile(JSON.stringify(secrets, null, 2));
  await handle.sync();
  await handle.close();
  await rename(`${file}.new`, file);
  return secrets;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
