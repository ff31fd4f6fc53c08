#include "monitor/observe.h"

#include "base/log.h"
#include "monitor/lateness.h"
#include "monitor/resolve.h"
#include "monitor/schedule.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define WAKE_US         INT64_C(100000) /* the longest sleep, so that a stop is noticed */
#define STALL_US        INT64_C(100000) /* later than its time by this much: we were stopped */
#define STEP_US         INT64_C(1000)   /* of the time of day */
#define TURN_US         INT64_C(10000)  /* between turns of the kinds that want them */
#define STARTS_PER_TURN 128             /* then the sockets have their turn */
#define GAPS_PER_TURN   100
#define KINDS_MOST      16

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
	const struct probe_kind *kinds[KINDS_MOST];
	void *services[KINDS_MOST];
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

/* ---- clocks ---- */

/* The time of day on the monotonic clock: what schedules follow between two steps. */
static int64_t schedule_now_us(const struct observer *o, struct moment now)
{
	return now.us + o->wall_offset_us;
}

static void notice_stall(struct observer *o, struct moment now)
{
	int64_t late = moment_between(o->wake, now);

	if (o->wake.us && late > STALL_US) {
		o->stalled_us += late;
		o->wake = now;
	}
}

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

/* ---- gaps ---- */

static void add_gap(struct observer *o, struct target *target, int64_t first_us, int64_t count)
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

static void write_gaps(struct observer *o, int64_t most)
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

/* A stop of this process spoils what it times itself and what waits for its reading; not a status or refusal.
 */
static bool spoilt_by_stall(const struct observer *o, const struct probe_run *run)
{
	const struct record *record = &run->record;

	if (o->stalled_us == run->stalled_before_us || record->outcome == SAMPLE_MISSED)
		return false;
	if (record->outcome == SAMPLE_UP)
		return !run->kernel_timed;
	return record->failure == FAILURE_TIMEOUT || record->failure == FAILURE_DNS ||
	       record->failure == FAILURE_RESET || record->failure == FAILURE_TLS;
}

static void run_finished(struct probe_run *run)
{
	struct observer *o = run->observer;
	struct target *target = run->target;

	notice_stall(o, moment_now());
	if (spoilt_by_stall(o, run)) {
		run->record.outcome = SAMPLE_MISSED;
		run->record.failure = FAILURE_NOT_RUNNING;
		run->record.rtt_us = -1;
		run->record.sent_us = 0; /* as if it had not been: nothing was observed */
	}
	heap_remove(&o->deadlines, &run->deadline);
	target->in_flight--;
	o->counts.in_flight--;
	hand_on(o, target, &run->record);
	run->next = o->spare;
	o->spare = run;
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

static void start_run(struct observer *o, struct target *target, int64_t scheduled_us)
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
	late_us = schedule_now_us(o, run->started) - scheduled_us;
	run->record.lateness_us = late_us < INT32_MAX ? (int32_t)late_us : INT32_MAX;
	target->in_flight++;
	o->counts.in_flight++;
	config->kind->start(run);
}

static void expire_runs(struct observer *o, struct moment now)
{
	struct heap_entry *top;

	while ((top = heap_top(&o->deadlines)) && top->key <= now.us) {
		struct probe_run *run =
		    (struct probe_run *)((char *)top - offsetof(struct probe_run, deadline));

		run->target->config->kind->expire(run);
		assert(heap_top(&o->deadlines) != top || !top->place || top->key > now.us);
	}
}

/* ---- the schedule ---- */

static void run_due(struct observer *o, struct target *target, int64_t now_us)
{
	struct schedule_turn turn = schedule_turn(target->due.key, now_us, target->interval_us);

	if (o->once) {
		int64_t scheduled_us = target->due.key;

		heap_remove(&o->due, &target->due);
		start_run(o, target, scheduled_us);
		return;
	}
	heap_move(&o->due, &target->due, turn.next_us);
	if (turn.missed > 0)
		add_gap(o, target, turn.missed_us, turn.missed);
	start_run(o, target, turn.send_us);
}

