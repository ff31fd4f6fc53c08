/* sample: the words, and the numbers that are stored and must never change. */
#include "base/sample.h"
#include "suite.h"

START_TEST(outcomes_have_their_words)
{
	static const struct {
		int number;
		const char *word;
	} rows[] = { { 0, "up" }, { 1, "down" }, { 2, "missed" } };

	for (size_t i = 0; i < ROWS(rows); i++) {
		ck_assert_str_eq(sample_outcome_name(rows[i].number), rows[i].word);
		ck_assert_int_eq(sample_outcome_parse(rows[i].word), rows[i].number);
	}
	ck_assert_ptr_null(sample_outcome_name(-1));
	ck_assert_ptr_null(sample_outcome_name(3));
	ck_assert_int_eq(sample_outcome_parse("Up"), -1);
	ck_assert_int_eq(sample_outcome_parse(""), -1);
}
END_TEST

START_TEST(failures_keep_their_numbers)
{
	static const struct {
		int number;
		const char *word;
	} rows[] = { { 0, "" },
		     { 1, "timeout" },
		     { 2, "dns" },
		     { 3, "refused" },
		     { 4, "unreachable" },
		     { 5, "reset" },
		     { 6, "tls" },
		     { 7, "http status" },
		     { 8, "body mismatch" },
		     { 9, "protocol" },
		     { 20, "in-flight cap" },
		     { 21, "not running" },
		     { 22, "send" },
		     { 23, "no record" },
		     { 10, "tls certificate" },
		     { 11, "tls expired" },
		     { 12, "tls version" },
		     { 13, "dns no such name" },
		     { 14, "dns status" },
		     { 15, "answer mismatch" },
		     { 16, "redirect" },
		     { 17, "loss" },
		     { 24, "own side" },
		     { 25, "proxy" },
		     { 26, "rate limit" } };
	size_t known = 0;

	for (size_t i = 0; i < ROWS(rows); i++)
		ck_assert_str_eq(sample_failure_name(rows[i].number), rows[i].word);
	for (int n = -300; n < 300; n++)
		known += sample_failure_name(n) != NULL;
	ck_assert_uint_eq(known, ROWS(rows)); /* a new class needs a row here */
}
END_TEST

int main(void)
{
	return run_suite(
	    "sample", (const TTest *const[]){ outcomes_have_their_words, failures_keep_their_numbers, NULL });
}
