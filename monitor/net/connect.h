/*
 * connect: a TCP connection to a name or address, nothing blocking: all addresses of the name one after another,
 * from the source address and with the marking of its egress.
 *
 * Not here: what is spoken on it (probe_tcp.c, tls_handshake.h). libcurl connects for itself; only the meaning of its
 * failures is taken from here.
 *
 * The next address is tried when one fails, or when its share of the time until the deadline is over: the time left,
 * divided by the addresses left; at least half of the first one's, since the owner's deadline moves with each stall and
 * this one does not. Of several failures the last one counts, but one of this side only when there is no other: an IPv6
 * address without a route says nothing about a target whose IPv4 address refuses.
 *
 *     connector_open(&connector, loop, resolver, &err);            one a service
 *     connect_start(connector, &place, deadline, &attempt);        attempt.done(&attempt) may come at once
 *     connect_end(&attempt);         always, at last: closes, or gives up; done() is not called
 *     connector_turn(connector)       every 10 ms while it returns true
 *     connector_close(connector);
 * After done() with FAILURE_NONE the socket is attempt.watch.fd; the owner sets watch.ready and says by sockets_watch()
 * what it waits for.
 */
#ifndef GOVSLA_MONITOR_CONNECT_H
#define GOVSLA_MONITOR_CONNECT_H

#include "base/error.h"
#include "base/sample.h"
#include "monitor/net/egress.h"
#include "monitor/record/moment.h"
#include "monitor/record/record.h"
#include "monitor/record/verdict.h"
#include "monitor/net/resolve.h"
#include "monitor/net/sockets.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

struct connector;

/* Where to, and how to leave this machine: a part of a kind's configuration. Must outlive its attempts. */
struct connect_place {
	const char *host;
	int64_t port;
	struct egress egress;
};

struct connect_attempt { /* all zero but done and owner before connect_start() */
	void (*done)(struct connect_attempt *attempt);
	void *owner;

	/* the result */
	struct verdict verdict; /* FAILURE_NONE: connected; FAILURE_SEND: this machine could not */
	struct moment resolved; /* us 0: not yet, or never */
	struct moment connected;
	int64_t round_trip_us; /* from the SYN to its answer, of the address that answered */
	bool kernel_timed;     /* round_trip_us is the kernel's, whenever the loop came to look */

	/* the attempt's own */
	struct socket_watch watch;
	struct resolve_query query;
	const struct connect_place *place;
	struct connector *connector;
	struct moment deadline, sent;
	struct moment patience; /* when the next address has its turn */
	int64_t least_us;       /* what each but the last is given, however late it is */
	size_t next;            /* address */
	bool resolving;
	struct connect_attempt *before, *after; /* among those with further addresses */
};

/* Returns 0 or a negative code. */
int connector_open(struct connector **out, uv_loop_t *loop, struct resolver *resolver,
                   struct error *err) MUST_CHECK;

void connect_start(struct connector *connector, const struct connect_place *place, struct moment deadline,
                   struct connect_attempt *attempt);

void connect_end(struct connect_attempt *attempt);

/* The failure of an attempt whose time is over before done(). */
struct verdict connect_expired(struct connect_attempt *attempt);

/* Fills name_us and connect_us of a record, counted from a moment; those that were reached. */
void connect_keep_phases(const struct connect_attempt *attempt, struct moment from, struct record *record);

/* Gives the next address its turn where one has not answered for long enough. True while it wants to be called. */
bool connector_turn(struct connector *connector);

struct sockets *connector_sockets(struct connector *connector);

void connector_close(struct connector *connector);

/*
 * What the errno of a connection that could not be made means: refused, timeout, reset, unreachable; FAILURE_SEND when
 * this machine could not send, which includes that it has no route (asked only for errors that leave it open). 0: an
 * errno that is not known.
 */
struct verdict connect_verdict(int cause, const union address *to);

#endif
