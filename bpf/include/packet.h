/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* A packet as the observer sees it, and what its headers may say about the connection. */
#pragma once

#include "layout.h"

#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

enum packet_event {
	EVENT_NONE,   /* anything within a connection */
	EVENT_OPEN,   /* SYN, INIT */
	EVENT_ACCEPT, /* SYN-ACK, INIT-ACK */
	EVENT_CLOSE,  /* FIN: this side has said all */
	EVENT_RESET,  /* RST, ABORT, SHUTDOWN COMPLETE: over */
};

enum packet_piece {
	PIECE_WHOLE,
	PIECE_FIRST,
	PIECE_LATER,
};

enum parse_result {
	PARSE_OK,
	PARSE_IGNORE, /* not IP, or traffic that keeps the link itself going */
	PARSE_BAD,    /* truncated or malformed */
};

struct packet {
	struct margay_key key;
	__u32 l3_offset;
	__u32 l4_offset;
	__u32 l3_bytes;
	__u32 fragment_id;
	__u8 outward; /* sent by the pod */
	__u8 event;
	__u8 piece;
	/* An ICMP error: offset of the packet it complains about is l4_offset + 8. */
	__u8 is_error;
};
