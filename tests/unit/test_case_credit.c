/* Credit tables, caps and minimum: what would have to be guessed is refused. The terms stand on line 5 of the case. */
#include "tests/unit/build_case.h"

#define AT    "case.json:5: terms[0].levels[0].credit"
#define BASE  "'base': 'monthly_fee', "
#define BANDS "'bands': [ { 'to': '99.99', 'rate': '1' } ]"
#define QUANTITY(credit)                                                                                     \
	"[ { 'id': 'own-line', 'levels': [ { 'id': 'd', 'metric': 'downtime', 'method': "                    \
	"'cumulative_outage_bands', 'objective': { 'op': '<=', 'h': '1' }, 'credit': { " credit              \
	" } } ], " FLOOR_YEN " } ]"
#define OUTAGES(credit)                                                                                      \
	"[ { 'id': 'own-line', 'levels': [ { 'id': 'r', 'metric': 'recovery_time', 'method': "               \
	"'per_outage_bands', 'objective': { 'op': '<=', 'h': '1' }, 'credit': { " BASE                       \
	"'rate': '1', 'per': 'outage', " credit " } } ], " FLOOR_YEN " } ]"
#define SETTLE(more) FLOOR_YEN ", " more

static const struct refusal rows[] = {
	/* base */
	{ { .credit = "{ 'base': 'the_fee', 'rate': '1' }" },
	  AT
	  ".base: 'the_fee' is not one of: monthly_fee, fee_before_tax, fee_after_discount, "
	  "fee_without_access_line, storage_class_fee, instance_fee, region_fee, connection_fee, basic_fee, "
	  "hourly_fee, next_month_fee" },
	{ { .credit = "{ 'base': 'region_fee', 'rate': '1' }" },
	  "case.json:7: services[0].fees[0]: the fee has no amount for the base 'region_fee'" },
	{ { .credit = "{ 'base': 'region_fee', 'rate': '1' }", .fees = "[]" }, "accepted" },
	{ { .credit = "{ 'base': 'region_fee', 'rate': '1' }", .level = "'binding': 'target'," },
	  "accepted" },
	{ { .credit = "{ " BASE "'rate': '1' }",
	    .level = "'reading': 'q', 'wording': 'w', 'readings': [ { 'reading': 'r', 'credit': { 'base': "
	             "'region_fee', 'rate': '1' } } ]," },
	  "case.json:7: services[0].fees[0]: the fee has no amount for the base 'region_fee'" },
	{ { .credit = "{ " BASE "'rate': '1', 'pro_rata': 'hours' }" },
	  AT ".pro_rata: 'hours' is not one of: days" },
	{ { .credit = "{ " BASE
	              "'rate': '1', 'pro_rata': null, 'closed': null, 'bands': null, 'proportional': null, "
	              "'among': null, 'equality': null }" },
	  "accepted" },
	/* shapes */
	{ { .credit = "{ " BASE "'rate': '1', 'proportional': { 'rate': '1', 'per': '1' } }" },
	  AT ".proportional: 'rate' and 'proportional' exclude each other" },
	{ { .credit = "{ " BASE BANDS ", 'proportional': { 'rate': '1', 'per': '1' } }" },
	  AT ".proportional: 'bands' and 'proportional' exclude each other" },
	{ { .credit = "{ " BASE "'proportional': { 'rate': '1', 'per': '0' } }" },
	  AT ".proportional.per: must be more than 0" },
	{ { .credit = "{ " BASE "'proportional': { 'rate': '1' } }" },
	  AT ".proportional: the key 'per' is missing" },
	{ { .credit = "{ " BASE "'rate': '1', 'closed': 'to' }" },
	  AT ".closed: only bands have a use for it" },
	{ { .credit = "{ " BASE "'rate': '1', 'band_rule': 'disjoint' }" },
	  AT ".band_rule: only bands have a use for it" },
	{ { .credit = "{ " BASE "'proportional': { 'rate': '1', 'per': '1' }, 'equality': [] }" },
	  AT ".equality: only bands have a use for it" },
	/* bands */
	{ { .credit = "{ " BASE "'bands': [ { 'from': '0', 'rate': '1' } ] }" },
	  AT ".bands[0]: the key 'to' is missing" },
	{ { .terms = QUANTITY(BASE "'bands': [ { 'to': '2', 'rate': '1' } ]") },
	  AT ".bands[0]: the key 'from' is missing" },
	{ { .credit = "{ " BASE "'bands': [ { 'to': '99.99', 'rate': '1', 'step': '1' } ] }" },
	  AT ".bands[0].step: 'step' and 'per' need each other" },
	{ { .credit = "{ " BASE "'bands': [ { 'to': '99.99', 'rate': '1', 'per': '1' } ] }" },
	  AT ".bands[0].per: 'step' and 'per' need each other" },
	{ { .credit = "{ " BASE "'bands': [ { 'to': '99.99', 'rate': '1', 'step': '1', 'per': '0' } ] }" },
	  AT ".bands[0].per: must be more than 0" },
	{ { .credit =
	        "{ " BASE "'band_rule': 'most_severe', 'bands': [ { 'to': '99.99', 'rate': '1', 'step': '1', "
	        "'per': '1' } ] }" },
	  AT ".bands[0].step: a step needs disjoint bands" },
	{ { .credit = "{ " BASE "'bands': [ { 'to': '99.99', 'rate': '1', 'gap': '' } ] }" },
	  AT ".bands[0].gap: must not be empty" },
	{ { .credit = "{ " BASE "'bands': [ { 'to': '99.99', 'rate': '1', 'until': '1' } ] }" },
	  AT ".bands[0].until: unknown key 'until'" },
	{ { .credit = "{ " BASE BANDS ", 'closed': 'both' }" },
	  AT ".closed: 'both' is not one of: from, to, neither" },
	{ { .credit = "{ " BASE BANDS ", 'equality': [ { 'at': '99', 'rate': '1' } ] }" },
	  AT ".equality[0]: the key 'why' is missing" },
	{ { .credit = "{ " BASE BANDS
	              ", 'equality': [ { 'at': '99', 'rate': '1', 'why': 'w' }, { 'at': '99.0', 'rate': "
	              "'2', 'why': 'w' } ] }" },
	  AT ".equality[1]: the equality at 99.0 is there twice" },
	{ { .credit = "{ " BASE BANDS ", 'equality': [ { 'at': '99', 'rate': '1', 'why': 'w' } ] }" },
	  AT ".bands: exactly 99 has a rate already: a band holds it" },
	/* how often */
	{ { .credit = "{ " BASE "'rate': '1', 'per': 'outage' }" },
	  AT ".per: availability does not judge each outage or incident by itself" },
	{ { .credit = "{ " BASE "'rate': '1', 'per': 'unit' }" },
	  AT ".per: a percentage is not counted in units" },
	{ { .terms = QUANTITY("'base': 'hourly_fee', 'rate': '1', 'unit': 'hours'") },
	  AT ".unit: the base 'hourly_fee' is that of an hour already: use 'percent'" },
	{ { .terms = QUANTITY("'base': 'hourly_fee', 'rate': '1', 'unit': 'weeks'") },
	  AT ".unit: 'weeks' is not one of: percent, days, hours" },
	{ { .credit = "{ " BASE "'rate': '1', 'among': 'sum' }" },
	  AT ".among: only 'per': 'outage' has a use for it" },
	{ { .credit = "{ " BASE "'rate': '1', 'most_per_day': 1 }" },
	  AT ".most_per_day: only 'per': 'outage' has a use for it" },
	{ { .credit = "{ " BASE "'rate': '1', 'week_cap': '1' }" },
	  AT ".week_cap: only 'per': 'outage' has a use for it" },
	{ { .terms = OUTAGES("'among': 'smallest'") }, AT ".among: 'smallest' is not one of: sum, largest" },
	{ { .terms = OUTAGES("'among': 'largest', 'most_per_day': 1") },
	  AT ".most_per_day: the largest alone counts: nothing is left to limit" },
	{ { .terms = OUTAGES("'among': 'largest', 'week_cap': '1'") },
	  AT ".week_cap: the largest alone counts: nothing is left to limit" },
	{ { .terms = OUTAGES("'most_per_day': 0") }, AT ".most_per_day: 0 is not in 1 to 1000" },
	/* settlement */
	{ { .credit = "null",
	    .level = "'reading': 'q', 'wording': 'w', 'readings': [ { 'reading': 'r', 'credit': { 'base': "
	             "'monthly_fee', "
	             "'rate': '1' } } ],",
	    .settle = "'overlap': 'sum'" },
	  "case.json:5: terms[0]: the key 'rounding' is missing: level 'availability' has a credit\n"
	  "hint: there is no default rounding; state the rule and the clause" },
	{ { .settle = SETTLE("'overlap': 'both'") },
	  "case.json:5: terms[0].overlap: 'both' is not one of: sum, max, choose_one, root_cause" },
	{ { .settle = SETTLE("'form': 'voucher'") },
	  "case.json:5: terms[0].form: 'voucher' is not one of: credit, cash, service_days" },
	{ { .settle = SETTLE("'caps': [ { 'of': 'week', 'amount': '1' } ]") },
	  "case.json:5: terms[0].caps[0].of: 'week' is not one of: level, service, month, "
	  "rolling_12_months" },
	{ { .settle = SETTLE("'caps': [ { 'of': 'month' } ]") },
	  "case.json:5: terms[0].caps[0]: a cap needs 'percent_of_fee' or 'amount'" },
	{ { .settle = SETTLE("'caps': [ { 'of': 'level', 'amount': '1' } ]") },
	  "case.json:5: terms[0].caps[0]: the key 'level' is missing" },
	{ { .settle = SETTLE("'caps': [ { 'of': 'level', 'level': 'delay', 'amount': '1' } ]") },
	  "case.json:5: terms[0].caps[0].level: no level 'delay'" },
	{ { .settle = SETTLE("'caps': [ { 'of': 'month', 'level': 'availability', 'amount': '1' } ]") },
	  "case.json:5: terms[0].caps[0].level: only a cap of a level names one" },
	{ { .settle = SETTLE("'caps': [ { 'of': 'month', 'amount': '-1' } ]") },
	  "case.json:5: terms[0].caps[0].amount: '-1' must not be negative" },
	{ { .settle = SETTLE("'minimum': { 'amount': '1' }") },
	  "case.json:5: terms[0].minimum: the key 'op' is missing" },
	{ { .settle = SETTLE("'minimum': { 'amount': '1', 'op': '<' }") },
	  "case.json:5: terms[0].minimum.op: '<' is not one of: >=, >" },
	{ { .settle = SETTLE("'minimum': { 'op': '>' }") },
	  "case.json:5: terms[0].minimum: the key 'amount' is missing" },
	{ { .settle = SETTLE("'responses': { 'financial': [] }") },
	  "case.json:5: terms[0].responses.financial: unknown key 'financial'" },
	{ { .settle = SETTLE("'responses': { 'operational': [ 'a', '' ] }") },
	  "case.json:5: terms[0].responses.operational[1]: must not be empty" },
	{ { .settle = SETTLE("'responses': { 'contractual': [ 'a\\u0007' ] }") },
	  "case.json:5: terms[0].responses.contractual[0]: must not hold control characters" },
	{ { .settle = SETTLE("'responses': { 'contractual': [ 1 ] }") },
	  "case.json:5: terms[0].responses.contractual[0]: must be a string" },
};

