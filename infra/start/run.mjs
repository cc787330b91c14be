// `node infra/start/run.mjs [--development] <file.ts> [arguments…]`: installs what is missing on Node 20, goes on with Node 24.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { ensureInstalled, fail, NODE, ROOT } from './install.mjs';

const args = process.argv.slice(2);
const development = args[0] === '--development';
if (development) args.shift();
const [file, ...rest] = args;
if (!file) fail('Which file? node infra/start/run.mjs <file.ts> [arguments…]');
ensureInstalled({ development });

const child = spawn(NODE, [join(ROOT, file), ...rest], { stdio: 'inherit', cwd: ROOT });
// Ctrl-C reaches the child by itself (same terminal group); it decides when all is stopped, this process only waits.
process.on('SIGINT', () => {});
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal ?? 'SIGTERM'] ?? 15)));
