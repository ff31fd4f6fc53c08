#include "monitor/command.h"

#include "base/log.h"
#include "monitor/clock.h"
#include "monitor/config.h"
#include "monitor/keep.h"
#include "monitor/moment.h"
#include "monitor/observe.h"
#include "monitor/record_json.h"

#include <signal.h>
#include <stdlib.h>
#include <uv.h>

#define CLOCK_EVERY_MS 60000

/* A configuration and what observes by it. After a reload the former one lives on until its probes have ended. */
struct watch {
	struct run *run;
	struct watch *next; /* the former one */
	struct config config;
	struct observer *observer;
	bool drained;
};

struct run {
	const char *file;
	uv_loop_t loop;
	struct watch *watches; /* the first is the one in force */
	struct spool *spool;
	struct ship *ship; /* NULL: no database */
	struct clock_watch clock;
	uv_signal_t terminate, interrupt, hang_up;
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
	const struct watch *watch = arg;

	if (watch->run->json)
		print_sample(target, record);
	(void)spool_put(watch->run->spool, record); /* what is lost is counted and reported by the spool */
}

static void read_clock(uv_timer_t *timer)
{
	struct run *run = timer->data;
	struct record record;

	if (clock_watch_read(&run->clock, moment_wall_us(), &record))
		(void)spool_put(run->spool, &record);
}

/* ---- watches ---- */

static void free_watch(void *arg)
{
	struct watch *watch = arg, **link = &watch->run->watches;

	while (*link != watch)
		link = &(*link)->next;
	*link = watch->next;
	config_release(&watch->config);
	free(watch);
}

static void close_watch(struct watch *watch, observer_closed *closed)
{
	struct observer_counts counts = observer_counts(watch->observer);

	log_line("run",
	         "%lld up, %lld down, %lld missed; sends behind their time: 99 %% within %lld ms, all within "
	         "%lld ms",
	         (long long)counts.up, (long long)counts.down, (long long)counts.missed,
	         (long long)((counts.lateness_p99_us + 999) / 1000), (long long)((counts.lateness_most_us + 999) / 1000));
	watch->drained = true;
	observer_close(watch->observer, closed);
}

/* Reads the configuration and makes its observer, which does not start yet. */
static int open_watch(struct run *run, struct watch **out, struct error *err)
{
	struct watch *watch = calloc(1, sizeof *watch);

	if (!watch)
		return error_set(err, ERROR_MEMORY, "out of memory");
	watch->run = run;
	if (config_load(&watch->config, run->file, err) < 0) {
		free(watch);
		return err->code;
	}
	watch->next = run->watches;
	run->watches = watch;
	*out = watch;
	return 0;
}

static void use_watch(struct watch *watch, int64_t from_us)
{
	log_line("run", "vantage '%s' observes %zu targets", watch->config.vantage,
	         watch->config.target_count);
	observer_start(watch->observer, from_us);
}

/* ---- reloading ---- */

static void on_retired(void *arg)
{
	close_watch(arg, free_watch);
}

static int reload(struct run *run, struct error *err)
{
	struct watch *former = run->watches, *watch;
	const char *fixed;

	if (open_watch(run, &watch, err) < 0)
		return err->code;
	fixed = config_fixed_change(&former->config, &watch->config);
	if (fixed)
		error_set(err, ERROR_DATA, "the key '%s' can be changed by a restart only", fixed);
	if (fixed ||
	    observer_open(&watch->observer, &run->loop, &watch->config, keep_record, watch, err) < 0) {
		free_watch(watch);
		return err->code;
	}
	use_watch(watch, observer_stop(former->observer, on_retired) + 1);
	return 0;
}

static void on_hang_up(uv_signal_t *signal, int number)
{
	struct run *run = signal->data;
	struct error err = { 0 };

	(void)number;
	if (run->stopping)
		return;
	if (reload(run, &err) < 0) {
		log_error("run", &err);
		log_line("run", "goes on as before");
	}
}

/* ---- stopping: no new probes, then the handles, then the loop ends by itself ---- */

static void on_drained(void *arg)
{
	struct watch *watch = arg;
	struct run *run = watch->run;

	close_watch(watch, NULL); /* its configuration is needed to the end */
	if (run->ship)
		ship_close(run->ship, NULL, NULL);
	uv_close((uv_handle_t *)&run->terminate, NULL);
	uv_close((uv_handle_t *)&run->interrupt, NULL);
	uv_close((uv_handle_t *)&run->hang_up, NULL);
	uv_close((uv_handle_t *)&run->clock_timer, NULL);
	uv_close((uv_handle_t *)&run->end_timer, NULL);
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
	log_line("run", "%s: waiting for %lld probes in flight", why,
	         (long long)observer_counts(run->watches->observer).in_flight);
	(void)observer_stop(run->watches->observer, on_drained);
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
	uv_signal_init(&run->loop, &run->hang_up);
	uv_timer_init(&run->loop, &run->clock_timer);
	uv_timer_init(&run->loop, &run->end_timer);
	run->terminate.data = run->interrupt.data = run->hang_up.data = run;
	run->clock_timer.data = run->end_timer.data = run;
	uv_signal_start(&run->terminate, on_signal, SIGTERM);
	uv_signal_start(&run->interrupt, on_signal, SIGINT);
	uv_signal_start(&run->hang_up, on_hang_up, SIGHUP);
	uv_timer_start(&run->clock_timer, read_clock, 0, CLOCK_EVERY_MS);
	if (for_s > 0)
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
	if (observer_open(&watch->observer, &run->loop, &watch->config, keep_record, watch, err) == 0) {
		if (start_ship(run, &watch->config, err) == 0) {
			start_handles(run, for_s);
			use_watch(watch, 0);
		} else {
			observer_close(watch->observer, NULL);
		}
	}
	uv_run(&run->loop, UV_RUN_DEFAULT);
	return err->code;
}

static int run_watch(struct run *run, struct watch *watch, int64_t for_s, struct error *err)
{
	if (keep_privileges(&watch->config, run->file, err) < 0 ||
	    keep_open_spool(&run->spool, &watch->config, err) < 0 || observe(run, watch, for_s, err) < 0)
		return err->code;
	/* what is in force now, perhaps after a reload */
	return keep_finish(&run->watches->config, run->spool, run->watches->config.ship_wait_s, err);
}

int command_run(const struct command_options *options, struct error *err)
{
	struct run run = { .file = options->file, .json = options->json };
	struct watch *watch;
	int rc;

	if (open_watch(&run, &watch, err) < 0)
		return err->code;
	if (uv_loop_init(&run.loop) < 0)
		return error_set(err, ERROR_IO, "cannot make an event loop");
	rc = run_watch(&run, watch, options->for_s, err);
	spool_close(run.spool);
	uv_loop_close(&run.loop);
	while (run.watches)
		free_watch(run.watches);
	return rc;
}
