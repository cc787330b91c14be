import { z } from 'zod';

/** What Margay reads of a Hubble flow. Source: Cilium, api/v1/flow/flow.proto, as `hubble observe -o jsonpb` prints it. */
const port = z.number().int().min(0).max(65_535).default(0);
const Ports = z.object({ source_port: port, destination_port: port });
const Icmp = z.object({ type: z.number().int().default(0), code: z.number().int().default(0) });
const Endpoint = z.object({
  namespace: z.string().default(''),
  pod_name: z.string().default(''),
  labels: z.array(z.string()).default([]),
  workloads: z.array(z.object({ name: z.string().default(''), kind: z.string().default('') })).default([]),
});

export const HubbleFlow = z.object({
  time: z.string().default(''),
  verdict: z.string().default(''),
  IP: z.object({ source: z.string(), destination: z.string() }),
  l4: z.object({
    TCP: Ports.extend({
      flags: z.object({ SYN: z.boolean().optional(), ACK: z.boolean().optional() }).default({}),
    }).optional(),
    UDP: Ports.optional(),
    SCTP: Ports.optional(),
    ICMPv4: Icmp.optional(),
    ICMPv6: Icmp.optional(),
  }),
  source: Endpoint.default({ namespace: '', pod_name: '', labels: [], workloads: [] }),
  destination: Endpoint.default({ namespace: '', pod_name: '', labels: [], workloads: [] }),
  Type: z.string().default('L3_L4'),
  is_reply: z.boolean().nullish(),
  /** Before Cilium 1.10. */
  reply: z.boolean().nullish(),
  traffic_direction: z.string().default(''),
  destination_names: z.array(z.string()).default([]),
});
export type HubbleFlow = z.infer<typeof HubbleFlow>;
export type HubbleEndpoint = z.infer<typeof Endpoint>;

/** A flow from the view of who opened the connection. */
export interface Conversation {
  readonly client: { readonly end: HubbleEndpoint; readonly address: string };
  readonly server: { readonly end: HubbleEndpoint; readonly address: string };
  readonly protocol: number;
  /** The server's port; type and code of ICMP as 16 bits. */
  readonly port: number;
  readonly action: 'allow' | 'deny';
  readonly isReply: boolean;
  readonly opens: boolean;
  /** Which end's node saw it. */
  readonly seenAt: 'src' | 'dst' | null;
  readonly timeMs: number;
}

const DENIED = ['DROPPED', 'ERROR'];
const PASSED = ['FORWARDED', 'REDIRECTED', 'AUDIT', 'TRACED'];

/** Null where the flow says nothing about who may talk to whom: layer 7, socket translation, unknown verdicts. */
export function conversationOf(flow: HubbleFlow): Conversation | null {
  if (flow.Type !== 'L3_L4') return null;
  const isDenied = DENIED.includes(flow.verdict);
  if (!isDenied && !PASSED.includes(flow.verdict)) return null;
  const transport = transportOf(flow.l4);
  if (transport === null) return null;
  const isReply = flow.is_reply ?? flow.reply ?? transport.isReply;
  if (isReply === null && !isDenied) return null;
  const source = { end: flow.source, address: flow.IP.source };
  const destination = { end: flow.destination, address: flow.IP.destination };
  const atSource = flow.traffic_direction === 'EGRESS';
  const isKnown = atSource || flow.traffic_direction === 'INGRESS';
  const isBack = isReply === true;
  return {
    client: isBack ? destination : source,
    server: isBack ? source : destination,
    protocol: transport.protocol,
    port: isBack ? transport.from : transport.to,
    action: isDenied ? 'deny' : 'allow',
    isReply: isBack,
    opens: transport.opens,
    seenAt: isKnown ? (atSource === isBack ? 'dst' : 'src') : null,
    timeMs: Date.parse(flow.time) || 0,
  };
}

interface Transport {
  readonly protocol: number;
  readonly from: number;
  readonly to: number;
  readonly opens: boolean;
  readonly isReply: boolean | null;
}

/** `isReply` as the handshake tells, for flows that Hubble itself could not place; null: it does not. */
function transportOf({ TCP, UDP, SCTP, ICMPv4, ICMPv6 }: HubbleFlow['l4']): Transport | null {
  if (TCP !== undefined) {
    const { SYN = false, ACK = false } = TCP.flags;
    return {
      protocol: 6,
      from: TCP.source_port,
      to: TCP.destination_port,
      opens: SYN && !ACK,
      isReply: SYN ? ACK : null,
    };
  }
  const datagram = UDP ?? SCTP;
  if (datagram !== undefined)
    return {
      protocol: UDP ? 17 : 132,
      from: datagram.source_port,
      to: datagram.destination_port,
      opens: true,
      isReply: null,
    };
  const icmp = ICMPv4 ?? ICMPv6;
  if (icmp === undefined) return null;
  const both = (icmp.type << 8) | icmp.code;
  return { protocol: ICMPv4 ? 1 : 58, from: both, to: both, opens: true, isReply: null };
}
