#include "monitor/command.h"

#include "base/log.h"
#include "monitor/clock.h"
#include "monitor/config.h"
#include "monitor/keep.h"
#include "monitor/moment.h"
#include "monitor/observe.h"
#include "monitor/record_json.h"

#include <signal.h>
#include <uv.h>

#define CLOCK_EVERY_MS 60000

struct run {
	uv_loop_t loop;
	struct config config;
	struct spool *spool;
	struct ship *ship; /* NULL: no database */
	struct observer *observer;
	struct clock_watch clock;
	uv_signal_t terminate, interrupt;
	uv_timer_t clock_timer, end_timer;
	bool stopping;
	bool json; /* print each sample */
};

static void print_sample(const struct target_config *target, const struct record *record)
{
	json_t *line = record_json(target, record);

	json_dumpf(line, stdout, JSON_COMPACT);
	putchar('\n');
	fflush(stdout);
	json_decref(line);
}

static void keep_record(void *arg, const struct target_config *target, const struct record *record)
{
	struct run *run = arg;

	if (run->json)
		print_sample(target, record);
	(void)spool_put(run->spool, record); /* a record that is lost is counted and reported by the spool */
}

static void read_clock(uv_timer_t *timer)
{
	struct run *run = timer->data;
	struct record record;

	if (clock_watch_read(&run->clock, moment_wall_us(), &record))
		(void)spool_put(run->spool, &record);
}

/* ---- stopping: no new probes, then the handles, then the loop ends by itself ---- */

static void on_drained(void *arg)
{
	struct run *run = arg;

	observer_close(run->observer);
	if (run->ship)
		ship_close(run->ship, NULL, NULL);
	uv_close((uv_handle_t *)&run->terminate, NULL);
	uv_close((uv_handle_t *)&run->interrupt, NULL);
	uv_close((uv_handle_t *)&run->clock_timer, NULL);
	uv_close((uv_handle_t *)&run->end_timer, NULL);
}

static void stop(struct run *run, const char *why)
{
	if (run->stopping) {
		log_line("run", "%s again: what is in flight is given up", why);
		observer_abort(run->observer);
		return;
	}
	run->stopping = true;
	log_line("run", "%s: waiting for %lld probes in flight", why,
	         (long long)observer_counts(run->observer).in_flight);
	observer_stop(run->observer, on_drained);
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

static void start_handles(struct run *run, int64_t for_s)
{
	uv_signal_init(&run->loop, &run->terminate);
	uv_signal_init(&run->loop, &run->interrupt);
	uv_timer_init(&run->loop, &run->clock_timer);
	uv_timer_init(&run->loop, &run->end_timer);
	run->terminate.data = run->interrupt.data = run->clock_timer.data = run->end_timer.data = run;
	uv_signal_start(&run->terminate, on_signal, SIGTERM);
	uv_signal_start(&run->interrupt, on_signal, SIGINT);
	uv_timer_start(&run->clock_timer, read_clock, 0, CLOCK_EVERY_MS);
	if (for_s > 0)
		uv_timer_start(&run->end_timer, on_end, (uint64_t)for_s * 1000, 0);
}

static int start_ship(struct run *run, struct error *err)
{
	struct ship_options options = keep_ship_options(&run->config, run->spool);

	if (!run->config.database)
		return 0;
	if (ship_init(&run->ship, &run->loop, &options, err) < 0)
		return err->code;
	ship_start(run->ship);
	return 0;
}

static int observe(struct run *run, int64_t for_s, struct error *err)
{
	struct observer_counts counts;

	if (observer_open(&run->observer, &run->loop, &run->config, keep_record, run, err) < 0)
		return err->code;
	if (start_ship(run, err) < 0) {
		observer_close(run->observer);
		uv_run(&run->loop, UV_RUN_DEFAULT);
		observer_free(run->observer);
		return err->code;
	}
	start_handles(run, for_s);
	log_line("run", "vantage '%s' observes %zu targets", run->config.vantage, run->config.target_count);
	observer_start(run->observer);
	uv_run(&run->loop, UV_RUN_DEFAULT);
	counts = observer_counts(run->observer);
	observer_free(run->observer);
	log_line("run",
	         "%lld up, %lld down, %lld missed; sends behind their time: 99 %% within %lld ms, all within "
	         "%lld ms",
	         (long long)counts.up, (long long)counts.down, (long long)counts.missed,
	         (long long)counts.lateness_p99_ms, (long long)((counts.lateness_most_us + 999) / 1000));
	return 0;
}

int command_run(const struct command_options *options, struct error *err)
{
	struct run run = { .json = options->json };

	if (config_load(&run.config, options->file, err) < 0)
		return err->code;
	if (uv_loop_init(&run.loop) < 0) {
		config_release(&run.config);
		return error_set(err, ERROR_IO, "cannot make an event loop");
	}
	if (keep_open_spool(&run.spool, &run.config, err) < 0 || observe(&run, options->for_s, err) < 0 ||
	    keep_finish(&run.config, run.spool, run.config.ship_wait_s, err) < 0)
		log_line("run", "stopped by an error");
	spool_close(run.spool);
	uv_loop_close(&run.loop);
	config_release(&run.config);
	return err->code;
}
