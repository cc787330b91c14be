// `npm run lab`: a cluster on this machine until Ctrl-C.
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { MargayError } from '@margay/model';
import { type Arguments, HELP, parseArguments } from './cli/arguments.ts';
import { takeDown } from './cli/down.ts';
import { installLine, installNeeds, missingNeeds } from './cli/needs.ts';
import { jsonProgress, type Progress, textProgress } from './cli/progress.ts';
import { parseInstallUrl } from './connect/install-url.ts';
import { fetchManifest } from './connect/manifest.ts';
import type { Lab } from './lab.ts';
import { type LabOptions, labHome } from './lab-options.ts';
import { startLab } from './start-lab.ts';

async function main(): Promise<void> {
  const args = parseArguments(process.argv.slice(2));
  if (args.help) return void process.stdout.write(HELP);
  const progress = args.jsonEvents ? jsonProgress() : textProgress();
  requireMachine(args, progress);
  if (args.down) return await down(progress);
  // A wrong address is said before anything is built.
  if (args.connect) await fetchManifest(parseInstallUrl(args.connect));
  await run(args, progress);
}

function requireMachine(args: Arguments, progress: Progress): void {
  if (process.platform !== 'linux')
    throw new MargayError('FORBIDDEN', 'The lab is made of Linux network namespaces: it needs Linux.');
  if (process.getuid?.() !== 0)
    throw new MargayError(
      'FORBIDDEN',
      `The lab makes network namespaces: it needs root. Run\n\n  sudo npm run lab -- ${process.argv.slice(2).map(quote).join(' ')}`,
    );
  if (!existsSync('/proc/sys/net/ipv6'))
    throw new MargayError(
      'UNAVAILABLE',
      "This machine's kernel runs without IPv6, which the lab's pods have. Boot it without ipv6.disable=1.",
    );
  const missing = missingNeeds(args.connect !== undefined);
  if (missing.length === 0) return;
  const list = missing.map((need) => `  ${need.name.padEnd(16)} ${need.for}`).join('\n');
  if (!args.install)
    throw new MargayError(
      'UNAVAILABLE',
      `The lab misses:\n\n${list}\n\nOn Debian: ${installLine(missing)}\nor start the lab with --install.`,
    );
  progress.note(`Installing: ${installLine(missing)}`);
  const left = installNeeds(missing, args.connect !== undefined);
  if (left.length > 0)
    throw new MargayError('UNAVAILABLE', `Could not install: ${left.map((need) => need.name).join(', ')}.`);
}

async function down(progress: Progress): Promise<void> {
  const { stopped, cleaned } = await takeDown(labHome());
  const all = [...new Set([...stopped, ...cleaned])];
  progress.note(
    all.length > 0
      ? `Gone: ${all.map((suffix) => `lab ${suffix}`).join(', ')}.`
      : 'No lab runs here, and none left anything behind.',
  );
}

async function run(args: Arguments, progress: Progress): Promise<void> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
  // Whatever goes wrong, what was made is removed before this process ends.
  for (const fault of ['uncaughtException', 'unhandledRejection'] as const)
    process.on(fault, (error) => {
      progress.fault(error);
      process.exitCode = 1;
      stop.abort();
    });
  process.stdout.on('error', () => stop.abort());
  const stopping = new Promise<void>((resolve) =>
    stop.signal.addEventListener('abort', () => resolve(), { once: true }),
  );
  const started = Date.now();
  const lab = await startUnlessStopped(progress, stop.signal, {
    apps: args.apps,
    seed: args.seed,
    ...(args.connect ? { connect: args.connect } : {}),
    signal: stop.signal,
    onStep: progress.step,
    onFault: progress.fault,
  });
  if (!lab) return;
  try {
    progress.ready(lab, Date.now() - started);
    if (!args.connect && !stop.signal.aborted) offerToConnect(lab, progress);
    if (!args.jsonEvents) progress.note('\nCtrl-C stops it and removes all of it.');
    if (args.durationSeconds !== undefined) setTimeout(() => stop.abort(), args.durationSeconds * 1_000);
    const broken = await Promise.race([stopping, lab.broken]);
    if (broken) throw new MargayError('UNAVAILABLE', `The lab broke: ${broken}. Everything of it is removed.`);
  } finally {
    const stopped = Date.now();
    await lab.stop();
    progress.stopped(Date.now() - stopped);
  }
}

/** Undefined: Ctrl-C came while it started, and all is removed again. */
async function startUnlessStopped(
  progress: Progress,
  signal: AbortSignal,
  options: LabOptions,
): Promise<Lab | undefined> {
  const started = Date.now();
  try {
    return await startLab(options);
  } catch (error) {
    if (!signal.aborted) throw error;
    progress.stopped(Date.now() - started);
    return undefined;
  }
}

async function connect(lab: Lab, url: string, progress: Progress): Promise<void> {
  const started = Date.now();
  await lab.connect(url);
  progress.connected(parseInstallUrl(url).origin, Date.now() - started);
}

/** At a terminal the address can be pasted while the lab runs. */
function offerToConnect(lab: Lab, progress: Progress): void {
  progress.note(
    '\nNo console sees it yet. Start one (npm start), open its connect page, and start the lab with the line that it shows:',
  );
  progress.note('  npm run lab -- --connect "http://127.0.0.1:3000/install/<token>"');
  if (!process.stdin.isTTY) return;
  progress.note('or paste that address here and press Enter.');
  createInterface({ input: process.stdin }).on('line', (line) => {
    if (line.trim() === '') return;
    connect(lab, line, progress).catch((error: unknown) => progress.fault(error));
  });
}

const quote = (text: string) => (/^[-\w=,./:]+$/.test(text) ? text : JSON.stringify(text));

try {
  await main();
  process.exit();
} catch (error) {
  const isOurs = error instanceof MargayError;
  process.stderr.write(
    `${isOurs ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exit(1);
}
