#include "monitor/stamp/reflector.h"

#include "base/instant.h"
#include "monitor/record/clock.h"
#include "monitor/record/moment.h"
#include "monitor/stamp/reflect_socket.h"
#include "monitor/stamp/reflect_table.h"
#include "monitor/net/resolve.h"
#include "monitor/net/round_trip.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BATCH        32
#define TURN_MOST    1024 /* packets, then the loop has its turn */
#define CONTROL_SIZE 256
#define DSCP_MASK    0xfc /* of the traffic class: not ECN's bits, which belong to each packet */
#define LOOP_NS      (INT64_C(60) * 1000000000)

struct door { /* one socket */
	uv_poll_t poll;
	struct reflector *reflector;
	int fd;
	bool v6;
	uint16_t port;
};

struct reflector {
	uv_loop_t *loop;
	const struct stamp_key *key;
	struct reflect_table *table; /* NULL: stateless */
	struct door doors[2];        /* IPv6, IPv4 */
	int open_doors;
	uint16_t error; /* our error estimate, of this batch */
	struct reflector_counts counts;
	void (*closed)(void *arg);
	void *closed_arg;

	struct mmsghdr messages[BATCH];
	struct iovec vectors[BATCH];
	union address from[BATCH];
	uint8_t buffers[BATCH][STAMP_PACKET_MOST];
	_Alignas(struct cmsghdr) uint8_t control[BATCH][CONTROL_SIZE];
};

/* ---- one packet ---- */

/* What the kernel says of a packet. */
struct about {
	int64_t stamp_ns;
	int ttl, traffic_class;
	struct in_addr local4;
	struct in6_pktinfo local6;
};

static int int_of(const struct cmsghdr *c)
{
	int value = 0;

	memcpy(&value, CMSG_DATA(c), c->cmsg_len >= CMSG_LEN(sizeof value) ? sizeof value : 1);
	return value;
}

static void read_about(struct msghdr *header, struct about *about)
{
	*about = (struct about){ .stamp_ns = round_trip_stamp_ns(header) };
	for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
		bool v4 = c->cmsg_level == IPPROTO_IP, v6 = c->cmsg_level == IPPROTO_IPV6;

		if ((v4 && c->cmsg_type == IP_TTL) || (v6 && c->cmsg_type == IPV6_HOPLIMIT))
			about->ttl = int_of(c);
		else if ((v4 && c->cmsg_type == IP_TOS) || (v6 && c->cmsg_type == IPV6_TCLASS))
			about->traffic_class = int_of(c) & DSCP_MASK;
		else if (v4 && c->cmsg_type == IP_PKTINFO)
			about->local4 = ((const struct in_pktinfo *)CMSG_DATA(c))->ipi_spec_dst;
		else if (v6 && c->cmsg_type == IPV6_PKTINFO)
			memcpy(&about->local6, CMSG_DATA(c), sizeof about->local6);
	}
}

static void *put_control(struct msghdr *header, int level, int type, size_t size)
{
	struct cmsghdr *c = (struct cmsghdr *)((char *)header->msg_control + header->msg_controllen);

	c->cmsg_level = level;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(size);
	header->msg_controllen += CMSG_SPACE(size);
	assert(header->msg_controllen <= CONTROL_SIZE);
	return CMSG_DATA(c);
}

/* The way back: from the address that was asked, with its DSCP. */
static void set_way(const struct door *door, struct msghdr *header, const struct about *about)
{
	struct in_pktinfo local4 = { .ipi_spec_dst = about->local4 };

	memset(header->msg_control, 0, CONTROL_SIZE);
	header->msg_controllen = 0;
	if (door->v6) {
		struct in6_pktinfo local6 = about->local6;

		if (!IN6_IS_ADDR_LINKLOCAL(&local6.ipi6_addr))
			local6.ipi6_ifindex = 0; /* routing decides */
		memcpy(put_control(header, IPPROTO_IPV6, IPV6_PKTINFO, sizeof local6), &local6,
		       sizeof local6);
		memcpy(put_control(header, IPPROTO_IPV6, IPV6_TCLASS, sizeof(int)), &about->traffic_class,
		       sizeof(int));
	} else {
		memcpy(put_control(header, IPPROTO_IP, IP_PKTINFO, sizeof local4), &local4, sizeof local4);
		memcpy(put_control(header, IPPROTO_IP, IP_TOS, sizeof(int)), &about->traffic_class,
		       sizeof(int));
	}
}

