import type { FlowAck } from '@margay/wire';
import type { WindowSpec } from './traffic.ts';

/** What an agent's process is told on its command line. */
export interface AgentSettings {
  readonly url: string;
  readonly node: string;
  readonly spoolDirectory: string;
  readonly credentialDirectory: string;
}

/** From the agent to the test, which plays the kernel and keeps the ledger. */
export type FromAgent =
  /** Close the window: as long as none is acknowledged, the same comes again. */
  | { readonly kind: 'close' }
  /** The window is on disk. */
  | { readonly kind: 'committed'; readonly epoch: number }
  | { readonly kind: 'spool'; readonly batches: number; readonly losses: number }
  | { readonly kind: 'sending'; readonly request: number }
  | {
      readonly kind: 'acknowledged';
      readonly request: number;
      readonly ack: Pick<FlowAck, 'id' | 'rows' | 'duplicate' | 'refused'>;
    }
  | {
      readonly kind: 'failed';
      readonly request: number;
      readonly status: number | null;
      readonly final: boolean;
      readonly reason: string;
    };

/** The closed window, or none while there is no traffic. */
export interface ToAgent {
  readonly window: { readonly boot: string; readonly spec: WindowSpec } | null;
}
