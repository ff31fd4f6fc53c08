#include "monitor/record/clock.h"

#include <sys/timex.h>

#define NEVER_TOLD_US INT64_C(16000000) /* NTP_PHASE_LIMIT: where the kernel's own counting ends */

struct clock_state clock_state_of(int result, int status, int64_t maxerror_us)
{
	struct clock_state state = { .max_error_us = -1 };

	if (result < 0)
		return state;
	state.synchronised = result != TIME_ERROR && (status & STA_UNSYNC) == 0;
	if (state.synchronised && maxerror_us > 0 && maxerror_us < NEVER_TOLD_US)
		state.max_error_us = maxerror_us;
	return state;
}

struct clock_state clock_state_read(void)
{
	struct timex timex = { .modes = 0 };
	int result = ntp_adjtime(&timex);

	return clock_state_of(result, timex.status, timex.maxerror);
}

/* The bound that is recorded: the next power of two. */
static int64_t bound_of(int64_t max_error_us)
{
	int64_t bound = 1;

	while (bound < max_error_us)
		bound *= 2;
	return bound;
}

bool clock_watch_take(struct clock_watch *watch, struct clock_state state, int64_t now_us,
                      struct record *record)
{
	const struct clock_state *last = &watch->last;
	int64_t bound = state.max_error_us < 0 ? -1 : bound_of(state.max_error_us);
	bool same = watch->recorded && state.synchronised == last->synchronised &&
	            (bound < 0) == (last->max_error_us < 0);

	/* unknown is -1 on both sides here: nothing more to compare */
	if (same && (bound < 0 || (bound <= last->max_error_us && bound >= last->max_error_us / 2)))
		return false;
	watch->recorded = true;
	watch->last = (struct clock_state){ .max_error_us = bound, .synchronised = state.synchronised };
	*record = record_blank(RECORD_CLOCK, now_us);
	record->max_error_us = bound;
	record->synchronised = state.synchronised;
	return true;
}

bool clock_watch_read(struct clock_watch *watch, int64_t now_us, struct record *record)
{
	return clock_watch_take(watch, clock_state_read(), now_us, record);
}
