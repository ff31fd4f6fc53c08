/* observe: its life: opening, starting, stopping, closing. */
#include "monitor/observe_part.h"

#include "monitor/resolve.h"
#include "monitor/schedule.h"

#include <assert.h>
#include <stdlib.h>

/* ---- opening ---- */

static int open_service(struct observer *o, const struct probe_kind *kind, void **service, struct error *err)
{
	size_t i = 0;

	while (i < OBSERVE_KINDS_MOST && o->kinds[i] && o->kinds[i] != kind)
		i++;
	assert(i < OBSERVE_KINDS_MOST);
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
	gate_init(&o->handshakes, (size_t)config->handshakes_max);
	o->context =
	    (struct probe_context){ .loop = loop, .ca_file = config->ca_file, .handshakes = &o->handshakes };
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

/* ---- starting and stopping ---- */

void observer_start(struct observer *o, int64_t from_us)
{
	int64_t now_us = from_us ? from_us : observer_now_us(o, moment_now());

	for (size_t i = 0; i < o->config->target_count; i++) {
		struct target *target = &o->targets[i];
		int64_t offset_us =
		    schedule_offset_us(o->config->vantage, target->config->id, target->interval_us);

		heap_move(&o->due, &target->due, schedule_first_us(now_us, target->interval_us, offset_us));
	}
	observer_arm(o);
}

void observer_once(struct observer *o, observer_drained *drained)
{
	int64_t now_us = observer_now_us(o, moment_now());

	o->once = true;
	o->drained = drained;
	for (size_t i = 0; i < o->config->target_count; i++) /* whole ms, as on the grid */
		heap_move(&o->due, &o->targets[i].due, (now_us / 1000 + 1 + (int64_t)i) * 1000);
	observer_arm(o);
}

int64_t observer_stop(struct observer *o, observer_drained *drained)
{
	int64_t now_us = observer_now_us(o, moment_now());

	while (heap_top(&o->due) && heap_top(&o->due)->key <= now_us)
		observer_start_due(o, now_us);
	while (heap_top(&o->due))
		heap_remove(&o->due, heap_top(&o->due));
	o->drained = drained;
	observer_arm(o);
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
	observer_arm(o);
}

struct observer_counts observer_counts(const struct observer *o)
{
	struct observer_counts counts = o->counts;

	counts.lateness_most_us = o->lateness.most_us;
	counts.lateness_p99_us = lateness_within_us(&o->lateness, 99);
	counts.handshakes = (int64_t)o->handshakes.inside.count;
	counts.handshakes_waiting = (int64_t)o->handshakes.waiting.count;
	return counts;
}

/* ---- closing ---- */

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
	for (size_t i = 0; i < OBSERVE_KINDS_MOST && o->kinds[i]; i++)
		o->kinds[i]->close(o->services[i]);
	if (o->context.resolver)
		resolver_close(o->context.resolver);
	uv_close((uv_handle_t *)&o->timer, free_observer);
}
