/* observe_own: samples that are down until the references of the own side have spoken: own_side.h. */
#include "monitor/observe/observe_part.h"

/* ---- references ---- */

void observer_reference_sent(struct probe_run *run)
{
	run->reference_number = own_side_sent(&run->target->lasting->reference, run->started.us);
}

void observer_reference_ended(struct probe_run *run)
{
	struct lasting *lasting = run->observer->lasting;

	own_side_ended(&run->target->lasting->reference, run->reference_number,
	               own_side_result_of(run->record.outcome, run->record.failure));
	observer_finish(run);
	observer_judge_held(lasting, false);
}

/* ---- those they speak for ---- */

static enum own_side_verdict judge(const struct probe_run *run, int64_t now_us)
{
	return own_side_judge(run->target->references, run->target->reference_count, run->started.us,
	                      run->observer->lasting->ended ? INT64_MAX : now_us);
}

/* Until when a reference may yet be probed that counts; their probes' ends are told. */
static int64_t reach_end_us(const struct probe_run *run)
{
	int64_t reach_us = 0;

	for (size_t i = 0; i < run->target->reference_count; i++)
		if (run->target->references[i]->reach_us > reach_us)
			reach_us = run->target->references[i]->reach_us;
	return run->started.us + reach_us + 1;
}

static void note_until(struct lasting *lasting, const struct probe_run *run, int64_t now_us)
{
	int64_t end_us = reach_end_us(run);

	if (end_us > now_us && end_us < lasting->held_until.us)
		lasting->held_until.us = end_us;
}

bool observer_hold(struct probe_run *run)
{
	struct observer *o = run->observer;
	struct lasting *lasting = o->lasting;
	int64_t now_us = moment_now().us;
	enum own_side_verdict verdict;

	if (run->record.outcome != SAMPLE_DOWN || !own_side_may_be(run->record.failure))
		return false;
	verdict = judge(run, now_us);
	if (verdict == OWN_SIDE_YES)
		record_miss(&run->record, FAILURE_OWN_SIDE);
	/* as many may wait as may be in flight: beyond that, what is known now decides */
	if (verdict != OWN_SIDE_WAIT || lasting->held_count >= o->config->in_flight_max)
		return false;
	run->next = lasting->held;
	lasting->held = run;
	lasting->held_count++;
	o->held++;
	note_until(lasting, run, now_us);
	return true;
}

void observer_judge_held(struct lasting *lasting, bool all)
{
	struct probe_run *held = lasting->held;
	int64_t now_us = moment_now().us;

	lasting->held = NULL;
	lasting->held_until.us = INT64_MAX;
	while (held) {
		struct probe_run *run = held;
		enum own_side_verdict verdict = judge(run, now_us);

		held = run->next;
		if (verdict == OWN_SIDE_WAIT && !all) {
			run->next = lasting->held;
			lasting->held = run;
			note_until(lasting, run, now_us);
			continue;
		}
		if (verdict == OWN_SIDE_YES)
			record_miss(&run->record, FAILURE_OWN_SIDE);
		lasting->held_count--;
		run->observer->held--;
		observer_finish(run);
	}
}
