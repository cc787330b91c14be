/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* The counters of the window that is open. */
#pragma once

#include "maps.h"
#include "packet.h"

/* This connection's counters in the open window, or NULL, counted as a loss. */
static __always_inline struct margay_counts *open_counts(const struct margay_key *key, const struct margay_conn *conn,
							 __u64 now)
{
	struct margay_counts fresh = { .first_ns = now, .initiator = conn->initiator };
	struct margay_counts *counts;
	__u32 slot = 0;
	void *window;

	window = bpf_map_lookup_elem(&margay_active, &slot);
	if (!window)
		return NULL;
	counts = bpf_map_lookup_elem(window, key);
	if (counts)
		return counts;
	bpf_map_update_elem(window, key, &fresh, BPF_NOEXIST);
	counts = bpf_map_lookup_elem(window, key);
	if (!counts)
		lose(MARGAY_LOSS_WINDOW);
	return counts;
}

static __always_inline void count_packet(struct margay_counts *counts, const struct packet *packet, __u64 now)
{
	/* Two branches instead of an index: the verifier of older kernels loses track of a variable offset. */
	if (packet->outward) {
		__sync_fetch_and_add(&counts->bytes[0], packet->l3_bytes);
		__sync_fetch_and_add(&counts->packets[0], 1);
	} else {
		__sync_fetch_and_add(&counts->bytes[1], packet->l3_bytes);
		__sync_fetch_and_add(&counts->packets[1], 1);
	}
	counts->last_ns = now;
}

/* Keeps a packet back with the connection, until it is known whether anybody answers. */
static __always_inline void hold_packet(struct margay_conn *conn, const struct packet *packet)
{
	if (packet->outward) {
		__sync_fetch_and_add(&conn->held_bytes[0], packet->l3_bytes);
		__sync_fetch_and_add(&conn->held_packets[0], 1);
	} else {
		__sync_fetch_and_add(&conn->held_bytes[1], packet->l3_bytes);
		__sync_fetch_and_add(&conn->held_packets[1], 1);
	}
}

/* The answer came in time: what was held back joins the open window, and with it the start of the connection. */
static __always_inline void release_held(struct margay_counts *counts, const struct margay_conn *conn)
{
	__sync_fetch_and_add(&counts->bytes[0], conn->held_bytes[0]);
	__sync_fetch_and_add(&counts->bytes[1], conn->held_bytes[1]);
	__sync_fetch_and_add(&counts->packets[0], conn->held_packets[0]);
	__sync_fetch_and_add(&counts->packets[1], conn->held_packets[1]);
	__sync_fetch_and_add(&counts->started, 1);
	counts->first_ns = conn->first_ns;
}
