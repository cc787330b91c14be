/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Ports for fragments that carry none: remembered from the first fragment of the same datagram. */
#pragma once

#include "packet.h"

struct margay_fragment_key {
	__u32 ifindex;
	__u8 local[16];
	__u8 remote[16];
	__u32 id;
	__u8 family;
	__u8 protocol;
	__u8 outward;
	__u8 zero;
};

struct margay_fragment {
	__be16 local_port;
	__be16 remote_port;
	__u8 role;
	__u8 zero[3];
};

/*
 * 4,096 datagrams on their way in pieces at once (0.5 MB). LRU on purpose: a datagram that is never completed must
 * not keep its slot, and a fragment whose first piece was pushed out is counted as a loss. Not pinned: it lives for milliseconds.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct margay_fragment_key);
	__type(value, struct margay_fragment);
} margay_fragments SEC(".maps");

static __always_inline void fragment_key(struct margay_fragment_key *key, const struct packet *packet)
{
	__builtin_memset(key, 0, sizeof(*key));
	key->ifindex = packet->key.ifindex;
	__builtin_memcpy(key->local, packet->key.local, 16);
	__builtin_memcpy(key->remote, packet->key.remote, 16);
	key->id = packet->fragment_id;
	key->family = packet->key.family;
	key->protocol = packet->key.protocol;
	key->outward = packet->outward;
}

static __always_inline void remember_fragment(const struct packet *packet)
{
	struct margay_fragment_key key;
	struct margay_fragment value = {
		.local_port = packet->key.local_port,
		.remote_port = packet->key.remote_port,
		.role = packet->key.role,
	};

	fragment_key(&key, packet);
	bpf_map_update_elem(&margay_fragments, &key, &value, BPF_ANY);
}

/* Completes the key of a later fragment. Returns 0, or -1 when its first fragment was not seen. */
static __always_inline int recall_fragment(struct packet *packet)
{
	struct margay_fragment_key key;
	struct margay_fragment *value;

	fragment_key(&key, packet);
	value = bpf_map_lookup_elem(&margay_fragments, &key);
	if (!value)
		return -1;
	packet->key.local_port = value->local_port;
	packet->key.remote_port = value->remote_port;
	packet->key.role = value->role;
	return 0;
}
