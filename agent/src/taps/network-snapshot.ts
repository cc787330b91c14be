import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { MargayError } from '@margay/model';
import { z } from 'zod';

const run = promisify(execFile);
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;
const TIMEOUT_MS = 10_000;

/** `ip -j -d link show`; fields that are not used are dropped. */
const Link = z.object({
  ifindex: z.number(),
  ifname: z.string(),
  /** Index of the other end, in its own namespace. */
  link_index: z.number().optional(),
  /** Present when the other end is in another namespace. */
  link_netnsid: z.number().optional(),
  /** Name of the bridge it is a port of. */
  master: z.string().optional(),
  linkinfo: z.object({ info_kind: z.string().optional() }).optional(),
});
/** `ip -j route show table all`. */
const Route = z.object({
  type: z.string().optional(),
  dst: z.string(),
  dev: z.string().optional(),
  gateway: z.string().optional(),
  via: z.object({ host: z.string() }).optional(),
  nexthops: z.array(z.object({ dev: z.string().optional(), gateway: z.string().optional() })).optional(),
});
/** `bridge -j fdb show`. */
const ForwardingEntry = z.object({ mac: z.string(), ifname: z.string(), master: z.string().optional() });
/** `ip -j neigh show`. */
const Neighbour = z.object({ dst: z.string(), dev: z.string().optional(), lladdr: z.string().optional() });

/** What the node's network namespace looks like, as iproute2 tells it. */
export interface NetworkSnapshot {
  readonly links: readonly z.infer<typeof Link>[];
  readonly routes: readonly z.infer<typeof Route>[];
  readonly forwarding: readonly z.infer<typeof ForwardingEntry>[];
  readonly neighbours: readonly z.infer<typeof Neighbour>[];
}

/** Reads this process's network namespace. Bridges are asked only where there are some. */
export async function readNetwork(): Promise<NetworkSnapshot> {
  const [links, routes4, routes6] = await Promise.all([
    iproute(Link, 'ip', ['-j', '-d', 'link', 'show']),
    iproute(Route, 'ip', ['-j', '-4', 'route', 'show', 'table', 'all']),
    iproute(Route, 'ip', ['-j', '-6', 'route', 'show', 'table', 'all']),
  ]);
  const hasBridge = links.some((link) => link.linkinfo?.info_kind === 'bridge');
  const [forwarding, neighbours] = hasBridge
    ? await Promise.all([
        iproute(ForwardingEntry, 'bridge', ['-j', 'fdb', 'show']),
        iproute(Neighbour, 'ip', ['-j', 'neigh', 'show']),
      ])
    : [[], []];
  return { links, routes: [...routes4, ...routes6], forwarding, neighbours };
}

/** Asks iproute2 for a JSON array (it prints nothing for an empty one) and checks its elements. */
export function iproute<Schema extends z.ZodType>(
  element: Schema,
  command: string,
  args: readonly string[],
): Promise<z.infer<Schema>[]> {
  return askFor(z.array(element), command, args, '[]');
}

/** Runs a tool that prints JSON and checks it. Throws a MargayError that names the tool. */
export async function askFor<Schema extends z.ZodType>(
  schema: Schema,
  command: string,
  args: readonly string[],
  empty = '',
): Promise<z.infer<Schema>> {
  try {
    const { stdout } = await run(command, args, { maxBuffer: OUTPUT_BYTES_MAX, timeout: TIMEOUT_MS });
    return schema.parse(JSON.parse(stdout.trim() || empty));
  } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    throw new MargayError(
      missing ? 'PRECONDITION_FAILED' : 'UNAVAILABLE',
      missing
        ? `${command} is missing. Install it: apt-get install iproute2 util-linux.`
        : `${command} ${args.join(' ')} failed or printed what was not expected.`,
      { cause },
    );
  }
}
