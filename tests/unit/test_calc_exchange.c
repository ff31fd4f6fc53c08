/* Exchange: the rate of each policy and the yen of random credits, against integers; what a limit comes to exactly. */
#include "tests/unit/build_case.h"
#include "tests/unit/random.h"

#define FLAT "{ 'base': 'monthly_fee', 'rate': '100' }"
#define CENT "'rounding': { 'rule': 'floor', 'unit': '0.01', 'of': 'credit', 'clause': '-' }"
#define DOWN "[ { 'start': '2026-10-10T00:00:00+09:00', 'end': '2026-10-10T10:00:00+09:00' } ]"

/* The whole fee in dollars is credited. */
static struct statement *credited(struct arena *a, const char *dollars, const char *exchange)
{
	return judged(a, &(struct case_parts){
	                     .credit = FLAT,
	                     .settle = CENT,
	                     .outages = DOWN,
	                     .fees = arena_printf(
	                         a, "[ { 'payer': 'lg-a', 'amount': '%s', 'currency': 'USD' } ]", dollars),
	                     .more = arena_printf(a,
	                                          "'exchange': [ { 'id': 'usd', 'from': 'USD', 'to': 'JPY', "
	                                          "%s } ]",
	                                          exchange) });
}

static const char *hundredths(struct arena *a, int64_t n)
{
	return arena_printf(a, "%lld.%02lld", (long long)(n / 100), (long long)(n % 100));
}

static void whole_is(struct random *r, const struct statement *s, int figure, int64_t want)
{
	law(r, mpq_cmp_si(book_value(s->book, figure), (long)want, 1) == 0, "%s, not %lld",
	    figure_text(s, figure), (long long)want);
}

/* Cents × hundredths of a yen × (100 + margin) / 1,000,000, floored. */
START_TEST(worst_rate_with_margin)
{
	for (int round = 0; round < 200; round++) {
		struct random r = random_start(round);
		int64_t cents = random_in(&r, 1, 1000000), margin = random_in(&r, 0, 20), worst = 0;
		size_t count = (size_t)random_in(&r, 1, 6);
		struct arena a = { 0 };
		const char *rates = "";
		struct statement *s;

		for (size_t i = 0; i < count; i++) {
			int64_t rate = random_in(&r, 1, 20000);

			worst = rate > worst ? rate : worst;
			rates = arena_printf(&a, "%s%s{ 'date': '2026-%02d-01', 'rate': '%s' }", rates,
			                     i ? ", " : "", (int)random_in(&r, 1, 9), hundredths(&a, rate));
		}
		s = credited(
		    &a, hundredths(&a, cents),
		    arena_printf(&a,
		                 "'policy': 'worst_past', 'rates': [ %s ], 'margin_percent': '%lld', "
		                 "'rounding': { 'rule': 'floor', 'unit': '1' }",
		                 rates, (long long)margin));
		ck_assert_uint_eq(s->exchanged_count, 1);
		whole_is(&r, s, s->exchanged->after, cents * worst * (100 + margin) / 1000000);
		ck_assert_int_eq(s->exchanged->after, s->services->payable->yen);
		statement_free(s);
		arena_release(&a);
	}
}
END_TEST

/* The close in hundredths × the sum of twelve ratios in hundredths / 12 / 10,000, rounded up to whole yen. */
START_TEST(survey_rate_is_rounded_up)
{
	for (int round = 0; round < 200; round++) {
		struct random r = random_start(round);
		int64_t close = random_in(&r, 5000, 20000), sum = 0, yen;
		struct arena a = { 0 };
		const char *ratios = "";
		struct statement *s;

		for (int i = 0; i < 12; i++) {
			int64_t ratio = random_in(&r, 80, 130);

			sum += ratio;
			ratios = arena_printf(&a, "%s%s'%s'", ratios, i ? ", " : "", hundredths(&a, ratio));
		}
		yen = (close * sum + 119999) / 120000;
		s = credited(
		    &a, "1.00",
		    arena_printf(&a,
		                 "'policy': 'survey_formula', 'rates': [ { 'date': '2026-04-01', 'rate': "
		                 "'%s' } ], 'ratios': [ %s ], 'rate_rounding': { 'rule': 'ceil', 'unit': '1' "
		                 "}, 'rounding': { 'rule': 'floor', 'unit': '1' }",
		                 hundredths(&a, close), ratios));
		whole_is(&r, s, s->exchanges->rate, yen);
		whole_is(&r, s, s->exchanged->after, yen);
		statement_free(s);
		arena_release(&a);
	}
}
END_TEST

/* 端数計算法 2, 通貨法 3, at a rate of 1. */
static const struct {
	const char *dollars, *rounding, *yen;
} rounded[] = {
	{ "1234.99", "'rule': 'floor', 'unit': '1', 'side': 'claim'", "1234" },
	{ "0.40", "'rule': 'floor', 'unit': '1', 'side': 'claim'", "0" },
	{ "1234.99", "'rule': 'floor', 'unit': '1', 'side': 'debt'", "1234" },
	{ "0.40", "'rule': 'floor', 'unit': '1', 'side': 'debt'", "1" },
	{ "1.00", "'rule': 'floor', 'unit': '1', 'side': 'debt'", "1" },
	{ "0.40", "'rule': 'floor', 'unit': '1', 'side': 'public'", "0" },
	{ "0.40", "'rule': 'floor', 'unit': '1'", "0" },
	{ "0.50", "'rule': 'half_up', 'unit': '1'", "1" },
	{ "0.49", "'rule': 'half_up', 'unit': '1'", "0" },
	{ "2.50", "'rule': 'half_even', 'unit': '1'", "2" },
	{ "4178.08", "'rule': 'floor', 'unit': '100'", "4100" },
	{ "99.99", "'rule': 'floor', 'unit': '100'", "0" },
	{ "0.01", "'rule': 'ceil', 'unit': '1'", "1" },
};

START_TEST(amounts_are_rounded_as_said)
{
	for (size_t i = 0; i < ROWS(rounded); i++) {
		struct arena a = { 0 };
		struct statement *s = credited(
		    &a, rounded[i].dollars,
		    arena_printf(&a,
		                 "'policy': 'fixed_budget', 'rates': [ { 'rate': '1' } ], 'rounding': { %s }",
		                 rounded[i].rounding));

		assert_figure(s, s->exchanged->after, rounded[i].yen);
		statement_free(s);
		arena_release(&a);
	}
}
END_TEST

int main(void)
{
	return run_suite("exchange",
	                 (const TTest *const[]){ worst_rate_with_margin, survey_rate_is_rounded_up,
	                                         amounts_are_rounded_as_said, NULL });
}
