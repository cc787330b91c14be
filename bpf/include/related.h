/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* An ICMP error quotes the packet that caused it: finds whose connection that was. */
#pragma once

#include "parse.h"

/* Length of the quoted IP header, its addresses and protocol into `key`; 0 when it is unreadable or a later fragment. */
static __always_inline __u32 quoted_ip(struct __sk_buff *skb, __u32 offset, struct margay_key *key, int from_local)
{
	if (key->family == 4) {
		struct iphdr ip;

		if (bpf_skb_load_bytes(skb, offset, &ip, sizeof(ip)) < 0 || ip.version != 4 || ip.ihl < 5 ||
		    bpf_ntohs(ip.frag_off) & IPV4_FRAGMENT_OFFSET)
			return 0;
		key->protocol = ip.protocol;
		__builtin_memcpy(from_local ? key->local : key->remote, &ip.saddr, 4);
		__builtin_memcpy(from_local ? key->remote : key->local, &ip.daddr, 4);
		return ip.ihl * 4;
	}
	struct ipv6hdr ip;

	if (bpf_skb_load_bytes(skb, offset, &ip, sizeof(ip)) < 0 || ip.version != 6)
		return 0;
	key->protocol = ip.nexthdr;
	__builtin_memcpy(from_local ? key->local : key->remote, &ip.saddr, 16);
	__builtin_memcpy(from_local ? key->remote : key->local, &ip.daddr, 16);
	return sizeof(ip);
}

/* Fills `key` with the connection that the error `packet` speaks of. Returns 0, or -1 when it cannot be told. */
static __always_inline int related_key(struct __sk_buff *skb, const struct packet *packet, struct margay_key *key)
{
	/* Who gets the error sent the quoted packet. */
	int from_local = !packet->outward;
	__u32 offset = packet->l4_offset + sizeof(struct icmp_head);
	__u32 length;

	__builtin_memset(key, 0, sizeof(*key));
	key->ifindex = packet->key.ifindex;
	key->family = packet->key.family;
	length = quoted_ip(skb, offset, key, from_local);
	if (!length)
		return -1;
	offset += length;
	if (is_icmp(key->family, key->protocol)) {
		struct icmp_head icmp;

		if (bpf_skb_load_bytes(skb, offset, &icmp, sizeof(icmp)) < 0)
			return -1;
		icmp_key(key, &icmp, from_local);
		return 0;
	}
	return has_ports(key->protocol) ? load_ports(skb, offset, key, from_local) : 0;
}
