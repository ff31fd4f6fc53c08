/* run_watch: the configurations in force, one after another: read, opened, put in the former one's place. */
#include "monitor/run_part.h"

#include "base/instant.h"
#include "base/log.h"

#include <stdlib.h>
#include <sys/stat.h>

#define RELOAD_ROOM                                                                                          \
	((size_t)1 << 20) /* what reading a configuration takes, and each byte of it: more than it does */
#define RELOAD_TIMES     64
#define PREPARED_AT_ONCE 128 /* targets: less than a millisecond's work */
#define FORMER_MOST      4   /* configurations whose probes are still in flight; a further reload waits */

/* ---- watches ---- */

struct watch *run_new_watch(struct run *run)
{
	struct watch *watch = calloc(1, sizeof *watch);

	if (watch)
		watch->run = run;
	return watch;
}

void run_free_watch(struct watch *watch)
{
	config_release(&watch->config);
	free(watch);
}

void run_close_watch(struct watch *watch, observer_closed *closed)
{
	watch->drained = true;
	observer_close(watch->observer, closed);
}

void run_use_watch(struct watch *watch, int64_t from_us)
{
	char from[INSTANT_TEXT_SIZE];

	watch->next = watch->run->watches;
	watch->run->watches = watch;
	instant_format(observer_start(watch->observer, from_us), from);
	log_line("run", "vantage '%s' observes %zu targets from %s on", watch->config.vantage,
	         watch->config.target_count, from);
}

/* ---- reloading: read it, open all that it needs, and only then put it in the former one's place ---- */

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
	run_free_watch(watch);
	if (run->reload.again)
		run_reload(run);
}

static void on_former_drained(void *arg)
{
	run_close_watch(arg, on_retired);
}

static int begin(struct run *run, struct watch *watch, struct error *err)
{
	const struct watch *former = run->watches;
	const char *fixed = config_fixed_change(&former->config, &watch->config);

	if (fixed) {
		error_set(err, ERROR_DATA, "the key '%s' can be changed by a restart only", fixed);
		return error_at(err, run->file, 0, NULL);
	}
	return observer_begin(&watch->observer, &run->loop, &watch->config, former->observer, run_keep_record,
	                      watch, err);
}

static void replace(struct run *run, struct watch *watch)
{
	run_use_watch(watch, observer_stop(run->watches->observer, on_former_drained) + 1);
	run->stats.reloads++;
	run_say_state(run, "READY=1\n");
}

/*
 * In a thread of its own. The configuration's memory comes from an arena, which ends the process when there is no
 * more: fine at the start, not now. So it is asked for first.
 */
static void read_config(uv_work_t *reading)
{
	struct run *run = reading->data;
	struct stat facts;
	void *room = NULL;

	if (stat(run->file, &facts) == 0 &&
	    !(room = malloc(RELOAD_ROOM + (size_t)facts.st_size * RELOAD_TIMES)))
		error_set(&run->reload.err, ERROR_MEMORY, "out of memory");
	free(room);
	if (run->reload.err.code == ERROR_NONE &&
	    config_load(&run->reload.watch->config, run->file, &run->reload.err) < 0)
		return; /* on_read() sees the error */
}

static void refuse_reload(struct run *run)
{
	struct error *err = &run->reload.err;
	char line[400];

	if (err->code == ERROR_MEMORY)
		error_hint(
		    err,
		    "this machine is short of memory: fewer targets, or a higher MemoryMax= of the unit; "
		    "then reload again");
	run->stats.refused_reloads++;
	log_error("run", err);
	log_line("run", "goes on as before");
	notify_say(&run->notify, "READY=1\nSTATUS=goes on as before a reload that was refused: %s",
	           error_one_line(err, line, sizeof line));
}

/* The next one may come. */
static void end_reload(struct run *run)
{
	run->reload.watch = NULL;
	if (run->reload.again)
		run_reload(run);
}

static void on_given_up(void *arg)
{
	struct watch *watch = arg;
	struct run *run = watch->run;

	run_free_watch(watch);
	end_reload(run);
}

static void give_up(struct watch *watch)
{
	if (watch->observer)
		observer_close(watch->observer, on_given_up);
	else
		on_given_up(watch);
}

static void prepare_some(uv_idle_t *preparing)
{
	struct run *run = preparing->data;
	struct watch *watch = run->reload.watch;
	int rc = observer_prepare(watch->observer, PREPARED_AT_ONCE, &run->reload.err);

	if (rc > 0)
		return;
	uv_idle_stop(preparing);
	if (rc < 0) {
		refuse_reload(run);
		give_up(watch);
	} else {
		replace(run, watch);
		end_reload(run);
	}
}

static void on_read(uv_work_t *reading, int status)
{
	struct run *run = reading->data;
	struct reload *reload = &run->reload;

	(void)status; /* never cancelled */
	if (run->stopping) {
		give_up(reload->watch);
	} else if (reload->err.code < 0 || begin(run, reload->watch, &reload->err) < 0) {
		refuse_reload(run);
		give_up(reload->watch);
	} else {
		uv_idle_start(&reload->preparing, prepare_some);
	}
}

void run_stop_reload(struct run *run)
{
	if (!uv_is_active((uv_handle_t *)&run->reload.preparing))
		return; /* there is none, or on_read() sees to it */
	uv_idle_stop(&run->reload.preparing);
	give_up(run->reload.watch);
}

void run_reload(struct run *run)
{
	struct reload *reload = &run->reload;

	reload->again = !run->stopping && (reload->watch || count_former(run) >= FORMER_MOST);
	if (reload->again || run->stopping)
		return;
	reload->err = (struct error){ 0 };
	reload->watch = run_new_watch(run);
	reload->reading.data = run;
	if (!reload->watch || uv_queue_work(&run->loop, &reload->reading, read_config, on_read) < 0) {
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

int run_start_thread(struct run *run, struct error *err)
{
	(void)setenv("UV_THREADPOOL_SIZE", "1", 0);
	if (uv_queue_work(&run->loop, &run->first_work, do_nothing, forget_work) < 0)
		return error_set(err, ERROR_MEMORY, "out of memory");
	return 0;
}
