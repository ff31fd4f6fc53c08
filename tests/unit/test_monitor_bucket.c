/* bucket: never more than the burst at once, never more than the rate over time, and all of it. */
#include "monitor/observe/bucket.h"
#include "suite.h"

static struct moment at(int64_t us)
{
	return (struct moment){ us };
}

START_TEST(a_full_bucket_gives_its_burst_and_then_one_each_interval)
{
	struct bucket b = { 0 };

	bucket_set(&b, 4, 3, at(1000));
	for (int i = 0; i < 3; i++)
		ck_assert(bucket_take(&b, at(1000)));
	ck_assert(!bucket_take(&b, at(1000)));
	ck_assert_int_eq(bucket_wait_us(&b, at(1000)), 250000);
	ck_assert(!bucket_take(&b, at(250999)));
	ck_assert_int_eq(bucket_wait_us(&b, at(250999)), 1);
	ck_assert(bucket_take(&b, at(251000)));
	ck_assert(!bucket_take(&b, at(251000)));
}
END_TEST

START_TEST(the_wait_is_exact_and_nothing_is_lost_to_rounding)
{
	struct bucket b = { 0 };
	int64_t now = 0, given = 0;

	bucket_set(&b, 3, 1, at(0)); /* 333,333.3… µs each */
	while (now < INT64_C(100000000)) {
		int64_t wait;

		if (bucket_take(&b, at(now)))
			given++;
		wait = bucket_wait_us(&b, at(now));
		ck_assert(wait > 0);
		now += wait / 2; /* looked at in between: what has come in so far is kept */
		ck_assert(!bucket_take(&b, at(now)));
		now += wait - wait / 2;
	}
	ck_assert_int_eq(given, 300);
}
END_TEST

START_TEST(a_pause_fills_no_more_than_the_burst)
{
	static const int64_t pauses_us[] = { 1000000, INT64_C(3600000000), INT64_MAX / 2 };

	for (size_t i = 0; i < ROWS(pauses_us); i++) {
		struct bucket b = { 0 };
		int given = 0;

		bucket_set(&b, 100000, 5, at(0));
		while (bucket_take(&b, at(0)))
			;
		while (bucket_take(&b, at(pauses_us[i])))
			given++;
		ck_assert_msg(given == 5, "pause %lld: %d", (long long)pauses_us[i], given);
	}
}
END_TEST

START_TEST(a_clock_that_stands_or_goes_back_gives_nothing)
{
	struct bucket b = { 0 };

	bucket_set(&b, 10, 1, at(5000000));
	ck_assert(bucket_take(&b, at(5000000)));
	ck_assert(!bucket_take(&b, at(1000000)));
	ck_assert_int_eq(bucket_wait_us(&b, at(1000000)), 100000);
	ck_assert(bucket_take(&b, at(5100000)));
}
END_TEST

START_TEST(another_rate_keeps_what_is_in_it)
{
	struct bucket b = { 0 };

	bucket_set(&b, 1, 10, at(0));
	for (int i = 0; i < 8; i++)
		ck_assert(bucket_take(&b, at(0)));
	bucket_set(&b, 2, 20, at(0)); /* not full again: 2 left */
	ck_assert(bucket_take(&b, at(0)));
	ck_assert(bucket_take(&b, at(0)));
	ck_assert_int_eq(bucket_wait_us(&b, at(0)), 500000);
	bucket_set(&b, 2, 1, at(INT64_C(60000000))); /* 20 had come in */
	ck_assert(bucket_take(&b, at(INT64_C(60000000))));
	ck_assert(!bucket_take(&b, at(INT64_C(60000000))));
}
END_TEST

int main(void)
{
	return run_suite("monitor/bucket",
	                 (const TTest *const[]){ a_full_bucket_gives_its_burst_and_then_one_each_interval,
	                                         the_wait_is_exact_and_nothing_is_lost_to_rounding,
	                                         a_pause_fills_no_more_than_the_burst,
	                                         a_clock_that_stands_or_goes_back_gives_nothing,
	                                         another_rate_keeps_what_is_in_it, NULL });
}
