/* record: records that are made here, and which records contradict themselves. */
#include "monitor/record/record.h"

#include <stdbool.h>
#include <stddef.h>

static const char *stamp_fault(const struct record *r)
{
	const struct record_stamp *s = &r->stamp;

	if (s->packets == 0)
		return NULL;
	if (s->packets < 0 || s->lost < 0 || s->lost > s->packets)
		return "more packets lost than sent";
	if (r->outcome == SAMPLE_MISSED)
		return "an outcome missed with packets";
	if (s->lost == s->packets && r->outcome == SAMPLE_UP)
		return "an outcome up without an answer";
	if ((s->lost_forward < 0) != (s->lost_backward < 0))
		return "packets lost in one direction only known";
	if ((s->forward_us < 0) != (s->backward_us < 0) || (s->forward_us >= 0 && s->one_way_error_us < 0))
		return "a one-way delay without its error";
	return NULL;
}

static const char *status_fault(const struct record *r)
{
	const struct record_status *s = &r->status;
	bool below = s->period_ms < 0 || s->up < 0 || s->down < 0 || s->in_flight < 0 || s->spool_lost < 0;

	for (int i = 0; i < RECORD_MISSED_REASONS; i++)
		below = below || s->missed[i] < 0;
	if (below || s->spool_records < 0 || s->spool_bytes < 0 || s->ship_lag_us < 0)
		return "a status with a count below zero";
	return r->max_error_us < -1 ? "a clock's error below zero" : NULL;
}

struct record record_blank(enum record_kind kind, int64_t scheduled_us)
{
	return (struct record){
		.kind = (uint8_t)kind,
		.scheduled_us = scheduled_us,
		.max_error_us = -1,
		.lateness_us = -1,
		.rtt_us = -1,
		.name_us = -1,
		.connect_us = -1,
		.tls_us = -1,
		.first_byte_us = -1,
		.total_us = -1,
	};
}

struct record record_of_gap(enum record_gap_reason reason, int64_t count, int64_t from_us, int64_t until_us)
{
	return (struct record){ .kind = RECORD_GAP,
		                .scheduled_us = from_us,
		                .gap = { .count = count, .until_us = until_us, .reason = (uint8_t)reason } };
}

void record_miss(struct record *record, enum sample_failure why)
{
	record->outcome = SAMPLE_MISSED;
	record->failure = (uint8_t)why;
	record->rtt_us = -1;
	record->sent_us = 0;
	record->stamp = (struct record_stamp){ 0 };
}

const char *record_fault(const struct record *r)
{
	bool missed_reason = r->failure >= FAILURE_IN_FLIGHT_CAP && r->failure <= FAILURE_MISSED_LAST &&
	                     r->failure != FAILURE_NO_RECORD;

	if (r->kind == RECORD_CLOCK)
		return r->max_error_us < -1 ? "a clock's error below zero" : NULL;
	if (r->kind == RECORD_STATUS)
		return status_fault(r);
	if (r->kind != RECORD_SAMPLE)
		return "a kind that does not exist";
	if (r->target <= 0)
		return "no target";
	switch (r->outcome) {
	case SAMPLE_UP:
		if (r->failure != FAILURE_NONE)
			return "an outcome up with a failure";
		return r->rtt_us < 0 ? "an outcome up without a round trip" : stamp_fault(r);
	case SAMPLE_DOWN:
		if (r->failure == FAILURE_NONE || r->failure > FAILURE_DOWN_LAST)
			return "an outcome down without a failure of the target";
		return r->rtt_us != -1 ? "an outcome down with a round trip" : stamp_fault(r);
	case SAMPLE_MISSED:
		if (!missed_reason)
			return "an outcome missed without a failure of the monitor";
		if (r->sent_us != 0)
			return "an outcome missed with a send time";
		return r->rtt_us != -1 ? "an outcome missed with a round trip" : stamp_fault(r);
	default:
		return "an outcome that does not exist";
	}
}
