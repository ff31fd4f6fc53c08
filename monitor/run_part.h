/*
 * run_part: the inside of `slamon run`, for its two files: command_run.c (starting, what is kept of itself, stopping) and
 * run_watch.c (the configurations in force, one after another). No other file includes it. All on the loop's thread.
 */
#ifndef GOVSLA_MONITOR_RUN_PART_H
#define GOVSLA_MONITOR_RUN_PART_H

#include "base/error.h"
#include "monitor/config/config.h"
#include "monitor/notify.h"
#include "monitor/observe/observe.h"
#include "monitor/record/clock.h"
#include "monitor/status/stats.h"
#include "monitor/status/stats_socket.h"

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

/* A configuration and what observes by it. After a reload the former one lives on until its probes have ended. */
struct watch {
	struct run *run;
	struct watch *next; /* the former one */
	struct config config;
	struct observer *observer;
	bool drained;
};

/*
 * A configuration on its way: read by another thread and then prepared a few targets each turn of the loop, since a
 * large one would hold the probes up.
 */
struct reload {
	uv_work_t reading;
	uv_idle_t preparing; /* active meanwhile */
	struct watch *watch; /* NULL: none is on its way */
	struct error err;
	bool again; /* asked for meanwhile */
};

struct run {
	const char *file;
	uv_loop_t loop;
	struct watch *watches; /* the first is the one in force */
	struct reload reload;
	uv_work_t first_work; /* run_start_thread() */
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

/* ---- command_run.c ---- */

/* observer_record: arg is the watch. */
void run_keep_record(void *arg, const struct target_config *target, const struct record *record);

/* What `systemctl status` shows; state: "", or what has changed, such as "READY=1\n". */
void run_say_state(struct run *run, const char *state);

/* ---- run_watch.c ---- */

/* NULL when out of memory. */
struct watch *run_new_watch(struct run *run);

/* With its configuration; its observer must be closed. */
void run_free_watch(struct watch *watch);

void run_close_watch(struct watch *watch, observer_closed *closed);

/* Puts it in force: its schedule starts with the first instants from from_us on (UTC µs; 0: now). */
void run_use_watch(struct watch *watch, int64_t from_us);

/*
 * Reads the file again and puts it in force, or says why not: now, or as soon as the last reload is done and not too
 * many former configurations are still waiting for answers.
 */
void run_reload(struct run *run);

/* Gives up one that is on its way; nothing is said. */
void run_stop_reload(struct run *run);

/*
 * Has libuv make the thread for reloads while there is memory for it: later, without any, it would end the process.
 * Returns 0 or ERROR_MEMORY.
 */
int run_start_thread(struct run *run, struct error *err) MUST_CHECK;

#endif
