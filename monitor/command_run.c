#include "monitor/command.h"

#include "base/instant.h"
#include "base/log.h"
#include "monitor/record/clock.h"
#include "monitor/config/config.h"
#include "monitor/keep.h"
#include "monitor/notify.h"
#include "monitor/record/moment.h"
#include "monitor/observe/observe.h"
#include "monitor/record_json.h"
#include "monitor/status/stats.h"
#include "monitor/status/stats_socket.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <uv.h>

#define SECOND_MS 1000
#define MINUTE_MS 60000
#define RELOAD_ROOM                                                                                          \
	((size_t)1 << 20) /* what reading a configuration takes, and each byte of it: more than it does */
#define RELOAD_TIMES 64
#define FORMER_MOST  4 /* configurations whose probes are still in flight; a further reload waits */

/* A configuration and what observes by it. After a reload the former one lives on until its probes have ended. */
struct watch {
	struct run *run;
	struct watch *next; /* the former one */
	struct config config;
	struct observer *observer;
	bool drained;
};

/* A configuration on its way: read by another thread, since a large one would stop the probes for a while. */
struct reload {
	uv_work_t work;
	struct watch *watch; /* NULL: none is on its way */
	struct error err;
	bool again; /* asked for meanwhile */
};

struct run {
	const char *file;
	uv_loop_t loop;
	struct watch *watches; /* the first is the one in force */
	struct reload reload;
	uv_work_t first_work; /* start_thread() */
	struct spool *spool;
	struct ship *ship; /* NULL: no database */
	struct clock_watch clock;
	struct stats stats;
	struct stats_socket *stats_socket;
	struct notify notify;
	uv_signal_t terminate, interrupt, hang_up;
	uv_timer_t second_timer, minute_timer, end_timer, watchdog_timer;
	bool stopping;
	bool json; /* print each sample */
};

static void print_sample(const struct target_config *target, const struct record *record)
{
	json_t *line = record_json(target, record);

	char *text = line ? json_dumps(line, JSON_COMPACT) : NULL;

	if (text) /* without memory a line is missing, not the record */
		puts(text);
	fflush(stdout);
	free(text);
	json_decref(line);
}

static void keep_record(void *arg, const struct target_config *target, const struct record *record)
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
	char *bytes = document ? json_dumps(document, JSON_INDENT(1)) : NULL;

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

/* What `systemctl status` shows; state: "", or what has changed, such as "READY=1\n". */
static void say_state(const struct run *run, const char *state)
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
	keep_clock(timer->data);
}

static void on_minute(uv_timer_t *timer)
{
	keep_minute(timer->data);
	say_state(timer->data, "");
}

static void on_watchdog(uv_timer_t *timer)
{
	const struct run *run = timer->data;

	notify_say(&run->notify, "WATCHDOG=1");
}

/* ---- watches ---- */

static struct watch *new_watch(struct run *run)
{
	struct watch *watch = calloc(1, sizeof *watch);

	if (watch)
		watch->run = run;
	return watch;
}

static void free_watch(struct watch *watch)
{
	config_release(&watch->config);
	free(watch);
}

static void close_watch(struct watch *watch, observer_closed *closed)
{
	watch->drained = true;
	observer_close(watch->observer, closed);
}

static void use_watch(struct watch *watch, int64_t from_us)
{
	char from[INSTANT_TEXT_SIZE];

	watch->next = watch->run->watches;
	watch->run->watches = watch;
	instant_format(observer_start(watch->observer, from_us), from);
	log_line("run", "vantage '%s' observes %zu targets from %s on", watch->config.vantage,
	         watch->config.target_count, from);
}

/* ---- reloading: read it, open all that it needs, and only then put it in the former one's place ---- */

static void begin_reload(struct run *run);

static size_t count_former(const struct run *run)
{
	size_t n = 0;

	for (const struct watch *watch = run->watches->next; watch; watch = watch->next)
		n++;
	return n;
}

static void on_retired(void *arg)
{
	struct watch *watch = arg, **link = &watch->run->watches;
	struct run *run = watch->run;

	while (*link != watch)
		link = &(*link)->next;
	*link = watch->next;
	free_watch(watch);
	if (run->reload.again)
		begin_reload(run);
}

static void on_former_drained(void *arg)
{
	close_watch(arg, on_retired);
}

static int replace(struct run *run, struct watch *watch, struct error *err)
{
	struct watch *former = run->watches;
	const char *fixed = config_fixed_change(&former->config, &watch->config);

	if (fixed) {
		error_set(err, ERROR_DATA, "the key '%s' can be changed by a restart only", fixed);
		return error_at(err, run->file, 0, NULL);
	}
	if (observer_open(&watch->observer, &run->loop, &watch->config, former->observer, keep_record, watch,
	                  err) < 0)
		return err->code;
	use_watch(watch, observer_stop(former->observer, on_former_drained) + 1);
	run->stats.reloads++;
	return 0;
}

/*
 * In a thread of its own. The configuration's memory comes from an arena, which ends the process when there is no
 * more: fine at the start, not now. So it is asked for first.
 */
