/* own_side: the table of decisions, as it is while more references may be probed and when none will. */
#include "monitor/observe/own_side.h"

#include "base/sample.h"
#include "suite.h"

#define SENT  100
#define REACH 20

/* One letter each probe of a reference, sent 10 apart at 80, 90, | 105, 115: + answered, - failed, . pending,
 * ? unknown, blank not sent. The probe in question was sent at 100. */
static void fill(struct own_side_reference *r, const char *history)
{
	static const int64_t sent_us[] = { 80, 90, 105, 115 };
	struct error err = { 0 };

	*r = (struct own_side_reference){ 0 };
	ck_assert_int_eq(own_side_init(r, 8, REACH, &err), 0);
	for (size_t i = 0; history[i]; i++) {
		int64_t number;

		if (history[i] == ' ')
			continue;
		number = own_side_sent(r, sent_us[i]);
		if (history[i] == '+')
			own_side_ended(r, number, OWN_SIDE_ANSWERED);
		else if (history[i] == '-')
			own_side_ended(r, number, OWN_SIDE_FAILED);
		else if (history[i] == '?')
			own_side_ended(r, number, OWN_SIDE_UNKNOWN);
	}
}

START_TEST(neighbours_decide)
{
	static const struct {
		const char *references[3];
		int64_t now_us;
		enum own_side_verdict want, at_the_end;
	} table[] = {
		/* one reference: before decides alone when it failed */
		{ { "+-  " }, 101, OWN_SIDE_YES, OWN_SIDE_YES },
		{ { "-+  " }, 101, OWN_SIDE_WAIT, OWN_SIDE_NO },
		{ { "++  " }, 101, OWN_SIDE_WAIT, OWN_SIDE_NO },
		{ { "+++ " }, 106, OWN_SIDE_NO, OWN_SIDE_NO },
		{ { "++- " }, 106, OWN_SIDE_YES, OWN_SIDE_YES },
		{ { "++. " }, 106, OWN_SIDE_WAIT, OWN_SIDE_WAIT },
		{ { "+.+ " }, 106, OWN_SIDE_WAIT, OWN_SIDE_WAIT },
		{ { "+.- " }, 106, OWN_SIDE_YES, OWN_SIDE_YES },
		{ { "+-+ " }, 106, OWN_SIDE_YES, OWN_SIDE_YES },
		/* not the neighbours but those beyond */
		{ { "-++-" }, 116, OWN_SIDE_NO, OWN_SIDE_NO },
		/* what was not sent, the next takes its place */
		{ { "-?  " }, 101, OWN_SIDE_YES, OWN_SIDE_YES },
		{ { "-???" }, 116, OWN_SIDE_YES, OWN_SIDE_YES },
		{ { "++?-" }, 116, OWN_SIDE_YES, OWN_SIDE_YES },
		{ { "++?+" }, 116, OWN_SIDE_NO, OWN_SIDE_NO },
		{ { "++? " }, 106, OWN_SIDE_WAIT, OWN_SIDE_NO },
		/* beyond its reach nothing is waited for, and nothing excused */
		{ { "++  " }, 121, OWN_SIDE_NO, OWN_SIDE_NO },
		{ { "++? " }, 121, OWN_SIDE_NO, OWN_SIDE_NO },
		{ { "??  " }, 121, OWN_SIDE_NO, OWN_SIDE_NO },
		{ { "++. " }, 121, OWN_SIDE_WAIT, OWN_SIDE_WAIT },
		{ { "    " }, 101, OWN_SIDE_WAIT, OWN_SIDE_NO },
		{ { "    " }, 121, OWN_SIDE_NO, OWN_SIDE_NO },
		/* several: all failed before, or all after; not some before and the others after */
		{ { "+-  ", "+-  " }, 101, OWN_SIDE_YES, OWN_SIDE_YES },
		{ { "+-  ", "++  " }, 101, OWN_SIDE_WAIT, OWN_SIDE_NO },
		{ { "+-+ ", "++- " }, 106, OWN_SIDE_NO, OWN_SIDE_NO },
		{ { "+-- ", "++- " }, 106, OWN_SIDE_YES, OWN_SIDE_YES },
		{ { "+-- ", "++. " }, 106, OWN_SIDE_WAIT, OWN_SIDE_WAIT },
		{ { "+-- ", "++. ", "+++ " }, 106, OWN_SIDE_NO, OWN_SIDE_NO },
		{ { "+-  ", "    " }, 101, OWN_SIDE_WAIT, OWN_SIDE_NO },
		{ { "+-  ", "?-  ", " -  " }, 101, OWN_SIDE_YES, OWN_SIDE_YES },
	};

	for (size_t i = 0; i < ROWS(table); i++) {
		struct own_side_reference r[3], *at[3];
		enum own_side_verdict got, end;
		size_t n = 0;

		for (; n < 3 && table[i].references[n]; n++) {
			fill(&r[n], table[i].references[n]);
			at[n] = &r[n];
		}
		got = own_side_judge(at, n, SENT, table[i].now_us);
		end = own_side_judge(at, n, SENT, INT64_MAX);
		ck_assert_msg(got == table[i].want && end == table[i].at_the_end, "row %zu '%s': %d, %d", i,
		              table[i].references[0], (int)got, (int)end);
		while (n > 0)
			own_side_release(&r[--n]);
	}
	ck_assert_int_eq(own_side_judge(NULL, 0, SENT, SENT), OWN_SIDE_NO);
}
END_TEST

