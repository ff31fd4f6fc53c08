/*
 * observe_part: the inside of struct observer, for the files that are observe: observe.c (life), observe_turn.c (the
 * schedule at work: what each wake-up does), observe_probe.c (probes in flight), observe_own.c (samples that wait for
 * the references of the own side) and observe_record.c (each instant becomes exactly one record). No other file
 * includes it. All on the loop's thread.
 */
#ifndef GOVSLA_MONITOR_OBSERVE_PART_H
#define GOVSLA_MONITOR_OBSERVE_PART_H

#include "base/sample.h"
#include "monitor/probe/heap.h"
#include "monitor/observe/lasting.h"
#include "monitor/record/moment.h"
#include "monitor/observe/observe.h"
#include "monitor/probe/probe.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#define OBSERVE_KINDS_MOST 16
#define OBSERVE_STALL_US   INT64_C(100000)  /* later than its time by this much: this process could not run */
#define OBSERVE_STOP_US    INT64_C(1000000) /* … and the machine perhaps neither: suspended, paused */
#define OBSERVE_GAPS_LEAST 64               /* room that is there from the beginning */
#define OBSERVE_KIND_SHUT                                                                                    \
	EUNATCH /* cause of what is not sent because its kind could not be opened; nobody else's */

struct target {
	struct heap_entry due; /* key: the next instant, UTC µs */
	const struct target_config *config;
	struct observer *observer;
	struct lasting_target *lasting;
	bool opens_descriptors;          /* its probes do */
	void *service;                   /* NULL: its kind could not be opened */
	struct probe_plan *plan;         /* likewise */
	struct destination *destination; /* NULL: no limit */
	struct destination_pass pass;
	int64_t asked_us;                       /* the instant that waits at the destination */
	int64_t stops_before;                   /* when it asked */
	struct own_side_reference **references; /* that speak for it; borrowed from the observer or its own */
	size_t reference_count;
	int64_t interval_us, offset_us;
};

/* Instants that were missed and whose records are still to be written, a few each turn. */
struct gap {
	struct target *target;
	int64_t next_us, left;
};

struct observer {
	const struct config *config;
	struct moment begun;           /* its preparation */
	const struct observer *former; /* until everything is prepared; NULL: none */
	observer_record *record;
	observer_drained *drained;
	observer_closed *closed;
	void *arg;
	struct probe_context context;
	struct lasting *lasting;
	const struct probe_kind *kinds[OBSERVE_KINDS_MOST];
	void *services[OBSERVE_KINDS_MOST];
	bool shut[OBSERVE_KINDS_MOST]; /* could not be opened: its targets' instants are missed */
	size_t kinds_closed;           /* from the first on */
	struct target *targets; /* each set when it is prepared: clearing all at once takes milliseconds */
	size_t prepared;        /* targets, from the first on: what there is to release */
	size_t assigned;        /* likewise, their references */
	struct own_side_reference **references; /* all of the file */
	size_t reference_count;
	struct heap due, deadlines;
	int64_t due_from_us; /* prepared targets are due at their first instants from then on (UTC µs) */
	struct probe_run *spare;
	struct gap *gaps;
	size_t gap_first, gap_count, gap_size;
	uv_timer_t timer;
	uv_idle_t closing;
	int64_t in_flight, held; /* probes and samples of this observer */
	int64_t wall_offset_us;  /* time of day minus monotonic */
	struct moment wake;      /* when the timer is due */
	struct moment turned;    /* at the beginning of the last turn */
	int64_t stalled_us; /* in all, by how much deadlines are later because this process could not run */
	int64_t stops;      /* how often for so long that what came meanwhile may be lost */
	int64_t turn_us;    /* within which a kind wants its next turn */
	bool once;
	bool last;  /* what is due now is the last of its target: once, or stopped */
	bool alone; /* and no other observer takes over */
};

static inline struct target *target_of(struct heap_entry *due)
{
	return (struct target *)((char *)due - offsetof(struct target, due));
}

/* The time of day on the monotonic clock: what schedules follow between two steps. */
static inline int64_t observer_now_us(const struct observer *o, struct moment now)
{
	return now.us + o->wall_offset_us;
}

/* Whether nothing is scheduled, in flight, undecided or still to be written. */
static inline bool observer_idle(const struct observer *o)
{
	return o->in_flight == 0 && o->held == 0 && !o->due.count && !o->gap_count;
}

/* ---- observe_turn.c ---- */

/* Sets the timer for whatever comes next. */
void observer_arm(struct observer *o);

/* Starts what is due at the instant (UTC µs), at most as much as one turn may. */
void observer_start_due(struct observer *o, int64_t now_us);

/* Adds up how long this process could not run, by the timer that should have woken it. */
void observer_notice_stall(struct observer *o, struct moment now);

/* ---- observe_probe.c ---- */

/* Sends the probe of an instant when its destination's turn comes; when that cannot be done, the instant is missed. */
void observer_ask(struct target *target, int64_t scheduled_us);

/* The instant that waits at the destination is missed. */
void observer_end_wait(struct target *target, enum sample_failure why);

/* Ends the probes whose timeout had passed at a moment since when the sockets were looked at. */
void observer_expire_runs(struct observer *o, struct moment at);

/* Hands on what a probe came to, and takes its memory back. */
void observer_finish(struct probe_run *run);

/* ---- observe_own.c ---- */

/* At the start of a reference's probe, and when it ended. */
void observer_reference_sent(struct probe_run *run);
void observer_reference_ended(struct probe_run *run);

/* Whether the sample has to wait for a reference. If not, it says now whose side it was. */
bool observer_hold(struct probe_run *run);

/* Finishes those that can be decided; all: with what is known. */
void observer_judge_held(struct lasting *lasting, bool all);

/* ---- observe_record.c ---- */

/* The record of an instant of which nothing is known yet. */
struct record observer_blank_record(const struct target *target, int64_t scheduled_us);

/* Logs it and passes it to whoever keeps records. cause: the verdict's. */
void observer_hand_on(struct target *target, const struct record *record, int cause);

/* Tells of the changes that had no line of their own (changes.h); rest: at the end. */
void observer_log_changes(struct lasting *lasting, bool rest);

/* The record of an instant that was never sent, by a verdict of this side. */
void observer_miss(struct target *target, int64_t scheduled_us, struct verdict verdict);

/* Notes count instants from first_us on that passed while this process could not run. */
void observer_add_gap(struct observer *o, struct target *target, int64_t first_us, int64_t count);

/* Writes the records of at most that many of them. */
void observer_write_gaps(struct observer *o, int64_t most);

#endif
