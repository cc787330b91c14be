/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * Sizes here are defaults; the agent sets its own before it loads. Tables are BPF_F_NO_PREALLOC: a quiet node pays for
 * what it uses, and the memory is charged to the agent's cgroup as it is used.
 */
#pragma once

#include "layout.h"
#include <bpf/bpf_helpers.h>

/*
 * Every connection alive at a tap. Key: interface and tuple from the pod's side, so both directions meet in one entry
 * and two pods of one node that talk to each other are seen from both ends. A plain hash: an LRU would forget
 * silently, this one says E2BIG and we count it. 131,072 = 110 pods with over a thousand connections each, at most
 * some 25 MB. The agent deletes by deadline. Pinned: a restart must not lose who opened what.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 131072);
	__type(key, struct margay_key);
	__type(value, struct margay_conn);
} margay_conns SEC(".maps");

/*
 * Room kept for connections that begin while the table above is full: a flood of old or half-known ones cannot hide
 * a new one. An eighth of it. Pinned with it.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 16384);
	__type(key, struct margay_key);
	__type(value, struct margay_conn);
} margay_reserve SEC(".maps");

/*
 * Counters of a window, as large as both tables together, since each connection has one entry at most. Two of them
 * take turns: one is written while the agent reads and clears the other. Pinned: what a dead agent had not read yet
 * is still there for the next.
 */
struct margay_window_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 147456);
	__type(key, struct margay_key);
	__type(value, struct margay_counts);
};
struct margay_window_map margay_window_a SEC(".maps");
struct margay_window_map margay_window_b SEC(".maps");

/* The window being written. One slot: replacing it from user space returns only when no program uses the old one. Pinned. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, struct margay_window_map);
} margay_active SEC(".maps") = {
	.values = { [0] = &margay_window_a },
};

/* What was not recorded, by enum margay_loss; only grows. Per CPU: it is written when things go badly. Pinned with the windows. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, MARGAY_LOSS_KINDS);
	__type(key, __u32);
	__type(value, __u64);
} margay_losses SEC(".maps");

/*
 * Where the agent stands: boot, epoch, what is closed and not yet acknowledged (layouts.ts). No program reads it; it
 * lives here so that it has exactly the life of the maps it speaks of. Pinned.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct margay_ledger);
} margay_ledger SEC(".maps");

static __always_inline void lose(__u32 kind)
{
	__u64 *count = bpf_map_lookup_elem(&margay_losses, &kind);

	if (count)
		*count += 1;
}
