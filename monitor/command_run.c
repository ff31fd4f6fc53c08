/* command_run: slamon run: starting, what is kept of itself, stopping. */
#include "monitor/command.h"
#include "monitor/run_part.h"

#include "base/log.h"
#include "monitor/keep.h"
#include "monitor/record/moment.h"
#include "monitor/record_json.h"

#include <signal.h>
#include <stdlib.h>

#define SECOND_MS 1000
#define MINUTE_MS 60000

/* A document as text, whole or not at all: without memory json_dumps() leaves out keys. NULL: no memory. */
static char *whole_text(const json_t *document, size_t flags)
{
	size_t length = document ? json_dumpb(document, NULL, 0, flags) : 0;
	char *text = length ? malloc(length + 1) : NULL;

	if (!text || json_dumpb(document, text, length, flags) != length) {
		free(text);
		return NULL;
	}
	text[length] = '\0';
	return text;
}

static void print_sample(const struct target_config *target, const struct record *record)
{
	json_t *line = record_json(target, record);
	char *text = whole_text(line, JSON_COMPACT);

	if (text) /* without memory a line is missing, not the record */
		puts(text);
	fflush(stdout);
	free(text);
	json_decref(line);
}

void run_keep_record(void *arg, const struct target_config *target, const struct record *record)
{
	const struct watch *watch = arg;

	if (watch->run->json)
		print_sample(target, record);
	stats_sample(&watch->run->stats, record);
	(void)spool_put(watch->run->spool, record); /* what is lost is counted and reported by the spool */
}

/* ---- what it knows of itself ---- */

static struct stats_view view_of(const struct run *run)
{
	return (struct stats_view){ .config = &run->watches->config,
		                    .observer = run->watches->observer,
		                    .spool = run->spool,
		                    .ship = run->ship };
}

static void tell_stats(void *arg, struct text *out)
{
	const struct run *run = arg;
	struct stats_view view = view_of(run);
	json_t *document = stats_json(&run->stats, &view);
	char *bytes = whole_text(document, JSON_INDENT(1));

	if (bytes)
		text_add(out, bytes);
	free(bytes);
	json_decref(document);
}

static void serve_stats(struct run *run, const struct config *config)
{
	struct error err = { 0 };

	if (stats_serve(&run->stats_socket, &run->loop, config->spool.path, tell_stats, run, &err) < 0) {
		log_error("stats", &err);
		log_line("stats", "goes on without");
	}
}

static void keep_minute(struct run *run)
{
	struct stats_view view = view_of(run);
	struct record record;

	stats_minute(&run->stats, &view, &record);
	(void)spool_put(run->spool, &record);
}

static void keep_clock(struct run *run)
{
	struct record record;

	if (clock_watch_read(&run->clock, &record))
		(void)spool_put(run->spool, &record);
}

void run_say_state(struct run *run, const char *state)
{
	const struct tally *minute = &run->stats.last.tally;
	struct spool_counters spool;

	spool_count(run->spool, &spool);
	notify_say(&run->notify,
	           "%sSTATUS=%zu targets; in the last minute %lld up, %lld down, %lld missed; %lld records "
	           "in the spool",
	           state, run->watches->config.target_count, (long long)minute->up, (long long)minute->down,
	           (long long)minute->missed, (long long)(spool.pending + spool.queued));
}

static void on_second(uv_timer_t *timer)
{
	struct run *run = timer->data;

	keep_clock(run);
	(void)notify_again(&run->notify);
}

static void on_minute(uv_timer_t *timer)
{
	keep_minute(timer->data);
	run_say_state(timer->data, "");
}

static void on_watchdog(uv_timer_t *timer)
{
	struct run *run = timer->data;

	notify_say(&run->notify, "WATCHDOG=1");
}

static void on_hang_up(uv_signal_t *signal, int number)
{
	(void)number;
	run_reload(signal->data);
}

/* ---- stopping: no new probes, then the handles, then the loop ends by itself ---- */

static void on_drained(void *arg)
{
	struct watch *watch = arg;
	struct run *run = watch->run;
	const struct tally *all = &run->stats.all.tally;

	log_line("run",
	         "%lld up, %lld down, %lld missed; sends behind their time: 99 %% within %lld ms, all within "
	         "%lld ms",
	         (long long)all->up, (long long)all->down, (long long)all->missed,
	         (long long)((lateness_within_us(&all->lateness, 99) + 999) / 1000),
	         (long long)((all->lateness.most_us + 999) / 1000));
	keep_minute(run);
	stats_unserve(run->stats_socket);
	run_close_watch(watch, NULL); /* its configuration is needed to the end */
	if (run->ship)
		ship_close(run->ship, NULL, NULL);
	uv_close((uv_handle_t *)&run->terminate, NULL);
	uv_close((uv_handle_t *)&run->interrupt, NULL);
	uv_close((uv_handle_t *)&run->hang_up, NULL);
	uv_close((uv_handle_t *)&run->reload.preparing, NULL);
	uv_close((uv_handle_t *)&run->second_timer, NULL);
	uv_close((uv_handle_t *)&run->minute_timer, NULL);
	uv_close((uv_handle_t *)&run->end_timer, NULL);
	uv_close((uv_handle_t *)&run->watchdog_timer, NULL);
}

