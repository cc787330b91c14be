import type { ConnectStateOutput } from '@margay/services/inputs';

type Step = ConnectStateOutput['steps'][number];

const WORDS: Readonly<Record<Step['step'], Readonly<Record<Step['state'], string>>>> = {
  token: { waiting: 'Token not used yet', done: 'Token used', failed: 'Token cannot be used' },
  agent: { waiting: 'Agents', done: 'Agents called', failed: 'Agents stopped calling' },
  inventory: { waiting: 'Inventory', done: 'Inventory received', failed: 'Inventory stopped' },
  flow: { waiting: 'First flow', done: 'First flow seen', failed: 'No flow arrives' },
};

/** What a step of the checklist is called now. */
export function stepTitle({ step, state }: Pick<Step, 'step' | 'state'>): string {
  return WORDS[step][state];
}

/** Whether everything has arrived. */
export function isConnected(steps: readonly Pick<Step, 'state'>[]): boolean {
  return steps.length > 0 && steps.every((step) => step.state === 'done');
}

/** A start command for a console that clusters can reach: the same port, the machine's own name in place of loopback. */
export function reachableStart(publicUrl: string): string {
  const url = new URL(publicUrl);
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return `HOST=0.0.0.0 PORT=${port} MARGAY_PUBLIC_URL=http://ADDRESS-OF-THIS-MACHINE:${port} npm start`;
}

/** Splits a line at the token, so that the part that matters is seen. */
export function aroundToken(line: string, token: string): readonly [before: string, token: string, after: string] {
  const at = line.indexOf(token);
  return at < 0 ? [line, '', ''] : [line.slice(0, at), token, line.slice(at + token.length)];
}
