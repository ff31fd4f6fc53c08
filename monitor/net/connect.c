#include "monitor/net/connect.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

struct connector {
	struct resolver *resolver;
	struct sockets *sockets;
	struct connect_attempt *patient; /* those with further addresses */
	struct moment turned;            /* at the last turn: the sockets were looked at since */
};

/* ---- those with further addresses ---- */

static void wait_with_patience(struct connect_attempt *a)
{
	struct connector *connector = a->connector;
	size_t addresses = a->query.address_count - a->next + 1; /* this one and those after it */
	int64_t share_us = moment_between(moment_now(), a->deadline) / (int64_t)addresses;

	if (addresses == 1)
		return;
	if (!a->least_us && share_us > 0)
		a->least_us = share_us / 2; /* turns that come a little late may take the rest */
	a->patience = moment_after(moment_now(), share_us > a->least_us ? share_us : a->least_us);
	a->before = NULL;
	a->after = connector->patient;
	if (a->after)
		a->after->before = a;
	connector->patient = a;
}

static void end_patience(struct connect_attempt *a)
{
	if (!a->patience.us)
		return;
	*(a->before ? &a->before->after : &a->connector->patient) = a->after;
	if (a->after)
		a->after->before = a->before;
	a->before = a->after = NULL;
	a->patience.us = 0;
}

/* ---- one address ---- */

static void drop_socket(struct connect_attempt *a)
{
	end_patience(a);
	sockets_forget(a->connector->sockets, &a->watch);
	if (a->watch.fd >= 0)
		close(a->watch.fd);
	a->watch.fd = -1;
}

static void note_failure(struct connect_attempt *a, struct verdict verdict)
{
	if (verdict.failure != FAILURE_SEND || a->verdict.failure == FAILURE_NONE)
		a->verdict = verdict;
}

/* FAILURE_NONE: it is on its way. What fails before connecting is this machine's own fault. */
static struct verdict send_syn(struct connect_attempt *a, const union address *address)
{
	union address to = *address;
	int cause;

	a->watch.fd = socket(to.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	cause = a->watch.fd < 0 ? errno : egress_apply(&a->place->egress, a->watch.fd, to.any.sa_family);
	if (cause)
		return verdict_not_sent(cause);
	address_set_port(&to, (uint16_t)a->place->port);
	a->sent = moment_now();
	if (connect(a->watch.fd, &to.any, address_size(&to)) < 0 && errno != EINPROGRESS)
		return connect_verdict(errno, address);
	cause = sockets_watch(a->connector->sockets, &a->watch, EPOLLOUT);
	return cause ? verdict_not_sent(cause) : verdict_of(FAILURE_NONE);
}

/* Sends a SYN to the next address that takes one; ends the attempt when there is none. */
static void try_next(struct connect_attempt *a)
{
	while (a->next < a->query.address_count) {
		struct verdict verdict = send_syn(a, &a->query.addresses[a->next++]);

		if (verdict.failure == FAILURE_NONE) {
			wait_with_patience(a);
			return;
		}
		drop_socket(a);
		note_failure(a, verdict);
	}
	a->done(a);
}

/*
 * The kernel's first estimate of the round trip is just that of the SYN, unless it had to be repeated: it does not
 * depend on when the loop comes to look.
 */
static void take_times(struct connect_attempt *a)
{
	struct tcp_info info = { 0 };
	socklen_t length = sizeof info;

	a->connected = moment_now();
	a->round_trip_us = moment_between(a->sent, a->connected);
	a->kernel_timed = getsockopt(a->watch.fd, IPPROTO_TCP, TCP_INFO, &info, &length) == 0 &&
	                  info.tcpi_total_retrans == 0 && info.tcpi_rtt > 0 &&
	                  info.tcpi_rtt <= a->round_trip_us + 1;
	if (!a->kernel_timed)
		return;
	a->round_trip_us = info.tcpi_rtt;
	a->connected = moment_after(a->sent, a->round_trip_us);
}

static void on_answer(struct socket_watch *watch, uint32_t events)
{
	struct connect_attempt *a = watch->owner;
	int cause = 0;
	socklen_t length = sizeof cause;

	(void)events;
	if (getsockopt(watch->fd, SOL_SOCKET, SO_ERROR, &cause, &length) < 0)
		cause = errno;
	if (cause) {
		drop_socket(a);
		note_failure(a, connect_verdict(cause, &a->query.addresses[a->next - 1]));
		try_next(a);
		return;
	}
	end_patience(a);
	take_times(a);
	a->verdict = verdict_of(FAILURE_NONE);
	a->done(a);
}

/* ---- an attempt ---- */

static void on_resolved(struct resolve_query *query)
{
	struct connect_attempt *a = query->owner;

	a->resolving = false;
	a->resolved = moment_now();
	if (!query->address_count) {
		a->verdict = query->verdict;
		a->done(a);
		return;
	}
	try_next(a);
}

void connect_start(struct connector *connector, const struct connect_place *place, struct moment deadline,
                   struct connect_attempt *a)
{
	a->connector = connector;
	a->place = place;
	a->deadline = deadline;
	a->watch = (struct socket_watch){ .fd = -1, .ready = on_answer, .owner = a };
	a->query = (struct resolve_query){ .done = on_resolved, .owner = a };
	if (address_literal(place->host, egress_family_number(&place->egress), &a->query.addresses[0])) {
		a->query.address_count = 1;
		on_resolved(&a->query);
		return;
	}
	a->resolving = true;
	resolve_start(connector->resolver, place->host, &place->egress, &a->query);
}

void connect_end(struct connect_attempt *a)
{
	if (!a->connector)
		return;
	if (a->resolving)
		resolve_forget(&a->query);
	a->resolving = false;
	drop_socket(a);
}

struct verdict connect_expired(struct connect_attempt *a)
{
	if (!a->resolving)
		return verdict_of(FAILURE_TIMEOUT);
	a->resolving = false;
	return resolve_expire(&a->query);
}

static int32_t phase_us(struct moment from, struct moment to)
{
	return to.us ? record_fit32(moment_between(from, to)) : -1;
}

void connect_keep_phases(const struct connect_attempt *a, struct moment from, struct record *record)
{
	record->name_us = a->query.address_count ? phase_us(from, a->resolved) : -1;
	record->connect_us = phase_us(from, a->connected);
}

/* ---- the connector ---- */

int connector_open(struct connector **out, uv_loop_t *loop, struct resolver *resolver, struct error *err)
{
	struct connector *connector = calloc(1, sizeof *connector);

	if (!connector)
		return error_set(err, ERROR_MEMORY, "out of memory");
	connector->resolver = resolver;
	if (sockets_open(&connector->sockets, loop, err) < 0) {
		free(connector);
		return err->code;
	}
	*out = connector;
	return 0;
}

/*
 * An address has lost its turn when its share had passed at the turn before: if this process could not run, its answer
 * may wait in the socket. From the start after each change: ending one attempt may start or end others.
 */
bool connector_turn(struct connector *connector)
{
	struct moment turned = connector->turned;
	struct connect_attempt *a = connector->patient;

	connector->turned = moment_now();
	while (a) {
		if (moment_between(a->patience, turned) < 0) {
			a = a->after;
			continue;
		}
		drop_socket(a);
		note_failure(a, verdict_of(FAILURE_TIMEOUT));
		try_next(a);
		a = connector->patient;
	}
	return connector->patient != NULL;
}

struct sockets *connector_sockets(struct connector *connector)
{
	return connector->sockets;
}

void connector_close(struct connector *connector)
{
	sockets_close(connector->sockets);
	free(connector);
}
