import type { Lab } from '../lab.ts';
import type { LabStep } from '../lab-options.ts';

/** What the person at the terminal, or the program behind it, is told. */
export interface Progress {
  step(step: LabStep): void;
  fault(error: unknown): void;
  ready(lab: Lab, tookMs: number): void;
  connected(url: string, tookMs: number): void;
  note(text: string): void;
  stopped(tookMs: number): void;
}

export function textProgress(): Progress {
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const faults = new Map<string, number>();
  return {
    step: ({ name, tookMs }) => say(`  ✓ ${name.padEnd(36)} ${duration(tookMs)}`),
    fault: (error) => {
      const text = error instanceof Error ? error.message : String(error);
      if (Date.now() - (faults.get(text) ?? 0) < 30_000) return;
      faults.set(text, Date.now());
      process.stderr.write(`  ! ${text}\n`);
    },
    ready: (lab, tookMs) => {
      say(
        `\nThe lab ${lab.suffix} runs: ${lab.pods().length} pods on node ${lab.nodeName}, up in ${duration(tookMs)}.`,
      );
      if (lab.plan.seed !== undefined) say(`Names by seed ${lab.plan.seed}: ${lab.stateDirectory}/lab.json`);
      say(
        `  kubectl   ip netns exec ${lab.nodeNamespace} kubectl --kubeconfig ${lab.stateDirectory}/kubeconfig get pods -A`,
      );
      say(`  a pod     ip netns exec ${lab.pods().find((pod) => pod.interface)?.networkNamespace} ip addr`);
      say(`  logs      ${lab.stateDirectory}/logs`);
    },
    connected: (url, tookMs) => say(`  ✓ ${`agent enrolled at ${url}`.padEnd(36)} ${duration(tookMs)}`),
    note: (text) => say(text),
    stopped: (tookMs) => say(`\n  ✓ nothing is left of the lab ${duration(tookMs).padStart(12)}`),
  };
}

/** One object a line: `{"event":"step"|"fault"|"ready"|"connected"|"note"|"stopped", …}`. */
export function jsonProgress(): Progress {
  const say = (event: string, fields: Record<string, unknown>) =>
    process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`);
  return {
    step: (step) => say('step', { ...step }),
    fault: (error) => say('fault', { message: error instanceof Error ? error.message : String(error) }),
    ready: (lab, tookMs) => say('ready', { tookMs, ...lab.describe() }),
    connected: (url, tookMs) => say('connected', { url, tookMs }),
    note: (text) => say('note', { text }),
    stopped: (tookMs) => say('stopped', { tookMs }),
  };
}

function duration(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}
