/*
 * resolve_sockets: one channel of c-ares on the loop, and what its sockets tell.
 *
 * c-ares would open and read its sockets by itself, but not say what this machine could not do, nor whether a server
 * has said anything. It is given functions of ours that do the same and remember that. What an answer means is
 * resolve's business, and so are the deadlines.
 *
 *     struct resolve_sockets sockets;
 *     resolve_sockets_open(&sockets, loop, timeout_ms, worked, owner);
 *     sockets.own_errno = 0; ares_getaddrinfo(sockets.ares, …);     its callback may be called at once
 *     worked(owner)                      after each event that c-ares was told of: its next deadline may be another
 *     resolve_sockets_catch_up(&sockets);                           when a deadline is over
 *     resolve_sockets_close(&sockets);   ends what c-ares was asked; nothing is called after it
 */
#ifndef GOVSLA_MONITOR_RESOLVE_SOCKETS_H
#define GOVSLA_MONITOR_RESOLVE_SOCKETS_H

#include "base/error.h"
#include "monitor/record/moment.h"

#include <ares.h>
#include <stdint.h>
#include <uv.h>

struct resolve_socket;

struct resolve_sockets {
	ares_channel ares;
	int own_errno;       /* why this machine could not ask, since c-ares was last called; 0: it could */
	int64_t shortages;   /* how often this machine had no memory or descriptor for a socket */
	int shortage;        /* which, the last time */
	struct moment heard; /* when anything last came from a server */

	/* its own */
	uv_loop_t *loop;
	void (*worked)(void *owner);
	void *owner;
	struct resolve_socket *first;
};

/* Of each name a server is asked once, and for timeout_ms. Returns what c-ares returns: ARES_SUCCESS or why not. */
int resolve_sockets_open(struct resolve_sockets *sockets, uv_loop_t *loop, int timeout_ms,
                         void (*worked)(void *owner), void *owner) MUST_CHECK;

/* Has c-ares read what came while this process could not run, before it is told that the time of a query is over. */
void resolve_sockets_catch_up(struct resolve_sockets *sockets);

void resolve_sockets_close(struct resolve_sockets *sockets);

#endif
