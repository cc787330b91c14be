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
    ask(Link, 'ip', ['-j', '-d', 'link', 'show']),
    ask(Route, 'ip', ['-j', '-4', 'route', 'show', 'table', 'all']),
    ask(Route, 'ip', ['-j', '-6', 'route', 'show', 'table', 'all']),
  ]);
  const hasBridge = links.some((link) => link.linkinfo?.info_kind === 'bridge');
  const [forwarding, neighbours] = hasBridge
    ? await Promise.all([
        ask(ForwardingEntry, 'bridge', ['-j', 'fdb', 'show']),
        ask(Neighbour, 'ip', ['-j', 'neigh', 'show']),
      ])
    : [[], []];
  return { links, routes: [...routes4, ...routes6], forwarding, neighbours };
}

/** Runs a tool that prints a JSON array (or nothing) and checks its elements. */
export async function ask<Schema extends z.ZodType>(
  element: Schema,
  command: string,
  args: readonly string[],
): Promise<z.infer<Schema>[]> {
  try {
    const { stdout } = await run(command, args, { maxBuffer: OUTPUT_BYTES_MAX, timeout: TIMEOUT_MS });
    return z.array(element).parse(JSON.parse(stdout.trim() || '[]'));
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
