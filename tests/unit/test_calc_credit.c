/* Credits: rates, overlap, cap, payers, rounding. October 2026 has 2,678,400 s. */
#include "tests/unit/build_case.h"

#define FEE(amount)             "[ { 'payer': 'lg-a', 'amount': '" amount "', 'currency': 'JPY' } ]"
#define OUT(from, to)           "[ { 'start': '2026-10-01T" from "Z', 'end': '2026-10-" to "Z' } ]"
#define FLAT(rate)              "{ 'base': 'monthly_fee', 'rate': '" rate "' }"
#define ROUNDED(rule, of, more) "'rounding': { 'rule': '" rule "', 'unit': '1', 'of': '" of "'" more " }"

static const struct {
	struct case_parts parts;
	const char *rate, *exact, *total;
} rows[] = {
	/* no outage; at the objective, 267.84 s, the level is met; one µs more and it is missed */
	{ { .period = NULL }, "0", "0", "0" },
	{ { .outages = OUT("00:00:00", "01T00:04:27.84") }, "0", "0", "0" },
	{ { .outages = OUT("00:00:00", "01T00:04:27.840001") }, "1", "2500", "2500" },
	{ { .outages = OUT("00:00:00", "20T00:00:00") }, "100", "250000", "250000" },
	/* rounding where the credit, or the reduced fee, is determined */
	{ { .outages = OUT("00:00:00", "20T00:00:00"), .credit = FLAT("100/90") },
	  "10/9",
	  "25000/9",
	  "2777" },
	{ { .outages = OUT("00:00:00", "20T00:00:00"),
	    .credit = FLAT("100/90"),
	    .settle = ROUNDED("floor", "reduced_fee", "") },
	  "10/9",
	  "25000/9",
	  "2778" },
	{ { .outages = OUT("00:00:00", "20T00:00:00"), .credit = FLAT("29"), .fees = FEE("100") },
	  "29",
	  "29",
	  "29" },
	{ { .outages = OUT("00:00:00", "20T00:00:00"), .credit = FLAT("0.4"), .fees = FEE("100") },
	  "0.4",
	  "0.4",
	  "0" },
	{ { .outages = OUT("00:00:00", "20T00:00:00"),
	    .credit = FLAT("0.4"),
	    .fees = FEE("100"),
	    .settle = ROUNDED("floor", "credit", ", 'side': 'debt'") },
	  "0.4",
	  "0.4",
	  "1" },
	{ { .credit = FLAT("0.4"), .fees = FEE("100"), .settle = ROUNDED("ceil", "reduced_fee", "") },
	  "0",
	  "0",
	  "0" },
	{ { .outages = OUT("00:00:00", "20T00:00:00"), .credit = FLAT("10"), .fees = FEE("0") },
	  "10",
	  "0",
	  "0" },
	/* caps */
	{ { .outages = OUT("00:00:00", "20T00:00:00"),
	    .credit = FLAT("250"),
	    .settle = FLOOR_YEN ", 'cap': { 'percent_of_fee': '100' }" },
	  "250",
	  "625000",
	  "250000" },
	{ { .outages = OUT("00:00:00", "20T00:00:00"), .settle = FLOOR_YEN ", 'cap': { 'amount': '100/3' }" },
	  "100",
	  "250000",
	  "33" },
	{ { .outages = OUT("00:00:00", "20T00:00:00"),
	    .settle = FLOOR_YEN ", 'cap': { 'amount': '100' }",
	    .fees =
	        "[ { 'payer': 'lg-a', 'amount': '100000', 'currency': 'JPY' }, { 'payer': 'lg-b', 'amount': "
	        "'200000', 'currency': 'JPY' } ]" },
	  "100",
	  "300000",
	  "99" }, /* a third and two thirds of the cap, each floored: 33 + 66 */
	{ { .outages = OUT("00:00:00", "20T00:00:00"),
	    .settle = FLOOR_YEN ", 'cap': { 'amount': '100' }",
	    .fees = FEE("0") },
	  "100",
	  "0",
	  "0" }, /* a cap shared among no fees */
};

