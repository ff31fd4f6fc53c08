#include "calc/exact.h"
#include "calc/formula.h"

#include "tests/unit/suite.h"

#define INPUTS_MOST 3

static const struct {
	const char *formula;
	const char *inputs[INPUTS_MOST];
	const char *want; /* NULL: divided by zero */
} rows[] = {
	{ "1 + 2 * 3", { NULL }, "7" },
	{ "(1 + 2) * 3", { NULL }, "9" },
	{ "10 - 4 - 3", { NULL }, "3" },
	{ "24 / 4 / 2", { NULL }, "3" },
	{ "2*3/4", { NULL }, "1.5" },
	{ "-2 - -3", { NULL }, "1" },
	{ "-(1 + 2)", { NULL }, "-3" },
	{ "  99.99  ", { NULL }, "99.99" },
	{ "$1 * $2 / 100", { "250000", "1/90" }, "250/9" },
	{ "$1 - $2", { "20000001", "20000000" }, "1" },
	{ "$1 * 2/37", { "10000000" }, "20000000/37" },
	{ "min($1, $2, $3)", { "3", "-1", "2" }, "-1" },
	{ "max(0, $1)", { "-5" }, "0" },
	{ "max($1)", { "-5" }, "-5" },
	{ "floor($1, 1)", { "1234.99" }, "1234" },
	{ "floor($1, 1)", { "-0.5" }, "-1" },
	{ "ceil($1, 1)", { "0.4" }, "1" },
	{ "ceil($1, 1)", { "-0.5" }, "0" },
	{ "floor($1, 100)", { "4178" }, "4100" },
	{ "floor($1, 0.01)", { "1.239" }, "1.23" },
	{ "floor($1, 1/3)", { "1" }, "1" },
	{ "half_up($1, 1)", { "0.5" }, "1" },
	{ "half_up($1, 1)", { "2.5" }, "3" },
	{ "half_up($1, 1)", { "-0.5" }, "-1" },
	{ "half_up($1, 1)", { "-2.5" }, "-3" },
	{ "half_up($1, 1)", { "-2.4" }, "-2" },
	{ "half_up($1, 1)", { "2.499999" }, "2" },
	{ "half_even($1, 1)", { "0.5" }, "0" },
	{ "half_even($1, 1)", { "1.5" }, "2" },
	{ "half_even($1, 1)", { "2.5" }, "2" },
	{ "half_even($1, 1)", { "-0.5" }, "0" },
	{ "half_even($1, 1)", { "-1.5" }, "-2" },
	{ "half_even($1, 10)", { "25" }, "20" },
	{ "half_even($1, 1)", { "2.50000001" }, "3" },
	/* bands are closed below: [from, to) */
	{ "rate($1, 0, 95, 100, 95, 99, 30, 99, 99.99, 10)", { "99.99" }, "0" },
	{ "rate($1, 0, 95, 100, 95, 99, 30, 99, 99.99, 10)", { "99" }, "10" },
	{ "rate($1, 0, 95, 100, 95, 99, 30, 99, 99.99, 10)", { "95" }, "30" },
	{ "rate($1, 0, 95, 100, 95, 99, 30, 99, 99.99, 10)", { "94.999" }, "100" },
	{ "rate($1, 0, 95, 100, 95, 99, 30, 99, 99.99, 10)", { "0" }, "100" },
	{ "rate($1, 0, 95, 100, 95, 99, 30, 99, 99.99, 10)", { "100" }, "0" },
	{ "severest($1, 0, 99.9, 5, 0, 99, 10, 0, 90, 15)", { "99.5" }, "5" },
	{ "severest($1, 0, 99.9, 5, 0, 99, 10, 0, 90, 15)", { "98" }, "10" },
	{ "severest($1, 0, 99.9, 5, 0, 99, 10, 0, 90, 15)", { "89" }, "15" },
	/* closed above: (from, to], and open at both ends: (from, to) */
	{ "rate_to($1, 95, 98, 3, 98, 99, 1)", { "99" }, "1" },
	{ "rate_to($1, 95, 98, 3, 98, 99, 1)", { "98.001" }, "1" },
	{ "rate_to($1, 95, 98, 3, 98, 99, 1)", { "98" }, "3" },
	{ "rate_to($1, 95, 98, 3, 98, 99, 1)", { "95" }, "0" },
	{ "rate_open($1, 95, 98, 3, 98, 99, 1)", { "99" }, "0" },
	{ "rate_open($1, 95, 98, 3, 98, 99, 1)", { "98.999" }, "1" },
	{ "rate_open($1, 95, 98, 3, 98, 99, 1)", { "98" }, "0" },
	{ "rate_open($1, 95, 98, 3, 98, 99, 1)", { "95.5" }, "3" },
	{ "rate_open($1, 95, 98, 3, 98, 99, 1)", { "95" }, "0" },
	{ "severest_to($1, 0, 99.9, 5, 0, 99, 10)", { "99" }, "10" },
	{ "severest_to($1, 0, 99.9, 5, 0, 99, 10)", { "99.9" }, "5" },
	{ "severest_to($1, 0, 99.9, 5, 0, 99, 10)", { "0" }, "0" },
	{ "severest_open($1, 0, 99.9, 5, 0, 99, 10)", { "99" }, "5" },
	{ "severest_open($1, 0, 99.9, 5, 0, 99, 10)", { "98" }, "10" },
	{ "eq($1, 99, 5)", { "99" }, "5" },
	{ "eq($1, 99, 5)", { "98.999" }, "0" },
	{ "eq($1, 99, 5)", { "99.001" }, "0" },
	{ "lt($1, 99.99, 5)", { "99.99" }, "0" },
	{ "le($1, 99.99, 5)", { "99.99" }, "5" },
	{ "gt($1, 50, 10)", { "50" }, "0" },
	{ "gt($1, 50, 10)", { "50.001" }, "10" },
	{ "ge($1, 50, 10)", { "50" }, "10" },
	{ "100 * ($1 - $2) / $1", { "0", "0" }, NULL },
	{ "max(0, 1 / ($1 - $1))", { "5" }, NULL },
	{ "1 / 0 * 0", { NULL }, NULL },
	/* the debt rule of 端数計算法 2-2 */
	{ "floor($1, 1) + gt($1, 0, 1) - ge($1, 1, 1)", { "0" }, "0" },
	{ "floor($1, 1) + gt($1, 0, 1) - ge($1, 1, 1)", { "0.4" }, "1" },
	{ "floor($1, 1) + gt($1, 0, 1) - ge($1, 1, 1)", { "1.9" }, "1" },
};

