#include "monitor/record/clock.h"

#include "base/instant.h"
#include "monitor/record/moment.h"

#include <stdlib.h>
#include <sys/timex.h>

#define NEVER_TOLD_US INT64_C(16000000) /* NTP_PHASE_LIMIT: where the kernel's own counting ends */
#define CREEP_US      INT64_C(500)      /* by which the kernel lets it grow a second: MAXFREQ, 500 ppm */
#define SETTLE_US     US_PER_HOUR

/* 0 that the kernel let creep is as little a bound as 0; whoever knows a bound has an estimate too. */
static bool is_told(const struct timex *said)
{
	bool estimated = said->esterror > 0 && said->esterror < NEVER_TOLD_US;

	return said->maxerror > 0 && said->maxerror < NEVER_TOLD_US &&
	       (estimated || said->maxerror % CREEP_US != 0);
}

struct clock_state clock_state_of(int result, const struct timex *said)
{
	struct clock_state state = { .max_error_us = -1 };

	if (result < 0)
		return state;
	state.synchronised = result != TIME_ERROR && (said->status & STA_UNSYNC) == 0;
	if (state.synchronised && is_told(said))
		state.max_error_us = said->maxerror;
	return state;
}

struct clock_state clock_state_read(void)
{
	struct timex timex = { .modes = 0 };
	int result = ntp_adjtime(&timex);

	return clock_state_of(result, &timex);
}

bool clock_state_tells(struct clock_state state, int64_t now_us, int64_t instant_us)
{
	int64_t error_us = state.max_error_us < 0 ? NEVER_TOLD_US : state.max_error_us;

	return state.synchronised && llabs(now_us - instant_us) > error_us;
}

/* The bound that is recorded: the next power of two, with room for what the error may creep until the next reading. */
static int64_t bound_of(int64_t max_error_us)
{
	int64_t bound = 1;

	while (bound < max_error_us + CREEP_US)
		bound *= 2;
	return bound;
}

static int64_t step_of(const struct clock_watch *watch, const struct clock_reading *reading)
{
	int64_t step_us = reading->wall_offset_us - watch->wall_offset_us;

	return watch->recorded && llabs(step_us) > CLOCK_STEP_US ? step_us : 0;
}

/* Whether far less than the recorded bound has been enough for long; then bound becomes what was. */
static bool has_settled(struct clock_watch *watch, int64_t at_us, int64_t *bound)
{
	if (*bound > watch->most_us)
		watch->most_us = *bound;
	if (at_us - watch->since_us < SETTLE_US)
		return false;
	*bound = watch->most_us;
	watch->since_us = at_us;
	watch->most_us = 0;
	return *bound < watch->last.max_error_us / 2;
}

bool clock_watch_take(struct clock_watch *watch, struct clock_reading reading, struct record *record)
{
	const struct clock_state *last = &watch->last, state = reading.state;
	int64_t bound = state.max_error_us < 0 ? -1 : bound_of(state.max_error_us);
	int64_t step_us = step_of(watch, &reading), at_us = reading.now_us - reading.wall_offset_us;
	bool same = watch->recorded && !step_us && state.synchronised == last->synchronised &&
	            (bound < 0) == (last->max_error_us < 0);

	/* unknown is -1 on both sides here: nothing more to compare */
	if (same && (bound < 0 || (bound <= last->max_error_us && !has_settled(watch, at_us, &bound))))
		return false;
	if (step_us || !watch->recorded)
		watch->wall_offset_us = reading.wall_offset_us;
	watch->recorded = true;
	watch->since_us = at_us;
	watch->most_us = 0;
	watch->last = (struct clock_state){ .max_error_us = bound, .synchronised = state.synchronised };
	*record = record_blank(RECORD_CLOCK, reading.now_us);
	record->max_error_us = bound;
	record->synchronised = state.synchronised;
	record->stepped_us = step_us;
	return true;
}

bool clock_watch_read(struct clock_watch *watch, struct record *record)
{
	const struct clock_reading reading = { .state = clock_state_read(),
		                               .now_us = moment_wall_us(),
		                               .wall_offset_us = moment_wall_offset_us() };

	return clock_watch_take(watch, reading, record);
}
