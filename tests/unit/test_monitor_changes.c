/* changes: some lines at once, then one a second, and no change uncounted. */
#include "monitor/observe/changes.h"
#include "suite.h"

static struct moment at(int64_t us)
{
	return (struct moment){ us };
}

START_TEST(so_many_have_a_line_and_the_others_are_a_sum)
{
	struct changes c = { 0 };
	struct changes_sum sum;
	int lines = 0;

	for (int i = 0; i < 5000; i++)
		lines += changes_admit(&c, i % 5 ? SAMPLE_DOWN : SAMPLE_MISSED, at(1000));
	ck_assert_int_eq(lines, CHANGES_AT_ONCE);
	ck_assert(!changes_admit(&c, SAMPLE_UP, at(2000)));
	ck_assert(!changes_sum(&c, at(1000 + CHANGES_SUM_US - 1), &sum));
	ck_assert(changes_sum(&c, at(1000 + CHANGES_SUM_US), &sum));
	ck_assert_int_eq(sum.up, 1);
	ck_assert_int_eq(sum.down, 4000 - CHANGES_AT_ONCE * 4 / 5);
	ck_assert_int_eq(sum.missed, 1000 - CHANGES_AT_ONCE / 5);
	ck_assert(!changes_sum(&c, at(1000 + 2 * CHANGES_SUM_US), &sum)); /* told once */
}
END_TEST

START_TEST(one_a_second_gets_a_line_each)
{
	struct changes c = { 0 };
	struct changes_sum sum;
	int64_t now = 1;

	for (int i = 0; i < 1000; i++, now += 1000000)
		ck_assert(changes_admit(&c, SAMPLE_DOWN, at(now)));
	ck_assert(!changes_sum(&c, at(now), &sum));
	ck_assert(!changes_rest(&c, &sum));
}
END_TEST

START_TEST(the_time_of_a_sum_begins_with_its_first_change)
{
	struct changes c = { 0 };
	struct changes_sum sum;

	for (int i = 0; i < CHANGES_AT_ONCE; i++)
		ck_assert(changes_admit(&c, SAMPLE_DOWN, at(50 * CHANGES_SUM_US)));
	ck_assert(!changes_admit(&c, SAMPLE_DOWN, at(50 * CHANGES_SUM_US + 7)));
	ck_assert(!changes_sum(&c, at(51 * CHANGES_SUM_US), &sum));
	ck_assert(changes_sum(&c, at(51 * CHANGES_SUM_US + 7), &sum));
	ck_assert_int_eq(sum.down, 1);
}
END_TEST

START_TEST(at_the_end_nothing_waits)
{
	struct changes c = { 0 };
	struct changes_sum sum;

	for (int i = 0; i <= CHANGES_AT_ONCE; i++)
		(void)changes_admit(&c, SAMPLE_UP, at(1));
	ck_assert(changes_rest(&c, &sum));
	ck_assert_int_eq(sum.up, 1);
	ck_assert(!changes_rest(&c, &sum));
}
END_TEST

int main(void)
{
	return run_suite("changes", (const TTest *const[]){ so_many_have_a_line_and_the_others_are_a_sum,
	                                                    one_a_second_gets_a_line_each,
	                                                    the_time_of_a_sum_begins_with_its_first_change,
	                                                    at_the_end_nothing_waits, NULL });
}