START_TEST(formulas_have_their_value)
{
	for (size_t i = 0; i < ROWS(rows); i++) {
		mpq_t inputs[INPUTS_MOST], want, got;
		mpq_srcptr pointers[INPUTS_MOST];
		size_t count = 0;
		bool defined;

		mpq_init(got);
		mpq_init(want);
		for (; count < INPUTS_MOST && rows[i].inputs[count]; count++) {
			mpq_init(inputs[count]);
			exact_read(inputs[count], rows[i].inputs[count]);
			pointers[count] = inputs[count];
		}
		defined = formula_evaluate(rows[i].formula, pointers, count, got);
		ck_assert_msg(defined == (rows[i].want != NULL), "row %zu: %s", i, rows[i].formula);
		if (defined) {
			exact_read(want, rows[i].want);
			ck_assert_msg(mpq_equal(got, want), "row %zu: %s", i, rows[i].formula);
		}
		while (count-- > 0)
			mpq_clear(inputs[count]);
		mpq_clear(got);
		mpq_clear(want);
	}
}
END_TEST

START_TEST(many_arguments_and_long_sums)
{
	char formula[20000] = "max(0";
	size_t n = strlen(formula);
	mpq_t got;

	mpq_init(got);
	for (int i = 1; i <= 1000; i++)
		n += (size_t)sprintf(formula + n, ", %d", i);
	sprintf(formula + n, ")");
	ck_assert(formula_evaluate(formula, NULL, 0, got));
	ck_assert_int_eq(mpq_cmp_ui(got, 1000, 1), 0);
	for (n = 1, formula[0] = '0'; n < 8000;)
		n += (size_t)sprintf(formula + n, " + 1");
	ck_assert(formula_evaluate(formula, NULL, 0, got));
	ck_assert_int_eq(mpq_cmp_ui(got, 2000, 1), 0);
	mpq_clear(got);
}
END_TEST

START_TEST(an_unknown_rounding_is_told)
{
	mpq_t x, unit, result;

	mpq_init(x);
	mpq_init(unit);
	mpq_init(result);
	mpq_set_ui(unit, 1, 1);
	ck_assert(!formula_round("truncate", x, unit, result));
	ck_assert(formula_round("floor", x, unit, result));
	mpq_clear(x);
	mpq_clear(unit);
	mpq_clear(result);
}
END_TEST

int main(void)
{
	return run_suite("formula",
	                 (const TTest *const[]){ formulas_have_their_value, many_arguments_and_long_sums,
	                                         an_unknown_rounding_is_told, NULL });
}
