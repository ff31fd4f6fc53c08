/*
 * lasting: what outlives an observer when a reload puts another in its place. How many probes are in flight, in all
 * and of each target; what each host may still be sent; what the references of the own side said; who waits for a
 * handshake; the counts. Shared by all observers of a process, the last of which frees it.
 *
 * Only the inside of observe (observe_part.h) uses it. All on the loop's thread.
 */
#ifndef GOVSLA_MONITOR_LASTING_H
#define GOVSLA_MONITOR_LASTING_H

#include "monitor/observe/changes.h"
#include "monitor/observe/destination.h"
#include "monitor/net/gate.h"
#include "monitor/observe/observe.h"
#include "monitor/observe/own_side.h"

#include <stdbool.h>
#include <stdint.h>

struct probe_run;

/* Of a target, by its id. */
struct lasting_target {
	int users;
	int64_t in_flight;
	int last_outcome;                    /* -1 before the first record */
	struct own_side_reference reference; /* as far as it is one */
	char id[];
};

struct lasting {
	int users;     /* observers */
	void *targets; /* tsearch(3) */
	struct destinations destinations;
	struct gate handshakes;
	struct probe_run *held; /* samples that are down until the references have spoken: a list by next */
	int64_t held_count;
	struct moment held_until; /* when one of them may be decided although no reference's probe ended */
	bool ended;               /* no reference is probed any more */
	struct changes changes;   /* of the targets' states, in the log */
	int last_cause;           /* errno of the last hint why this machine could not send */
	struct moment hinted;
	struct observer_counts counts; /* of all observers */
};

/* Every use wants a drop. NULL: out of memory. */
struct lasting *lasting_new(void);
struct lasting *lasting_use(struct lasting *l);
void lasting_drop(struct lasting *l);

struct lasting_target *lasting_target_use(struct lasting *l, const char *id);
void lasting_target_drop(struct lasting *l, struct lasting_target *target);

#endif
