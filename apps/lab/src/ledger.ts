import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What one process wrote down of its own sockets. */
export interface LedgerEntry {
  /** Who wrote it: `namespace/pod`, `node`, or a machine of the internet such as `internet/client`. */
  readonly writer: string;
  readonly timeMs: number;
  /** `start`: the pod began and has the local address. `connect` and `accept`: TCP established; `fail`: a connect that was not; `send` and `receive`: one datagram or echo; `query`: names asked. */
  readonly op: 'start' | 'connect' | 'accept' | 'fail' | 'send' | 'receive' | 'query';
  readonly protocol: 'TCP' | 'UDP' | 'ICMP' | 'none';
  readonly local: { readonly address?: string; readonly port?: number };
  readonly remote: { readonly address?: string; readonly port?: number };
  readonly error?: string;
}

/** Every entry of every process so far, by time. A line that is being written is left for the next reading. */
export function readLedger(directory: string): LedgerEntry[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith('.jsonl'))
    .flatMap((file) => {
      const writer = file.replace(/\.jsonl$/, '').replace('_', '/');
      const lines = readFileSync(join(directory, file), 'utf8').split('\n').slice(0, -1);
      return lines.map((line) => ({ writer, ...(JSON.parse(line) as Omit<LedgerEntry, 'writer'>) }));
    })
    .sort((a, b) => a.timeMs - b.timeMs);
}
