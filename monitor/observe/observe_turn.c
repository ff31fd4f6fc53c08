/* observe_turn: the schedule at work: what each wake-up does, and when the next one is. */
#include "monitor/observe/observe_part.h"

#include "base/log.h"
#include "monitor/observe/schedule.h"
#include "monitor/record/clock.h"

#include <stdlib.h>

#define WAKE_US         INT64_C(100000) /* the longest sleep, so that a stop is noticed */
#define SOONEST_US      INT64_C(1)      /* made a whole ms: what libuv can wait */
#define STARTS_PER_TURN 128             /* then the sockets have their turn */
#define GAPS_PER_TURN   100

/* ---- what is due ---- */

/* Once or after a stop: nothing follows, but what waits at its destination waits for one interval. */
static void run_last(struct observer *o, struct target *target)
{
	int64_t scheduled_us = target->due.key;

	if (target->pass.at) {
		heap_remove(&o->due, &target->due);
		destination_give_up(&o->lasting->destinations, &target->pass);
		observer_end_wait(target, FAILURE_RATE_LIMIT);
		return;
	}
	heap_move(&o->due, &target->due, scheduled_us + target->interval_us);
	observer_ask(target, scheduled_us);
}

static void run_due(struct observer *o, struct target *target, int64_t now_us)
{
	struct schedule_turn turn = schedule_turn(target->due.key, now_us, target->interval_us);

	if (o->last) {
		run_last(o, target);
		return;
	}
	heap_move(&o->due, &target->due, turn.next_us);
	if (target->pass.at)
		observer_end_wait(target, FAILURE_RATE_LIMIT);
	if (turn.missed > 0)
		observer_add_gap(o, target, turn.missed_us, turn.missed);
	observer_ask(target, turn.send_us);
}

void observer_start_due(struct observer *o, int64_t now_us)
{
	for (int i = 0; i < STARTS_PER_TURN; i++) {
		struct heap_entry *top = heap_top(&o->due);

		if (!top || top->key > now_us)
			return;
		run_due(o, target_of(top), now_us);
	}
}

/* ---- stops and steps ---- */

void observer_notice_stall(struct observer *o, struct moment now)
{
	int64_t late_us = o->wake.us ? moment_between(o->wake, now) : 0;

	if (late_us <= OBSERVE_STALL_US)
		return;
	o->stalled_us += late_us + PROBE_TURN_US; /* and a turn for what came meanwhile to be read */
	o->stops += late_us > OBSERVE_STOP_US;
	o->wake = now;
}

/* After the time of day went back, instants may lie more than an interval ahead: take up the grid from now. */
static void reschedule(struct observer *o, int64_t now_us)
{
	for (size_t i = 0; i < o->config->target_count; i++) {
		struct target *target = &o->targets[i];

		if (!o->last && target->due.place && target->due.key - now_us > target->interval_us)
			heap_move(&o->due, &target->due,
			          schedule_first_us(now_us, target->interval_us, target->offset_us));
	}
}

static void notice_step(struct observer *o, struct moment now)
{
	int64_t offset_us = moment_wall_offset_us(), step_us = offset_us - o->wall_offset_us;

	if (llabs(step_us) <= CLOCK_STEP_US) {
		return;
	}
	if (!o->last) /* who has taken over says it */
		log_line("schedule", "the time of day was stepped by %lld ms", (long long)(step_us / 1000));
	o->wall_offset_us = offset_us;
	reschedule(o, observer_now_us(o, now));
}

/* ---- waking up ---- */

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static void take_turns(struct observer *o)
{
	o->turn_us = PROBE_NO_TURN;
	for (size_t i = 0; i < OBSERVE_KINDS_MOST && o->kinds[i]; i++)
		if (!o->shut[i] && o->kinds[i]->turn)
			o->turn_us = least(o->turn_us, o->kinds[i]->turn(o->services[i]));
}

static void tick(uv_timer_t *timer);

/* µs until the next thing to do. */
static int64_t wait_us(const struct observer *o, struct moment now)
{
	const struct lasting *lasting = o->lasting;
	const struct heap_entry *due = heap_top(&o->due), *deadline = heap_top(&o->deadlines);
	int64_t us = least(lasting->handshakes.waiting.count ? PROBE_TURN_US : WAKE_US, o->turn_us);

	if (due)
		us = least(us, due->key - observer_now_us(o, now));
	if (deadline)
		us = least(us, deadline->key - now.us);
	us = least(us, destinations_next(&lasting->destinations).us - now.us);
	us = least(us, lasting->held_until.us - now.us);
	if (o->gap_count > 0) /* the spool's writer gets its share */
		us = least(us, 1000);
	/* at once, but after the sockets: without any wait libuv would call this timer before it looks at them again */
	return us > SOONEST_US && !(o->drained && observer_idle(o)) ? us : SOONEST_US;
}

void observer_arm(struct observer *o)
{
	struct moment now = moment_now();
	int64_t us = wait_us(o, now);

	observer_notice_stall(o, now);
	o->wake = moment_after(now, us);
	uv_update_time(o->context.loop);
	uv_timer_start(&o->timer, tick, (uint64_t)(us + 999) / 1000, 0);
}

/* What the observers of a process have in common: whichever wakes up first sees to it. */
static void serve_lasting(struct observer *o, struct moment now)
{
	struct lasting *lasting = o->lasting;
	bool ends = o->alone && !o->due.count && !lasting->ended;

	destinations_serve(&lasting->destinations, now);
	gate_tire(&lasting->handshakes, now);
	lasting->ended |= ends;
	if (ends || lasting->held_until.us <= now.us)
		observer_judge_held(lasting, false);
	observer_log_changes(lasting, false);
}

static void tick(uv_timer_t *timer)
{
	struct observer *o = timer->data;
	struct moment now = moment_now();

	observer_notice_stall(o, now);
	o->wake = now; /* a turn that takes too long is a stall as well */
	notice_step(o, now);
	observer_start_due(o, observer_now_us(o, now));
	take_turns(o);
	serve_lasting(o, now);
	observer_expire_runs(o, o->turned);
	o->turned = now;
	observer_write_gaps(o, GAPS_PER_TURN);
	if (o->drained && observer_idle(o)) {
		observer_drained *drained = o->drained;

		o->drained = NULL;
		if (o->alone)
			observer_log_changes(o->lasting, true);
		drained(o->arg);
	} else {
		observer_arm(o);
	}
}
