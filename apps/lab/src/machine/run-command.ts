import { spawn } from 'node:child_process';
import { MargayError } from '@margay/model';

/**
 * Runs a program to its end.
 *
 * @returns its standard output.
 * @throws MargayError INTERNAL with what it printed on standard error, when it does not end with 0 (unless `allowFailure`).
 */
export async function runCommand(
  program: string,
  args: readonly string[],
  options: { input?: string; allowFailure?: boolean } = {},
): Promise<string> {
  const child = spawn(program, [...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  const output = collect(child.stdout);
  const errors = collect(child.stderr);
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0 && !options.allowFailure)
    throw new MargayError(
      'INTERNAL',
      `${program} ${args.join(' ')} ended with ${code}: ${errors().trim().slice(0, 2_000)}`,
    );
  return output();
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString();
}

/** `ip` commands in one go, one a line, inside a namespace or on the machine. */
export async function ipBatch(namespace: string | undefined, lines: readonly string[]): Promise<void> {
  await runCommand('ip', [...(namespace ? ['-n', namespace] : []), '-batch', '-'], { input: `${lines.join('\n')}\n` });
}
