/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* The connection table: finds or makes the entry of a packet. */
#pragma once

#include "maps.h"
#include "transport.h"

#define HOLD_NS ((__u64)MARGAY_HOLD_MS * 1000000)

static __always_inline struct margay_conn *find_conn(const struct margay_key *key)
{
	struct margay_conn *conn = bpf_map_lookup_elem(&margay_conns, key);

	return conn ? conn : bpf_map_lookup_elem(&margay_reserve, key);
}

/* Who opened it: the sender of the SYN, the receiver of the SYN-ACK, else, where no handshake could tell, the first sender. */
static __always_inline __u8 initiator_of(const struct packet *packet)
{
	__u8 sender = packet->outward ? MARGAY_LOCAL : MARGAY_REMOTE;
	__u8 receiver = packet->outward ? MARGAY_REMOTE : MARGAY_LOCAL;

	if (packet->key.role)
		return packet->key.role;
	if (!has_handshake(packet->key.protocol) || packet->event == EVENT_OPEN)
		return sender;
	return packet->event == EVENT_ACCEPT ? receiver : MARGAY_UNKNOWN;
}

/* An entry as the first packet leaves it, before it is counted. */
static __always_inline void begin(struct margay_conn *conn, const struct packet *packet, __u64 now)
{
	conn->first_ns = now;
	conn->last_ns = now;
	conn->answered_ns = packet->event == EVENT_OPEN ? 0 : now;
	conn->held_bytes[0] = 0;
	conn->held_bytes[1] = 0;
	conn->held_packets[0] = 0;
	conn->held_packets[1] = 0;
	conn->initiator = initiator_of(packet);
	conn->fin_local = 0;
	conn->fin_remote = 0;
	conn->ended = 0;
}

/*
 * Adds an entry. `created` becomes 1 for the one CPU that added it. A connection that begins now may use the reserve;
 * one found under way may not. Returns NULL when there is no room.
 */
static __always_inline struct margay_conn *add_conn(const struct packet *packet, __u64 now, int *created)
{
	struct margay_conn fresh = {};
	long error;

	begin(&fresh, packet, now);
	error = bpf_map_update_elem(&margay_conns, &packet->key, &fresh, BPF_NOEXIST);
	*created = error == 0;
	if (error && error != -17 /* EEXIST: another CPU was faster */ && fresh.initiator != MARGAY_UNKNOWN)
		*created = bpf_map_update_elem(&margay_reserve, &packet->key, &fresh, BPF_NOEXIST) == 0;
	return find_conn(&packet->key);
}