static void stop(struct run *run, const char *why)
{
	if (run->stopping) {
		log_line("run", "%s again: what is in flight is given up", why);
		for (struct watch *watch = run->watches; watch; watch = watch->next)
			if (!watch->drained)
				observer_abort(watch->observer);
		return;
	}
	run->stopping = true;
	run_stop_reload(run);
	notify_say(&run->notify, "STOPPING=1\nSTATUS=%s, waits for what is in flight", why);
	log_line("run", "%s: waiting for %lld probes in flight", why,
	         (long long)observer_counts(run->watches->observer).in_flight);
	observer_end(run->watches->observer, on_drained);
}

static void on_signal(uv_signal_t *signal, int number)
{
	stop(signal->data, number == SIGTERM ? "terminated" : "interrupted");
}

static void on_end(uv_timer_t *timer)
{
	struct run *run = timer->data;

	if (!run->stopping)
		stop(run, "the time is over");
}

/* ---- starting ---- */

static void start_handles(struct run *run)
{
	uv_signal_init(&run->loop, &run->terminate);
	uv_signal_init(&run->loop, &run->interrupt);
	uv_signal_init(&run->loop, &run->hang_up);
	uv_idle_init(&run->loop, &run->reload.preparing);
	uv_timer_init(&run->loop, &run->second_timer);
	uv_timer_init(&run->loop, &run->minute_timer);
	uv_timer_init(&run->loop, &run->end_timer);
	uv_timer_init(&run->loop, &run->watchdog_timer);
	run->terminate.data = run->interrupt.data = run->hang_up.data = run->reload.preparing.data = run;
	run->second_timer.data = run->minute_timer.data = run->end_timer.data = run->watchdog_timer.data =
	    run;
	uv_signal_start(&run->terminate, on_signal, SIGTERM);
	uv_signal_start(&run->interrupt, on_signal, SIGINT);
	uv_signal_start(&run->hang_up, on_hang_up, SIGHUP);
	keep_clock(run);
	uv_timer_start(&run->second_timer, on_second, SECOND_MS, SECOND_MS);
	uv_timer_start(&run->minute_timer, on_minute, MINUTE_MS, MINUTE_MS);
	if (run->notify.watchdog_ms > 0)
		uv_timer_start(&run->watchdog_timer, on_watchdog, 0, (uint64_t)run->notify.watchdog_ms / 2);
}

/* From now on, not from when the loop was last awake: what was read and prepared since may have taken long. */
static void end_after(struct run *run, int64_t for_s)
{
	if (for_s <= 0)
		return;
	uv_update_time(&run->loop);
	uv_timer_start(&run->end_timer, on_end, (uint64_t)for_s * 1000, 0);
}

static int start_ship(struct run *run, const struct config *config, struct error *err)
{
	struct ship_options options = keep_ship_options(config, run->spool);

	if (!config->database)
		return 0;
	if (ship_init(&run->ship, &run->loop, &options, err) < 0)
		return err->code;
	ship_start(run->ship);
	return 0;
}

static int observe(struct run *run, struct watch *watch, int64_t for_s, struct error *err)
{
	if (run_start_thread(run, err) == 0 &&
	    observer_open(&watch->observer, &run->loop, &watch->config, run_keep_record, watch, err) == 0) {
		if (start_ship(run, &watch->config, err) == 0) {
			start_handles(run);
			run_use_watch(watch, 0);
			end_after(run, for_s);
			serve_stats(run, &watch->config);
			run_say_state(run, "READY=1\n");
		} else {
			observer_close(watch->observer, NULL);
		}
	}
	uv_run(&run->loop, UV_RUN_DEFAULT);
	return err->code;
}

static int run_first(struct run *run, struct watch *watch, int64_t for_s, struct error *err)
{
	if (keep_privileges(&watch->config, run->file, err) < 0 ||
	    keep_open_spool(&run->spool, &watch->config, !run->json, err) < 0 ||
	    observe(run, watch, for_s, err) < 0)
		return err->code;
	/* what is in force now, perhaps after a reload */
	return keep_finish(&run->watches->config, run->spool, run->watches->config.ship_wait_s, !run->json,
	                   err);
}

static void free_watches(struct run *run)
{
	while (run->watches) {
		struct watch *watch = run->watches;

		run->watches = watch->next;
		run_free_watch(watch);
	}
}

/* first: freed with the others once it observes, else here. */
static int run_all(struct run *run, struct watch *first, int64_t for_s, struct error *err)
{
	if (config_load(&first->config, run->file, err) == 0) {
		if (uv_loop_init(&run->loop) == 0) {
			(void)run_first(run, first, for_s, err);
			spool_close(run->spool);
			uv_loop_close(&run->loop);
		} else {
			error_set(err, ERROR_IO, "cannot make an event loop");
		}
	}
	if (!run->watches)
		run_free_watch(first);
	free_watches(run);
	return err->code;
}

int command_run(const struct command_options *options, struct error *err)
{
	struct run run = { .file = options->file, .json = options->json, .notify = notify_open() };
	struct watch *first = run_new_watch(&run);
	char line[400];

	stats_start(&run.stats);
	if (first)
		(void)run_all(&run, first, options->for_s, err);
	else
		error_set(err, ERROR_MEMORY, "out of memory");
	if (err->code)
		notify_say(&run.notify, "STATUS=%s", error_one_line(err, line, sizeof line));
	notify_close(&run.notify);
	return err->code;
}
