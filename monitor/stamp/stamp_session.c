#include "monitor/stamp/stamp_session.h"

#include "base/big_endian.h"
#include "base/sample.h"
#include "monitor/record/clock.h"

#include <assert.h>
#include <errno.h>
#include <linux/errqueue.h>
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>
#include <stdlib.h>
#include <unistd.h>

#define CONTROL_SIZE 512
#define QUEUE_BYTES  (1024 * 1024) /* a burst's answers, should this process stand still */
#define RECEIVE_MOST 4096          /* at once: whoever floods the socket does not hold up the loop */
#define SEND_TRIES   16 /* whoever floods the socket with ICMP errors does not keep packets from being sent */
#define AGAIN_MOST   4  /* narrower and narrower links of a path that a packet learns of */
#define TTL_SENT     255 /* RFC 4656 section 4.1.2, so that the reflector's copy tells the hops */

struct stamp_session {
	uv_poll_t poll;
	int fd;
	union address address;
	const struct stamp_options *options;
	uint32_t sequence;          /* of the next request */
	struct stamp_burst *bursts; /* begun, not told yet */
	struct stamp_burst *told;   /* the last that was, for answers that come again */
	struct stamp_loss loss;
	struct drops drops;
};

struct stamp_burst *stamp_burst_new(size_t packets)
{
	struct stamp_burst *burst = calloc(1, sizeof *burst + packets * sizeof burst->packet[0]);

	if (burst) {
		burst->packets = packets;
		burst->kernel_timed = true;
	}
	return burst;
}

/* ---- finding what a packet is about ---- */

static struct stamp_packet *packet_of(struct stamp_burst *burst, uint32_t sequence)
{
	size_t at = sequence - burst->packet[0].request.sequence;

	if (at < burst->sent && burst->packet[at].request.sequence == sequence)
		return &burst->packet[at];
	for (at = 0; burst->mixed && at < burst->sent; at++)
		if (burst->packet[at].request.sequence == sequence)
			return &burst->packet[at];
	return NULL;
}

/* NULL for a number that no burst has used. */
static struct stamp_packet *find_packet(struct stamp_session *s, uint32_t sequence,
                                        struct stamp_burst **out_burst)
{
	for (struct stamp_burst *burst = s->bursts; burst; burst = burst->next) {
		struct stamp_packet *packet = packet_of(burst, sequence);

		*out_burst = burst;
		if (packet)
			return packet;
	}
	*out_burst = s->told;
	return s->told ? packet_of(s->told, sequence) : NULL;
}

static bool repeats(const struct stamp_request *a, const struct stamp_request *b)
{
	return a->sequence == b->sequence && a->timestamp == b->timestamp && a->error == b->error;
}

/* ---- receiving ---- */

static void note_complete(struct stamp_session *s, struct stamp_burst *burst)
{
	if (burst->sent == burst->packets &&
	    (burst->cause || burst->answered + burst->refused == burst->packets))
		s->options->complete(burst);
}

/* The network doubled a packet; when it was the request, the reflector gave its second answer another number. */
static void take_again(struct stamp_session *s, struct stamp_burst *burst, const struct stamp_packet *packet,
                       uint32_t answer)
{
	s->options->counts->again++;
	if (answer == packet->answer)
		return;
	if (burst == s->told)
		stamp_loss_doubled(&s->loss, answer);
	else
		stamp_span_doubled(&burst->span, answer);
}

