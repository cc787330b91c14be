/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Ports and events of TCP, UDP, UDP-Lite, SCTP, ICMP and ICMPv6. Any other protocol is known by its number alone. */
#pragma once

#include "icmp.h"

#include <linux/in.h>

#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_ACK 0x10
#define SCTP_INIT 1
#define SCTP_INIT_ACK 2
#define SCTP_ABORT 6
#define SCTP_SHUTDOWN_COMPLETE 14

static __always_inline int has_ports(__u8 protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP || protocol == IPPROTO_SCTP ||
	       protocol == IPPROTO_UDPLITE;
}

/* Protocols whose first packet says that it is the first. */
static __always_inline int has_handshake(__u8 protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_SCTP;
}

static __always_inline int load_ports(struct __sk_buff *skb, __u32 offset, struct margay_key *key, int from_local)
{
	__be16 ports[2];

	if (bpf_skb_load_bytes(skb, offset, ports, sizeof(ports)) < 0)
		return -1;
	key->local_port = from_local ? ports[0] : ports[1];
	key->remote_port = from_local ? ports[1] : ports[0];
	return 0;
}

static __always_inline __u8 tcp_event(__u8 flags)
{
	if (flags & TCP_RST)
		return EVENT_RESET;
	if (flags & TCP_SYN)
		return flags & TCP_ACK ? EVENT_ACCEPT : EVENT_OPEN;
	return flags & TCP_FIN ? EVENT_CLOSE : EVENT_NONE;
}

/* RFC 9260: INIT, INIT ACK and SHUTDOWN COMPLETE stand alone in a packet, so the first chunk tells. */
static __always_inline __u8 sctp_event(__u8 chunk)
{
	if (chunk == SCTP_INIT)
		return EVENT_OPEN;
	if (chunk == SCTP_INIT_ACK)
		return EVENT_ACCEPT;
	return chunk == SCTP_ABORT || chunk == SCTP_SHUTDOWN_COMPLETE ? EVENT_RESET : EVENT_NONE;
}

static __always_inline int parse_transport(struct __sk_buff *skb, struct packet *packet)
{
	__u8 protocol = packet->key.protocol;
	__u8 byte;

	if (is_icmp(packet->key.family, protocol))
		return parse_icmp(skb, packet);
	if (protocol == IPPROTO_IGMP)
		return PARSE_IGNORE;
	if (!has_ports(protocol))
		return PARSE_OK;
	if (load_ports(skb, packet->l4_offset, &packet->key, packet->outward) < 0)
		return PARSE_BAD;
	if (protocol == IPPROTO_TCP) {
		if (bpf_skb_load_bytes(skb, packet->l4_offset + 13, &byte, 1) < 0)
			return PARSE_BAD;
		packet->event = tcp_event(byte);
	} else if (protocol == IPPROTO_SCTP) {
		if (bpf_skb_load_bytes(skb, packet->l4_offset + 12, &byte, 1) < 0)
			return PARSE_BAD;
		packet->event = sctp_event(byte);
	}
	return PARSE_OK;
}
