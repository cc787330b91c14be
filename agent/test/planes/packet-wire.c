/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Puts frames on the pods' ends of their veths and tells which came out where, and what NFLOG said of them.
 * A packet is known by the last eight bytes of its payload: MAGIC and its number. The last of a batch is LAST: since all
 * of them pass one CPU's queue, whatever came before it has been decided when it arrives.
 *
 *     packet-wire <NFLOG group> <network namespace of a pod, device eth0> …
 *
 * stdin:  batches of { u32 count; { u32 pod; u32 length; u8 frame[length] } [count] }
 * stdout: lines "A <number> <pod>" (arrived), "L <number> <prefix>" (logged), "E <whether LAST arrived>" ends a batch
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <linux/netlink.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PODS_MAX 64
#define MAGIC 0x6d617267u
#define LAST 0xffffffffu
#define WAIT_MS 3000
#define QUEUE_BYTES (32 << 20)

static struct pollfd sockets[PODS_MAX + 1];
static int pods;

static int pod_socket(const char *namespace)
{
	char path[256];
	snprintf(path, sizeof(path), "/run/netns/%s", namespace);
	int own = open("/proc/self/ns/net", O_RDONLY), other = open(path, O_RDONLY);
	if (own < 0 || other < 0 || setns(other, CLONE_NEWNET) < 0)
		err(1, "%s", path);
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, htons(ETH_P_ALL));
	struct sockaddr_ll at = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };
	at.sll_ifindex = if_nametoindex("eth0");
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0)
		err(1, "eth0 of %s", namespace);
	if (setns(own, CLONE_NEWNET) < 0)
		err(1, "setns");
	close(own);
	close(other);
	return fd;
}

static void configure(int fd, uint16_t group, uint16_t type, const void *value, uint16_t length)
{
	struct {
		struct nlmsghdr header;
		struct nfgenmsg message;
		struct nlattr attribute;
		char value[16];
	} request = {
		.header = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct nfgenmsg)) + NLA_ALIGN(NLA_HDRLEN + length),
			    .nlmsg_type = NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_CONFIG,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK },
		.message = { .version = NFNETLINK_V0, .res_id = htons(group) },
		.attribute = { .nla_len = NLA_HDRLEN + length, .nla_type = type },
	};
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
		char rest[256];
	} answer;
	memcpy(request.value, value, length);
	if (send(fd, &request, request.header.nlmsg_len, 0) < 0 || recv(fd, &answer, sizeof(answer), 0) < 0)
		err(1, "nfnetlink_log");
	if (answer.header.nlmsg_type != NLMSG_ERROR || answer.error.error != 0)
		errx(1, "nfnetlink_log: %s", strerror(-answer.error.error));
}

static int log_socket(uint16_t group)
{
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER);
	struct nfulnl_msg_config_cmd bind_group = { .command = NFULNL_CFG_CMD_BIND };
	struct nfulnl_msg_config_mode mode = { .copy_range = htonl(0xffff), .copy_mode = NFULNL_COPY_PACKET };
	struct sockaddr_nl at = { .nl_family = AF_NETLINK };
	uint32_t at_once = htonl(1);
	int bytes = QUEUE_BYTES;
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0)
		err(1, "netlink");
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes));
	configure(fd, group, NFULA_CFG_CMD, &bind_group, sizeof(bind_group));
	configure(fd, group, NFULA_CFG_MODE, &mode, sizeof(mode));
	configure(fd, group, NFULA_CFG_QTHRESH, &at_once, sizeof(at_once));
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

/* The number at the packet's end; 0: not one of ours. */
static uint32_t number_of(const uint8_t *packet, size_t length)
{
	uint32_t words[2];
	if (length < sizeof(words))
		return 0;
	memcpy(words, packet + length - sizeof(words), sizeof(words));
	return words[0] == htonl(MAGIC) ? ntohl(words[1]) : 0;
}

static void tell_log(const uint8_t *buffer, ssize_t got)
{
	const struct nlmsghdr *message = (const void *)buffer;
	for (; NLMSG_OK(message, got); message = NLMSG_NEXT(message, got)) {
		if (message->nlmsg_type != (NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_PACKET))
			continue;
		const char *prefix = "";
		uint32_t number = 0;
		const uint8_t *at = (const uint8_t *)NLMSG_DATA(message) + NLMSG_ALIGN(sizeof(struct nfgenmsg));
		const uint8_t *end = (const uint8_t *)message + message->nlmsg_len;
		while (at + NLA_HDRLEN <= end) {
			const struct nlattr *one = (const void *)at;
			if ((one->nla_type & NLA_TYPE_MASK) == NFULA_PREFIX)
				prefix = (const char *)at + NLA_HDRLEN;
			if ((one->nla_type & NLA_TYPE_MASK) == NFULA_PAYLOAD)
				number = number_of(at + NLA_HDRLEN, one->nla_len - NLA_HDRLEN);
			at += NLA_ALIGN(one->nla_len);
		}
		if (number != 0)
			printf("L %u %s\n", number, prefix);
	}
}

/* Reads what there is; returns whether LAST was in it. */
static int drain(int place)
{
	static uint8_t buffer[1 << 18];
	int seen = 0;
	for (;;) {
		struct sockaddr_ll from;
		socklen_t size = sizeof(from);
		ssize_t got = recvfrom(sockets[place].fd, buffer, sizeof(buffer), 0, (struct sockaddr *)&from, &size);
		if (got < 0 && errno == EAGAIN)
			return seen;
		if (got < 0)
			err(1, "receive");
		if (place == pods) {
			tell_log(buffer, got);
			continue;
		}
		uint32_t number = from.sll_pkttype == PACKET_OUTGOING ? 0 : number_of(buffer, got);
		if (number == LAST)
			seen = 1;
		else if (number != 0)
			printf("A %u %d\n", number, place);
	}
}

static void take(void *into, size_t length)
{
	if (fread(into, 1, length, stdin) != length)
		exit(0);
}

int main(int argc, char **argv)
{
	cpu_set_t one;
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	pods = argc - 2;
	if (pods < 1 || pods > PODS_MAX)
		errx(1, "packet-wire GROUP NAMESPACE…");
	if (sched_setaffinity(0, sizeof(one), &one) < 0)
		err(1, "one CPU");
	for (int i = 0; i < pods; i++)
		sockets[i] = (struct pollfd){ .fd = pod_socket(argv[i + 2]), .events = POLLIN };
	sockets[pods] = (struct pollfd){ .fd = log_socket(atoi(argv[1])), .events = POLLIN };
	for (;;) {
		static uint8_t frame[1 << 16];
		uint32_t count, head[2];
		int seen = 0;
		take(&count, sizeof(count));
		while (count-- > 0) {
			take(head, sizeof(head));
			if (head[0] >= (uint32_t)pods || head[1] > sizeof(frame))
				errx(1, "no such pod, or too long");
			take(frame, head[1]);
			if (send(sockets[head[0]].fd, frame, head[1], 0) < 0)
				err(1, "send");
		}
		while (!seen && poll(sockets, pods + 1, WAIT_MS) > 0)
			for (int i = 0; i <= pods; i++)
				seen |= drain(i);
		/* LAST may have been read before what came earlier to another socket. */
		for (int i = 0; i <= pods; i++)
			drain(i);
		printf("E %d\n", seen);
		fflush(stdout);
	}
}
