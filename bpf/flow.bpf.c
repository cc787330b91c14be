// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * The observer at a pod's tap: tc on the host side of its veth, both directions. It counts connections and lets every
 * packet go on: TC_ACT_UNSPEC (= TCX_NEXT) leaves the verdict to whoever comes after.
 *
 *   packet → parse → connection table (who opened it, answered?, ended?) → counters of the open window
 *
 * An opening (SYN, INIT) is held back with its connection until it is answered or MARGAY_HOLD_MS have passed; the
 * agent reports those that nobody answered. Written for 5.10: no kfuncs, timers, dynptrs; atomics without fetch.
 */
#include <stddef.h>
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include "include/count.h"
#include "include/fragments.h"
#include "include/related.h"
#include "include/track.h"

/* The other side has spoken, or the opener itself goes on, which it does only after an answer that we did not see. */
static __always_inline int is_answer(const struct margay_conn *conn, const struct packet *packet)
{
	__u8 sender = packet->outward ? MARGAY_LOCAL : MARGAY_REMOTE;

	return sender != conn->initiator || (packet->event != EVENT_OPEN && packet->event != EVENT_RESET);
}

/* Returns 1 at the packet that ends the connection: the second FIN, or a reset. */
static __always_inline int ends_now(struct margay_conn *conn, const struct packet *packet)
{
	if (conn->ended)
		return 0;
	if (packet->event == EVENT_CLOSE) {
		if (packet->outward)
			conn->fin_local = 1;
		else
			conn->fin_remote = 1;
	}
	if (packet->event != EVENT_RESET && !(conn->fin_local && conn->fin_remote))
		return 0;
	conn->ended = 1;
	return 1;
}

/* A packet of a connection that was answered, or that has stayed unanswered for so long that it is reported. */
static __always_inline void count(struct margay_conn *conn, const struct margay_key *key, const struct packet *packet,
				  __u64 now, int starts, int released)
{
	struct margay_counts *counts = open_counts(key, conn, now);

	if (!counts)
		return;
	if (released)
		release_held(counts, conn);
	if (starts)
		__sync_fetch_and_add(&counts->started, 1);
	if (conn->answered_ns) {
		counts->answered = 1;
		if (ends_now(conn, packet))
			__sync_fetch_and_add(&counts->completed, 1);
	} else {
		counts->unanswered = 1;
	}
	/* A reused tuple may have changed sides within the window. */
	if (counts->initiator != conn->initiator)
		counts->initiator = conn->initiator;
	count_packet(counts, packet, now);
}

static __always_inline void observe_error(struct __sk_buff *skb, struct packet *packet, __u64 now)
{
	struct margay_conn *conn;
	struct margay_key key;

	if (related_key(skb, packet, &key) == 0) {
		conn = find_conn(&key);
		if (conn) {
			if (conn->answered_ns || now - conn->first_ns >= HOLD_NS)
				count(conn, &key, packet, now, 0, 0);
			else
				hold_packet(conn, packet);
		}
	}
	/* Of a connection that we do not know: no connection by itself. */
}

static __always_inline void observe_packet(struct packet *packet, __u64 now)
{
	struct margay_conn *conn = find_conn(&packet->key);
	int created = 0, released = 0, starts = 0;

	if (!conn) {
		conn = add_conn(packet, now, &created);
		if (!conn) {
			lose(MARGAY_LOSS_CONNECTIONS);
			return;
		}
	} else if (conn->ended && packet->event == EVENT_OPEN) {
		/* The tuple lives again. Ended means answered, so nothing of its former life is held back. */
		begin(conn, packet, now);
	}
	conn->last_ns = now;
	if (!conn->answered_ns && is_answer(conn, packet)) {
		conn->answered_ns = now;
		released = now - conn->first_ns < HOLD_NS;
	}
	if (!conn->answered_ns && now - conn->first_ns < HOLD_NS) {
		hold_packet(conn, packet);
		return;
	}
	/* An opening is counted as started when it is released, or by the agent when it reports it unanswered. */
	starts = created && packet->event != EVENT_OPEN && conn->initiator != MARGAY_UNKNOWN;
	count(conn, &packet->key, packet, now, starts, released);
}

static __always_inline int observe(struct __sk_buff *skb, __u8 outward)
{
	struct packet packet = { .outward = outward };
	__u64 now = bpf_ktime_get_ns();

	switch (parse_packet(skb, &packet)) {
	case PARSE_BAD:
		lose(MARGAY_LOSS_PARSE);
		return TC_ACT_UNSPEC;
	case PARSE_IGNORE:
		return TC_ACT_UNSPEC;
	}
	if (packet.piece == PIECE_FIRST) {
		remember_fragment(&packet);
	} else if (packet.piece == PIECE_LATER && recall_fragment(&packet) < 0) {
		lose(MARGAY_LOSS_FRAGMENT);
		return TC_ACT_UNSPEC;
	}
	if (packet.is_error)
		observe_error(skb, &packet, now);
	else
		observe_packet(&packet, now);
	return TC_ACT_UNSPEC;
}

/* Ingress of the host side of a veth: the pod sends. */
SEC("tc")
int margay_from_pod(struct __sk_buff *skb)
{
	return observe(skb, 1);
}

/* Egress of the host side: the pod receives. */
SEC("tc")
int margay_to_pod(struct __sk_buff *skb)
{
	return observe(skb, 0);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
