#include "calc/exact.h"

#include "tests/unit/suite.h"

static const struct {
	const char *text, *written; /* written NULL: refused */
} rows[] = {
	{ "0", "0" },
	{ "-0", "0" },
	{ "7", "7" },
	{ "250000", "250000" },
	{ "99.99", "99.99" },
	{ "99.9900", "99.99" },
	{ "0.5", "0.5" },
	{ "-0.5", "-0.5" },
	{ "-12.05", "-12.05" },
	{ "20/37", "20/37" },
	{ "40/74", "20/37" },
	{ "-20/37", "-20/37" },
	{ "1/2", "0.5" },
	{ "1/8", "0.125" },
	{ "1/3", "1/3" },
	{ "-1/40", "-0.025" },
	{ "6/3", "2" },
	{ "0/7", "0" },
	{ "0.000000000000000000000000000001", "0.000000000000000000000000000001" }, /* 30 places */
	{ "0.0000000000000000000000000000001", "1/10000000000000000000000000000000" },
	{ "123456789012345678901234567890123456789012345678901234567890",
	  "123456789012345678901234567890123456789012345678901234567890" },
	{ "1234567890123456789012345678901234567890123456789012345678901", NULL }, /* 61 characters */
	{ "", NULL },
	{ "-", NULL },
	{ "+7", NULL },
	{ "1/0", NULL },
	{ "1/00", NULL },
	{ "1/02", NULL },
	{ "1/-2", NULL },
	{ "1/2/3", NULL },
	{ "1.5/2", NULL },
	{ "1/2.5", NULL },
	{ "1 2", NULL },
	{ " 7", NULL },
	{ "7 ", NULL },
	{ "7\n", NULL },
	{ "1e5", NULL },
	{ "1E5", NULL },
	{ "0x10", NULL },
	{ "00", NULL },
	{ "007", NULL },
	{ "-01", NULL },
	{ "01.5", NULL },
	{ ".5", NULL },
	{ "5.", NULL },
	{ "/5", NULL },
	{ "5/", NULL },
	{ "1..2", NULL },
	{ "--1", NULL },
	{ "1,000", NULL },
	{ "99,99", NULL },
	{ "NaN", NULL },
	{ "inf", NULL },
	{ "１", NULL },
};

START_TEST(text_is_exact_or_refused)
{
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct arena a = { 0 };
		mpq_t q;

		ck_assert_msg(exact_check(rows[i].text) == (rows[i].written != NULL), "'%s'", rows[i].text);
		if (rows[i].written) {
			mpq_init(q);
			exact_read(q, rows[i].text);
			ck_assert_str_eq(exact_write(&a, q), rows[i].written);
			mpq_clear(q);
		}
		arena_release(&a);
	}
}
END_TEST

START_TEST(ten_thousand_digits_are_refused)
{
	char *text = malloc(10001);

	memset(text, '9', 10000);
	text[10000] = '\0';
	ck_assert(!exact_check(text));
	text[1] = '.';
	ck_assert(!exact_check(text));
	free(text);
}
END_TEST

/* exact_read() gives back what exact_write() wrote, whatever its length. */
START_TEST(long_numbers_come_back)
{
	struct arena a = { 0 };
	mpq_t q, back;

	mpq_init(q);
	mpq_init(back);
	mpz_ui_pow_ui(mpq_numref(q), 7, 200);
	for (unsigned places = 0; places < 40; places++) {
		char *text;

		mpz_ui_pow_ui(mpq_denref(q), 10, places);
		mpq_canonicalize(q);
		mpq_neg(q, q);
		text = exact_write(&a, q);
		exact_read(back, text);
		ck_assert_msg(mpq_equal(q, back), "%s", text);
	}
	mpz_set_ui(mpq_numref(q), 1);
	mpz_ui_pow_ui(mpq_denref(q), 3, 300);
	exact_read(back, exact_write(&a, q));
	ck_assert(mpq_equal(q, back));
	mpq_clear(q);
	mpq_clear(back);
	arena_release(&a);
}
END_TEST

START_TEST(comparison_is_by_value)
{
	static const struct {
		const char *left, *right;
		int want;
	} pairs[] = {
		{ "0.5", "1/2", 0 },
		{ "99.99", "99.990", 0 },
		{ "9", "10", -1 },
		{ "99.985", "99.99", -1 },
		{ "1/3", "0.333333", 1 },
		{ "-1", "-2", 1 },
		{ "20000000", "20000001", -1 },
	};

	for (size_t i = 0; i < ROWS(pairs); i++) {
		int order = exact_compare(pairs[i].left, pairs[i].right);

		ck_assert_int_eq((order > 0) - (order < 0), pairs[i].want);
	}
}
END_TEST

int main(void)
{
	return run_suite("exact",
	                 (const TTest *const[]){ text_is_exact_or_refused, ten_thousand_digits_are_refused,
	                                         long_numbers_come_back, comparison_is_by_value, NULL });
}
