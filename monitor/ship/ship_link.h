/*
 * ship_link: one asynchronous libpq connection on a libuv loop. Part of ship.
 *
 * Knows how to wait for a socket, not what is said over it: ship decides that at each event. One thing at a time:
 * connect, a query, or copying; each ends in exactly one event, after which the next may be begun (also from
 * within the callback). After LINK_BROKEN, and whenever ship likes, ship_link_close().
 *
 * The server is not trusted: connecting happens on a thread of its own (ship_dial), and since libpq keeps in memory
 * whatever comes, an error message of 100 MB or notices without end, but no answer that ship asks for has more than a few
 * hundred bytes, after SHIP_MOST_BYTES the link is broken. Notices are dropped, but for the last one before a server hangs
 * up: that says why.
 */
#ifndef GOVSLA_MONITOR_SHIP_LINK_H
#define GOVSLA_MONITOR_SHIP_LINK_H

#include "monitor/ship/ship_connect.h"
#include "monitor/ship/ship_dial.h"

#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

enum ship_link_event {
	LINK_CONNECTED,
	LINK_ANSWERED, /* the query, or the copy, is over: see the answer */
	LINK_COPYING,  /* the query was a COPY FROM STDIN: data may be sent */
	LINK_FLUSHED,  /* the data were handed to the kernel: the next may be sent */
	LINK_BROKEN,   /* the connection is lost: the answer's text says how */
	LINK_RELEASED, /* a handle or the thread of a closed link is gone, see ship_link_busy */
};

struct ship_answer {
	bool ok;
	bool valued;      /* the last result that had a row had a whole number in its first column: */
	int64_t value;    /* that number, of its last row */
	int64_t copied;   /* rows that the server says it took from a copy */
	char tag[16];     /* command of the last result: "COMMIT" */
	char sqlstate[6]; /* of the first error; "" when it is not the server's */
	bool constraint;  /* the first error names a constraint */
	char text[400];   /* of the first error, on one line */
};

typedef void ship_link_callback(void *context, enum ship_link_event event, const struct ship_answer *answer);

struct ship_link {
	uv_loop_t *loop;
	ship_link_callback *callback;
	void *context;
	PGconn *conn;           /* NULL while closed, and while connecting */
	struct ship_dial *dial; /* the attempt to connect, also one that was given up; NULL: none */
	struct ship_link_poll *poll;
	int handles;   /* not yet let go by libuv */
	int64_t heard; /* bytes from the server since the last thing was begun */
	enum { LINK_IDLE, LINK_CONNECTING, LINK_ASKING, LINK_SENDING } doing;
	struct ship_answer answer;
};

void ship_link_init(struct ship_link *link, uv_loop_t *loop, ship_link_callback *callback, void *context);

/* Whether an attempt to connect is under way, or one that was given up is not yet over. */
static inline bool ship_link_dials(const struct ship_link *link)
{
	return link->dial != NULL;
}

/* Whether connecting computes just now, instead of waiting for the server. */
static inline bool ship_link_computes(const struct ship_link *link)
{
	return link->dial && ship_dial_computes(link->dial);
}

/* Begins to connect, where !ship_link_dials(). connect stays until that is over. */
void ship_link_connect(struct ship_link *link, const struct ship_connect *connect, const char *application);

/* Sends a query (one or several statements); no result row of it is large. */
void ship_link_query(struct ship_link *link, const char *sql);

/* After LINK_COPYING or LINK_FLUSHED: sends data, ends in LINK_FLUSHED; or ends the copy, in LINK_ANSWERED. */
void ship_link_copy(struct ship_link *link, const char *bytes, size_t length);
void ship_link_copy_end(struct ship_link *link);

/* Closes the connection at once; no event but LINK_RELEASED follows. Harmless when closed. */
void ship_link_close(struct ship_link *link);

/* Whether handles or a thread are not released yet: the memory of link must stay. */
static inline bool ship_link_busy(const struct ship_link *link)
{
	return link->handles > 0 || link->dial;
}

#endif
