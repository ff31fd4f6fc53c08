/* Refusals of history and of levels that lack what they cannot be judged without; how history is sorted. */
#include "tests/unit/build_case.h"

#define ENTRY(keys) "'history': [ { " keys " } ]"
#define SEPTEMBER   "'start': '2026-09-01T00:00:00+09:00', 'end': '2026-10-01T00:00:00+09:00'"
#define OF_LINE     "'service': 'line', 'level': 'availability', "
#define RISE                                                                                                 \
	"[ { 'id': 'own-line', 'levels': [ { 'id': 'rise', 'metric': 'latency_rise', 'objective': { 'op': "  \
	"'<', 'ms': '2' }, 'lasting_s': 172800 } ] } ]"
#define BY_MINUTES                                                                                           \
	"[ { 'id': 'own-line', 'levels': [ { 'id': 'a', 'metric': 'availability', 'method': "                \
	"'minute_bucket_all_fail', 'objective': { 'op': '>=', 'percent': '99.9' }, 'applies': { 'disk': [ "  \
	"'ssd' ] } } ] } ]"

static const struct refusal rows[] = {
	{ { .more = "'history': {}" }, "case.json:8: history: must be an array" },
	{ { .more = "'history': [ 1 ]" }, "case.json:8: history[0]: must be an object" },
	{ { .more = ENTRY(OF_LINE SEPTEMBER ", 'colour': 1") },
	  "case.json:8: history[0].colour: unknown key 'colour'" },
	{ { .more = ENTRY("'level': 'availability', " SEPTEMBER) },
	  "case.json:8: history[0]: the key 'service' is missing" },
	{ { .more = ENTRY("'service': 'x', 'level': 'availability', " SEPTEMBER) },
	  "case.json:8: history[0].service: no service 'x'" },
	{ { .more = ENTRY("'service': 'line', 'level': 'x', " SEPTEMBER) },
	  "case.json:8: history[0].level: the terms 'own-line' have no level 'x'" },
	{ { .more =
	        ENTRY(OF_LINE "'start': '2026-10-01T00:00:00+09:00', 'end': '2026-09-01T00:00:00+09:00'") },
	  "case.json:8: history[0]: the end is not after the start" },
	{ { .more =
	        ENTRY(OF_LINE "'start': '2026-09-01T00:00:00+09:00', 'end': '2026-10-01T00:00:01+09:00'") },
	  "case.json:8: history[0].end: reaches into the period that is judged" },
	{ { .more = ENTRY(OF_LINE SEPTEMBER ", 'verdict': 'won'") },
	  "case.json:8: history[0].verdict: 'won' is not one of: met, breached, not provable, not covered" },
	{ { .more = ENTRY(OF_LINE SEPTEMBER ", 'downtime_s': { 'least': '1' }") },
	  "case.json:8: history[0].downtime_s: the key 'most' is missing" },
	{ { .more = ENTRY(OF_LINE SEPTEMBER ", 'downtime_s': { 'least': '1', 'most': '2', 'mean': '1' }") },
	  "case.json:8: history[0].downtime_s.mean: unknown key 'mean'" },
	{ { .more = ENTRY(OF_LINE SEPTEMBER ", 'downtime_s': { 'least': '3', 'most': '2' }") },
	  "case.json:8: history[0].downtime_s: the least is more than the most" },
	{ { .more = ENTRY(OF_LINE SEPTEMBER ", 'downtime_s': { 'least': '3', 'most': '2592000.5' }") },
	  "case.json:8: history[0].downtime_s: 2592000.5 seconds are more than the span has" },
	{ { .more = ENTRY(OF_LINE SEPTEMBER ", 'counted_s': '2592001'") },
	  "case.json:8: history[0].counted_s: 2592001 seconds are more than the span has" },
	{ { .more = ENTRY(OF_LINE SEPTEMBER
	                  ", 'counted_s': '100', 'downtime_s': { 'least': '3', 'most': '101' }") },
	  "case.json:8: history[0].downtime_s: 101 seconds are more than the 100 that counted" },
	{ { .more = ENTRY(OF_LINE SEPTEMBER ", 'credit': '-1'") },
	  "case.json:8: history[0].credit: '-1' must not be negative" },
	{ { .more = ENTRY(OF_LINE SEPTEMBER ", 'document': ''") },
	  "case.json:8: history[0].document: must not be empty" },
	{ { .more = ENTRY(OF_LINE SEPTEMBER
	                  " }, { " OF_LINE
	                  "'start': '2026-08-31T23:59:59+09:00', 'end': '2026-09-01T00:00:01+09:00'") },
	  "case.json:8: history[1]: the level 'availability' of 'line' has another entry for some of this "
	  "time" },
	/* levels that lack something */
	{ { .level = "'scope': 'network'," },
	  "services[0]: the level 'availability' is judged over a network: the key 'network' is missing" },
	{ { .level = "'rolling_days': 30," },
	  "period: is longer than the 30 days over which the level 'availability' is judged" },
	{ { .level = "'rolling_days': 60, 'scope': 'network',", .seen = "'network': 'n', 'outages': []" },
	  "services[0].terms: the level 'availability' is judged over a network and over days: not supported "
	  "together" },
	{ { .terms = RISE },
	  "services[0]: the level 'rise' needs the delay at the start of the contract: the key 'baseline_ms' "
	  "is "
	  "missing" },
	{ { .terms = BY_MINUTES, .seen = "'attributes': { 'disk': 'ssd' }, 'outages': []" },
	  "services[0].outages: minute_bucket_all_fail needs samples, the service has known outages" },
	{ { .level = "'slow_ms': 100," },
	  "services[0].outages: 'slow_ms' needs samples, the service has known outages" },
	{ { .level = "'rolling_days': 61, 'min_outage_s': 60," },
	  "services[0].terms: the level 'availability' looks at the length of outages and is judged over "
	  "days: not "
	  "supported together" },
	/* a level that does not cover the service needs nothing */
	{ { .terms = BY_MINUTES }, "accepted" },
	/* another reading of a level needs what it needs */
	{ { .level =
	        "'reading': 'a', 'wording': 'w', 'readings': [ { 'reading': 'b', 'scope': 'network' } ]," },
	  "services[0]: the level 'availability' is judged over a network: the key 'network' is missing" },
	{ { .level = "'rolling_days': 31," }, "accepted" },
	{ { .more = ENTRY(OF_LINE SEPTEMBER) }, "accepted" },
};

