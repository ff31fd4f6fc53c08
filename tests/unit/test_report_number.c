#include "calc/exact.h"
#include "report/number.h"
#include "suite.h"

/* Formats with the call that matters and compares. */
#define SHOWS(want, call)                                                                                    \
	do {                                                                                                 \
		struct text out = { 0 };                                                                     \
		mpq_t q;                                                                                     \
		mpq_init(q);                                                                                 \
		call;                                                                                        \
		ck_assert_str_eq(text_string(&out), want);                                                   \
		mpq_clear(q);                                                                                \
		text_release(&out);                                                                          \
	} while (0)

#define FIXED(value, places, want) SHOWS(want, (exact_read(q, value), number_fixed(&out, q, places)))
#define PLAIN(value, places, want) SHOWS(want, (exact_read(q, value), number_plain(&out, q, places)))

START_TEST(fixed_rounds_half_away_from_zero)
{
	FIXED("0", 0, "0");
	FIXED("0", 3, "0.000");
	FIXED("0.0005", 3, "0.001");
	FIXED("0.00049", 3, "0.000");
	FIXED("-0.0005", 3, "-0.001");
	FIXED("2.5", 0, "3");
	FIXED("999.9995", 3, "1,000.000");
	FIXED("1234567890123456789012345.678", 1, "1,234,567,890,123,456,789,012,345.7");
	FIXED("1/3", 5, "0.33333");
	FIXED("2/3", 5, "0.66667");
	FIXED("100", 5, "100.00000");
}
END_TEST

START_TEST(plain_is_whole_or_says_that_digits_follow)
{
	PLAIN("250000", 4, "250,000");
	PLAIN("99.985", 4, "99.985");
	PLAIN("25000/9", 4, "2,777.7777…");
	PLAIN("-25000/9", 2, "-2,777.77…");
	PLAIN("0.00001", 4, "0.0000…");
	PLAIN("-0.00001", 4, "-0.0000…");
	PLAIN("2/3", 0, "0…");
	PLAIN("0", 4, "0");
}
END_TEST

static void against(const char *value, const char *objective, unsigned least, const char *want)
{
	struct text out = { 0 };
	mpq_t q, bound;

	mpq_init(q);
	mpq_init(bound);
	exact_read(q, value);
	exact_read(bound, objective);
	number_against(&out, q, bound, least);
	ck_assert_str_eq(text_string(&out), want);
	mpq_clear(q);
	mpq_clear(bound);
	text_release(&out);
}

START_TEST(digits_are_enough_to_see_the_side)
{
	against("99.985", "99.99", 5, "99.98500");
	against("99.99", "99.99", 5, "99.99000");
	/* 99.99 less one part in 10^9: five digits would read as met */
	against("99.989999999", "99.99", 5, "99.989999999");
	against("99.990000001", "99.99", 5, "99.990000001");
	against("99.9899999", "99.99", 5, "99.9899999");
	/* five failing samples in October: 100 - 100 * 300 / 2678400 (vectors) */
	against("223175/2232", "99.99", 5, "99.98880");
	against("50.000001", "50", 3, "50.000001");
	against("50", "50", 3, "50.000");
}
END_TEST

START_TEST(places_of_a_text)
{
	ck_assert_uint_eq(number_places_of("99.99"), 2);
	ck_assert_uint_eq(number_places_of("50"), 0);
	ck_assert_uint_eq(number_places_of("20/37"), 0);
}
END_TEST

START_TEST(counts)
{
	SHOWS("0", number_count(&out, 0));
	SHOWS("-1,000", number_count(&out, -1000));
	SHOWS("9,223,372,036,854,775,807", number_count(&out, INT64_MAX));
	SHOWS("-9,223,372,036,854,775,808", number_count(&out, INT64_MIN));
}
END_TEST

int main(void)
{
	return run_suite("report/number", (const TTest *const[]){ fixed_rounds_half_away_from_zero,
	                                                          plain_is_whole_or_says_that_digits_follow,
	                                                          digits_are_enough_to_see_the_side,
	                                                          places_of_a_text, counts, NULL });
}
