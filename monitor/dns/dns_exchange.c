#include "monitor/dns/dns_exchange.h"

#include "base/big_endian.h"
#include "monitor/net/connect.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define DATAGRAMS_PER_TURN 64 /* a flood of foreign answers does not keep the loop */
#define PREFIX             2  /* over TCP each message follows its length, RFC 1035 section 4.2.2 */
#define CONTROL_SIZE       512

static struct verdict verdict_on(const struct dns_exchange *x, int cause)
{
	return cause == EPIPE ? verdict_of(FAILURE_RESET) : connect_verdict(cause, &x->address);
}

/* ---- opening ---- */

static int switch_on(int fd, int level, int name)
{
	int on = 1;

	return setsockopt(fd, level, name, &on, sizeof on) < 0 ? errno : 0;
}

static int open_socket(struct dns_exchange *x)
{
	int family = x->address.any.sa_family, cause;

	x->asked = false;
	x->watch.fd = socket(family, (x->tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (x->watch.fd < 0)
		return errno;
	cause = egress_apply(x->egress, x->watch.fd, family);
	if (cause || x->tcp)
		return cause;
	cause = switch_on(x->watch.fd, SOL_SOCKET, SO_TIMESTAMPNS);
	if (cause)
		return cause;
	/* otherwise "host unreachable" is not reported, only "port unreachable" */
	return family == AF_INET6 ? switch_on(x->watch.fd, IPPROTO_IPV6, IPV6_RECVERR)
	                          : switch_on(x->watch.fd, IPPROTO_IP, IP_RECVERR);
}

static int connect_socket(struct dns_exchange *x)
{
	if (connect(x->watch.fd, &x->address.any, address_size(&x->address)) < 0 && errno != EINPROGRESS)
		return errno;
	return sockets_watch(x->sockets, &x->watch, x->tcp ? EPOLLOUT : EPOLLIN);
}

static int ask(struct dns_exchange *x)
{
	uint8_t packet[PREFIX + DNS_QUERY_MOST];
	size_t length = dns_build(&x->query, packet + PREFIX), skipped = x->tcp ? 0 : PREFIX;

	big_put16(packet, (uint16_t)length);
	length += PREFIX - skipped;
	if (!x->tcp)
		round_trip_start(&x->trip);
	for (;;) {
		ssize_t n = send(x->watch.fd, packet + skipped, length, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno;
		x->asked = true;
		return (size_t)n == length ? 0 : ENOBUFS; /* a new connection takes it whole */
	}
}

struct verdict dns_exchange_start(struct dns_exchange *x, bool tcp)
{
	int cause;

	x->tcp = tcp;
	cause = open_socket(x);
	if (cause)
		return verdict_not_sent(cause);
	round_trip_start(&x->trip); /* over UDP again right before the send */
	cause = connect_socket(x);
	if (!cause && !tcp)
		cause = ask(x);
	return cause ? verdict_on(x, cause) : verdict_of(FAILURE_NONE);
}

void dns_exchange_end(struct dns_exchange *x)
{
	sockets_forget(x->sockets, &x->watch);
	if (x->watch.fd >= 0)
		close(x->watch.fd);
	x->watch.fd = -1;
	free(x->received);
	x->received = NULL;
	x->received_length = 0;
}

/* ---- results ---- */

static bool end(struct dns_result *result, struct verdict verdict)
{
	result->verdict = verdict;
	return true;
}

static bool fail(struct dns_result *result, enum sample_failure failure)
{
	return end(result, verdict_of(failure));
}

/* Asks once more, otherwise than before. The first send counts as the start of the round trip. */
static bool ask_again(struct dns_exchange *x, bool tcp, struct dns_result *result)
{
	struct round_trip trip = x->trip;
	struct verdict verdict;

	x->again = true;
	dns_exchange_end(x);
	verdict = dns_exchange_start(x, tcp);
	x->trip = trip;
	return verdict.failure != FAILURE_NONE && end(result, verdict);
}

static bool knows_no_edns(const struct dns_exchange *x, const struct dns_message *message)
{
	return x->query.edns_bytes && message->status == DNS_FORMERR && !message->edns && !x->formerr_counts;
}

/* Judges a message by its relation to the query. True when it ends the exchange. */
static bool take(struct dns_exchange *x, const uint8_t *bytes, size_t length, int64_t stamp_ns,
                 struct dns_result *result)
{
	switch (dns_parse(bytes, length, &x->query, &result->message)) {
	case DNS_UNRELATED:
		return false;
	case DNS_TRUNCATED:
		return x->tcp ? fail(result, FAILURE_PROTOCOL) : ask_again(x, true, result);
	case DNS_ANSWERS:
		if (knows_no_edns(x, &result->message)) {
			x->query.edns_bytes = 0;
			return ask_again(x, x->tcp, result);
		}
		result->rtt_ns = round_trip_ns(&x->trip, stamp_ns, &result->kernel_timed);
		result->kernel_timed = result->kernel_timed && !x->again;
		return fail(result, FAILURE_NONE);
	case DNS_MALFORMED:
		break;
	}
	return fail(result, FAILURE_PROTOCOL);
}

/* ---- UDP ---- */

static ssize_t receive(struct dns_exchange *x, struct dns_room *room, int64_t *stamp_ns)
{
	_Alignas(struct cmsghdr) uint8_t control[CONTROL_SIZE];
	struct iovec vector = { room->bytes, sizeof room->bytes };
	struct msghdr header = {
		.msg_iov = &vector, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control
	};
	ssize_t n = recvmsg(x->watch.fd, &header, MSG_DONTWAIT);

	*stamp_ns = n < 0 ? 0 : round_trip_stamp_ns(&header);
	return n;
}

/* An error that does not matter is also queued, and epoll would report it for ever. */
static void drop_queued_error(struct dns_exchange *x, struct dns_room *room)
{
	struct iovec vector = { room->bytes, sizeof room->bytes };
	struct msghdr header = { .msg_iov = &vector, .msg_iovlen = 1 };

	(void)recvmsg(x->watch.fd, &header, MSG_ERRQUEUE | MSG_DONTWAIT);
}

static bool read_datagrams(struct dns_exchange *x, struct dns_room *room, struct dns_result *result)
{
	for (int i = 0; i < DATAGRAMS_PER_TURN && !x->tcp; i++) {
		int64_t stamp_ns;
		ssize_t n = receive(x, room, &stamp_ns);

		if (n >= 0) {
			if (take(x, room->bytes, (size_t)n, stamp_ns, result))
				return true;
		} else if (errno == EAGAIN) {
			return false;
		} else if (errno == EMSGSIZE) { /* a path's MTU became known: IP fragments from now on */
			drop_queued_error(x, room);
		} else if (errno != EINTR) {
			return end(result, verdict_on(x, errno));
		}
	}
	return false;
}

/* ---- TCP ---- */

static bool ask_once_connected(struct dns_exchange *x, struct dns_result *result)
{
	socklen_t size = sizeof(int);
	int cause = 0;

	if (getsockopt(x->watch.fd, SOL_SOCKET, SO_ERROR, &cause, &size) < 0)
		cause = errno;
	if (!cause)
		cause = ask(x);
	if (cause == EAGAIN || cause == ENOTCONN) /* still connecting */
		return false;
	if (!cause)
		cause = sockets_watch(x->sockets, &x->watch, EPOLLIN);
	return cause && end(result, verdict_on(x, cause));
}

/* How many bytes there must be: the length first, then the message too. */
static size_t wanted(const struct dns_exchange *x)
{
	return x->received_length < PREFIX ? PREFIX : PREFIX + (size_t)big_get16(x->received);
}

/* A piece of the answer. Returns what read() does. */
static ssize_t receive_piece(struct dns_exchange *x)
{
	size_t size = wanted(x);
	uint8_t *grown = realloc(x->received, size);
	ssize_t n;

	if (!grown) {
		errno = ENOMEM;
		return -1;
	}
	x->received = grown;
	n = read(x->watch.fd, x->received + x->received_length, size - x->received_length);
	if (n > 0)
		x->received_length += (size_t)n;
	return n;
}

static bool read_stream(struct dns_exchange *x, struct dns_result *result)
{
	for (int i = 0; i < DATAGRAMS_PER_TURN; i++) {
		ssize_t n;

		if (x->received_length > PREFIX && x->received_length == wanted(x)) {
			if (take(x, x->received + PREFIX, x->received_length - PREFIX, 0, result))
				return true;
			if (!x->asked) /* on a new connection */
				return false;
			x->received_length = 0;
		}
		n = receive_piece(x);
		if (n == 0)
			return fail(result, FAILURE_RESET);
		if (n < 0 && errno == EAGAIN)
			return false;
		if (n < 0 && errno != EINTR)
			return end(result, verdict_on(x, errno));
		if (x->received_length == PREFIX && wanted(x) == PREFIX)
			return fail(result, FAILURE_PROTOCOL); /* a message of no length */
	}
	return false;
}

bool dns_exchange_read(struct dns_exchange *x, struct dns_room *room, struct dns_result *result)
{
	if (!x->tcp)
		return read_datagrams(x, room, result);
	if (!x->asked)
		return ask_once_connected(x, result);
	return read_stream(x, result);
}
