/*
 * observe: the schedule at work on a libuv loop. Starts each target's probe at its instants, keeps their
 * deadlines, turns every instant into exactly one record, and hands the records on.
 *
 * Not here: how a probe is sent (probe.h), where records are kept (spool.h), which instants there are
 * (schedule.h).
 *
 * Every scheduled instant gives exactly one record:
 *   up, down                     sent and judged by the probe kind
 *   missed, in-flight cap        a stated limit was reached
 *   missed, not running          the process could not run at that instant (stopped, suspended, overloaded by
 *                                more than one interval, or the clock was stepped over it), at most 72 h back;
 *                                or it was sent, and this process could not run when there was something to observe,
 *                                or the answer may have been lost in this machine's full receive buffer (drops.h)
 *   missed, send                 this machine could not send, or a kind of probe cannot be opened here
 *   missed, rate limit           the stated rate of its destination left it no turn within an interval
 *   missed, own side             it failed while the references of our own network failed too: own_side.h. It is
 *                                handed on when they have spoken, later by at most their interval and two timeouts
 *
 * That this process could not run is noticed by a timer that is due at least every 100 ms. What is in flight then has
 * its whole timeout of running time. So a timeout stays one, unless the stop took more than a second: then the machine
 * may have been suspended, and an answer lost. The schedule is driven on the monotonic clock;
 * when the time of day is stepped by more than 1 ms, the next instants follow the new time.
 *
 *     observer_open(&o, loop, &config, record, arg, &err);
 *     observer_start(o, 0);                   or observer_once(o, drained);
 *     uv_run(loop, …);
 *     observer_end(o, drained);               no new probes; drained(arg) once none is in flight
 *     observer_close(o, closed);              from drained() on; frees o in the loop, then closed(arg)
 * Another observer may take over at the instant up to which the first had started everything; what is in flight
 * counts on, and so do destinations' rates and what references said. It is prepared a few targets at a time, between
 * which the loop turns, so that the first one's probes are not late:
 *     observer_begin(&next, loop, &other_config, o, record, arg, &err);
 *     observer_prepare(next, 128, &err)       again while it returns 1
 *     observer_start(next, observer_stop(o, drained) + 1);      at once after it returned 0
 */
#ifndef GOVSLA_MONITOR_OBSERVE_H
#define GOVSLA_MONITOR_OBSERVE_H

#include "base/error.h"
#include "monitor/config/config.h"
#include "monitor/record/record.h"

#include <uv.h>

struct observer;

/* Gets every record, on the loop's thread. */
typedef void observer_record(void *arg, const struct target_config *target, const struct record *record);
typedef void observer_drained(void *arg);
typedef void observer_closed(void *arg);

/*
 * Makes the observer and prepares every target (opens sockets, checks files of certificates); probes nothing yet. The
 * config must outlive it, until closed(). A kind of probe that this machine does not allow is said in the log, and its
 * targets' instants are missed (send). Returns 0 or a negative code; on failure nothing remains, but the loop must
 * still be run, with the config, for what is closing.
 */
int observer_open(struct observer **out, uv_loop_t *loop, const struct config *config,
                  observer_record *record, void *arg, struct error *err) MUST_CHECK;

/*
 * The same in steps, for one that is to take over from a former one, which is borrowed until all is prepared (NULL:
 * none) and of which nothing is changed yet. Returns 0 or a negative code; on failure nothing remains but handles that
 * are closing.
 */
int observer_begin(struct observer **out, uv_loop_t *loop, const struct config *config,
                   const struct observer *former, observer_record *record, void *arg,
                   struct error *err) MUST_CHECK;

/*
 * Prepares so many more targets at the most. A kind of probe that is no longer allowed, but that the former has open,
 * is an error, and so is memory that was refused to a library meanwhile: what it holds then may be of no use for good.
 * Returns 0: all are prepared; 1: not yet; or a negative code, after which only observer_close() is left, as it is for
 * whoever wants it no more.
 */
int observer_prepare(struct observer *o, size_t most, struct error *err) MUST_CHECK;

/* Starts the schedule with the first instants at or after from_us (UTC µs); 0: from now. Returns from_us, or now. */
int64_t observer_start(struct observer *o, int64_t from_us);

/* Says in the log which hosts are to be probed faster than destination_rate_per_s allows. */
void observer_tell_demand(const struct observer *o);

/* Probes each target one time from now on, one millisecond after another; then calls drained(arg). */
void observer_once(struct observer *o, observer_drained *drained);

/*
 * Schedules nothing more; drained(arg) is called when all records of what is in flight were handed on. Returns
 * the instant (UTC µs) up to which, and including which, every due probe was started.
 */
int64_t observer_stop(struct observer *o, observer_drained *drained);

/* The same when no other takes over. */
void observer_end(struct observer *o, observer_drained *drained);

/* Ends what is in flight at once as missed (not running). For a second signal. */
void observer_abort(struct observer *o);

/* Closes it, a few targets each turn of the loop; then frees o and calls closed(arg), which may be NULL. */
void observer_close(struct observer *o, observer_closed *closed);

/* Of all observers of the process together; what came of their samples is counted by who gets them (tally.h). */
struct observer_counts {
	int64_t in_flight, in_flight_most; /* now; the most there were at once, since the start */
	int64_t handshakes, handshakes_waiting;
};

struct observer_counts observer_counts(const struct observer *o);

#endif