static void map_v4(uint8_t out[16], struct in_addr address)
{
	out[10] = out[11] = 0xff;
	memcpy(out + 12, &address, 4);
}

static struct reflect_key key_of(const struct door *door, const union address *from,
                                 const struct about *about, uint16_t session)
{
	struct reflect_key key = { .local_port = door->port, .session = session };

	if (door->v6) {
		memcpy(key.peer, &from->v6.sin6_addr, 16);
		memcpy(key.local, &about->local6.ipi6_addr, 16);
		key.peer_port = from->v6.sin6_port;
	} else {
		map_v4(key.peer, from->v4.sin_addr);
		map_v4(key.local, about->local4);
		key.peer_port = from->v4.sin_port;
	}
	return key;
}

static int64_t wall_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/*
 * Whether this is another reflector's answer to an answer of ours, which somebody made it take for a request: two of
 * them would go on for ever. Told by our own time in it, whatever ports and clocks the others have; that TWAMP's random
 * padding looks like it happens once in 70 million packets.
 */
static bool answers_an_answer(const struct reflector *r, const uint8_t *packet)
{
	uint64_t answered = stamp_answered_time(packet, r->key);
	int64_t age_ns = stamp_between_ns(answered, stamp_time(wall_ns()), 0);

	return answered != 0 && age_ns >= 0 && age_ns <= LOOP_NS;
}

/* Whether the packet may be answered, and with which number. */
static bool may_answer(struct door *door, const union address *from, const struct msghdr *header,
                       size_t length, const struct about *about, struct stamp_answer *answer)
{
	struct reflector *r = door->reflector;
	uint16_t port = address_port(from);
	enum stamp_verdict verdict;
	struct reflect_key key;

	if (port == STAMP_PORT || port == door->port) {
		r->counts.from_reflector++;
		return false;
	}
	verdict = header->msg_flags & MSG_TRUNC
	              ? STAMP_SHORT
	              : stamp_get_request(&answer->request, header->msg_iov->iov_base, length, r->key);
	if (verdict != STAMP_GOOD) {
		*(verdict == STAMP_FORGED ? &r->counts.wrong_key : &r->counts.wrong_length) += 1;
		return false;
	}
	if (answers_an_answer(r, header->msg_iov->iov_base)) {
		r->counts.from_reflector++;
		return false;
	}
	answer->sequence = answer->request.sequence;
	if (!r->table)
		return true;
	key = key_of(door, from, about, answer->request.session);
	if (reflect_table_next(r->table, &key, moment_now().us, &answer->sequence))
		return true;
	r->counts.no_place++;
	return false;
}

static void reflect(struct door *door, struct mmsghdr *message)
{
	struct reflector *r = door->reflector;
	struct msghdr *header = &message->msg_hdr;
	struct stamp_answer answer = { .sequence = 0 };
	struct about about;

	read_about(header, &about);
	if (!may_answer(door, header->msg_name, header, message->msg_len, &about, &answer))
		return;
	set_way(door, header, &about);
	answer.session = answer.request.session;
	answer.error = r->error;
	answer.ttl = (uint8_t)about.ttl;
	answer.received = stamp_time(about.stamp_ns ? about.stamp_ns : wall_ns());
	answer.timestamp = stamp_time(wall_ns());
	stamp_put_answer(header->msg_iov->iov_base, &answer, r->key);
	header->msg_iov->iov_len = message->msg_len;
	header->msg_flags = 0;
	if (sendmsg(door->fd, header, MSG_DONTWAIT) < 0)
		r->counts.not_sent++;
	else
		r->counts.answered++;
}

/* ---- receiving ---- */

static int receive_batch(struct door *door)
{
	struct reflector *r = door->reflector;

	for (int i = 0; i < BATCH; i++) {
		r->vectors[i] = (struct iovec){ r->buffers[i], STAMP_PACKET_MOST };
		r->messages[i].msg_hdr = (struct msghdr){ .msg_name = &r->from[i],
			                                  .msg_namelen = sizeof r->from[i],
			                                  .msg_iov = &r->vectors[i],
			                                  .msg_iovlen = 1,
			                                  .msg_control = r->control[i],
			                                  .msg_controllen = CONTROL_SIZE };
	}
	r->error = stamp_error(clock_state_read().max_error_us);
	return recvmmsg(door->fd, r->messages, BATCH, MSG_DONTWAIT, NULL);
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
	struct door *door = poll->data;
	int n = BATCH;

	(void)events;
	if (status < 0) /* libuv stops at POLLERR; what is wrong with a socket is read off it by receiving */
		uv_poll_start(poll, UV_READABLE, on_readable);
	for (int done = 0; n == BATCH && done < TURN_MOST; done += n) {
		n = receive_batch(door);
		for (int i = 0; i < n; i++)
			reflect(door, &door->reflector->messages[i]);
	}
}