START_TEST(what_failed_too_long_before_excuses_nothing)
{
	struct own_side_reference r, *at = &r;

	fill(&r, "+-  ");
	ck_assert_int_eq(own_side_judge(&at, 1, 90 + REACH, INT64_MAX), OWN_SIDE_YES);
	ck_assert_int_eq(own_side_judge(&at, 1, 90 + REACH + 1, INT64_MAX), OWN_SIDE_NO);
	own_side_release(&r);
}
END_TEST

START_TEST(sent_at_the_same_moment_is_after)
{
	struct own_side_reference r, *at = &r;

	fill(&r, "++- ");
	ck_assert_int_eq(own_side_judge(&at, 1, 105, 106), OWN_SIDE_YES);
	ck_assert_int_eq(own_side_judge(&at, 1, 106, 107), OWN_SIDE_YES); /* before now */
	own_side_release(&r);
	fill(&r, "++-+");
	ck_assert_int_eq(own_side_judge(&at, 1, 115, 116), OWN_SIDE_YES);
	own_side_release(&r);
	fill(&r, "++++");
	ck_assert_int_eq(own_side_judge(&at, 1, 115, 116), OWN_SIDE_NO);
	own_side_release(&r);
}
END_TEST

START_TEST(what_is_no_longer_remembered_is_not_known)
{
	struct own_side_reference r = { 0 }, *at = &r;
	struct error err = { 0 };
	int64_t first;

	ck_assert_int_eq(own_side_init(&r, 3, 1000, &err), 0);
	first = own_side_sent(&r, 1);
	for (int64_t us = 2; us <= 4; us++)
		own_side_ended(&r, own_side_sent(&r, us), OWN_SIDE_ANSWERED);
	own_side_ended(&r, first, OWN_SIDE_FAILED); /* its place is another's now */
	ck_assert_int_eq(own_side_judge(&at, 1, 2, 10), OWN_SIDE_NO);
	own_side_ended(&r, own_side_sent(&r, 5), OWN_SIDE_FAILED);
	ck_assert_int_eq(own_side_judge(&at, 1, 6, 10), OWN_SIDE_YES);
	own_side_release(&r);
}
END_TEST

START_TEST(a_reload_keeps_what_is_remembered)
{
	struct own_side_reference r = { 0 }, *at = &r;
	struct error err = { 0 };
	int64_t pending;

	ck_assert_int_eq(own_side_init(&r, 3, 1000, &err), 0);
	for (int64_t us = 1; us <= 4; us++)
		own_side_ended(&r, own_side_sent(&r, us), us == 3 ? OWN_SIDE_FAILED : OWN_SIDE_ANSWERED);
	pending = own_side_sent(&r, 5);
	ck_assert_int_eq(own_side_init(&r, 10, 500, &err), 0);
	ck_assert_int_eq(own_side_judge(&at, 1, 4, 10), OWN_SIDE_YES);
	own_side_ended(&r, pending, OWN_SIDE_FAILED);
	ck_assert_int_eq(own_side_judge(&at, 1, 6, 10), OWN_SIDE_YES);
	ck_assert_int_eq(own_side_init(&r, 2, 500, &err), 0); /* never shorter */
	ck_assert_int_eq(own_side_judge(&at, 1, 4, 10), OWN_SIDE_YES);
	own_side_release(&r);
}
END_TEST

START_TEST(classes)
{
	static const int may_be[] = { FAILURE_TIMEOUT, FAILURE_DNS, FAILURE_UNREACHABLE, FAILURE_RESET,
		                      FAILURE_LOSS };

	for (int failure = 0; failure <= FAILURE_DOWN_LAST; failure++) {
		bool want = false;

		for (size_t i = 0; i < ROWS(may_be); i++)
			want |= failure == may_be[i];
		ck_assert_msg(own_side_may_be(failure) == want, "%d", failure);
		ck_assert_int_eq(own_side_result_of(SAMPLE_DOWN, failure),
		                 want ? OWN_SIDE_FAILED : OWN_SIDE_ANSWERED);
	}
	ck_assert_int_eq(own_side_result_of(SAMPLE_UP, FAILURE_NONE), OWN_SIDE_ANSWERED);
	for (int failure = FAILURE_IN_FLIGHT_CAP; failure <= FAILURE_MISSED_LAST; failure++)
		ck_assert_int_eq(own_side_result_of(SAMPLE_MISSED, failure),
		                 failure == FAILURE_SEND       ? OWN_SIDE_FAILED
		                 : failure == FAILURE_OWN_SIDE ? OWN_SIDE_ANSWERED
		                                               : OWN_SIDE_UNKNOWN);
}
END_TEST

int main(void)
{
	return run_suite("monitor/own_side",
	                 (const TTest *const[]){
	                     neighbours_decide, what_failed_too_long_before_excuses_nothing,
	                     sent_at_the_same_moment_is_after, what_is_no_longer_remembered_is_not_known,
	                     a_reload_keeps_what_is_remembered, classes, NULL });
}
