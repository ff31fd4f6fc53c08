#include "calc/apportion.h"

#include "calc/exact.h"
#include "tests/unit/suite.h"

#define MOST 4

static const struct {
	const char *q[MOST]; /* claims, in the order of codes */
	const char *part;
	long want[MOST];
} rows[] = {
	{ { "40", "60" }, "100", { 40, 60 } },
	{ { "40.9", "60.9" }, "101", { 40, 60 } },
	{ { "1000000/3", "1000000/3", "1000000/3" }, "1000000", { 333333, 333333, 333333 } },
	{ { "-5", "8" }, "3", { 0, 3 } },                /* one is ahead of its share */
	{ { "2.5", "2.25", "2.75" }, "5", { 2, 1, 2 } }, /* the smallest remainder gives first */
	{ { "2.5", "2.5", "2.5" }, "5", { 2, 2, 1 } },   /* on a tie the lower code keeps */
	{ { "2.5", "2.5", "2.5" }, "4", { 2, 1, 1 } },
	{ { "2.5", "2.5", "2.5" }, "3", { 1, 1, 1 } },
	{ { "2.5", "2.5", "2.5" }, "1", { 1, 0, 0 } },
	{ { "2.5", "2.5", "2.5" }, "0", { 0, 0, 0 } },
	{ { "0.9", "5.1" }, "5", { 0, 5 } },
	{ { "0.9", "5.1" }, "2", { 0, 2 } }, /* who has nothing gives nothing */
	{ { "1.1", "9.9" }, "3", { 0, 3 } },
	{ { "20000000", "20000001" }, "40000000", { 20000000, 20000000 } },
	{ { "5" }, "3", { 3 } },
};

START_TEST(grants_are_trimmed_in_order)
{
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct arena a = { 0 };
		mpz_t grants[MOST], part;
		mpq_t q[MOST];
		mpq_srcptr claims[MOST];
		size_t n = 0;

		mpz_init_set_str(part, rows[i].part, 10);
		for (; n < MOST && rows[i].q[n]; n++) {
			mpq_init(q[n]);
			exact_read(q[n], rows[i].q[n]);
			claims[n] = q[n];
			mpz_init(grants[n]);
			mpz_fdiv_q(grants[n], mpq_numref(q[n]), mpq_denref(q[n]));
			if (mpz_sgn(grants[n]) < 0)
				mpz_set_ui(grants[n], 0);
		}
		apportion_trim(&a, grants, claims, n, part);
		for (size_t k = 0; k < n; k++) {
			ck_assert_msg(mpz_cmp_si(grants[k], rows[i].want[k]) == 0, "row %zu, %zu: %ld", i, k,
			              mpz_get_si(grants[k]));
			mpz_clear(grants[k]);
			mpq_clear(q[k]);
		}
		mpz_clear(part);
		arena_release(&a);
	}
}
END_TEST

/* Amounts of 40 digits take no longer than small ones. */
START_TEST(amounts_may_be_huge)
{
	struct arena a = { 0 };
	mpz_t grants[2], part;
	mpq_t q[2];
	mpq_srcptr claims[2];

	for (int i = 0; i < 2; i++) {
		mpq_init(q[i]);
		exact_read(q[i], i ? "3000000000000000000000000000000000000000"
		                   : "1000000000000000000000000000000000000000");
		claims[i] = q[i];
		mpz_init_set(grants[i], mpq_numref(q[i]));
	}
	mpz_init_set_str(part, "1000000000000000000000000000000000000001", 10);
	apportion_trim(&a, grants, claims, 2, part);
	ck_assert_int_eq(mpz_cmp_ui(grants[0], 0), 0);
	ck_assert_int_eq(mpz_cmp(grants[1], part), 0);
	for (int i = 0; i < 2; i++) {
		mpz_clear(grants[i]);
		mpq_clear(q[i]);
	}
	mpz_clear(part);
	arena_release(&a);
}
END_TEST

START_TEST(nobody_is_nothing)
{
	struct arena a = { 0 };
	mpz_t part;

	mpz_init_set_ui(part, 5);
	apportion_trim(&a, NULL, NULL, 0, part);
	mpz_clear(part);
	arena_release(&a);
}
END_TEST

int main(void)
{
	return run_suite("apportion", (const TTest *const[]){ grants_are_trimmed_in_order,
	                                                      amounts_may_be_huge, nobody_is_nothing, NULL });
}
