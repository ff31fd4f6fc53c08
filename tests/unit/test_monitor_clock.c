#include "monitor/record/clock.h"
#include "monitor/spool/spool.h"
#include "tests/unit/suite.h"

#include <sys/timex.h>

static const struct {
	const char *what;
	int result, status;
	int64_t maxerror_us;
	bool synchronised;
	int64_t want_us;
} readings[] = {
	{ "chrony tells a bound", TIME_OK, STA_PLL, 2500, true, 2500 },
	{ "systemd-timesyncd writes 0: unknown", TIME_OK, STA_PLL, 0, true, -1 },
	{ "the kernel's sentinel: unknown", TIME_OK, STA_PLL, 16000000, true, -1 },
	{ "a leap second is pending", TIME_INS, STA_PLL | STA_INS, 900, true, 900 },
	{ "unsynchronised by its status", TIME_OK, STA_UNSYNC, 2500, false, -1 },
	{ "unsynchronised by its result", TIME_ERROR, 0, 2500, false, -1 },
	{ "the call is refused", -1, 0, 2500, false, -1 },
};

START_TEST(the_kernels_words_are_read)
{
	for (size_t i = 0; i < ROWS(readings); i++) {
		struct clock_state s =
		    clock_state_of(readings[i].result, readings[i].status, readings[i].maxerror_us);

		ck_assert_msg(s.synchronised == readings[i].synchronised &&
		                  s.max_error_us == readings[i].want_us,
		              "%s: %d %lld", readings[i].what, s.synchronised, (long long)s.max_error_us);
	}
}
END_TEST

/* In the order in which they come; want_us -2: nothing is recorded. */
static const struct {
	bool synchronised;
	int64_t max_error_us, want_us;
} course[] = {
	{ true, 1000, 1024 }, /* the first */
	{ true, 1024, -2 },   /* just within the bound that was recorded */
	{ true, 1025, 2048 }, /* beyond it */
	{ true, 513, -2 },    /* needs half of it */
	{ true, 512, 512 },   /* a quarter is enough */
	{ true, -1, -1 },     /* becomes unknown */
	{ true, -1, -2 },     /* still */
	{ false, -1, -1 },    /* no longer synchronised */
	{ false, -1, -2 },    /* still */
	{ true, 1, 1 },       /* synchronised again; the least bound */
};

START_TEST(a_change_is_recorded_and_nothing_else)
{
	struct clock_watch watch = { 0 };

	for (size_t i = 0; i < ROWS(course); i++) {
		struct clock_state state = { course[i].max_error_us, course[i].synchronised };
		struct record record;
		bool taken = clock_watch_take(&watch, state, 1000 + (int64_t)i, &record);

		ck_assert_msg(taken == (course[i].want_us != -2), "row %zu", i);
		if (!taken)
			continue;
		ck_assert_msg(record.max_error_us == course[i].want_us, "row %zu: %lld", i,
		              (long long)record.max_error_us);
		ck_assert_int_eq(record.kind, RECORD_CLOCK);
		ck_assert_int_eq(record.scheduled_us, 1000 + (int64_t)i);
		ck_assert_int_eq(record.synchronised, course[i].synchronised);
		ck_assert_ptr_null(record_fault(&record));
	}
}
END_TEST

START_TEST(this_machine_is_read)
{
	struct clock_watch watch = { 0 };
	struct record record;

	ck_assert(clock_watch_read(&watch, 5, &record));
	ck_assert_ptr_null(record_fault(&record));
	ck_assert(!clock_watch_take(&watch, watch.last, 6, &record));
}
END_TEST

int main(void)
{
	return run_suite("clock", (const TTest *const[]){ the_kernels_words_are_read,
	                                                  a_change_is_recorded_and_nothing_else,
	                                                  this_machine_is_read, NULL });
}