static void take_answer(struct stamp_session *s, const struct stamp_answer *answer, int64_t stamp_ns)
{
	struct stamp_burst *burst;
	struct stamp_packet *packet = find_packet(s, answer->request.sequence, &burst);
	struct stamp_receipt receipt;
	bool kernel_timed;

	if (!packet || !repeats(&answer->request, &packet->request)) {
		s->options->counts->stray++;
		return;
	}
	if (packet->state == STAMP_ANSWERED) {
		take_again(s, burst, packet, answer->sequence);
		return;
	}
	receipt.trip_ns = round_trip_ns(&packet->trip, stamp_ns, &kernel_timed);
	receipt.stamp_ns = kernel_timed ? stamp_ns : 0;
	if (burst->ended || packet->state == STAMP_REFUSED || receipt.trip_ns / 1000 > burst->timeout_us) {
		s->options->counts->stray++;
		return;
	}
	packet->state = STAMP_ANSWERED;
	packet->answer = answer->sequence;
	burst->answered++;
	burst->kernel_timed = burst->kernel_timed && kernel_timed;
	stamp_sum_add(&burst->sum, &packet->request, answer, &receipt);
	stamp_span_add(&burst->span, answer->request.sequence, answer->sequence);
	note_complete(s, burst);
}

static void take(struct stamp_session *s, const uint8_t *bytes, size_t length, int64_t stamp_ns)
{
	struct stamp_answer answer;

	if (length > stamp_base_size(s->options->key) + s->options->padding) {
		s->options->counts->stray++;
		return;
	}
	switch (stamp_get_answer(&answer, bytes, length, s->options->key)) {
	case STAMP_GOOD:
		take_answer(s, &answer, stamp_ns);
		break;
	case STAMP_SHORT:
		s->options->counts->stray++;
		break;
	case STAMP_FORGED:
		s->options->counts->forged++;
		break;
	}
}

/* The next send of a packet, or the same one's once more. Returns 0 or an errno. */
static int transmit(struct stamp_session *s, struct stamp_packet *packet)
{
	uint8_t bytes[STAMP_PACKET_MOST];
	size_t length;

	round_trip_start(&packet->trip);
	packet->request.timestamp = stamp_time(packet->trip.sent_wall_ns);
	length = stamp_put_request(bytes, &packet->request, s->options->padding, s->options->key);
	return send(s->fd, bytes, length, MSG_DONTWAIT) < 0 ? errno : 0;
}

static bool is_too_big(const struct sock_extended_err *e)
{
	return (e->ee_origin == SO_EE_ORIGIN_ICMP && e->ee_type == ICMP_DEST_UNREACH &&
	        e->ee_code == ICMP_FRAG_NEEDED) ||
	       (e->ee_origin == SO_EE_ORIGIN_ICMP6 && e->ee_type == ICMP6_PACKET_TOO_BIG);
}

/*
 * It was too big for a link of the path in one piece. The kernel has learned from the same error and now sends it in
 * pieces (RFC 1191 section 3, RFC 8201 section 4). The reflector has not seen it: the number stays, the time is a new one.
 */
static void send_again(struct stamp_session *s, struct stamp_burst *burst, struct stamp_packet *packet)
{
	int cause = -1;

	if (packet->again >= AGAIN_MOST)
		return;
	packet->again++;
	for (int tries = 0; cause && tries < SEND_TRIES;
	     tries++) /* an earlier packet's error is reported here */
		cause = transmit(s, packet);
	if (cause) {
		burst->cause = cause;
		note_complete(s, burst);
	}
}

/* FAILURE_NONE for errors that do not end a packet. */
static enum sample_failure meaning_of(const struct sock_extended_err *e)
{
	if (is_too_big(e))
		return FAILURE_NONE;
	if (e->ee_origin == SO_EE_ORIGIN_ICMP && e->ee_type == ICMP_DEST_UNREACH)
		return e->ee_code == ICMP_PORT_UNREACH ? FAILURE_REFUSED : FAILURE_UNREACHABLE;
	if (e->ee_origin == SO_EE_ORIGIN_ICMP6 && e->ee_type == ICMP6_DST_UNREACH)
		return e->ee_code == ICMP6_DST_UNREACH_NOPORT ? FAILURE_REFUSED : FAILURE_UNREACHABLE;
	if ((e->ee_origin == SO_EE_ORIGIN_ICMP && e->ee_type == ICMP_TIME_EXCEEDED) ||
	    (e->ee_origin == SO_EE_ORIGIN_ICMP6 && e->ee_type == ICMP6_TIME_EXCEEDED))
		return FAILURE_UNREACHABLE;
	return FAILURE_NONE;
}