static void start_due(struct observer *o, int64_t now_us)
{
	for (int i = 0; i < STARTS_PER_TURN; i++) {
		const struct heap_entry *top = heap_top(&o->due);

		if (!top || top->key > now_us)
			return;
		run_due(o, (struct target *)((char *)heap_top(&o->due) - offsetof(struct target, due)),
		        now_us);
	}
}

/* After the time of day went back, instants may lie more than an interval ahead: take up the grid from now.
 */
static void reschedule(struct observer *o, int64_t now_us)
{
	for (size_t i = 0; i < o->config->target_count; i++) {
		struct target *target = &o->targets[i];

		if (target->due.place && target->due.key - now_us > target->interval_us)
			heap_move(&o->due, &target->due,
			          schedule_first_us(now_us, target->interval_us,
			                            target->due.key % target->interval_us));
	}
}

static void notice_step(struct observer *o, struct moment now)
{
	int64_t offset_us = moment_wall_offset_us(), step_us = offset_us - o->wall_offset_us;

	if (llabs(step_us) <= STEP_US) {
		return;
	}
	log_line("schedule", "the time of day was stepped by %lld ms", (long long)(step_us / 1000));
	o->wall_offset_us = offset_us;
	reschedule(o, schedule_now_us(o, now));
}

static void take_turns(struct observer *o)
{
	o->turning = false;
	for (size_t i = 0; i < KINDS_MOST && o->kinds[i]; i++)
		if (o->kinds[i]->turn && o->kinds[i]->turn(o->services[i]))
			o->turning = true;
}

static void tick(uv_timer_t *timer);

static void arm(struct observer *o)
{
	struct moment now = moment_now();
	const struct heap_entry *due = heap_top(&o->due), *deadline = heap_top(&o->deadlines);
	int64_t wait_us = o->turning ? TURN_US : WAKE_US;

	if (due && due->key - schedule_now_us(o, now) < wait_us)
		wait_us = due->key - schedule_now_us(o, now);
	if (deadline && deadline->key - now.us < wait_us)
		wait_us = deadline->key - now.us;
	if (o->gap_count > 0 && wait_us > 1000) /* the spool's writer gets its share */
		wait_us = 1000;
	if (wait_us < 0)
		wait_us = 0;
	o->wake = moment_after(now, wait_us);
	uv_update_time(o->context.loop);
	uv_timer_start(&o->timer, tick, (uint64_t)(wait_us + 999) / 1000, 0);
}

static void tick(uv_timer_t *timer)
{
	struct observer *o = timer->data;
	struct moment now = moment_now();
	bool idle;

	notice_stall(o, now);
	notice_step(o, now);
	start_due(o, schedule_now_us(o, now));
	take_turns(o);
	expire_runs(o, moment_now());
	write_gaps(o, GAPS_PER_TURN);
	idle = o->counts.in_flight == 0 && !o->due.count && !o->gap_count;
	if (idle && o->drained) {
		observer_drained *drained = o->drained;

		o->drained = NULL;
		drained(o->arg);
	} else {
		arm(o);
	}
}

void observer_start(struct observer *o, int64_t from_us)
{
	int64_t now_us = from_us ? from_us : schedule_now_us(o, moment_now());

	for (size_t i = 0; i < o->config->target_count; i++) {
		struct target *target = &o->targets[i];
		int64_t offset_us =
		    schedule_offset_us(o->config->vantage, target->config->id, target->interval_us);

		heap_move(&o->due, &target->due, schedule_first_us(now_us, target->interval_us, offset_us));
	}
	arm(o);
}

void observer_once(struct observer *o, observer_drained *drained)
{
	int64_t now_us = schedule_now_us(o, moment_now());

	o->once = true;
	o->drained = drained;
	for (size_t i = 0; i < o->config->target_count; i++) /* whole ms, as on the grid */
		heap_move(&o->due, &o->targets[i].due, (now_us / 1000 + 1 + (int64_t)i) * 1000);
	arm(o);
}

int64_t observer_stop(struct observer *o, observer_drained *drained)
{
	int64_t now_us = schedule_now_us(o, moment_now());

	while (heap_top(&o->due) && heap_top(&o->due)->key <= now_us)
		start_due(o, now_us);
	while (heap_top(&o->due))
		heap_remove(&o->due, heap_top(&o->due));
	o->drained = drained;
	arm(o);
	return now_us;
}

