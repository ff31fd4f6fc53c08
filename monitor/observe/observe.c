/* observe: its life: opening, starting, stopping, closing. */
#include "monitor/observe/observe_part.h"

#include "base/log.h"
#include "monitor/net/resolve.h"
#include "monitor/observe/schedule.h"
#include "monitor/probe/memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define REMEMBERED_MOST 4096 /* probes of a reference */
#define CLOSED_AT_ONCE  128  /* targets: less than a millisecond's work */

/* ---- opening: kinds ---- */

static size_t place_of(const struct observer *o, const struct probe_kind *kind)
{
	size_t i = 0;

	while (i < OBSERVE_KINDS_MOST && o->kinds[i] && o->kinds[i] != kind)
		i++;
	assert(i < OBSERVE_KINDS_MOST);
	return i;
}

static bool is_open(const struct observer *o, const struct probe_kind *kind)
{
	size_t i = place_of(o, kind);

	return o->kinds[i] && !o->shut[i];
}

/* A kind that this machine does not allow leaves the others alone; one that was open until now is not given up. */
static int open_kind(struct observer *o, size_t i, const struct probe_kind *kind, struct error *err)
{
	struct error cause = { 0 };

	if (kind->open(&o->context, &o->services[i], &cause) == 0) {
		o->kinds[i] = kind;
		return 0;
	}
	if (cause.code != ERROR_IO || (o->former && is_open(o->former, kind))) {
		*err = cause;
		return err->code;
	}
	log_error(kind->name, &cause);
	log_line(kind->name, "until a restart or a reload can, its targets are recorded missed (send)");
	o->kinds[i] = kind;
	o->shut[i] = true;
	return 0;
}

/* Whoever shares a socket opens one only to ask for a name. */
static bool opens_descriptors(const struct probe_kind *kind, const struct probe_plan *plan)
{
	union address address;

	return !kind->shares_socket || !address_literal(plan->destination, AF_UNSPEC, &address);
}

static int prepare_plan(struct observer *o, struct target *target, struct error *err)
{
	const struct target_config *config = target->config;
	size_t i = place_of(o, config->kind);

	if (!o->kinds[i] && open_kind(o, i, config->kind, err) < 0)
		return err->code;
	if (o->shut[i])
		return 0;
	target->service = o->services[i];
	if (config->kind->prepare(target->service, config->probe, &target->plan, err) < 0)
		return err->file[0] ? error_at(err, NULL, 0, config->id) : error_at(err, config->id, 0, NULL);
	target->opens_descriptors = opens_descriptors(config->kind, target->plan);
	return 0;
}

/* ---- opening: targets ---- */

static int prepare_destination(struct observer *o, struct target *target, struct error *err)
{
	if (!o->config->destination_rate_per_s || !target->plan)
		return 0;
	target->destination = destination_use(&o->lasting->destinations, target->plan->destination);
	return target->destination ? 0 : error_set(err, ERROR_MEMORY, "out of memory");
}

static int64_t reach_us(const struct target_config *reference)
{
	return (reference->interval_s + reference->timeout_s) * 1000000;
}

/* It remembers its neighbours of the longest probe. */
static int prepare_reference(struct target *target, int64_t timeout_most_s, struct error *err)
{
	const struct target_config *config = target->config;
	struct own_side_reference *reference = &target->lasting->reference;
	int64_t keep =
	    (timeout_most_s + 2 * (config->interval_s + config->timeout_s)) / config->interval_s + 2;

	if (keep > REMEMBERED_MOST)
		keep = REMEMBERED_MOST;
	return own_side_init(reference, (size_t)keep,
	                     reference->size ? reference->reach_us : reach_us(config), err);
}

static int64_t first_due_us(const struct target *target, int64_t from_us)
{
	return schedule_first_us(from_us, target->interval_us, target->offset_us);
}

static int prepare_target(struct observer *o, struct target *target, const struct target_config *config,
                          struct error *err)
{
	*target = (struct target){ .config = config,
		                   .observer = o,
		                   .interval_us = config->interval_s * 1000000,
		                   .lasting = lasting_target_use(o->lasting, config->id) };
	target->offset_us =
	    schedule_offset_us(o->config->vantage, config->id, target->interval_us, config->kind->gathered);
	if (!target->lasting || heap_add(&o->due, &target->due, first_due_us(target, o->due_from_us)) < 0)
		return error_set(err, ERROR_MEMORY, "out of memory");
	if (prepare_plan(o, target, err) < 0)
		return err->code;
	return prepare_destination(o, target, err);
}

/* ---- opening: references ---- */

static int prepare_references(struct observer *o, struct error *err)
{
	const struct config *config = o->config;
	int64_t timeout_most_s = 0;

	for (size_t i = 0; i < config->target_count; i++)
		if (config->targets[i].timeout_s > timeout_most_s)
			timeout_most_s = config->targets[i].timeout_s;
	o->references = calloc(config->reference_count + 1, sizeof *o->references);
	if (!o->references)
		return error_set(err, ERROR_MEMORY, "out of memory");
	while (o->reference_count < config->reference_count) {
		struct target *target = &o->targets[config->references[o->reference_count] - config->targets];

		if (prepare_reference(target, timeout_most_s, err) < 0)
			return err->code;
		o->references[o->reference_count++] = &target->lasting->reference;
	}
	return 0;
}

