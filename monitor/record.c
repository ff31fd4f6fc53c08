/* record: which records contradict themselves. */
#include "monitor/record.h"

#include <stdbool.h>
#include <stddef.h>

const char *record_fault(const struct record *r)
{
	bool missed_reason = r->failure >= FAILURE_IN_FLIGHT_CAP && r->failure <= FAILURE_MISSED_LAST &&
	                     r->failure != FAILURE_NO_RECORD;

	if (r->kind == RECORD_CLOCK)
		return r->max_error_us < -1 ? "a clock's error below zero" : NULL;
	if (r->kind != RECORD_SAMPLE)
		return "a kind that does not exist";
	if (r->target <= 0)
		return "no target";
	switch (r->outcome) {
	case SAMPLE_UP:
		if (r->failure != FAILURE_NONE)
			return "an outcome up with a failure";
		return r->rtt_us < 0 ? "an outcome up without a round trip" : NULL;
	case SAMPLE_DOWN:
		if (r->failure == FAILURE_NONE || r->failure > FAILURE_DOWN_LAST)
			return "an outcome down without a failure of the target";
		return r->rtt_us != -1 ? "an outcome down with a round trip" : NULL;
	case SAMPLE_MISSED:
		if (!missed_reason)
			return "an outcome missed without a failure of the monitor";
		if (r->sent_us != 0)
			return "an outcome missed with a send time";
		return r->rtt_us != -1 ? "an outcome missed with a round trip" : NULL;
	default:
		return "an outcome that does not exist";
	}
}
