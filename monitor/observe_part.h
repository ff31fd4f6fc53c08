/*
 * observe_part: the inside of struct observer, for the three files that are observe: observe.c (life), observe_turn.c
 * (the schedule at work: what each wake-up does) and observe_record.c (each instant becomes exactly one record).
 * No other file includes it. All on the loop's thread.
 */
#ifndef GOVSLA_MONITOR_OBSERVE_PART_H
#define GOVSLA_MONITOR_OBSERVE_PART_H

#include "base/sample.h"
#include "monitor/gate.h"
#include "monitor/heap.h"
#include "monitor/lateness.h"
#include "monitor/moment.h"
#include "monitor/observe.h"
#include "monitor/probe.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#define OBSERVE_KINDS_MOST 16

struct target {
	struct heap_entry due; /* key: the next instant, UTC µs */
	const struct target_config *config;
	void *service, *plan;
	int64_t interval_us;
	int64_t in_flight;
	int last_outcome; /* -1 before the first record */
};

/* Instants that were missed and whose records are still to be written, a few each turn. */
struct gap {
	struct target *target;
	int64_t next_us, left;
};

struct observer {
	const struct config *config;
	observer_record *record;
	observer_drained *drained;
	observer_closed *closed;
	void *arg;
	struct probe_context context;
	struct gate handshakes;
	const struct probe_kind *kinds[OBSERVE_KINDS_MOST];
	void *services[OBSERVE_KINDS_MOST];
	struct target *targets;
	struct heap due, deadlines;
	struct probe_run *spare;
	struct gap *gaps;
	size_t gap_first, gap_count, gap_size;
	uv_timer_t timer;
	int64_t wall_offset_us; /* time of day minus monotonic */
	struct moment wake;     /* when the timer is due */
	int64_t stalled_us;     /* how long in all this process could not run */
	bool once;
	bool turning; /* a kind wants its turn soon */
	struct observer_counts counts;
	struct lateness lateness;
};

/* The time of day on the monotonic clock: what schedules follow between two steps. */
static inline int64_t observer_now_us(const struct observer *o, struct moment now)
{
	return now.us + o->wall_offset_us;
}

/* Whether nothing is scheduled, in flight or still to be written. */
static inline bool observer_idle(const struct observer *o)
{
	return o->counts.in_flight == 0 && !o->due.count && !o->gap_count;
}

/* ---- observe_turn.c ---- */

/* Sets the timer for whatever comes next. */
void observer_arm(struct observer *o);

/* Starts what is due at the instant (UTC µs), at most as much as one turn may. */
void observer_start_due(struct observer *o, int64_t now_us);

/* Adds up how long this process could not run, by the timer that should have woken it. */
void observer_notice_stall(struct observer *o, struct moment now);

/* ---- observe_record.c ---- */

/* Sends the probe of an instant; when that cannot be done, the instant is missed. */
void observer_probe(struct observer *o, struct target *target, int64_t scheduled_us);

/* Ends the probes whose timeout has passed. */
void observer_expire_runs(struct observer *o, struct moment now);

/* Notes count instants from first_us on that passed while this process could not run. */
void observer_add_gap(struct observer *o, struct target *target, int64_t first_us, int64_t count);

/* Writes the records of at most that many of them. */
void observer_write_gaps(struct observer *o, int64_t most);

#endif