static int assign_references(struct observer *o, struct target *target, struct error *err)
{
	const struct setting_strings *ids = &target->config->references;

	if (target->config->reference)
		return 0;
	if (!ids->at) {
		target->references = o->references;
		target->reference_count = o->reference_count;
		return 0;
	}
	target->references = calloc(ids->count + 1, sizeof *target->references);
	if (!target->references)
		return error_set(err, ERROR_MEMORY, "out of memory");
	target->reference_count = ids->count;
	for (size_t i = 0; i < ids->count; i++)
		target->references[i] = o->references[config_reference(o->config, ids->at[i])];
	return 0;
}

/* ---- opening ---- */

static int make_room(struct observer *o, struct error *err)
{
	const struct config *config = o->config;

	if (resolver_open(&o->context.resolver, o->context.loop, config->dns_servers, config->dns_timeout_ms,
	                  err) < 0)
		return err->code;
	o->gaps = calloc(OBSERVE_GAPS_LEAST, sizeof *o->gaps);
	o->targets = reallocarray(NULL, config->target_count, sizeof *o->targets);
	if (!o->gaps || !o->targets || heap_reserve(&o->due, config->target_count) < 0)
		return error_set(err, ERROR_MEMORY, "out of memory");
	o->gap_size = OBSERVE_GAPS_LEAST;
	return 0;
}

int observer_begin(struct observer **out, uv_loop_t *loop, const struct config *config,
                   const struct observer *former, observer_record *record, void *arg, struct error *err)
{
	struct observer *o = calloc(1, sizeof *o);

	if (o)
		o->lasting = former ? lasting_use(former->lasting) : lasting_new();
	if (!o || !o->lasting) {
		free(o);
		return error_set(err, ERROR_MEMORY, "out of memory");
	}
	o->config = config;
	o->begun = moment_now();
	o->wall_offset_us = former ? former->wall_offset_us : moment_wall_offset_us();
	o->due_from_us = observer_now_us(o, o->begun);
	o->former = former;
	o->record = record;
	o->arg = arg;
	o->turn_us = PROBE_NO_TURN;
	o->context = (struct probe_context){ .loop = loop,
		                             .ca_file = config->ca_file,
		                             .handshakes = &o->lasting->handshakes };
	uv_timer_init(loop, &o->timer);
	uv_idle_init(loop, &o->closing);
	o->timer.data = o->closing.data = o;
	if (make_room(o, err) < 0) {
		observer_close(o, NULL);
		return err->code;
	}
	*out = o;
	return 0;
}

int observer_prepare(struct observer *o, size_t most, struct error *err)
{
	const struct config *config = o->config;

	for (; most && o->prepared < config->target_count; most--) {
		size_t i = o->prepared++;

		if (prepare_target(o, &o->targets[i], &config->targets[i], err) < 0)
			return err->code;
	}
	if (o->prepared < config->target_count)
		return 1;
	if (!o->references && prepare_references(o, err) < 0)
		return err->code;
	for (; most && o->assigned < config->target_count; most--)
		if (assign_references(o, &o->targets[o->assigned++], err) < 0)
			return err->code;
	if (o->assigned < config->target_count)
		return 1;
	/* OpenSSL takes a certificate whose key it had no memory to read, and trusts none that it signed ever after */
	if (memory_refused().us >= o->begun.us)
		return error_set(err, ERROR_MEMORY, "out of memory");
	/* that of the former, so that a step since then is noticed by this one too */
	o->wall_offset_us = o->former ? o->former->wall_offset_us : moment_wall_offset_us();
	o->former = NULL;
	return 0;
}

int observer_open(struct observer **out, uv_loop_t *loop, const struct config *config,
                  observer_record *record, void *arg, struct error *err)
{
	struct observer *o = NULL;

	if (observer_begin(&o, loop, config, NULL, record, arg, err) < 0)
		return err->code;
	if (observer_prepare(o, SIZE_MAX, err) < 0) {
		observer_close(o, NULL);
		return err->code;
	}
	*out = o;
	return 0;
}

/* ---- starting and stopping ---- */

/* What the observers have in common goes by the new configuration from here on. */
static void put_in_force(struct observer *o)
{
	const struct config *config = o->config;
	struct moment now = moment_now();

	o->lasting->handshakes.most = (size_t)config->handshakes_max;
	for (size_t i = 0; i < o->reference_count; i++)
		o->references[i]->reach_us = reach_us(config->references[i]);
	for (size_t i = 0; config->destination_rate_per_s && i < config->target_count; i++)
		if (o->targets[i].destination)
			destination_limit(o->targets[i].destination, config->destination_rate_per_s,
			                  config->destination_burst, now);
}

/*
 * Each target's first instant from then on. Most are where they were put when they were prepared, not long ago: only those
 * that have passed since are moved; all of them, if the time of day was set back meanwhile.
 */
