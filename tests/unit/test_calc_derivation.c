#include "calc/derivation.h"

#include "calc/exact.h"
#include "tests/unit/suite.h"

START_TEST(a_node_shows_what_was_computed)
{
	struct arena a = { 0 };
	struct book *b = book_new(&a);
	int fee = derive_given(b, "fee", "services[0].fees[0].amount", "250000");
	int rate = derive_given(b, "rate", "terms", "1/90");
	int due = derive(b, "credit", "rate × base", "$1 * $2", 2, (int[]){ fee, rate });
	const struct derivation *d = book_at(b, due);

	ck_assert_str_eq(d->label, "credit");
	ck_assert_str_eq(d->clause, "rate × base");
	ck_assert_str_eq(d->formula, "$1 * $2");
	ck_assert_str_eq(d->value, "25000/9");
	ck_assert_ptr_null(d->rounding);
	ck_assert_uint_eq(d->input_count, 2);
	ck_assert(d->inputs[0] == fee && d->inputs[1] == rate);
	ck_assert_str_eq(book_at(b, fee)->formula, "given");
	ck_assert_str_eq(book_at(b, fee)->clause, "services[0].fees[0].amount");
	ck_assert_uint_eq(book_count(b), 3);
	ck_assert_int_lt(book_compare(b, rate, fee), 0);
	ck_assert_int_eq(book_sign(b, rate), 1);
	book_free(b);
	arena_release(&a);
}
END_TEST

START_TEST(the_unknown_spreads)
{
	struct arena a = { 0 };
	struct book *b = book_new(&a);
	struct node_rounding floor_yen = { "floor", "1", "credit", NULL };
	int zero = derive_given_int(b, "zero", "s", 0), unknown = derive_given(b, "none", "s", NULL);

	ck_assert_int_eq(unknown, -1);
	ck_assert_int_eq(derive(b, "x", NULL, "$1 + $2", 2, (int[]){ zero, unknown }), -1);
	ck_assert_int_eq(derive(b, "x", NULL, "1 / $1", 1, &zero), -1);
	ck_assert_int_eq(derive_rounded(b, "x", unknown, &floor_yen), -1);
	ck_assert_uint_eq(book_count(b), 1); /* nothing is left of them */
	ck_assert_int_eq(derive_given_int(b, "next", "s", -9223372036854775807LL - 1), 1);
	ck_assert_str_eq(book_at(b, 1)->value, "-9223372036854775808");
	book_free(b);
	book_free(NULL);
	arena_release(&a);
}
END_TEST

static const struct {
	const char *rule, *unit, *in, *want;
} roundings[] = {
	{ "floor", "1", "1234.99", "1234" },  { "floor_debt", "1", "0.4", "1" },
	{ "floor_debt", "1", "0", "0" },      { "floor_debt", "1", "1", "1" },
	{ "floor_debt", "1", "-0.4", "-1" },  { "floor_debt", "1", "-1.4", "-2" },
	{ "floor_debt", "1", "1.4", "1" },    { "floor_debt", "100", "4178", "4100" },
	{ "floor_debt", "100", "99", "100" }, { "ceil", "1", "2777.1", "2778" },
	{ "half_up", "1", "0.5", "1" },       { "half_even", "1", "0.5", "0" },
	{ "floor", "1", "250/9", "27" },
};

START_TEST(a_rounded_node_says_how)
{
	struct arena a = { 0 };
	struct book *b = book_new(&a);

	for (size_t i = 0; i < ROWS(roundings); i++) {
		struct node_rounding r = { roundings[i].rule, roundings[i].unit, "credit", "2-1" };
		int in = derive_given(b, "in", "s", roundings[i].in);
		int out = derive_rounded(b, "out", in, &r);

		ck_assert_msg(strcmp(book_at(b, out)->value, roundings[i].want) == 0, "row %zu: %s", i,
		              book_at(b, out)->value);
		ck_assert_str_eq(book_at(b, out)->before, book_at(b, in)->value);
		ck_assert_str_eq(book_at(b, out)->rounding->rule, roundings[i].rule);
		ck_assert_str_eq(book_at(b, out)->clause, "2-1");
	}
	book_free(b);
	arena_release(&a);
}
END_TEST

/* The longest unit that a case may name fits into the longest rounding formula. */
START_TEST(the_longest_unit_fits)
{
	struct arena a = { 0 };
	struct book *b = book_new(&a);
	char unit[EXACT_TEXT_MOST + 1];
	struct node_rounding r = { "floor_debt", unit, "credit", NULL };
	int in = derive_given(b, "in", "s", "1"), out;

	memset(unit, '7', EXACT_TEXT_MOST);
	unit[EXACT_TEXT_MOST] = '\0';
	out = derive_rounded(b, "out", in, &r);
	ck_assert_str_eq(book_at(b, out)->value, unit);
	book_free(b);
	arena_release(&a);
}
END_TEST

