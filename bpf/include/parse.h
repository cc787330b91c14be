/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * Ethernet, VLAN tags, IPv4, IPv6 and its extension headers. bpf_skb_load_bytes instead of direct access: headers may
 * lie in a page fragment, and an observer must not pull (change) the packet. Every loop is bounded.
 */
#pragma once

#include "transport.h"

#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>

#define ETHERNET_BYTES 14
#define VLAN_TAGS_MAX 2
#define IPV6_EXTENSIONS_MAX 8
#define IPV4_MORE_FRAGMENTS 0x2000
#define IPV4_FRAGMENT_OFFSET 0x1fff
#define IPV6_FRAGMENT_OFFSET 0xfff8
#define IPV6_MORE_FRAGMENTS 0x0001

static __always_inline int parse_ipv4(struct __sk_buff *skb, struct packet *packet)
{
	struct iphdr ip;
	__u16 fragment;

	if (bpf_skb_load_bytes(skb, packet->l3_offset, &ip, sizeof(ip)) < 0)
		return PARSE_BAD;
	if (ip.version != 4 || ip.ihl < 5)
		return PARSE_BAD;
	packet->key.family = 4;
	packet->key.protocol = ip.protocol;
	__builtin_memcpy(packet->outward ? packet->key.local : packet->key.remote, &ip.saddr, 4);
	__builtin_memcpy(packet->outward ? packet->key.remote : packet->key.local, &ip.daddr, 4);
	packet->l4_offset = packet->l3_offset + ip.ihl * 4;

	fragment = bpf_ntohs(ip.frag_off);
	if (fragment & (IPV4_MORE_FRAGMENTS | IPV4_FRAGMENT_OFFSET)) {
		packet->fragment_id = ip.id;
		packet->piece = fragment & IPV4_FRAGMENT_OFFSET ? PIECE_LATER : PIECE_FIRST;
	}
	return PARSE_OK;
}

struct ipv6_extension {
	__u8 next;
	__u8 length;
	__be16 offset; /* of the fragment header only */
	__be32 id;
};

/* RFC 8200 §4: walks to the upper-layer header. AH and ESP are reported by number, as for IPv4. */
static __always_inline int skip_extensions(struct __sk_buff *skb, struct packet *packet)
{
	struct ipv6_extension header;
	__u32 offset = packet->l3_offset + sizeof(struct ipv6hdr);
	__u8 next = packet->key.protocol;

	for (int i = 0; i <= IPV6_EXTENSIONS_MAX; i++) {
		if (next != IPPROTO_HOPOPTS && next != IPPROTO_ROUTING && next != IPPROTO_DSTOPTS &&
		    next != IPPROTO_FRAGMENT) {
			packet->key.protocol = next;
			packet->l4_offset = offset;
			return PARSE_OK;
		}
		if (bpf_skb_load_bytes(skb, offset, &header, sizeof(header)) < 0)
			return PARSE_BAD;
		if (next == IPPROTO_FRAGMENT) {
			__u16 fragment = bpf_ntohs(header.offset);

			offset += 8;
			next = header.next;
			packet->key.protocol = next;
			packet->fragment_id = header.id;
			if (fragment & IPV6_FRAGMENT_OFFSET) {
				packet->piece = PIECE_LATER;
				packet->l4_offset = offset;
				return PARSE_OK;
			}
			/* RFC 6946: an atomic fragment is a whole packet. */
			if (fragment & IPV6_MORE_FRAGMENTS)
				packet->piece = PIECE_FIRST;
			continue;
		}
		offset += (header.length + 1) * 8;
		next = header.next;
	}
	return PARSE_BAD;
}

static __always_inline int parse_ipv6(struct __sk_buff *skb, struct packet *packet)
{
	struct ipv6hdr ip;

	if (bpf_skb_load_bytes(skb, packet->l3_offset, &ip, sizeof(ip)) < 0)
		return PARSE_BAD;
	if (ip.version != 6)
		return PARSE_BAD;
	packet->key.family = 6;
	packet->key.protocol = ip.nexthdr;
	__builtin_memcpy(packet->outward ? packet->key.local : packet->key.remote, &ip.saddr, 16);
	__builtin_memcpy(packet->outward ? packet->key.remote : packet->key.local, &ip.daddr, 16);
	return skip_extensions(skb, packet);
}

/* Tags that the device took off are in the skb's metadata, not in the data: only stacked ones are met here. */
static __always_inline __be16 skip_vlan_tags(struct __sk_buff *skb, __u32 *offset)
{
	__be16 type = skb->protocol;
	struct {
		__be16 tag;
		__be16 type;
	} vlan;

	for (int i = 0; i < VLAN_TAGS_MAX; i++) {
		if (type != bpf_htons(ETH_P_8021Q) && type != bpf_htons(ETH_P_8021AD))
			break;
		if (bpf_skb_load_bytes(skb, *offset, &vlan, sizeof(vlan)) < 0)
			break;
		*offset += sizeof(vlan);
		type = vlan.type;
	}
	return type;
}

/* Fills `packet`. `packet->outward` must be set, all else zero. */
static __always_inline int parse_packet(struct __sk_buff *skb, struct packet *packet)
{
	__u32 offset = ETHERNET_BYTES;
	__be16 type = skip_vlan_tags(skb, &offset);
	int result = PARSE_IGNORE;

	packet->l3_offset = offset;
	packet->l3_bytes = skb->len - offset;
	packet->key.ifindex = skb->ifindex;
	if (type == bpf_htons(ETH_P_IP))
		result = parse_ipv4(skb, packet);
	else if (type == bpf_htons(ETH_P_IPV6))
		result = parse_ipv6(skb, packet);
	if (result != PARSE_OK || packet->piece == PIECE_LATER)
		return result;
	return parse_transport(skb, packet);
}