START_TEST(refusals)
{
	assert_refused(rows, ROWS(rows));
}
END_TEST

START_TEST(what_is_said_is_kept)
{
	struct arena a = { 0 };
	struct statement *s =
	    judged(&a, &(struct case_parts){ .credit = "{ 'base': 'next_month_fee', 'closed': 'neither', "
	                                               "'unit': 'days', 'pro_rata': 'days', 'clause': "
	                                               "'c', 'bands': [ { 'from': '99', 'to': '99.99', "
	                                               "'rate': '1', 'step': '0.1', 'per': '1/2', "
	                                               "'confidence': 'summary' }, { 'to': '99', 'rate': "
	                                               "'2', 'gap': 'a hole' } ], 'equality': [ { "
	                                               "'at': '99', 'rate': '2', 'why': 'w' } ] }",
	                                     .fees = "[ { 'payer': 'lg-a', 'amount': '1', 'currency': 'JPY', "
	                                             "'bases': { 'next_month_fee': '2' } } ]",
	                                     .settle = FLOOR_YEN
	                                     ", 'overlap': 'choose_one', 'form': 'cash', 'caps': [ { 'of': "
	                                     "'rolling_12_months', 'percent_of_fee': "
	                                     "'50', 'clause': 'k' }, { 'of': 'level', 'level': "
	                                     "'availability', 'amount': '7' } ], 'minimum': { "
	                                     "'amount': '1', 'op': '>', 'currency': 'JPY', 'clause': 'm' }, "
	                                     "'responses': { 'operational': [ 'o1', "
	                                     "'o2' ], 'contractual': [ 't' ] }" });
	const struct terms *t = &s->the_case->terms[0];
	const struct credit_rule *c = t->levels[0].credit;

	ck_assert(c->next_month && c->pro_rata_days && c->closed == CLOSED_NEITHER && c->unit == RATE_DAYS &&
	          c->per == PER_PERIOD);
	ck_assert_str_eq(c->base, "next_month_fee");
	ck_assert_str_eq(c->clause, "c");
	ck_assert_str_eq(c->bands[0].gap, "a hole");
	ck_assert_str_eq(c->bands[1].step, "0.1");
	ck_assert_str_eq(c->bands[1].per, "1/2");
	ck_assert_str_eq(c->bands[1].confidence, "summary");
	ck_assert_str_eq(c->equalities[0].why, "w");
	ck_assert(t->overlap == OVERLAP_CHOOSE_ONE && t->form == FORM_CASH && t->minimum->op == MORE_THAN);
	ck_assert(t->cap_count == 2 && t->caps[0].of == CAP_ROLLING_12_MONTHS && t->caps[1].of == CAP_LEVEL);
	ck_assert_str_eq(t->caps[0].percent_of_fee, "50");
	ck_assert_str_eq(t->caps[1].level, "availability");
	ck_assert_str_eq(t->minimum->currency, "JPY");
	ck_assert_uint_eq(t->operational_count, 2);
	ck_assert_str_eq(t->operational[1], "o2");
	ck_assert_str_eq(t->contractual[0], "t");
	statement_free(s);
	arena_release(&a);
}
END_TEST

int main(void)
{
	return run_suite("credit tables", (const TTest *const[]){ refusals, what_is_said_is_kept, NULL });
}
