/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* ICMP and ICMPv6: requests and replies share a key, errors are told apart, link upkeep is left out. */
#pragma once

#include "packet.h"

#include <linux/in.h>
#include <linux/in6.h>

struct icmp_head {
	__u8 type;
	__u8 code;
	__be16 checksum;
	__be16 id;
	__be16 sequence;
};

static __always_inline int is_icmp(__u8 family, __u8 protocol)
{
	return family == 4 ? protocol == IPPROTO_ICMP : protocol == IPPROTO_ICMPV6;
}

/* The request a reply belongs to, or -1. RFC 792, RFC 950, RFC 4443, RFC 4620. */
static __always_inline int request_of_reply(__u8 family, __u8 type)
{
	if (family == 4) {
		if (type == 0)
			return 8;
		return type == 14 || type == 16 || type == 18 ? type - 1 : -1;
	}
	return type == 129 ? 128 : type == 140 ? 139 : -1;
}

static __always_inline int is_request(__u8 family, __u8 type)
{
	if (family == 4)
		return type == 8 || type == 13 || type == 15 || type == 17;
	return type == 128 || type == 139;
}

/* Errors quote the packet that caused them: they belong to its connection, as conntrack's RELATED has it. */
static __always_inline int is_icmp_error(__u8 family, __u8 type)
{
	if (family == 4)
		return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
	return type >= 1 && type <= 4;
}

/*
 * Neighbour and router discovery, multicast membership: how a link works, not who talks to whom. No network policy
 * governs them, and every IPv6 pod would show an edge to nowhere.
 */
static __always_inline int is_link_upkeep(__u8 family, __u8 type)
{
	return family == 6 && ((type >= 130 && type <= 137) || type == 143 || (type >= 151 && type <= 153));
}

static __always_inline void icmp_key(struct margay_key *key, const struct icmp_head *icmp, int from_local)
{
	int request = request_of_reply(key->family, icmp->type);
	__u8 type = request < 0 ? icmp->type : request;
	int opener_is_local = request < 0 ? from_local : !from_local;

	key->local_port = bpf_htons(type << 8 | icmp->code);
	key->remote_port = request >= 0 || is_request(key->family, icmp->type) ? icmp->id : 0;
	key->role = opener_is_local ? MARGAY_LOCAL : MARGAY_REMOTE;
}

static __always_inline int parse_icmp(struct __sk_buff *skb, struct packet *packet)
{
	struct icmp_head icmp;

	if (bpf_skb_load_bytes(skb, packet->l4_offset, &icmp, sizeof(icmp)) < 0)
		return PARSE_BAD;
	if (is_link_upkeep(packet->key.family, icmp.type))
		return PARSE_IGNORE;
	icmp_key(&packet->key, &icmp, packet->outward);
	packet->is_error = is_icmp_error(packet->key.family, icmp.type);
	return PARSE_OK;
}
