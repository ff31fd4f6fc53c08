/*
 * resolve: names to addresses by c-ares on the loop, nothing blocking.
 *
 * /etc/hosts first, then the name servers one after another; each is asked once, with a timeout (c-ares' own defaults
 * take more than a minute over a dead server). No cache: how long a name takes is part of what is measured. A name is
 * taken as it is: no search list, since another name's address would be evidence about the wrong target. What no host
 * can have (address.h) is no address.
 *
 * A name that gets no answer is its owner's business, unless our own name servers are dead. So beside the name, the root's
 * servers are asked for, which every name server knows: when none of ours has said a word, to that or to any other
 * question, from 0.1 s before a name was asked for until it failed, nobody could be asked (FAILURE_SEND, of this
 * side), unless the servers are part of the target (charged). docs/decisions/0037.
 *
 * When no server answers that is said in the log, with what to do, at most once a minute for each list of servers.
 * An answer of more than 16 KB is not read: a thousand addresses are enough, and reading more would keep the loop.
 *
 *     struct resolve_query query = { .done = done, .owner = … };
 *     resolve_start(resolver, "example.jp", &egress, &query);    done(&query) may come at once
 *     resolve_forget(&query);        before done(): the caller has lost interest, done() will not be called
 *     resolve_expire(&query);        the same when its time is over: says why there is no address
 *
 * The memory of a query is the caller's and must stay until done(), resolve_forget() or resolve_expire().
 */
#ifndef GOVSLA_MONITOR_RESOLVE_H
#define GOVSLA_MONITOR_RESOLVE_H

#include "base/error.h"
#include "base/sample.h"
#include "monitor/net/address_order.h"
#include "monitor/record/verdict.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <uv.h>

struct egress;
struct resolver;
struct resolve_pending;

struct resolve_query {
	void (*done)(struct resolve_query *query);
	void *owner;

	/* the result */
	union address addresses[RESOLVE_ADDRESSES_MOST]; /* of the answer, best first */
	size_t address_count;                            /* 0: not resolved */
	struct verdict verdict; /* without an address: FAILURE_DNS; FAILURE_SEND: nobody could be asked */

	/* the resolver's own */
	bool charged; /* servers that are silent are FAILURE_DNS too */
	struct resolve_pending *pending;
};

/* servers: ADDRESS[:PORT],… or NULL for the system's. Returns 0, ERROR_DATA or ERROR_MEMORY. */
int resolver_open(struct resolver **out, uv_loop_t *loop, const char *servers, int64_t timeout_ms,
                  struct error *err) MUST_CHECK;

/* egress: which addresses are wanted, which servers are asked, whether their silence is the target's; not kept. */
void resolve_start(struct resolver *resolver, const char *name, const struct egress *egress,
                   struct resolve_query *query);

void resolve_forget(struct resolve_query *query);

/* The caller's time is over: forgets the query and returns its failure, by what is known until now. */
struct verdict resolve_expire(struct resolve_query *query);

/* Pending queries are forgotten; frees itself as its handles close. */
void resolver_close(struct resolver *resolver);

#endif