START_TEST(refusals)
{
	assert_refused(rows, ROWS(rows));
}
END_TEST

START_TEST(history_is_sorted)
{
	struct arena a = { 0 };
	struct error err = { 0 };
	struct sla_case *c;

	ck_assert_int_eq(
	    read_case(&a,
	              &(struct case_parts){
	                  .more = ENTRY(OF_LINE SEPTEMBER
	                                " }, { " OF_LINE
	                                "'start': '2026-07-01T00:00:00Z', 'end': '2026-08-01T00:00:00Z', "
	                                "'verdict': 'met', 'downtime_s': { 'least': '1', 'most': '2' }, "
	                                "'counted_s': '3', 'credit': '4', 'document': 'd'") },
	              &c, &err),
	    0);
	ck_assert_uint_eq(c->history_count, 2);
	ck_assert_str_eq(c->history[0].verdict, "met");
	ck_assert_str_eq(c->history[0].downtime_least_s, "1");
	ck_assert_str_eq(c->history[0].downtime_most_s, "2");
	ck_assert_str_eq(c->history[0].counted_s, "3");
	ck_assert_str_eq(c->history[0].credit, "4");
	ck_assert_str_eq(c->history[0].document, "d");
	ck_assert_ptr_null(c->history[1].verdict);
	ck_assert_ptr_null(c->history[1].downtime_least_s);
	arena_release(&a);
}
END_TEST

int main(void)
{
	return run_suite("case_history", (const TTest *const[]){ refusals, history_is_sorted, NULL });
}
