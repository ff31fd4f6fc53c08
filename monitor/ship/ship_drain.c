/* ship_drain: the same machine on a loop of its own, until the spool is empty. */
#include "monitor/ship/ship.h"

#include <inttypes.h>
#include <stdio.h>

#define LOOK_MS 5

struct drain {
	struct ship *ship;
	struct spool *spool;
	uv_timer_t look;
	uint64_t deadline;
	int64_t total; /* records in the spool at the start */
	struct progress *progress;
	struct ship_counters counters;
	bool done;
};

static void on_look(uv_timer_t *timer)
{
	struct drain *drain = timer->data;
	struct spool_counters spool;

	spool_count(drain->spool, &spool);
	ship_count(drain->ship, &drain->counters);
	drain->done = spool.queued == 0 && spool.pending == 0;
	if (drain->done || uv_now(timer->loop) >= drain->deadline) {
		uv_close((uv_handle_t *)timer, NULL);
		ship_close(drain->ship, NULL, NULL);
	} else {
		ship_hurry(drain->ship);
	}
	if (drain->progress)
		progress_show(drain->progress, drain->counters.rows, drain->total);
}

static int late(const struct drain *drain, int64_t timeout_ms, struct error *err)
{
	struct spool_counters spool;

	spool_count(drain->spool, &spool);
	error_set(err, ERROR_RETRY, "%" PRId64 " records are not shipped after %" PRId64 " ms: %s",
	          spool.pending + spool.queued, timeout_ms,
	          drain->counters.last_error[0] ? drain->counters.last_error : drain->counters.state);
	return error_hint(err, "they are safe in the spool: slamon ship tries again");
}

int ship_drain(const struct ship_options *options, int64_t timeout_ms, int64_t *rows, struct error *err)
{
	struct drain drain = { .spool = options->spool, .progress = options->progress };
	struct spool_counters spool;
	uv_loop_t loop;

	if (rows)
		*rows = 0;
	spool_count(options->spool, &spool);
	if (spool.queued == 0 && spool.pending == 0)
		return 0;
	drain.total = spool.pending + spool.queued;
	if (uv_loop_init(&loop) < 0)
		return error_set(err, ERROR_IO, "no event loop for shipping");
	if (ship_init(&drain.ship, &loop, options, err) == 0) {
		drain.deadline = uv_now(&loop) + (uint64_t)timeout_ms;
		uv_timer_init(&loop, &drain.look);
		drain.look.data = &drain;
		uv_timer_start(&drain.look, on_look, LOOK_MS, LOOK_MS);
		ship_start(drain.ship);
		uv_run(&loop, UV_RUN_DEFAULT);
		if (rows)
			*rows = drain.counters.rows;
		if (!drain.done)
			late(&drain, timeout_ms, err);
	}
	uv_loop_close(&loop);
	if (options->progress)
		progress_end(options->progress);
	return err->code;
}