/* An ICMP error quotes the request that it is about, from its sequence number on. */
static void take_error(struct stamp_session *s, const struct sock_extended_err *e, const uint8_t *quote,
                       size_t length)
{
	enum sample_failure failure = meaning_of(e);
	struct stamp_burst *burst;
	struct stamp_packet *packet;
	uint32_t sequence;

	if ((failure == FAILURE_NONE && !is_too_big(e)) || length < sizeof sequence)
		return;
	sequence = big_get32(quote);
	packet = find_packet(s, sequence, &burst);
	if (!packet || packet->state != STAMP_UNDER_WAY || burst->ended)
		return;
	if (failure == FAILURE_NONE) {
		send_again(s, burst, packet);
		return;
	}
	packet->state = STAMP_REFUSED;
	burst->refused++;
	burst->failure = (uint8_t)failure;
	note_complete(s, burst);
}

static const struct sock_extended_err *error_among(struct msghdr *header)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c))
		if ((c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR) ||
		    (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR))
			return (const struct sock_extended_err *)CMSG_DATA(c);
	return NULL;
}

/* One message, from the queue of errors or of packets. Returns false when there is none. */
static bool receive_one(struct stamp_session *s, int queue)
{
	uint8_t bytes[STAMP_PACKET_MOST];
	_Alignas(struct cmsghdr) uint8_t control[CONTROL_SIZE];
	struct iovec vector = { bytes, sizeof bytes };
	struct msghdr header = {
		.msg_iov = &vector, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control
	};
	ssize_t n = recvmsg(s->fd, &header, MSG_DONTWAIT | queue);
	const struct sock_extended_err *e;

	if (n <
	    0) /* without MSG_ERRQUEUE an ICMP error is reported once more: its details were read before */
		return !queue && errno != EAGAIN && errno != EBADF;
	if (!queue) {
		if (!(header.msg_flags & MSG_TRUNC))
			take(s, bytes, (size_t)n, round_trip_stamp_ns(&header));
		else
			s->options->counts->stray++;
		return true;
	}
	e = error_among(&header);
	if (e)
		take_error(s, e, bytes, (size_t)n);
	return true;
}

static void look_for_drops(struct stamp_session *s)
{
	drops_look(&s->drops, s->fd, s->options->drops_log);
}

static void receive_all(struct stamp_session *s, int queue)
{
	for (int i = 0; i < RECEIVE_MOST && receive_one(s, queue); i++)
		;
}

void stamp_session_receive(struct stamp_session *s)
{
	receive_all(s, MSG_ERRQUEUE);
	receive_all(s, 0);
	look_for_drops(s);
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
	struct stamp_session *s = poll->data;

	(void)events;
	if (status < 0) { /* libuv stops at POLLERR, which the queue of errors raises */
		uv_poll_start(poll, UV_READABLE, on_readable);
		receive_all(s, MSG_ERRQUEUE);
	}
	receive_all(s, 0);
}

/* ---- opening ---- */

static void set_option(int fd, int level, int name, int value)
{
	(void)setsockopt(fd, level, name, &value, sizeof value);
}

static int make_socket(const struct stamp_session *s)
{
	bool v6 = s->address.any.sa_family == AF_INET6;
	int fd = socket(s->address.any.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), cause;

	if (fd < 0)
		return -errno;
	set_option(fd, SOL_SOCKET, SO_TIMESTAMPNS, 1);
	set_option(fd, SOL_SOCKET, SO_RCVBUF, QUEUE_BYTES);
	if (v6) {
		set_option(fd, IPPROTO_IPV6, IPV6_RECVERR, 1);
		set_option(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, TTL_SENT);
	} else {
		set_option(fd, IPPROTO_IP, IP_RECVERR, 1);
		set_option(fd, IPPROTO_IP, IP_TTL, TTL_SENT);
	}
	cause = egress_apply(s->options->egress, fd, s->address.any.sa_family);
	if (!cause && connect(fd, &s->address.any, address_size(&s->address)) < 0)
		cause = errno;
	if (!cause)
		return fd;
	close(fd);
	return -cause;
}

