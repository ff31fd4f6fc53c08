/* Terms: what would have to be guessed is refused. The terms stand on line 5 of the case. */
#include "tests/unit/build_case.h"

#define LEVEL(keys) "[ { 'id': 't', 'levels': [ { " keys " } ], " FLOOR_YEN " } ]"
#define AVAILABILITY                                                                                         \
	"'id': 'a', 'metric': 'availability', 'method': 'duration_ratio', 'objective': { 'op': '>=', "       \
	"'percent': '99' }"
#define DELAY "'id': 'd', 'metric': 'latency_mean', 'objective': { 'op': '<=', 'ms': '50' }"

static const struct refusal rows[] = {
	{ { .terms = "[ {} ]" }, "case.json:5: terms[0]: the key 'id' is missing" },
	{ { .terms = "[ { 'id': 't', 'levels': [] } ]" },
	  "case.json:5: terms[0].levels: at least one level is needed" },
	{ { .terms = "[ { 'id': 't', 'color': 1 } ]" }, "case.json:5: terms[0].color: unknown key 'color'" },
	{ { .terms = LEVEL("'id': 'a', 'metric': 'uptime'") },
	  "case.json:5: terms[0].levels[0].metric: 'uptime' is not one of: availability, latency_mean, "
	  "latency_rise, loss, share_over_limit, downtime, recovery_time, bad_hours, time_to_notify, "
	  "time_to_replace, opening_delay" },
	{ { .terms = LEVEL("'id': 'a', 'metric': 'availability'") },
	  "case.json:5: terms[0].levels[0]: the key 'method' is missing" },
	{ { .terms = LEVEL("'id': 'a', 'metric': 'availability', 'method': 'guess'") },
	  "case.json:5: terms[0].levels[0].method: 'guess' is not one of: duration_ratio, "
	  "minute_bucket_all_fail, service_hours_ratio, minute_all_members, run_min_duration, "
	  "minute_error_rate, interval_error_mean, request_ratio, consecutive_intervals" },
	{ { .terms = LEVEL(DELAY ", 'method': 'duration_ratio'") },
	  "case.json:5: terms[0].levels[0].method: latency_mean has no method" },
	{ { .level = "'binding': 'hope'," },
	  "case.json:5: terms[0].levels[0].binding: 'hope' is not one of: guarantee, target" },
	{ { .level = "'unmeasured_time': 'ignore'," },
	  "case.json:5: terms[0].levels[0].unmeasured_time: 'ignore' is not one of: bounds, up, down, "
	  "remove" },
	{ { .level = "'excluded_time': 'up'," },
	  "case.json:5: terms[0].levels[0].excluded_time: 'up' is not one of: remove, count_as_up, ignore" },
	{ { .level = "'min_coverage': '95'," },
	  "case.json:5: terms[0].levels[0].min_coverage: a share is a fraction of 1; 95 is more" },
	/* objectives */
	{ { .terms = LEVEL("'id': 'a', 'metric': 'availability', 'method': 'duration_ratio', 'objective': { "
	                   "'op': '<=', 'percent': '99' }") },
	  "case.json:5: terms[0].levels[0].objective: '<=' does not fit the metric: use '>=' or '>'" },
	{ { .terms = LEVEL("'id': 'd', 'metric': 'latency_mean', 'objective': { 'op': '>', 'ms': '50' }") },
	  "case.json:5: terms[0].levels[0].objective: '>' does not fit the metric: use '<=' or '<'" },
	{ { .terms =
	        LEVEL("'id': 'd', 'metric': 'latency_mean', 'objective': { 'op': '<=', 'percent': '50' }") },
	  "case.json:5: terms[0].levels[0].objective.percent: unknown key 'percent'" },
	{ { .objective = "100.1" },
	  "case.json:5: terms[0].levels[0].objective.percent: 100.1 per cent is more than all" },
	{ { .objective = "99,9" },
	  "case.json:5: terms[0].levels[0].objective.percent: '99,9' is not an exact number like 250000, "
	  "99.99 or 20/37" },
	{ { .objective = "1e2" },
	  "case.json:5: terms[0].levels[0].objective.percent: '1e2' is not an exact number like 250000, "
	  "99.99 or 20/37" },
	{ { .objective = "+99" },
	  "case.json:5: terms[0].levels[0].objective.percent: '+99' is not an exact number like 250000, "
	  "99.99 or 20/37" },
	{ { .objective = "9 9" },
	  "case.json:5: terms[0].levels[0].objective.percent: '9 9' is not an exact number like 250000, "
	  "99.99 or 20/37" },
	/* credits */
	{ { .credit = "{}" }, "case.json:5: terms[0].levels[0].credit: the key 'base' is missing" },
	{ { .credit = "{ 'base': 'monthly_fee' }" },
	  "case.json:5: terms[0].levels[0].credit: the key 'bands' is missing" },
	{ { .credit = "{ 'base': 'monthly_fee', 'rate': '1', 'bands': [] }" },
	  "case.json:5: terms[0].levels[0].credit.bands: 'rate' and 'bands' exclude each other" },
	{ { .credit = "{ 'base': 'monthly_fee', 'rate': '-1' }" },
	  "case.json:5: terms[0].levels[0].credit.rate: '-1' must not be negative" },
	{ { .credit = "{ 'base': 'monthly_fee', 'bands': [] }" },
	  "case.json:5: terms[0].levels[0].credit.bands: nothing covers [0, 99.99)" },
	{ { .terms = LEVEL(DELAY ", 'credit': { 'base': 'monthly_fee', 'bands': [] }") },
	  "case.json:5: terms[0].levels[0].credit.bands: nothing covers above 50" },
	{ { .terms =
	        LEVEL("'id': 'a', 'metric': 'availability', 'method': 'duration_ratio', 'objective': { 'op': "
	              "'>', 'percent': '99' }, 'credit': " LADDER) },
	  "case.json:5: terms[0].levels[0].credit.bands: a band reaches 99.8, above the objective of 99" },
	/* rounding and cap */
	{ { .settle = "'overlap': 'sum'" },
	  "case.json:5: terms[0]: the key 'rounding' is missing: level 'availability' has a credit\n"
	  "hint: there is no default rounding; state the rule and the clause" },
	{ { .settle = "'rounding': { 'rule': 'floor', 'of': 'credit' }" },
	  "case.json:5: terms[0].rounding: the key 'unit' is missing" },
	{ { .settle = "'rounding': { 'rule': 'floor', 'unit': '1' }" },
	  "case.json:5: terms[0].rounding: the key 'of' is missing" },
	{ { .settle = "'rounding': { 'rule': 'floor', 'unit': '0.00', 'of': 'credit' }" },
	  "case.json:5: terms[0].rounding.unit: the unit must be more than 0" },
	{ { .settle = "'rounding': { 'rule': 'floor', 'unit': '0/7', 'of': 'credit' }" },
	  "case.json:5: terms[0].rounding.unit: the unit must be more than 0" },
	{ { .settle = "'rounding': { 'rule': 'truncate', 'unit': '1', 'of': 'credit' }" },
	  "case.json:5: terms[0].rounding.rule: 'truncate' is not one of: floor, ceil, half_up, half_even" },
	{ { .settle = FLOOR_YEN ", 'cap': { 'months': '3' }" },
	  "case.json:5: terms[0].cap.months: unknown key 'months'" },
	{ { .settle = FLOOR_YEN ", 'effective': { 'from': '2026-10-01', 'to': '2026-10-01' }" },
	  "case.json:5: terms[0].effective.to: 'to' is not after 'from'" },
	{ { .settle = FLOOR_YEN ", 'effective': { 'from': '2026-02-29' }" },
	  "case.json:5: terms[0].effective.from: '2026-02-29' is not a date like 2026-10-31" },
	{ { .settle = FLOOR_YEN ", 'notice': { 'maintenance_days': -1 }" },
	  "case.json:5: terms[0].notice.maintenance_days: -1 is not in 0 to 366" },
	/* the same id twice */
	{ { .terms = "[ { 'id': 't', 'levels': [ { " AVAILABILITY " }, { " AVAILABILITY " } ] } ]" },
	  "case.json:5: terms[0].levels[1]: the level 'a' is there twice" },
	{ { .terms = "[ { 'id': 't', 'levels': [ { " AVAILABILITY
	             " } ] }, { 'id': 't', 'levels': [ { " AVAILABILITY " } ] } ]" },
	  "case.json:5: terms[1]: the terms 't' are there twice" },
};

