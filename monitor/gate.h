/*
 * gate: how many of something may be under way at once; the others wait in the order of their coming.
 *
 * For TLS handshakes: 25 started together move the first byte from 3 to 39 ms, because they share a processor. What
 * waited is said by the caller (a probe's time starts when it may enter; the wait is part of its lateness). No
 * threads, no clock; the caller's timeout ends a wait by gate_leave().
 *
 *     gate_request(gate, &pass, enter, owner);    enter(owner) may come at once
 *     gate_leave(gate, &pass);                    when done, or to give up waiting; harmless when neither
 *
 * A pass is the caller's memory, all zero before its first use, and must stay until gate_leave().
 */
#ifndef GOVSLA_MONITOR_GATE_H
#define GOVSLA_MONITOR_GATE_H

#include <stdbool.h>
#include <stddef.h>

enum gate_state { GATE_OUTSIDE, GATE_WAITING, GATE_INSIDE };

struct gate_pass {
	enum gate_state state;
	void (*enter)(void *owner);
	void *owner;
	struct gate_pass *before, *after; /* in the queue */
};

struct gate {        /* all zero: no limit */
	size_t most; /* 0: no limit */
	size_t inside, waiting;
	bool letting_in;
	struct gate_pass *first, *last;
};

void gate_init(struct gate *gate, size_t most);

void gate_request(struct gate *gate, struct gate_pass *pass, void (*enter)(void *owner), void *owner);

/* Lets the next one enter, from within this call. */
void gate_leave(struct gate *gate, struct gate_pass *pass);

#endif