int stamp_session_open(struct stamp_session **out, uv_loop_t *loop, const struct stamp_options *options,
                       const union address *address)
{
	struct stamp_session *s = calloc(1, sizeof *s);

	if (!s)
		return ENOMEM;
	s->options = options;
	s->address = *address;
	s->fd = make_socket(s);
	if (s->fd < 0 || uv_poll_init(loop, &s->poll, s->fd) < 0) {
		int cause = s->fd < 0 ? -s->fd : ENOMEM;

		if (s->fd >= 0)
			close(s->fd);
		free(s);
		return cause;
	}
	s->poll.data = s;
	uv_poll_start(&s->poll, UV_READABLE, on_readable);
	*out = s;
	return 0;
}

bool stamp_session_is_to(const struct stamp_session *s, const union address *address)
{
	return address_same_host(&s->address, address);
}

/* ---- sending ---- */

bool stamp_session_busy(const struct stamp_session *s)
{
	for (const struct stamp_burst *burst = s->bursts; burst; burst = burst->next)
		if (!burst->ended)
			return true;
	return false;
}

void stamp_session_begin(struct stamp_session *s, struct stamp_burst *burst)
{
	struct stamp_burst **link = &s->bursts;

	if (!stamp_session_busy(s))
		look_for_drops(s);
	burst->session = s;
	burst->begun = moment_now();
	while (*link) {
		if (!(*link)->ended && (*link)->sent < (*link)->packets)
			(*link)->mixed = burst->mixed = true; /* still sending: their numbers alternate */
		link = &(*link)->next;
	}
	*link = burst;
}

int stamp_session_send(struct stamp_session *s, struct stamp_burst *burst)
{
	struct stamp_packet *packet = &burst->packet[burst->sent];
	int cause = 0;

	assert(burst->sent < burst->packets);
	packet->request = (struct stamp_request){ .sequence = s->sequence,
		                                  .error = stamp_error(clock_state_read().max_error_us) };
	for (int tries = 0; tries < SEND_TRIES; tries++) {
		cause = transmit(s, packet);
		if (!cause)
			break;
		stamp_session_receive(s); /* an earlier packet's error is reported here: not this one's */
	}
	if (cause)
		return cause;
	s->sequence++;
	burst->sent++;
	return burst->cause;
}

/* ---- ending ---- */

/* Takes the oldest burst, which has ended, off; adds what it tells. */
static void tell(struct stamp_session *s, int32_t *forward, int32_t *backward)
{
	struct stamp_burst *burst = s->bursts;
	int32_t there = 0, back = 0;

	s->bursts = burst->next;
	free(s->told);
	s->told = burst;
	if (burst->mixed) {
		s->loss = (struct stamp_loss){ 0 };
	} else if (stamp_loss_settle(&s->loss, &burst->span, &there, &back)) {
		*forward = (*forward < 0 ? 0 : *forward) + there;
		*backward = (*backward < 0 ? 0 : *backward) + back;
	}
}

bool stamp_session_dropped(const struct stamp_session *s, const struct stamp_burst *burst)
{
	return burst->sent && drops_since(&s->drops, burst->begun);
}

void stamp_session_end(struct stamp_session *s, struct stamp_burst *burst, int32_t *forward,
                       int32_t *backward)
{
	*forward = *backward = -1;
	burst->ended = true;
	if (burst->sent < burst->packets || burst->cause || stamp_session_dropped(s, burst))
		burst->mixed = true;
	while (s->bursts && s->bursts->ended)
		tell(s, forward, backward);
	if (!s->options->stateful)
		*forward = *backward = -1;
}

static void free_session(uv_handle_t *handle)
{
	struct stamp_session *s = handle->data;

	close(s->fd);
	free(s->told);
	free(s);
}

void stamp_session_close(struct stamp_session *s)
{
	assert(!s->bursts);
	uv_close((uv_handle_t *)&s->poll, free_session);
}
