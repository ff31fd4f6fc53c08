#include "monitor/record/clock.h"
#include "monitor/spool/spool.h"
#include "tests/unit/suite.h"

#include <sys/timex.h>

#define NOW_US    INT64_C(1790000000000000)
#define OFFSET_US INT64_C(1789000000000000)

static const struct {
	const char *what;
	int result, status;
	int64_t maxerror_us, esterror_us;
	bool synchronised;
	int64_t want_us;
} readings[] = {
	{ "chrony tells a bound", TIME_OK, STA_PLL, 2500, 30, true, 2500 },
	{ "chrony whose estimate is below 1 µs", TIME_OK, STA_PLL, 2501, 0, true, 2501 },
	{ "systemd-timesyncd writes 0: unknown", TIME_OK, STA_PLL, 0, 0, true, -1 },
	{ "its 0 has grown for a second", TIME_OK, STA_PLL, 500, 0, true, -1 },
	{ "its 0 has grown for half an hour", TIME_OK, STA_PLL, 900000, 0, true, -1 },
	{ "who writes 0 for the bound only", TIME_OK, STA_PLL, 1000, 16000000, true, -1 },
	{ "the kernel's sentinel: unknown", TIME_OK, STA_PLL, 16000000, 16000000, true, -1 },
	{ "a leap second is pending", TIME_INS, STA_PLL | STA_INS, 900, 30, true, 900 },
	{ "unsynchronised by its status", TIME_OK, STA_UNSYNC, 2500, 30, false, -1 },
	{ "unsynchronised by its result", TIME_ERROR, 0, 2500, 30, false, -1 },
	{ "the call is refused", -1, 0, 2500, 30, false, -1 },
};

START_TEST(the_kernels_words_are_read)
{
	for (size_t i = 0; i < ROWS(readings); i++) {
		const struct timex said = { .status = readings[i].status,
			                    .maxerror = readings[i].maxerror_us,
			                    .esterror = readings[i].esterror_us };
		struct clock_state s = clock_state_of(readings[i].result, &said);

		ck_assert_msg(s.synchronised == readings[i].synchronised &&
		                  s.max_error_us == readings[i].want_us,
		              "%s: %d %lld", readings[i].what, s.synchronised, (long long)s.max_error_us);
	}
}
END_TEST

/* In the order in which they come; want_us -2: nothing is recorded. The error may grow by 500 µs till the next reading. */
static const struct {
	int64_t at_s;
	bool synchronised;
	int64_t max_error_us, want_us;
} course[] = {
	{ 0, true, 1000, 2048 },   /* the first */
	{ 1, true, 1548, -2 },     /* just within the bound that was recorded */
	{ 2, true, 1549, 4096 },   /* beyond it a second later */
	{ 3, true, 1548, -2 },     /* needs half of it */
	{ 3600, true, 524, -2 },   /* a quarter is enough, but was not an hour ago */
	{ 3602, true, 500, -2 },   /* in this hour half was needed */
	{ 3603, true, 100, -2 },   /* in the next … */
	{ 7201, true, 524, -2 },   /* … */
	{ 7202, true, 100, 1024 }, /* … never more than this quarter */
	{ 10802, true, 100, -2 },  /* half of that is enough */
	{ 10803, true, -1, -1 },   /* becomes unknown */
	{ 15000, true, -1, -2 },   /* still */
	{ 15001, false, -1, -1 },  /* no longer synchronised */
	{ 20000, false, -1, -2 },  /* still */
	{ 20001, true, 1, 512 },   /* synchronised again; the least bound */
};

static struct clock_reading reading_of(bool synchronised, int64_t max_error_us, int64_t now_us)
{
	return (struct clock_reading){ { max_error_us, synchronised }, now_us, OFFSET_US };
}

