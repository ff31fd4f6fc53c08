#include "monitor/icmp/icmp_socket.h"

#include "monitor/net/round_trip.h"

#include <errno.h>
#include <linux/errqueue.h>
#include <linux/icmp.h>
#include <netinet/icmp6.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define BATCH        64
#define BUFFER_SIZE  2048
#define CONTROL_SIZE 256
#define QUEUE_BYTES  (4 * 1024 * 1024)
#define ID_TRIES     16

struct icmp_receiver { /* its messages are prepared at any time */
	struct mmsghdr messages[BATCH];
	struct iovec vectors[BATCH];
	union address from[BATCH];
	uint8_t buffers[BATCH][BUFFER_SIZE];
	_Alignas(struct cmsghdr) uint8_t control[BATCH][CONTROL_SIZE];
};

/* ---- opening ---- */

static void set_option(int fd, int level, int name, int value)
{
	(void)setsockopt(fd, level, name, &value, sizeof value);
}

static void set_queues(int fd)
{
	/* the FORCE variants pass net.core.rmem_max but need CAP_NET_ADMIN */
	set_option(fd, SOL_SOCKET, SO_RCVBUF, QUEUE_BYTES);
	set_option(fd, SOL_SOCKET, SO_RCVBUFFORCE, QUEUE_BYTES);
	set_option(fd, SOL_SOCKET, SO_SNDBUF, QUEUE_BYTES);
	set_option(fd, SOL_SOCKET, SO_SNDBUFFORCE, QUEUE_BYTES);
}

/* Without the filter the loopback delivers our own requests as well. */
static void set_filter(int fd, bool v6)
{
	struct icmp_filter v4_filter = { ~(1U << ICMP_ECHOREPLY | 1U << ICMP_DEST_UNREACH |
		                           1U << ICMP_TIME_EXCEEDED) };
	struct icmp6_filter v6_filter;

	if (!v6) {
		(void)setsockopt(fd, SOL_RAW, ICMP_FILTER, &v4_filter, sizeof v4_filter);
		return;
	}
	ICMP6_FILTER_SETBLOCKALL(&v6_filter);
	ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &v6_filter);
	ICMP6_FILTER_SETPASS(ICMP6_DST_UNREACH, &v6_filter);
	ICMP6_FILTER_SETPASS(ICMP6_PACKET_TOO_BIG, &v6_filter);
	ICMP6_FILTER_SETPASS(ICMP6_TIME_EXCEEDED, &v6_filter);
	(void)setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &v6_filter, sizeof v6_filter);
}

static uint16_t random_id(void)
{
	uint16_t id = 0;

	while (!id && getrandom(&id, sizeof id, 0) < 0 && errno == EINTR)
		;
	return id ? id : 1;
}

/* The identifier of a ping socket is its port; left alone, the kernel counts up. */
static int bind_id(struct icmp_socket *s)
{
	for (int i = 0; i < ID_TRIES; i++) {
		struct sockaddr_in v4 = { .sin_family = AF_INET };
		struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
		int rc;

		s->id = random_id();
		v4.sin_port = v6.sin6_port = htons(s->id);
		rc = s->v6 ? bind(s->fd, (struct sockaddr *)&v6, sizeof v6)
		           : bind(s->fd, (struct sockaddr *)&v4, sizeof v4);
		if (rc == 0)
			return 0;
	}
	return -1;
}

static int refuse(struct icmp_socket *s, struct error *err)
{
	int cause = errno;

	icmp_socket_close(s);
	error_set(err, ERROR_IO, "cannot open an ICMP%s socket: %s", s->v6 ? "v6" : "", strerror(cause));
	if (cause == EPERM || cause == EACCES)
		error_hint(err,
		           "give the program CAP_NET_RAW, or its group a place in net.ipv4.ping_group_range");
	errno = cause;
	return err->code;
}

int icmp_socket_open(struct icmp_socket *s, bool v6, struct error *err)
{
	int family = v6 ? AF_INET6 : AF_INET, protocol = v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
	int flags = SOCK_NONBLOCK | SOCK_CLOEXEC;

	*s = (struct icmp_socket){ .v6 = v6, .fd = socket(family, SOCK_DGRAM | flags, protocol) };
	if (s->fd < 0) {
		s->raw = true;
		s->id = random_id();
		s->fd = socket(family, SOCK_RAW | flags, protocol);
	}
	if (s->fd < 0 || (!s->raw && bind_id(s) < 0))
		return refuse(s, err);
	set_queues(s->fd);
	set_option(s->fd, SOL_SOCKET, SO_TIMESTAMPNS, 1);
	if (s->raw)
		set_filter(s->fd, v6);
	/* also raw: without it a packet that this machine's own full queue drops counts as sent (raw_sendmsg, ip(7)) */
	set_option(s->fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_RECVERR : IP_RECVERR, 1);
	return 0;
}

