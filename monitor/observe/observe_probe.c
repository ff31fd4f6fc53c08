/* observe_probe: probes from the instant at which they are due until they have ended. */
#include "monitor/observe/observe_part.h"

#include "monitor/probe/memory.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define DESCRIPTORS_OF_OURS 64  /* at most: spool, database, the kinds' own, the resolver */
#define DESCRIPTORS_OF_ONE  4   /* at most what a probe opens: name servers, connection */
#define REQUEST_TIMEOUT     408 /* the server says that it waited for us too long: RFC 9110, 15.5.9 */

/* ---- ending ---- */

/* When its time is over: it has its whole timeout while this process runs. */
static struct moment deadline_of(const struct observer *o, const struct probe_run *run)
{
	return moment_after(run->started, run->timeout_us + o->stalled_us - run->stalled_before_us);
}

/*
 * When it ends at the latest: where stall follows stall, deadlines that move with them would never come, and what is in
 * flight would grow without end. Who has not had its whole timeout by then is missed.
 */
static struct moment end_of(const struct observer *o, const struct probe_run *run)
{
	struct moment deadline = deadline_of(o, run),
	              latest = moment_after(run->started, 2 * run->timeout_us);

	return deadline.us < latest.us ? deadline : latest;
}

/* Whether a round trip, of a burst their sum, is long enough to contain a stop of the whole machine. */
static bool may_contain_stop(const struct record *record)
{
	int64_t trips = record->stamp.packets ? record->stamp.packets : 1;

	return record->rtt_us * trips > OBSERVE_STOP_US;
}

/*
 * Whether an observation is worth nothing because this process could not run: decision 43. Neither what only this
 * process can time, nor what the other side may have done because it did not hear from us; and after a stop nothing
 * that a machine which slept could have brought about itself. What the target said in so many words stands.
 */
static bool spoilt_by_stall(const struct observer *o, const struct probe_run *run, struct moment now)
{
	const struct record *record = &run->record;
	bool stopped = o->stops != run->stops_before;

	if (!stopped && o->stalled_us == run->stalled_before_us)
		return false;
	switch (record->failure) {
	case FAILURE_NONE:
		return !run->kernel_timed || (stopped && may_contain_stop(record));
	case FAILURE_TIMEOUT: /* not unless it had the whole of it while this process ran */
		return stopped || moment_between(deadline_of(o, run), now) < 0;
	case FAILURE_DNS:
	case FAILURE_RESET:
	case FAILURE_TLS:
	case FAILURE_LOSS:
		return true;
	case FAILURE_UNREACHABLE: /* by a link that is not up again, or what came before the other side gave us up */
	case FAILURE_PROTOCOL:
	case FAILURE_BODY_MISMATCH:
	case FAILURE_ANSWER_MISMATCH:
		return stopped;
	case FAILURE_HTTP_STATUS:
		return record->http_status == REQUEST_TIMEOUT;
	default:
		return false;
	}
}

/*
 * Whether it failed about when a library was refused memory: that calls it what it likes, a bad certificate, an unknown
 * name, a silence; and what it could not set up then may fail who comes a little later.
 */
static bool spoilt_by_memory(const struct probe_run *run)
{
	struct moment refused = memory_refused();

	return run->record.outcome == SAMPLE_DOWN && refused.us &&
	       moment_between(refused, run->started) <= run->timeout_us;
}

static void excuse(struct probe_run *run, struct verdict verdict)
{
	record_miss(&run->record, verdict.failure);
	run->cause = verdict.cause;
}

void observer_finish(struct probe_run *run)
{
	struct observer *o = run->observer;

	observer_hand_on(run->target, &run->record, run->record.failure == FAILURE_SEND ? run->cause : 0);
	run->next = o->spare;
	o->spare = run;
	if (o->drained && observer_idle(o))
		observer_arm(o);
}

static void run_finished(struct probe_run *run)
{
	struct observer *o = run->observer;
	struct target *target = run->target;
	struct moment now = moment_now();

	observer_notice_stall(o, now);
	if (spoilt_by_stall(o, run, now))
		excuse(run, verdict_of(FAILURE_NOT_RUNNING));
	else if (spoilt_by_memory(run))
		excuse(run, verdict_not_sent(ENOMEM));
	heap_remove(&o->deadlines, &run->deadline);
	target->lasting->in_flight--;
	o->lasting->counts.in_flight--;
	o->in_flight--;
	if (target->config->reference)
		observer_reference_ended(run);
	else if (!observer_hold(run))
		observer_finish(run);
}

