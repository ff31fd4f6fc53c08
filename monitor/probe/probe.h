/*
 * probe: the small interface behind which each kind of probe (http, icmp, …) is one file.
 *
 * A kind is a table of functions and of settings. The observer (observe.h) decides when a probe runs, how
 * long it may take, how many run at once and where its record goes; the kind sends, receives and fills the
 * record.
 *
 * Life cycle, all on the loop's thread:
 *     open(context)  → service      once, when some target is of this kind
 *     prepare(service, config) → plan   once a target
 *     start(run)                    at each due instant, with its plan; ends, at once or later, with one probe_finish(run)
 *     expire(run)                   the timeout passed while this process ran: the kind lets go of the run and
 *                                   calls probe_finish()
 *     turn(service)                 after starts, and again within as many µs as it returned, for kinds that need
 *                                   not be woken by each answer because the kernel stamps them; may be NULL
 *     unprepare(plan), close(service)   when no run is in flight; uv handles are closed asynchronously, the
 *                                   service frees itself when the last is, so the loop must run on until idle
 * Nothing may block. A kind never decides that a sample is `missed` except when this machine could not send
 * (probe_not_sent).
 *
 * A new kind: one file with a struct probe_kind, and one line in config/probe_kinds.c.
 */
#ifndef GOVSLA_MONITOR_PROBE_H
#define GOVSLA_MONITOR_PROBE_H

#include "base/arena.h"
#include "base/document.h"
#include "monitor/probe/heap.h"
#include "monitor/record/moment.h"
#include "monitor/record/record.h"
#include "monitor/record/verdict.h"
#include "monitor/probe/setting.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <uv.h>

#define PROBE_TURN_US INT64_C(10000) /* the usual turn() */
#define PROBE_NO_TURN INT64_MAX

struct gate;
struct resolver;

/* What a kind gets from the process. Lives as long as every service. */
struct probe_context {
	uv_loop_t *loop;
	struct resolver *resolver;
	struct gate *handshakes; /* how many TLS handshakes may be under way at once: gate.h; NULL no limit */
	const char *ca_file;     /* trusted certificates unless a target names its own; NULL none */
};

/* What every kind's plan begins with. */
struct probe_plan {
	const char
	    *destination; /* host or address that its probes go to: what limits per destination count by */
};

/* One probe in flight. The observer's memory, on loan to the kind from start() to probe_finish(). */
struct probe_run {
	struct record record;  /* the kind fills outcome, failure, sent_us, rtt_us, phases … */
	struct moment started; /* when start() was called, later by what it waited (probe_waited) */
	int64_t timeout_us;
	/* up: rtt_us is by kernel stamps and what came was in time, also if this process could not run meanwhile */
	bool kernel_timed;
	void *service, *plan;
	void *state; /* the kind's own */
	int cause;   /* the verdict's, for the log: set by probe_end() */
	void (*finished)(struct probe_run *run);

	/* the observer's own */
	struct heap_entry deadline;
	struct target *target;
	struct observer *observer;
	struct probe_run *next;
	int64_t stalled_before_us, stops_before, reference_number;
};

struct probe_kind {
	const char *name; /* value of "kind" in the configuration */
	const char *help;
	const struct setting *settings; /* keys of "probe" beside "kind" */
	size_t config_size;             /* of the struct that the settings fill */
	bool shares_socket;             /* its probes open no descriptor of their own */
	bool gathered; /* several are sent in one wake-up (schedule.h): cheap, and timed by the kernel */
	/* In how many ms the packets of a probe are sent, when nothing holds them up; NULL: at once. */
	int64_t (*sends_for_ms)(const void *config);
	/* Rules between keys; may be NULL. */
	int (*check)(const struct node *probe, const void *config, struct error *err);
	int (*open)(const struct probe_context *context, void **service, struct error *err);
	/* On failure too what *plan was set to is unprepared. */
	int (*prepare)(void *service, const void *config, struct probe_plan **plan, struct error *err);
	void (*start)(struct probe_run *run);
	void (*expire)(struct probe_run *run);
	int64_t (*turn)(void *service); /* PROBE_NO_TURN: not before another start */
	void (*unprepare)(void *plan);
	void (*close)(void *service);
};

/* The kind of that name, or NULL. */
const struct probe_kind *probe_kind_find(const char *name);

/* All kinds, NULL-terminated. Static storage. */
const struct probe_kind *const *probe_kinds(void);

/* Hands the run back with its record complete; the kind must not touch it afterwards. */
static inline void probe_finish(struct probe_run *run)
{
	run->finished(run);
}

/*
 * Ends it as its verdict says: FAILURE_NONE is up, with that round trip in µs; what is of this side is missed, never the
 * target's fault; anything else is down.
 */
static inline void probe_end(struct probe_run *run, struct verdict verdict, int64_t rtt_us)
{
	struct record *record = &run->record;
	bool up = verdict.failure == FAILURE_NONE;

	record->outcome = up ? SAMPLE_UP : SAMPLE_DOWN;
	record->failure = (uint8_t)verdict.failure;
	record->rtt_us = up ? record_fit32(rtt_us) : -1;
	if (verdict.failure > FAILURE_DOWN_LAST)
		record_miss(record, verdict.failure);
	run->cause = verdict.cause;
	probe_finish(run);
}

static inline void probe_up(struct probe_run *run, int64_t rtt_us)
{
	probe_end(run, verdict_of(FAILURE_NONE), rtt_us);
}

static inline void probe_down(struct probe_run *run, enum sample_failure failure)
{
	probe_end(run, verdict_of(failure), -1);
}

static inline void probe_not_sent(struct probe_run *run, int cause)
{
	probe_end(run, verdict_not_sent(cause), -1);
}

/* Zeroed memory of the kind's own for the run, as its state; NULL: there was none, and the run has ended. */
static inline void *probe_new_state(struct probe_run *run, size_t size)
{
	run->state = calloc(1, size);
	if (!run->state)
		probe_not_sent(run, ENOMEM);
	return run->state;
}

/*
 * The probe has waited since a moment for something of this side (gate.h): that is lateness and no part of its times,
 * and its timeout ends so much later.
 */
static inline void probe_waited(struct probe_run *run, struct moment since)
{
	int64_t waited_us = moment_between(since, moment_now());

	run->record.lateness_us = record_fit32(run->record.lateness_us + waited_us);
	run->record.sent_us += waited_us;
	run->started = moment_after(run->started, waited_us);
}

#endif