START_TEST(refusals)
{
	assert_refused(rows, ROWS(rows));
}
END_TEST

START_TEST(what_is_said_is_kept)
{
	struct arena a = { 0 };
	struct statement *s = judged(
	    &a,
	    &(struct case_parts){
	        .level = "'clause': '別表2', 'min_coverage': '19/20', 'excluded_time': 'count_as_up', "
	                 "'unmeasured_time': 'remove', 'obscured_time': 'down',",
	        .settle =
	            "'rounding': { 'rule': 'half_even', 'unit': '0.01', 'of': 'reduced_fee', 'side': 'debt', "
	            "'clause': '2-2' }, 'cap': { 'percent_of_fee': '100', 'clause': 'c' }, 'overlap': 'max', "
	            "'remedy': 'sole', 'claim': { 'rule': 'automatic' }, 'notice': { 'maintenance_days': 7 "
	            "}" });
	const struct terms *t = &s->the_case->terms[0];
	const struct level *l = &t->levels[0];

	ck_assert_str_eq(l->clause, "別表2");
	ck_assert_str_eq(l->min_coverage, "19/20");
	ck_assert(l->excluded_time == EXCLUDED_COUNT_AS_UP && l->unmeasured_time == UNMEASURED_REMOVE &&
	          l->obscured_time == UNMEASURED_DOWN && l->binding == BINDING_GUARANTEE);
	ck_assert(t->rounding->rule == ROUND_HALF_EVEN && t->rounding->of == ROUND_REDUCED_FEE &&
	          t->rounding->side == SIDE_DEBT);
	ck_assert_str_eq(t->rounding->unit, "0.01");
	ck_assert(t->overlap == OVERLAP_MAX && t->remedy == REMEDY_SOLE && t->maintenance_notice_days == 7);
	ck_assert_str_eq(t->cap_percent, "100");
	ck_assert_uint_eq(l->credit->band_count, 5);
	ck_assert_str_eq(l->credit->bands[0].from, "0"); /* sorted */
	ck_assert_str_eq(l->credit->bands[4].rate, "1");
	statement_free(s);
	arena_release(&a);
}
END_TEST

int main(void)
{
	return run_suite("terms", (const TTest *const[]){ refusals, what_is_said_is_kept, NULL });
}
