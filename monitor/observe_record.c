/* observe_record: each instant becomes exactly one record: of a probe that ended, or missed. */
#include "monitor/observe_part.h"

#include "base/log.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* ---- records ---- */

static const char *failure_text(const struct record *record)
{
	const char *name = sample_failure_name(record->failure);

	return name && *name ? name : "answered";
}

static void log_change(struct target *target, const struct record *record)
{
	if (record->outcome == target->last_outcome)
		return;
	if (target->last_outcome >= 0 || record->outcome != SAMPLE_UP)
		log_line(target->config->id, "%s (%s)", sample_outcome_name(record->outcome),
		         failure_text(record));
	target->last_outcome = record->outcome;
}

static void hand_on(struct observer *o, struct target *target, const struct record *record)
{
	if (record->outcome == SAMPLE_UP)
		o->counts.up++;
	else if (record->outcome == SAMPLE_DOWN)
		o->counts.down++;
	else
		o->counts.missed++;
	lateness_count(&o->lateness, record->lateness_us);
	if (!o->once)
		log_change(target, record);
	o->record(o->arg, target->config, record);
}

static struct record blank_record(const struct target *target, int64_t scheduled_us)
{
	return (struct record){
		.scheduled_us = scheduled_us,
		.target = (int32_t)target->config->number,
		.kind = RECORD_SAMPLE,
		.outcome = SAMPLE_MISSED,
		.max_error_us = -1,
		.lateness_us = -1,
		.rtt_us = -1,
		.name_us = -1,
		.connect_us = -1,
		.tls_us = -1,
		.first_byte_us = -1,
		.total_us = -1,
	};
}

static void miss(struct observer *o, struct target *target, int64_t scheduled_us, enum sample_failure why)
{
	struct record record = blank_record(target, scheduled_us);

	record.failure = (uint8_t)why;
	hand_on(o, target, &record);
}

/* ---- instants that were missed while this process could not run ---- */

void observer_add_gap(struct observer *o, struct target *target, int64_t first_us, int64_t count)
{
	if (o->gap_count == o->gap_size) {
		size_t size = o->gap_size ? 2 * o->gap_size : 64;
		struct gap *gaps = realloc(o->gaps, size * sizeof *gaps);

		if (!gaps) {
			log_line(target->config->id, "out of memory: %lld missed instants have no record",
			         (long long)count);
			return;
		}
		o->gaps = gaps;
		o->gap_size = size;
	}
	o->gaps[o->gap_count++] = (struct gap){ target, first_us, count };
}

void observer_write_gaps(struct observer *o, int64_t most)
{
	while (o->gap_first < o->gap_count && most-- > 0) {
		struct gap *gap = &o->gaps[o->gap_first];

		miss(o, gap->target, gap->next_us, FAILURE_NOT_RUNNING);
		gap->next_us += gap->target->interval_us;
		if (--gap->left == 0)
			o->gap_first++;
	}
	if (o->gap_first == o->gap_count)
		o->gap_first = o->gap_count = 0;
}

/* ---- probes in flight ---- */

/* A stop of this process spoils what it times itself and what waits for its reading; not a status or refusal. */
static bool spoilt_by_stall(const struct observer *o, const struct probe_run *run)
{
	const struct record *record = &run->record;

	if (o->stalled_us == run->stalled_before_us || record->outcome == SAMPLE_MISSED)
		return false;
	if (record->outcome == SAMPLE_UP)
		return !run->kernel_timed;
	return record->failure == FAILURE_TIMEOUT || record->failure == FAILURE_DNS ||
	       record->failure == FAILURE_RESET || record->failure == FAILURE_TLS ||
	       record->failure == FAILURE_LOSS;
}

static void run_finished(struct probe_run *run)
{
	struct observer *o = run->observer;
	struct target *target = run->target;

	observer_notice_stall(o, moment_now());
	if (spoilt_by_stall(o, run)) {
		run->record.outcome = SAMPLE_MISSED;
		run->record.failure = FAILURE_NOT_RUNNING;
		run->record.rtt_us = -1;
		run->record.sent_us = 0; /* as if it had not been: nothing was observed */
		run->record.stamp.packets = 0;
	}
	heap_remove(&o->deadlines, &run->deadline);
	target->in_flight--;
	o->counts.in_flight--;
	hand_on(o, target, &run->record);
	run->next = o->spare;
	o->spare = run;
	if (o->drained && observer_idle(o))
		observer_arm(o);
}

static struct probe_run *take_run(struct observer *o)
{
	struct probe_run *run = o->spare;

	if (!run)
		return calloc(1, sizeof *run);
	o->spare = run->next;
	memset(run, 0, sizeof *run);
	return run;
}

void observer_probe(struct observer *o, struct target *target, int64_t scheduled_us)
{
	const struct target_config *config = target->config;
	struct probe_run *run;
	int64_t late_us;

	if (target->in_flight >= config->in_flight_max || o->counts.in_flight >= o->config->in_flight_max) {
		miss(o, target, scheduled_us, FAILURE_IN_FLIGHT_CAP);
		return;
	}
	run = take_run(o);
	if (!run) {
		miss(o, target, scheduled_us, FAILURE_SEND);
		return;
	}
	*run = (struct probe_run){ .record = blank_record(target, scheduled_us),
		                   .started = moment_now(),
		                   .timeout_us = config->timeout_s * 1000000,
		                   .service = target->service,
		                   .plan = target->plan,
		                   .finished = run_finished,
		                   .target = target,
		                   .observer = o,
		                   .stalled_before_us = o->stalled_us };
	if (heap_add(&o->deadlines, &run->deadline, moment_after(run->started, run->timeout_us).us) < 0) {
		free(run);
		miss(o, target, scheduled_us, FAILURE_SEND);
		return;
	}
	late_us = observer_now_us(o, run->started) - scheduled_us;
	run->record.lateness_us = late_us < INT32_MAX ? (int32_t)late_us : INT32_MAX;
	target->in_flight++;
	if (++o->counts.in_flight > o->counts.in_flight_most)
		o->counts.in_flight_most = o->counts.in_flight;
	config->kind->start(run);
}

void observer_expire_runs(struct observer *o, struct moment now)
{
	struct heap_entry *top;

	while ((top = heap_top(&o->deadlines)) && top->key <= now.us) {
		struct probe_run *run =
		    (struct probe_run *)((char *)top - offsetof(struct probe_run, deadline));
		struct moment deadline = moment_after(run->started, run->timeout_us);

		if (deadline.us > now.us) { /* it began later: probe_waited() */
			heap_move(&o->deadlines, top, deadline.us);
			continue;
		}
		run->target->config->kind->expire(run);
		assert(heap_top(&o->deadlines) != top || !top->place || top->key > now.us);
	}
}