START_TEST(a_change_is_recorded_and_nothing_else)
{
	struct clock_watch watch = { 0 };

	for (size_t i = 0; i < ROWS(course); i++) {
		struct record record;
		bool taken = clock_watch_take(&watch,
		                              reading_of(course[i].synchronised, course[i].max_error_us,
		                                         NOW_US + course[i].at_s * 1000000),
		                              &record);

		ck_assert_msg(taken == (course[i].want_us != -2), "row %zu", i);
		if (!taken)
			continue;
		ck_assert_msg(record.max_error_us == course[i].want_us, "row %zu: %lld", i,
		              (long long)record.max_error_us);
		ck_assert_int_eq(record.kind, RECORD_CLOCK);
		ck_assert_int_eq(record.scheduled_us, NOW_US + course[i].at_s * 1000000);
		ck_assert_int_eq(record.synchronised, course[i].synchronised);
		ck_assert_int_eq(record.stepped_us, 0);
		ck_assert_ptr_null(record_fault(&record));
	}
}
END_TEST

/* A daemon that polls each 64 s, the kernel's 500 µs a second in between, and the network's own ups and downs. */
START_TEST(a_bound_holds_and_is_not_told_all_day)
{
	struct clock_watch watch = { 0 };
	int64_t error_us = 0, bound_us = 0;
	int records = 0;

	for (int64_t s = 0; s < 86400; s++) {
		struct record record;

		ck_assert_msg(error_us <= bound_us, "s %lld", (long long)s); /* until the next reading */
		error_us = s % 64 ? error_us + 500 : 1000 + s / 64 % 7 * 200;
		if (!clock_watch_take(&watch, reading_of(true, error_us, NOW_US + s * 1000000), &record))
			continue;
		bound_us = record.max_error_us;
		records++;
	}
	ck_assert_int_le(records, 6); /* 2 to 64 ms while it grows for the first time */
}
END_TEST

/* Of the difference between time of day and monotonic clock, reading by reading. */
static const struct {
	int64_t moved_us, want_us; /* 0: nothing is recorded */
} steps[] = {
	{ 1000, 0 }, /* as much as two clocks read one after another may seem to differ */
	{ 1, 1001 }, /* in sum a step */
	{ 0, 0 },
	{ 1001, 1001 },
	{ -5000000, -5000000 },
	{ -1000000, -1000000 }, /* a leap second */
	{ 3600000000, 3600000000 },
	{ -1000, 0 },
};

START_TEST(a_step_is_recorded_once)
{
	struct clock_reading reading = reading_of(true, 1000, 1000);
	struct clock_watch watch = { 0 };
	struct record record;

	ck_assert(clock_watch_take(&watch, reading, &record));
	ck_assert_int_eq(record.stepped_us, 0); /* before the start nothing is known */
	for (size_t i = 0; i < ROWS(steps); i++) {
		reading.wall_offset_us += steps[i].moved_us;
		ck_assert_msg(clock_watch_take(&watch, reading, &record) == (steps[i].want_us != 0),
		              "row %zu", i);
		ck_assert_msg(!steps[i].want_us || record.stepped_us == steps[i].want_us, "row %zu: %lld", i,
		              (long long)record.stepped_us);
	}
}
END_TEST

static const struct {
	bool synchronised;
	int64_t max_error_us, away_us;
	bool tells;
} tellings[] = {
	{ true, 1000, 1001, true },     { true, 1000, 1000, false },
	{ true, 1000, -1001, true },    { true, 1000, -1000, false },
	{ true, -1, 16000001, true },   { true, -1, 16000000, false },
	{ false, -1, 16000001, false }, { false, -1, INT64_C(86400000000) * 365, false },
};

START_TEST(what_a_clock_tells)
{
	for (size_t i = 0; i < ROWS(tellings); i++) {
		struct clock_state state = { tellings[i].max_error_us, tellings[i].synchronised };

		ck_assert_msg(clock_state_tells(state, NOW_US, NOW_US - tellings[i].away_us) ==
		                  tellings[i].tells,
		              "row %zu", i);
	}
}
END_TEST

START_TEST(this_machine_is_read)
{
	struct clock_watch watch = { 0 };
	struct record record;

	ck_assert(clock_watch_read(&watch, &record));
	ck_assert_ptr_null(record_fault(&record));
	ck_assert_int_ne(watch.wall_offset_us, 0);
}
END_TEST

int main(void)
{
	return run_suite("clock", (const TTest *const[]){
	                              the_kernels_words_are_read, a_change_is_recorded_and_nothing_else,
	                              a_bound_holds_and_is_not_told_all_day, a_step_is_recorded_once,
	                              what_a_clock_tells, this_machine_is_read, NULL });
}