static void take_up(struct observer *o, int64_t from_us)
{
	struct heap_entry *top;

	for (size_t i = 0; from_us < o->due_from_us && i < o->config->target_count; i++)
		heap_move(&o->due, &o->targets[i].due, first_due_us(&o->targets[i], from_us));
	while ((top = heap_top(&o->due)) && top->key < from_us)
		heap_move(&o->due, top, first_due_us(target_of(top), from_us));
}

int64_t observer_start(struct observer *o, int64_t from_us)
{
	int64_t now_us = from_us ? from_us : observer_now_us(o, moment_now());

	put_in_force(o);
	take_up(o, now_us);
	observer_arm(o);
	return now_us;
}

void observer_once(struct observer *o, observer_drained *drained)
{
	int64_t now_us = observer_now_us(o, moment_now());

	put_in_force(o);
	o->once = o->last = o->alone = true;
	o->drained = drained;
	for (size_t i = 0; i < o->config->target_count; i++) /* whole ms, as on the grid */
		heap_move(&o->due, &o->targets[i].due, (now_us / 1000 + 1 + (int64_t)i) * 1000);
	observer_arm(o);
}

/* Of what is due, what waits at its destination. To take 50,000 others out of the heap one by one takes milliseconds. */
static void keep_waiting(struct observer *o)
{
	heap_clear(&o->due);
	for (size_t i = 0; o->config->destination_rate_per_s && i < o->config->target_count; i++)
		if (o->targets[i].pass.at) /* there is room: it was in it before */
			(void)!heap_add(&o->due, &o->targets[i].due, o->targets[i].due.key);
}

int64_t observer_stop(struct observer *o, observer_drained *drained)
{
	int64_t now_us = observer_now_us(o, moment_now());

	while (heap_top(&o->due) && heap_top(&o->due)->key <= now_us)
		observer_start_due(o, now_us);
	o->last = true;
	keep_waiting(o);
	o->drained = drained;
	observer_arm(o);
	return now_us;
}

void observer_end(struct observer *o, observer_drained *drained)
{
	o->alone = true;
	(void)observer_stop(o, drained);
}

/* What waits at its destination was not sent because this process ends. */
static void abort_waits(struct observer *o)
{
	o->stops++;
	for (size_t i = 0; i < o->config->target_count; i++) {
		struct target *target = &o->targets[i];

		if (!target->pass.at)
			continue;
		destination_give_up(&o->lasting->destinations, &target->pass);
		heap_remove(&o->due, &target->due);
		observer_end_wait(target, FAILURE_NOT_RUNNING);
	}
}

void observer_abort(struct observer *o)
{
	struct heap_entry *top;

	abort_waits(o);
	while ((top = heap_top(&o->deadlines))) {
		struct probe_run *run =
		    (struct probe_run *)((char *)top - offsetof(struct probe_run, deadline));

		o->stops++; /* whatever they would have said is our fault */
		run->target->config->kind->expire(run);
	}
	observer_judge_held(o->lasting, true);
	observer_arm(o);
}

struct observer_counts observer_counts(const struct observer *o)
{
	const struct lasting *lasting = o->lasting;
	struct observer_counts counts = lasting->counts;

	counts.handshakes = (int64_t)lasting->handshakes.inside.count;
	counts.handshakes_waiting = (int64_t)lasting->handshakes.waiting.count;
	return counts;
}

/* ---- closing ---- */

static void release_target(struct observer *o, struct target *target)
{
	if (target->plan)
		target->config->kind->unprepare(target->plan);
	if (target->destination)
		destination_drop(&o->lasting->destinations, target->destination);
	if (target->references != o->references)
		free(target->references);
	if (target->lasting)
		lasting_target_drop(o->lasting, target->lasting);
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
	free(o->references);
	free(o->gaps);
	free(o->targets);
	lasting_drop(o->lasting);
	free(o);
	if (closed)
		closed(arg);
}

/* Returns false when all are closed. */
static bool close_a_kind(struct observer *o)
{
	size_t i = o->kinds_closed;

	if (i == OBSERVE_KINDS_MOST || !o->kinds[i])
		return false;
	if (!o->shut[i])
		o->kinds[i]->close(o->services[i]);
	o->kinds_closed++;
	return true;
}

/* Some targets each turn of the loop, so that those of another observer are not late; then a kind, until none is left. */
static void close_some(uv_idle_t *closing)
{
	struct observer *o = closing->data;

	for (int n = 0; n < CLOSED_AT_ONCE && o->prepared > 0; n++)
		release_target(o, &o->targets[--o->prepared]);
	if (o->prepared > 0 || close_a_kind(o))
		return;
	if (o->context.resolver)
		resolver_close(o->context.resolver);
	uv_close((uv_handle_t *)closing, free_observer);
}

static void start_closing(uv_handle_t *timer)
{
	struct observer *o = timer->data;

	uv_idle_start(&o->closing, close_some);
}

void observer_close(struct observer *o, observer_closed *closed)
{
	o->closed = closed;
	uv_close((uv_handle_t *)&o->timer, start_closing);
}
