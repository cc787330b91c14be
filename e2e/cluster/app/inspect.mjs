// What an agent could have left on a node, as JSON: run in a pod that shares the node's network and sees its /sys/fs/bpf and /var/lib.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** The agent's own, in the image that this runs in. */
const KOFFI = '/opt/margay-agent/node_modules/koffi/index.js';
const { default: koffi } = await import(KOFFI);
const query = koffi
  .load('libbpf.so.1')
  .func('int bpf_prog_query(int target, int type, uint32 flags, void *attachFlags, void *ids, void *count)');
const TCX = { ingress: 46, egress: 47 };

/** Programs at an interface, classic filters and tcx alike. */
function attached({ ifname, ifindex }) {
  return Object.entries(TCX).flatMap(([direction, type]) => {
    const count = Buffer.alloc(4);
    count.writeUInt32LE(64);
    const ids = Buffer.alloc(4 * 64);
    const found = query(ifindex, type, 0, Buffer.alloc(4), ids, count) === 0 ? count.readUInt32LE() : 0;
    const filters = JSON.parse(
      execFileSync('tc', ['-j', 'filter', 'show', 'dev', ifname, direction], { encoding: 'utf8' }) || '[]',
    );
    return [
      ...(found > 0 ? [`${ifname} tcx ${direction}: ${found}`] : []),
      ...(filters.length > 0 ? [`${ifname} tc ${direction}: ${filters.length}`] : []),
    ];
  });
}

function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true }).filter((name) => !name.endsWith('.debug'));
}

/** A pod that ends meanwhile takes its interface along: there is nothing left at it. */
function attachedNow(link) {
  try {
    return attached(link);
  } catch (error) {
    if (/Cannot find device/.test(String(error.stderr))) return [];
    throw error;
  }
}

const links = JSON.parse(execFileSync('ip', ['-j', 'link', 'show'], { encoding: 'utf8' }));
process.stdout.write(
  JSON.stringify({
    attached: links.flatMap(attachedNow),
    qdiscs: execFileSync('tc', ['qdisc', 'show'], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line.includes('clsact')),
    tables: execFileSync('nft', ['list', 'tables'], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line.includes('margay')),
    pins: filesBelow('/sys/fs/bpf'),
    state: filesBelow('/host/var/lib/margay'),
    mounts: readFileSync('/proc/1/mounts', 'utf8')
      .split('\n')
      .filter((line) => line.includes('margay')),
  }),
);