void observer_expire_runs(struct observer *o, struct moment at)
{
	struct heap_entry *top;

	while ((top = heap_top(&o->deadlines)) && top->key <= at.us) {
		struct probe_run *run =
		    (struct probe_run *)((char *)top - offsetof(struct probe_run, deadline));
		struct moment end = end_of(o, run);

		if (end.us > at.us) { /* it began later, or this process could not run meanwhile */
			heap_move(&o->deadlines, top, end.us);
			continue;
		}
		run->target->config->kind->expire(run);
		assert(heap_top(&o->deadlines) != top || !top->place || top->key > at.us);
	}
}

/* ---- starting ---- */

static struct probe_run *take_run(struct observer *o)
{
	struct probe_run *run = o->spare;

	if (!run)
		return calloc(1, sizeof *run);
	o->spare = run->next;
	memset(run, 0, sizeof *run);
	return run;
}

static void start(struct target *target, struct probe_run *run, int64_t scheduled_us)
{
	struct observer *o = target->observer;
	struct observer_counts *counts = &o->lasting->counts;

	*run = (struct probe_run){ .record = observer_blank_record(target, scheduled_us),
		                   .started = moment_now(),
		                   .timeout_us = target->config->timeout_s * 1000000,
		                   .service = target->service,
		                   .plan = target->plan,
		                   .finished = run_finished,
		                   .target = target,
		                   .observer = o,
		                   .stalled_before_us = o->stalled_us,
		                   .stops_before = o->stops };
	if (heap_add(&o->deadlines, &run->deadline, moment_after(run->started, run->timeout_us).us) < 0) {
		run->next = o->spare;
		o->spare = run;
		observer_miss(target, scheduled_us, verdict_not_sent(ENOMEM));
		return;
	}
	run->record.lateness_us = record_fit32(observer_now_us(o, run->started) - scheduled_us);
	target->lasting->in_flight++;
	o->in_flight++;
	if (++counts->in_flight > counts->in_flight_most)
		counts->in_flight_most = counts->in_flight;
	if (target->config->reference)
		observer_reference_sent(run);
	target->config->kind->start(run);
}

/*
 * Whether a probe may open what it needs. A library that cannot may call it a name that does not resolve or a
 * connection that failed, which would be charged to the target: so it is tried before, when it may be close.
 */
static bool has_descriptors(const struct observer *o)
{
	struct rlimit limit;
	int tried[DESCRIPTORS_OF_ONE], n = 0;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 ||
	    (rlim_t)o->lasting->counts.in_flight * DESCRIPTORS_OF_ONE + DESCRIPTORS_OF_OURS < limit.rlim_cur)
		return true;
	while (n < DESCRIPTORS_OF_ONE &&
	       (tried[n] = fcntl(uv_backend_fd(o->context.loop), F_DUPFD_CLOEXEC, 0)) >= 0)
		n++;
	for (int i = 0; i < n; i++)
		close(tried[i]);
	return n == DESCRIPTORS_OF_ONE;
}

static void probe(struct target *target, int64_t scheduled_us)
{
	struct observer *o = target->observer;
	struct probe_run *run = NULL;

	if (!target->plan)
		observer_miss(target, scheduled_us, verdict_not_sent(OBSERVE_KIND_SHUT));
	else if (target->lasting->in_flight >= target->config->in_flight_max ||
	         o->lasting->counts.in_flight >= o->config->in_flight_max)
		observer_miss(target, scheduled_us, verdict_of(FAILURE_IN_FLIGHT_CAP));
	else if (target->opens_descriptors && !has_descriptors(o))
		observer_miss(target, scheduled_us, verdict_not_sent(EMFILE));
	else if (!(run = take_run(o)))
		observer_miss(target, scheduled_us, verdict_not_sent(ENOMEM));
	else
		start(target, run, scheduled_us);
}

/* ---- the destination's turn ---- */

static void go(void *owner)
{
	struct target *target = owner;

	if (target->observer->last)
		heap_remove(&target->observer->due, &target->due);
	probe(target, target->asked_us);
}

void observer_ask(struct target *target, int64_t scheduled_us)
{
	struct observer *o = target->observer;
	bool waits = target->pass.at != NULL;

	target->asked_us = scheduled_us;
	target->stops_before = o->stops;
	if (!target->destination)
		go(target);
	else if (!waits) /* who waits keeps the place */
		destination_request(&o->lasting->destinations, target->destination, &target->pass, go, target,
		                    moment_now());
}

void observer_end_wait(struct target *target, enum sample_failure why)
{
	if (target->observer->stops != target->stops_before)
		why = FAILURE_NOT_RUNNING;
	observer_miss(target, target->asked_us, verdict_of(why));
}
