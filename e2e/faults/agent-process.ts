import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { FlowAck } from '@margay/wire';
import { createLog } from '../../agent/src/log.ts';
import { type ConsoleClient, connectConsole } from '../../agent/src/uplink/console-client.ts';
import { CredentialSource } from '../../agent/src/uplink/credential-source.ts';
import { Sender } from '../../agent/src/uplink/sender.ts';
import { Spool } from '../../agent/src/uplink/spool.ts';
import { WireRefusal } from '../../agent/src/uplink/wire-refusal.ts';
import type { AgentSettings, FromAgent, ToAgent } from './agent-protocol.ts';
import { commitWindow } from './commit-window.ts';

/**
 * A node agent from the spool on: its own Spool, Sender, ConsoleClient and CredentialSource. The test that forked it plays the kernel,
 * which hands a window out until it is acknowledged, and survives it.
 */
const WINDOW_EVERY_MS = 200;

const settings = JSON.parse(process.argv[2] ?? '{}') as AgentSettings;
const log = createLog('error', { node: settings.node });
const tell = (message: FromAgent) => void process.send?.(message);
const forever = new AbortController().signal;
process.on('disconnect', () => process.exit(0));

const spool = await Spool.open({ directory: settings.spoolDirectory, bytesMax: 64 << 20, log, now: Date.now });
const sender = new Sender({
  console: told(connectConsole(settings.url)),
  credentials: new CredentialSource({ directory: settings.credentialDirectory, stored: async () => null, log }),
  spool,
  log,
  now: Date.now,
  // The shortest waits that chance may give, for the test's sake.
  random: () => 0,
  onLease: () => {},
});
void sender.run(forever);
for (;;) {
  tell({ kind: 'close' });
  const [{ window }] = (await once(process, 'message')) as [ToAgent];
  if (window) {
    await commitWindow(spool, window.boot, window.spec);
    tell({ kind: 'committed', epoch: window.spec.epoch });
  }
  tell({ kind: 'spool', batches: spool.size.batches, losses: spool.losses.list().length });
  await delay(WINDOW_EVERY_MS);
}

/** The client, with each request and its outcome told to the test. */
function told(inner: ConsoleClient): ConsoleClient {
  let requests = 0;
  return {
    async post(message) {
      const request = ++requests;
      tell({ kind: 'sending', request });
      try {
        const answer = await inner.post(message);
        const { id, rows, duplicate, refused } = FlowAck.parse(answer.json);
        tell({ kind: 'acknowledged', request, ack: { id, rows, duplicate, refused } });
        return answer;
      } catch (error) {
        const refusal = error instanceof WireRefusal ? error : null;
        tell({
          kind: 'failed',
          request,
          status: refusal?.status ?? null,
          final: refusal?.retryable === false,
          reason: String(error),
        });
        throw error;
      }
    },
    close: () => inner.close(),
  };
}