START_TEST(one_level)
{
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct arena a = { 0 };
		struct statement *s = judged(&a, &rows[i].parts);
		const struct credit_figures *f = &s->services[0].levels[0].credit;

		ck_assert(f->due);
		ck_assert_msg(exact_compare(figure_text(s, f->rate), rows[i].rate) == 0, "row %zu: rate %s",
		              i, figure_text(s, f->rate));
		ck_assert_msg(exact_compare(figure_text(s, f->exact), rows[i].exact) == 0,
		              "row %zu: exact %s", i, figure_text(s, f->exact));
		ck_assert_msg(s->services[0].credit_total < 0
		                  ? strcmp(rows[i].total, "unknown") == 0
		                  : strcmp(figure_text(s, s->services[0].credit_total), rows[i].total) == 0,
		              "row %zu: total %s", i, figure_text(s, s->services[0].credit_total));
		statement_free(s);
		arena_release(&a);
	}
}
END_TEST

#define TWO_LEVELS(settle)                                                                                   \
	"[ { 'id': 'own-line', 'levels': [ { 'id': 'a', 'metric': 'availability', 'method': "                \
	"'duration_ratio', "                                                                                 \
	"'objective': { 'op': '>', 'percent': '99' }, 'credit': " FLAT(                                      \
	    "1") " }, { 'id': 'b', 'metric': "                                                               \
	         "'availability', 'method': 'duration_ratio', 'objective': { 'op': '>=', 'percent': '98' "   \
	         "}, 'credit': " FLAT("10") " }, { 'id': 'hope', 'metric': 'availability', 'method': "       \
	                                    "'duration_ratio', 'binding': 'target', "                        \
	                                    "'objective': { 'op': '>=', 'percent': '98' }, 'credit': " FLAT( \
	                                        "50") " } ], " settle " } ]"

/* Summed exactly, rounded once; a target carries no money. */
START_TEST(two_levels)
{
	static const struct {
		const char *terms, *total;
	} settles[] = { { TWO_LEVELS(FLOOR_YEN), "1359" },
		        { TWO_LEVELS(FLOOR_YEN ", 'overlap': 'sum'"), "1359" },
		        { TWO_LEVELS(FLOOR_YEN ", 'overlap': 'max'"), "1235" } };

	for (size_t i = 0; i < ROWS(settles); i++) {
		struct arena a = { 0 };
		struct statement *s =
		    judged(&a, &(struct case_parts){ .terms = settles[i].terms,
		                                     .outages = OUT("00:00:00", "20T00:00:00"),
		                                     .fees = FEE("12355") });

		assert_figure(s, s->services[0].credit_total, settles[i].total);
		ck_assert(!s->services[0].levels[2].credit.due);
		ck_assert_int_eq(s->services[0].levels[2].verdict, VERDICT_BREACHED);
		statement_free(s);
		arena_release(&a);
	}
}
END_TEST

START_TEST(three_payers)
{
	struct arena a = { 0 };
	struct statement *s = judged(
	    &a,
	    &(struct case_parts){
	        .outages = OUT("00:00:00", "20T00:00:00"),
	        .credit = FLAT("1"),
	        .fees = "[ { 'payer': 'lg-a', 'amount': '100050', 'currency': 'JPY' }, { 'payer': 'lg-b', "
	                "'amount': '100050', 'currency': 'JPY' }, { 'payer': 'lg-c', 'amount': '100050', "
	                "'currency': 'JPY' } ]" });

	ck_assert_uint_eq(s->services[0].payable_count, 3);
	for (size_t i = 0; i < 3; i++)
		assert_figure(s, s->services[0].payable[i].amount, "1000");
	assert_figure(s, s->services[0].credit_total, "3000");
	assert_figure(s, s->services[0].levels[0].credit.exact, "3001.5");
	statement_free(s);
	arena_release(&a);
}
END_TEST

START_TEST(a_service_without_fees_has_rates_and_no_money)
{
	struct arena a = { 0 };
	struct statement *s =
	    judged(&a, &(struct case_parts){ .outages = OUT("00:00:00", "20T00:00:00"), .fees = "[]" });

	assert_figure(s, s->services[0].levels[0].credit.rate, "100");
	assert_figure(s, s->services[0].levels[0].credit.amount, "unknown");
	assert_figure(s, s->services[0].credit_total, "unknown");
	statement_free(s);
	arena_release(&a);
}
END_TEST

int main(void)
{
	return run_suite("credit",
	                 (const TTest *const[]){ one_level, two_levels, three_payers,
	                                         a_service_without_fees_has_rates_and_no_money, NULL });
}