void observer_abort(struct observer *o)
{
	struct heap_entry *top;

	while ((top = heap_top(&o->deadlines))) {
		struct probe_run *run =
		    (struct probe_run *)((char *)top - offsetof(struct probe_run, deadline));

		o->stalled_us++; /* whatever they would have said is our fault */
		run->target->config->kind->expire(run);
	}
	arm(o);
}

struct observer_counts observer_counts(const struct observer *o)
{
	struct observer_counts counts = o->counts;

	counts.lateness_most_us = o->lateness.most_us;
	counts.lateness_p99_ms = lateness_p99_ms(&o->lateness);
	return counts;
}

/* ---- life cycle ---- */

static int open_service(struct observer *o, const struct probe_kind *kind, void **service, struct error *err)
{
	size_t i = 0;

	while (i < KINDS_MOST && o->kinds[i] && o->kinds[i] != kind)
		i++;
	assert(i < KINDS_MOST);
	if (!o->kinds[i]) {
		if (kind->open(&o->context, &o->services[i], err) < 0)
			return err->code;
		o->kinds[i] = kind;
	}
	*service = o->services[i];
	return 0;
}

static int prepare_target(struct observer *o, struct target *target, const struct target_config *config,
                          struct error *err)
{
	target->config = config;
	target->interval_us = config->interval_s * 1000000;
	target->last_outcome = -1;
	if (open_service(o, config->kind, &target->service, err) < 0)
		return err->code;
	if (config->kind->prepare(target->service, config->probe, &target->plan, err) < 0)
		return error_at(err, config->id, 0, NULL);
	if (heap_add(&o->due, &target->due, INT64_MAX) < 0)
		return error_set(err, ERROR_MEMORY, "out of memory");
	return 0;
}

static int prepare(struct observer *o, struct error *err)
{
	const struct config *config = o->config;

	if (resolver_open(&o->context.resolver, o->context.loop, config->dns_servers, config->dns_timeout_ms,
	                  err) < 0)
		return err->code;
	o->targets = calloc(config->target_count, sizeof *o->targets);
	if (!o->targets)
		return error_set(err, ERROR_MEMORY, "out of memory");
	for (size_t i = 0; i < config->target_count; i++)
		if (prepare_target(o, &o->targets[i], &config->targets[i], err) < 0)
			return err->code;
	return 0;
}

int observer_open(struct observer **out, uv_loop_t *loop, const struct config *config,
                  observer_record *record, void *arg, struct error *err)
{
	struct observer *o = calloc(1, sizeof *o);

	if (!o)
		return error_set(err, ERROR_MEMORY, "out of memory");
	o->config = config;
	o->record = record;
	o->arg = arg;
	o->context = (struct probe_context){ .loop = loop, .ca_file = config->ca_file };
	o->wall_offset_us = moment_wall_offset_us();
	uv_timer_init(loop, &o->timer);
	o->timer.data = o;
	if (prepare(o, err) < 0) {
		observer_close(o, NULL);
		return err->code;
	}
	*out = o;
	return 0;
}

static void free_observer(uv_handle_t *handle)
{
	struct observer *o = handle->data;
	observer_closed *closed = o->closed;
	void *arg = o->arg;

	while (o->spare) {
		struct probe_run *run = o->spare;

		o->spare = run->next;
		free(run);
	}
	heap_release(&o->due);
	heap_release(&o->deadlines);
	free(o->gaps);
	free(o->targets);
	free(o);
	if (closed)
		closed(arg);
}

void observer_close(struct observer *o, observer_closed *closed)
{
	o->closed = closed;
	for (size_t i = 0; o->targets && i < o->config->target_count; i++)
		if (o->targets[i].plan)
			o->targets[i].config->kind->unprepare(o->targets[i].service, o->targets[i].plan);
	for (size_t i = 0; i < KINDS_MOST && o->kinds[i]; i++)
		o->kinds[i]->close(o->services[i]);
	if (o->context.resolver)
		resolver_close(o->context.resolver);
	uv_close((uv_handle_t *)&o->timer, free_observer);
}
