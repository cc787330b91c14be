// `npm run record-demo`: makes the demo cluster's recording anew, from a lab that runs for some minutes. Root, Linux.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packRecording, type Recording } from '@margay/demo';
import { startLab } from '@margay/lab';
import { WINDOW_SECONDS } from '@margay/model';
import { allocateColumns, type FlowBatch, type FlowColumns, type InventoryUpload } from '@margay/wire';
import { startStandInConsole } from '../apps/lab/test/stand-in-console.ts';
import { ROOT } from './margay.ts';

const FILE = join(ROOT, 'packages/demo/recording/cluster.zst');
const SETTLE_MS = 20_000;
const SPAN_SECONDS = 300;

const home = await mkdtemp(join(tmpdir(), 'margay-record-'));
const console_ = await startStandInConsole();
const lab = await startLab({
  home,
  apps: ['boutique', 'bank', 'prober'],
  assets: process.env.KUBEBUILDER_ASSETS || null,
});
try {
  await lab.connect(console_.installUrl);
  await denyStranger();
  await pause(SETTLE_MS);
  const startSeconds = Math.ceil(Date.now() / 1_000 / WINDOW_SECONDS) * WINDOW_SECONDS;
  console.log(`recording ${SPAN_SECONDS} s`);
  await pause(startSeconds * 1_000 - Date.now() + (SPAN_SECONDS + 3 * WINDOW_SECONDS) * 1_000);
  const inventory = console_.inventories.at(-1);
  if (!inventory) throw new Error('no inventory came');
  const packed = packRecording(recordingOf(startSeconds, inventory));
  await mkdir(join(FILE, '..'), { recursive: true });
  await writeFile(FILE, packed);
  console.log(`${FILE}: ${packed.length} bytes`);
} finally {
  await lab.stop();
  await console_.stop();
  await rm(home, { recursive: true, force: true });
}

/** A policy that the cluster enforces: the cart's database takes its cart service only, and somebody else keeps trying. */
async function denyStranger(): Promise<void> {
  const [stranger, redis, cart] = ['web-demo/prober', 'boutique/redis-cart', 'boutique/cartservice'].map(podOf);
  if (!stranger || !redis || !cart) throw new Error('the lab has no prober, redis-cart or cartservice');
  const port = 6379;
  await lab.client.apply({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'redis-cart', namespace: redis.namespace },
    spec: {
      podSelector: { matchLabels: selectorOf(redis.labels) },
      policyTypes: ['Ingress'],
      ingress: [
        { from: [{ podSelector: { matchLabels: selectorOf(cart.labels) } }], ports: [{ protocol: 'TCP', port }] },
      ],
    },
  });
  const table = `table ip demo { chain forward { type filter hook forward priority 0; ip saddr ${stranger.addresses[0]} ip daddr ${redis.addresses[0]} tcp dport ${port} drop; }; }`;
  await lab.run(['nft', table]);
  const attempts = `setInterval(() => { const s = require('net').connect(${port}, '${redis.addresses[0]}'); s.on('error', () => {}); setTimeout(() => s.destroy(), 6000); }, 7000)`;
  lab.run([process.execPath, '-e', attempts], stranger.networkNamespace).catch(() => undefined);
}

function podOf(role: string) {
  const { namespace, name } = lab.names[role] ?? {};
  return lab.pods().find((pod) => pod.namespace === namespace && pod.name.startsWith(`${name}-`));
}

function selectorOf(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([key]) => key !== 'pod-template-hash'));
}

function recordingOf(startSeconds: number, inventory: InventoryUpload): Recording {
  const end = startSeconds + SPAN_SECONDS;
  const batches = console_.batches
    .flatMap(splitByWindow)
    .filter(({ columns }) => (columns.windowStart[0] ?? 0) >= startSeconds && (columns.windowStart[0] ?? end) < end);
  const definitions = new Map(console_.batches.flatMap(({ head }) => head.peers.map((peer) => [peer.id, peer])));
  const named = new Set(batches.flatMap(({ columns }) => idsOf(columns)));
  const peers = [...definitions.values()].filter(({ id }) => named.has(id));
  return { startSeconds, spanSeconds: SPAN_SECONDS, node: lab.nodeName, inventory, peers, batches };
}

/** One batch for each window, without definitions and losses. */
function splitByWindow({ head, columns }: FlowBatch): FlowBatch[] {
  return [...new Set(columns.windowStart)].map((start) => {
    const rows = [...columns.windowStart.keys()].filter((row) => columns.windowStart[row] === start);
    const picked = allocateColumns(rows.length);
    for (const [name, column] of Object.entries(columns))
      if (typeof column !== 'number')
        rows.forEach((from, to) => {
          picked[name as Exclude<keyof FlowColumns, 'rows'>][to] = column[from];
        });
    return { head: { ...head, rows: rows.length, peers: [], losses: [] }, columns: picked };
  });
}

function idsOf(columns: FlowColumns): string[] {
  const pairs = [
    [columns.srcHi, columns.srcLo],
    [columns.dstHi, columns.dstLo],
    [columns.serviceHi, columns.serviceLo],
  ] as const;
  const hex = (value = 0) => value.toString(16).padStart(8, '0');
  return pairs.flatMap(([hi, lo]) => Array.from(hi, (high, row) => `${hex(high)}${hex(lo[row])}`));
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
