/*
 * drops: whether answers were lost at our own door: the kernel throws away what arrives for a socket whose receive buffer
 * is full, because this process did not read in time or strangers sent too much. A target cannot be blamed for an answer
 * that may have been among them.
 *
 * The kernel counts (SO_MEMINFO, sock(7)), and does not say what or when; so an answer may be lost when the count has
 * grown at a look that came after its request was sent. A look costs one system call: before the first request after a
 * quiet time, so that what was lost before is not held against it, then after every reading, and before judging a timeout.
 *
 *     drops_look(&drops, fd, &log);                            all zero before the first
 *     if (drops_since(&drops, sent)) … verdict_of(FAILURE_NOT_RUNNING)
 */
#ifndef GOVSLA_MONITOR_DROPS_H
#define GOVSLA_MONITOR_DROPS_H

#include "monitor/record/moment.h"

#include <stdbool.h>
#include <stdint.h>

struct drops {               /* of a socket */
	uint32_t count;      /* the kernel's, at the last look */
	struct moment grown; /* the last look that found more than the one before; 0: none */
};

struct drops_log {       /* of all sockets of a service */
	const char *who; /* the probe kind */
	int64_t untold;  /* lost, and not in the log yet */
	struct moment told;
};

/* Looks, and says in the log what was lost and what to do about it, at most once a minute. */
void drops_look(struct drops *drops, int fd, struct drops_log *log);

/* Whether an answer to what was sent at that moment may have been lost, by the last look. */
static inline bool drops_since(const struct drops *drops, struct moment sent)
{
	return drops->grown.us > sent.us;
}

#endif