/* ---- opening ---- */

static int open_door(struct reflector *r, const char *text, long port, struct error *err)
{
	struct door *door = &r->doors[r->open_doors];
	union address address;

	if (!address_literal(text, AF_UNSPEC, &address))
		return error_set(err, ERROR_USAGE, "'%.64s' is not an IPv4 or IPv6 address", text);
	door->v6 = address.any.sa_family == AF_INET6;
	address_set_port(&address, (uint16_t)port);
	door->fd = reflect_socket_open(&address);
	if (door->fd < 0) {
		error_set(err, ERROR_IO, "cannot listen at '%s' port %ld: %s", text, port,
		          strerror(-door->fd));
		if (door->fd == -EACCES)
			error_hint(err, "ports below 1024 need root or CAP_NET_BIND_SERVICE");
		return err->code;
	}
	door->port = address_port(&address);
	door->reflector = r;
	door->poll.data = door;
	if (uv_poll_init(r->loop, &door->poll, door->fd) < 0) {
		close(door->fd);
		return error_set(err, ERROR_MEMORY, "out of memory");
	}
	r->open_doors++;
	return 0;
}

/* Every address: one family is enough, as for a kernel without the other. */
static int open_everywhere(struct reflector *r, long port, struct error *err)
{
	struct error v6_error = { 0 };

	if (open_door(r, "::", port, &v6_error) == 0)
		port = r->doors[0].port;
	if (open_door(r, "0.0.0.0", port, err) < 0) {
		if (r->open_doors == 0)
			return err->code;
		*err = (struct error){ 0 };
	}
	return 0;
}

static int open_doors(struct reflector *r, const char *listen, struct error *err)
{
	char address[REFLECT_ADDRESS_SIZE];
	long port;

	if (reflect_socket_place(listen ? listen : "", address, &port, err) < 0)
		return err->code;
	return *address ? open_door(r, address, port, err) : open_everywhere(r, port, err);
}

static void release_if_closed(struct reflector *r)
{
	void (*closed)(void *arg) = r->closed;
	void *arg = r->closed_arg;

	if (r->open_doors > 0)
		return;
	reflect_table_free(r->table);
	free(r);
	if (closed)
		closed(arg);
}

int reflector_open(struct reflector **out, uv_loop_t *loop, const struct reflector_options *options,
                   struct error *err)
{
	struct reflector *r = calloc(1, sizeof *r);

	if (!r)
		return error_set(err, ERROR_MEMORY, "out of memory");
	r->loop = loop;
	r->key = options->key;
	if (options->stateful) {
		r->table = reflect_table_new((size_t)options->sessions, options->idle_s * US_PER_S);
		if (!r->table)
			error_set(err, ERROR_MEMORY, "no memory for %lld sessions",
			          (long long)options->sessions);
	}
	if (err->code || open_doors(r, options->listen, err) < 0) {
		reflector_close(r, NULL, NULL);
		return err->code;
	}
	*out = r;
	return 0;
}

void reflector_start(struct reflector *r)
{
	for (int i = 0; i < r->open_doors; i++)
		uv_poll_start(&r->doors[i].poll, UV_READABLE, on_readable);
}

int reflector_port(const struct reflector *r)
{
	return r->doors[0].port;
}

struct reflector_counts reflector_counts(const struct reflector *r)
{
	struct reflector_counts counts = r->counts;

	counts.sessions = r->table ? (int64_t)reflect_table_count(r->table) : 0;
	return counts;
}

static void door_closed(uv_handle_t *handle)
{
	struct door *door = handle->data;

	close(door->fd);
	door->reflector->open_doors--;
	release_if_closed(door->reflector);
}

void reflector_close(struct reflector *r, void (*closed)(void *arg), void *arg)
{
	int doors = r->open_doors;

	r->closed = closed;
	r->closed_arg = arg;
	if (doors == 0)
		release_if_closed(r);
	for (int i = 0; i < doors; i++)
		uv_close((uv_handle_t *)&r->doors[i].poll, door_closed);
}