static void read_config(uv_work_t *work)
{
	struct run *run = work->data;
	struct stat facts;
	void *room = NULL;

	if (stat(run->file, &facts) == 0 &&
	    !(room = malloc(RELOAD_ROOM + (size_t)facts.st_size * RELOAD_TIMES)))
		error_set(&run->reload.err, ERROR_MEMORY, "out of memory");
	free(room);
	if (run->reload.err.code == ERROR_NONE &&
	    config_load(&run->reload.watch->config, run->file, &run->reload.err) < 0)
		return; /* end_reload() sees the error */
}

static void refuse_reload(struct run *run)
{
	struct error *err = &run->reload.err;

	if (err->code == ERROR_MEMORY)
		error_hint(
		    err,
		    "this machine is short of memory: fewer targets, or a higher MemoryMax= of the unit; "
		    "then reload again");
	run->stats.refused_reloads++;
	log_error("run", err);
	log_line("run", "goes on as before");
	notify_say(&run->notify, "READY=1\nSTATUS=goes on as before a reload that was refused: %s",
	           err->text);
}

static void end_reload(uv_work_t *work, int status)
{
	struct run *run = work->data;
	struct reload *reload = &run->reload;
	struct watch *watch = reload->watch;

	(void)status; /* never cancelled */
	reload->watch = NULL;
	if (run->stopping || reload->err.code < 0 || replace(run, watch, &reload->err) < 0) {
		if (!run->stopping)
			refuse_reload(run);
		free_watch(watch);
	} else {
		say_state(run, "READY=1\n");
	}
	if (reload->again)
		begin_reload(run);
}

/* Now, or as soon as the last one is done and not too many former ones are still waiting for answers. */
static void begin_reload(struct run *run)
{
	struct reload *reload = &run->reload;

	reload->again = !run->stopping && (reload->watch || count_former(run) >= FORMER_MOST);
	if (reload->again || run->stopping)
		return;
	reload->err = (struct error){ 0 };
	reload->watch = new_watch(run);
	reload->work.data = run;
	if (!reload->watch || uv_queue_work(&run->loop, &reload->work, read_config, end_reload) < 0) {
		error_set(&reload->err, ERROR_MEMORY, "out of memory");
		refuse_reload(run);
		free(reload->watch);
		reload->watch = NULL;
		return;
	}
	notify_say(&run->notify, "RELOADING=1");
}

static void do_nothing(uv_work_t *work)
{
	(void)work;
}

static void forget_work(uv_work_t *work, int status)
{
	(void)work;
	(void)status;
}

/* Has libuv make the thread for reloads while there is memory for it: later, without any, it would end the process. */
static int start_thread(struct run *run, struct error *err)
{
	(void)setenv("UV_THREADPOOL_SIZE", "1", 0);
	if (uv_queue_work(&run->loop, &run->first_work, do_nothing, forget_work) < 0)
		return error_set(err, ERROR_MEMORY, "out of memory");
	return 0;
}

static void on_hang_up(uv_signal_t *signal, int number)
{
	(void)number;
	begin_reload(signal->data);
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
	close_watch(watch, NULL); /* its configuration is needed to the end */
	if (run->ship)
		ship_close(run->ship, NULL, NULL);
	uv_close((uv_handle_t *)&run->terminate, NULL);
	uv_close((uv_handle_t *)&run->interrupt, NULL);
	uv_close((uv_handle_t *)&run->hang_up, NULL);
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

static void start_handles(struct run *run, int64_t for_s)
{
	uv_signal_init(&run->loop, &run->terminate);
	uv_signal_init(&run->loop, &run->interrupt);
	uv_signal_init(&run->loop, &run->hang_up);
	uv_timer_init(&run->loop, &run->second_timer);
	uv_timer_init(&run->loop, &run->minute_timer);
	uv_timer_init(&run->loop, &run->end_timer);
	uv_timer_init(&run->loop, &run->watchdog_timer);
	run->terminate.data = run->interrupt.data = run->hang_up.data = run;
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
	if (start_thread(run, err) == 0 &&
	    observer_open(&watch->observer, &run->loop, &watch->config, NULL, keep_record, watch, err) == 0) {
		if (start_ship(run, &watch->config, err) == 0) {
			start_handles(run, for_s);
			use_watch(watch, 0);
			serve_stats(run, &watch->config);
			say_state(run, "READY=1\n");
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
		free_watch(watch);
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
		free_watch(first);
	free_watches(run);
	return err->code;
}

int command_run(const struct command_options *options, struct error *err)
{
	struct run run = { .file = options->file, .json = options->json, .notify = notify_open() };
	struct watch *first = new_watch(&run);

	stats_start(&run.stats);
	if (first)
		(void)run_all(&run, first, options->for_s, err);
	else
		error_set(err, ERROR_MEMORY, "out of memory");
	if (err->code)
		notify_say(&run.notify, "STATUS=%s", err->text);
	notify_close(&run.notify);
	return err->code;
}
