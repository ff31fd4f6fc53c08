/*
 * reflector: answers STAMP packets (RFC 8762 Session-Reflector) on UDP sockets of a loop.
 *
 * Each answer is as long as its request (what follows the base packet comes back as it came), never longer: no
 * amplifier. It goes out from the address the request was sent to, with the request's DSCP and a TTL of 255; the
 * request's own TTL is in it. The receive time is the kernel's stamp. With a key, requests without the right HMAC are
 * dropped; packets from a reflector's port (862, or our own) and answers to answers of ours are, since two reflectors
 * would answer each other for ever.
 *
 *     reflector_open(&r, loop, &options, &err);       binds; from here on no right is needed
 *     reflector_start(r);
 *     reflector_close(r, closed, arg);                frees r in the loop, then closed(arg)
 */
#ifndef GOVSLA_MONITOR_REFLECTOR_H
#define GOVSLA_MONITOR_REFLECTOR_H

#include "base/error.h"
#include "monitor/stamp/stamp.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

struct reflector;

struct reflector_options {
	const char
	    *listen; /* ADDRESS, ADDRESS:PORT, [ADDRESS]:PORT or :PORT; NULL: every address, port 862 */
	bool stateful;
	int64_t sessions;            /* most of a stateful reflector */
	int64_t idle_s;              /* after which a session may be forgotten */
	const struct stamp_key *key; /* borrowed; length 0: unauthenticated */
};

struct reflector_counts {
	int64_t answered;
	int64_t wrong_length;   /* dropped: not a whole packet, or too long */
	int64_t wrong_key;      /* dropped: a wrong HMAC */
	int64_t from_reflector; /* dropped: from a reflector's port, or an answer to an answer of ours */
	int64_t no_place;       /* dropped: no place for the session */
	int64_t not_sent;       /* the kernel refused the answer */
	int64_t sessions;       /* at this time */
};

/* Returns 0, ERROR_USAGE (the address), ERROR_IO (it cannot be bound), ERROR_MEMORY. */
int reflector_open(struct reflector **out, uv_loop_t *loop, const struct reflector_options *options,
                   struct error *err) MUST_CHECK;

/* Begins to answer. */
void reflector_start(struct reflector *r);

/* The port that is bound (one was chosen if 0 was asked for). */
int reflector_port(const struct reflector *r);

struct reflector_counts reflector_counts(const struct reflector *r);

void reflector_close(struct reflector *r, void (*closed)(void *arg), void *arg);

#endif
