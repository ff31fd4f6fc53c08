/*
 * destination: hosts that are probed no faster than a stated rate: for each a bucket (bucket.h) and a queue.
 *
 * Hosts are told apart by their names as they are configured, without regard to case. Who gets no token waits in the
 * order of coming; destinations_serve() lets go those whose turn has come. No timer: the caller asks again at
 * destinations_next(). A pass is the caller's memory, all zero before its first use.
 *
 *     struct destination *host = destination_use(&all, "www.example.jp");      NULL: out of memory
 *     destination_limit(host, 50, 10, now);
 *     destination_request(&all, host, &pass, go, owner, now);      go(owner) may come at once
 *     destination_give_up(&all, &pass);                            no longer wants to; harmless when not waiting
 *     destinations_serve(&all, now);                               go(owner) for those whose turn it is
 *     destination_drop(&all, host);                                nobody of its users waits any more
 */
#ifndef GOVSLA_MONITOR_DESTINATION_H
#define GOVSLA_MONITOR_DESTINATION_H

#include "monitor/observe/bucket.h"
#include "monitor/probe/heap.h"
#include "monitor/record/moment.h"

#include <stdbool.h>
#include <stdint.h>

struct destination;

struct destination_pass {
	struct destination *at; /* where it waits; NULL: it does not */
	void (*go)(void *owner);
	void *owner;
	struct destination_pass *before, *after;
};

struct destinations {  /* all zero at the start; empty again when all were dropped */
	void *by_host; /* tsearch(3) */
	size_t count;
	struct heap waiting; /* those with a queue, by when the next token comes */
};

/* Every use wants a drop. */
struct destination *destination_use(struct destinations *all, const char *host);
void destination_drop(struct destinations *all, struct destination *host);

/* At least 1 each; who waits is served by the new rate. */
void destination_limit(struct destination *host, int64_t rate_per_s, int64_t burst, struct moment now);

void destination_request(struct destinations *all, struct destination *host, struct destination_pass *pass,
                         void (*go)(void *owner), void *owner, struct moment now);
void destination_give_up(struct destinations *all, struct destination_pass *pass);
void destinations_serve(struct destinations *all, struct moment now);

/* When destinations_serve() may have something to do; INT64_MAX: nobody waits. */
struct moment destinations_next(const struct destinations *all);

void destinations_release(struct destinations *all);

#endif