void icmp_socket_close(struct icmp_socket *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

/* ---- receiving ---- */

static void prepare_message(struct icmp_receiver *r, int i)
{
	r->vectors[i] = (struct iovec){ r->buffers[i], BUFFER_SIZE };
	r->messages[i].msg_hdr = (struct msghdr){ .msg_name = &r->from[i],
		                                  .msg_namelen = sizeof r->from[i],
		                                  .msg_iov = &r->vectors[i],
		                                  .msg_iovlen = 1,
		                                  .msg_control = r->control[i],
		                                  .msg_controllen = CONTROL_SIZE };
}

struct icmp_receiver *icmp_receiver_new(void)
{
	struct icmp_receiver *r = calloc(1, sizeof(struct icmp_receiver));

	for (int i = 0; r && i < BATCH; i++)
		prepare_message(r, i);
	return r;
}

void icmp_receiver_free(struct icmp_receiver *r)
{
	free(r);
}

static int receive_batch(struct icmp_socket *s, struct icmp_receiver *r,
                         void (*take)(void *arg, const struct icmp_arrival *arrival), void *arg)
{
	int n = recvmmsg(s->fd, r->messages, BATCH, MSG_DONTWAIT, NULL);

	for (int i = 0; i < n; i++) {
		struct icmp_arrival arrival;
		bool whole = icmp_parse(s->v6, s->raw && !s->v6, r->buffers[i], r->messages[i].msg_len,
		                        &arrival.message);

		arrival.from = r->from[i];
		arrival.stamp_ns = round_trip_stamp_ns(&r->messages[i].msg_hdr);
		prepare_message(r, i);
		if (whole)
			take(arg, &arrival);
	}
	return n;
}

/* Errors are kept apart: the quoted echo request, and in a control message what happened to it. */
static bool read_error(const struct icmp_socket *s, struct msghdr *header, const uint8_t *bytes,
                       size_t length, struct icmp_arrival *arrival)
{
	struct sock_extended_err cause = { 0 };

	for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c))
		if ((c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR) ||
		    (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR))
			memcpy(&cause, CMSG_DATA(c), sizeof cause);
	if (cause.ee_origin != (s->v6 ? SO_EE_ORIGIN_ICMP6 : SO_EE_ORIGIN_ICMP))
		return false;
	return icmp_parse_request(s->v6, bytes, length, &arrival->message) &&
	       icmp_error_meaning(s->v6, cause.ee_type, cause.ee_code, &arrival->message.meaning);
}

static void set_destination(const struct icmp_socket *s, const union address *to,
                            struct icmp_message *message)
{
	memcpy(message->destination, address_bytes(to), s->v6 ? 16 : 4);
	message->has_destination = true;
}

static void receive_errors(struct icmp_socket *s, struct icmp_receiver *r,
                           void (*take)(void *arg, const struct icmp_arrival *arrival), void *arg)
{
	for (;;) {
		struct msghdr *header = &r->messages[0].msg_hdr;
		struct icmp_arrival arrival = { 0 };
		ssize_t n;

		prepare_message(r, 0);
		n = recvmsg(s->fd, header, MSG_ERRQUEUE | MSG_DONTWAIT);
		if (n < 0)
			return;
		if (s->raw) /* it comes as a message too */
			continue;
		if (!read_error(s, header, r->buffers[0], (size_t)n, &arrival))
			continue;
		set_destination(s, &r->from[0], &arrival.message); /* the name is where it was sent to */
		take(arg, &arrival);
	}
}

void icmp_socket_receive(struct icmp_socket *s, struct icmp_receiver *r,
                         void (*take)(void *arg, const struct icmp_arrival *arrival), void *arg)
{
	int n, errors = 0;

	receive_errors(s, r, take, arg);
	do { /* an error that waits in the socket is reported once, before what was received */
		n = receive_batch(s, r, take, arg);
		errors += n < 0;
	} while (n == BATCH || (n < 0 && errno != EAGAIN && errors < 8));
}
