/*
 * gate: how many of something may be under way at once; the others wait in the order of their coming.
 *
 * For TLS handshakes: 25 started together move the first byte from 3 to 39 ms, because they share a processor. What
 * waited is said by the caller (probe_waited() in probe.h: the wait is part of the probe's lateness, not of its times).
 * No threads; the caller's timeout ends a wait by gate_leave().
 *
 *     gate_request(gate, &pass, enter, owner);    enter(owner) may come at once
 *     gate_leave(gate, &pass);                    when done, or to give up waiting; harmless when neither
 *     gate_tire(gate, now);                       now and then while somebody waits
 *
 * Who has been inside for longer than GATE_PATIENCE_US waits for the network and not for a processor: gate_tire()
 * counts it as gone, so that servers which accept and never answer do not keep the others out.
 *
 * A pass is the caller's memory, all zero before its first use, and must stay until gate_leave().
 */
#ifndef GOVSLA_MONITOR_GATE_H
#define GOVSLA_MONITOR_GATE_H

#include "monitor/record/moment.h"

#include <stdbool.h>
#include <stddef.h>

#define GATE_PATIENCE_US INT64_C(30000)

enum gate_state { GATE_OUTSIDE, GATE_WAITING, GATE_INSIDE };

struct gate_pass {
	enum gate_state state;
	void (*enter)(void *owner);
	void *owner;
	struct moment entered;
	struct gate_pass *before, *after; /* in the queue, or among those inside */
};

struct gate_list {
	struct gate_pass *first, *last;
	size_t count;
};

struct gate {                             /* all zero: no limit */
	size_t most;                      /* 0: no limit */
	struct gate_list inside, waiting; /* each in the order of coming */
	bool letting_in;
};

void gate_request(struct gate *gate, struct gate_pass *pass, void (*enter)(void *owner), void *owner);

/* Lets the next one enter, from within this call. */
void gate_leave(struct gate *gate, struct gate_pass *pass);

/* Those that have been inside for too long leave, without being told; others enter from within this call. */
void gate_tire(struct gate *gate, struct moment now);

#endif
