/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * What the kernel and the agent share. agent/src/ffi/layouts.ts repeats it; a test compares the two through BTF.
 * Times are nanoseconds of CLOCK_MONOTONIC. "Local" is the pod behind the tap, "remote" its peer as the packet names it.
 */
#pragma once

#include <linux/types.h>

enum margay_version {
	/* Raised with every change of a pinned map. */
	MARGAY_LAYOUT = 1,
};

enum margay_timing {
	/* An opening nobody answered is held back this long: until then nobody can say whether it was denied. */
	MARGAY_HOLD_MS = 3000,
};

enum margay_initiator {
	MARGAY_UNKNOWN = 0,
	MARGAY_LOCAL = 1,
	MARGAY_REMOTE = 2,
};

enum margay_loss {
	MARGAY_LOSS_CONNECTIONS = 0, /* no room in the connection table */
	MARGAY_LOSS_WINDOW = 1,      /* no room in the window's counters */
	MARGAY_LOSS_PARSE = 2,       /* truncated or malformed headers */
	MARGAY_LOSS_FRAGMENT = 3,    /* a later fragment whose first one was not seen */
	MARGAY_LOSS_KINDS = 4,
};

struct margay_key {
	__u32 ifindex;
	/* IPv4 in the first four bytes, the rest zero; family tells. */
	__u8 local[16];
	__u8 remote[16];
	/* ICMP: type << 8 | code of the message that began the exchange. */
	__be16 local_port;
	/* ICMP: echo identifier, so that each ping is a connection of its own, as conntrack has it. */
	__be16 remote_port;
	__u8 family; /* 4 or 6 */
	__u8 protocol;
	/* ICMP only: enum margay_initiator, because two hosts that ping each other share everything else. */
	__u8 role;
	__u8 zero;
};

/* One connection's life. Flags are bytes set to 1, never counted or cleared bitwise: any two CPUs may set them at once. */
struct margay_conn {
	__u64 first_ns;
	__u64 last_ns;
	/* 0 while the opener alone has been heard. */
	__u64 answered_ns;
	/* Not yet in any window: what passed before the answer, or before MARGAY_HOLD_MS were over. [0] out, [1] in. */
	__u32 held_bytes[2];
	__u32 held_packets[2];
	__u8 initiator;
	__u8 fin_local;
	__u8 fin_remote;
	__u8 ended;
	__u32 zero;
};

/* One connection's share of one window. */
struct margay_counts {
	__u64 bytes[2]; /* [0] out: sent by the pod, [1] in */
	__u64 packets[2];
	__u64 first_ns;
	__u64 last_ns;
	__u32 started;
	__u32 completed;
	__u8 initiator;
	__u8 answered;
	__u8 unanswered;
	__u8 zero[5];
};

/*
 * Where the agent stands, written by it alone. It makes a restart exact: which window is open, which one was closed
 * and not yet acknowledged, and from when to when the deadlines of connections were looked at for that window.
 */
struct margay_ledger {
	__u32 layout; /* MARGAY_LAYOUT: maps of another layout are thrown away, not read */
	__u32 closed_pending;
	__u8 boot[16]; /* random: names this life of the maps */
	__u64 epoch; /* of the window being written; even: window a, odd: window b */
	__u64 opened_ns;
	__u64 scanned_ns;
	/* The window before it, meaningful while closed_pending. */
	__u64 closed_opened_ns;
	__u64 closed_ns;
	__u64 closed_scanned_from_ns;
	__u64 closed_scanned_to_ns;
	__u64 closed_losses[4];
	/* margay_losses as of closed_ns. */
	__u64 losses[4];
};