START_TEST(what_is_derived_again_is_the_same_node)
{
	struct arena a = { 0 };
	struct book *b = book_new(&a);
	struct node_rounding r = { "floor", "1", "credit", "2-1" };
	int before = derive_given(b, "x", "s", "7/2"), x, y, sum, floored;

	book_remember(b);
	x = derive_given(b, "x", "s", "7/2");
	ck_assert_int_ne(x, before); /* remembered, and not reused */
	y = derive_given_int(b, "x", "s", 3);
	sum = derive(b, "sum", NULL, "$1 + $2", 2, (int[]){ x, y });
	floored = derive_rounded(b, "in yen", sum, &r);
	ck_assert_int_ne(derive(b, "sum", NULL, "$1 + $2", 2, (int[]){ x, y }), sum);
	for (int i = 0; i < 2000; i++) /* the table grows */
		derive_given_int(b, "more", "s", i);
	book_reuse(b, true);
	ck_assert_int_eq(derive_given(b, "x", "s", "3.5"), x);
	ck_assert_int_eq(derive(b, "sum", NULL, "$1 + $2", 2, (int[]){ x, y }), sum);
	ck_assert_int_eq(derive_rounded(b, "in yen", sum, &r), floored);
	ck_assert_str_eq(book_at(b, floored)->before, "6.5");
	ck_assert_int_ne(derive(b, "sum", "clause", "$1 + $2", 2, (int[]){ x, y }), sum);
	ck_assert_int_ne(derive(b, "sum", NULL, "$1 + $2", 2, (int[]){ y, x }), sum);
	ck_assert_int_ne(derive_given(b, "x", "s", "5/2"), x);
	ck_assert_int_eq(derive_given_int(b, "more", "s", 1999), floored + 2001);
	ck_assert_int_eq(derive(b, "none", NULL, "$1 / 0", 1, &x), -1);
	book_reuse(b, false);
	ck_assert_int_ne(derive_given(b, "x", "s", "7/2"), x);
	book_free(b);
	arena_release(&a);
}
END_TEST

/* One of a thousand derivations whose neighbours differ in one part alone. */
static int derive_one_of_many(struct book *b, const int *inputs, int i)
{
	char text[32];

	snprintf(text, sizeof text, i % 5 == 2 ? "$1 + $2 + %d" : "text %d", i / 5);
	switch (i % 5) {
	case 0:
		return derive(b, text, "clause", "$1 + $2", 2, inputs);
	case 1:
		return derive(b, "label", text, "$1 + $2", 2, inputs);
	case 2:
		return derive(b, "label", "clause", text, 2, inputs);
	case 3:
		return derive(b, "label", "clause", "$1 + $2", 2, inputs + i / 5);
	default:
		return derive_given_int(b, "label", "clause", i / 5);
	}
}

/* So many in one table that each part decides somewhere: the table's order is the same in every run. */
START_TEST(what_differs_in_any_part_is_another_node)
{
	struct arena a = { 0 };
	struct book *b = book_new(&a);
	int inputs[202], nodes[1000], first;

	book_remember(b);
	book_reuse(b, true);
	for (int i = 0; i < 202; i++)
		inputs[i] = derive_given_int(b, "input", "s", i);
	first = (int)book_count(b);
	for (int i = 0; i < 1000; i++) {
		nodes[i] = derive_one_of_many(b, inputs, i);
		ck_assert_int_eq(nodes[i], first + i);
	}
	for (int i = 0; i < 1000; i++)
		ck_assert_int_eq(derive_one_of_many(b, inputs, i), nodes[i]);
	book_free(b);
	arena_release(&a);
}
END_TEST

START_TEST(texts_and_values_stay_where_they_are)
{
	struct arena a = { 0 };
	struct book *b = book_new(&a);
	char label[] = "first";
	int first = derive_given_int(b, label, "s", 42), sum = first;
	const struct derivation *shown = book_at(b, first);
	mpq_srcptr value = book_value(b, first);

	label[0] = 'F'; /* texts are copied */
	for (int i = 0; i < 5000; i++)
		sum = derive(b, "sum", NULL, "$1 + 1", 1, &sum);
	ck_assert_str_eq(shown->label, "first");
	ck_assert_int_eq(mpq_cmp_ui(value, 42, 1), 0);
	ck_assert_ptr_eq(book_at(b, first), shown);
	ck_assert_str_eq(book_at(b, sum)->value, "5042");
	ck_assert_uint_eq(book_count(b), 5001);
	book_free(b);
	arena_release(&a);
}
END_TEST

int main(void)
{
	return run_suite("derivation",
	                 (const TTest *const[]){ a_node_shows_what_was_computed, the_unknown_spreads,
	                                         a_rounded_node_says_how, the_longest_unit_fits,
	                                         texts_and_values_stay_where_they_are,
	                                         what_is_derived_again_is_the_same_node,
	                                         what_differs_in_any_part_is_another_node, NULL });
}
