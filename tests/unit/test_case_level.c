/* Levels: what they measure and how, and what is refused. The terms stand on line 5 of the case. */
#include "tests/unit/build_case.h"

#define AT          "case.json:5: terms[0].levels[0]"
#define LEVEL(keys) "[ { 'id': 'own-line', 'levels': [ { 'id': 'a', " keys " } ], " FLOOR_YEN " } ]"
#define RATIO(keys)                                                                                          \
	LEVEL("'metric': 'availability', 'method': 'duration_ratio', 'objective': { 'op': '>=', 'percent': " \
	      "'99' }" keys)
#define PERCENT            "'objective': { 'op': '>=', 'percent': '99' }"
#define METHOD(name, keys) LEVEL("'metric': 'availability', 'method': '" name "', " PERCENT keys)
#define NEEDS(what)        "services[0].outages: " what " needs samples, the service has known outages"
#define WORDED             ", 'reading': 'one', 'wording': 'minutes'"

static const struct {
	const char *terms, *want;
} rows[] = {
	/* keys that say nothing */
	{ RATIO(", 'color': 1"), AT ".color: unknown key 'color'" },
	{ RATIO(", 'limit_ms': 10"), AT ".limit_ms: duration_ratio has no use for 'limit_ms'" },
	{ RATIO(", 'min_run_s': 60"), AT ".min_run_s: duration_ratio has no use for 'min_run_s'" },
	{ RATIO(", 'retry': {}"), AT ".retry: duration_ratio has no use for 'retry'" },
	{ RATIO(", 'min_run_s': null"), "accepted" },
	{ LEVEL("'metric': 'latency_mean', 'objective': { 'op': '<=', 'ms': '50' }, 'unmeasured_time': 'up'"),
	  AT ".unmeasured_time: latency_mean has no use for 'unmeasured_time'" },
	/* objectives */
	{ LEVEL("'metric': 'latency_mean', 'objective': { 'op': '<=', 'min': '50' }"),
	  AT ".objective.min: unknown key 'min'" },
	{ LEVEL("'metric': 'latency_mean', 'objective': { 'op': '<=' }"),
	  AT ".objective: the key 'ms' is missing" },
	/* treatment */
	{ RATIO(", 'min_coverage': '1.1'"), AT ".min_coverage: a share is a fraction of 1; 1.1 is more" },
	/* parameters of the methods */
	{ METHOD("run_min_duration", ""), AT ": the key 'min_run_s' is missing" },
	{ METHOD("run_min_duration", ", 'min_run_s': 0"), AT ".min_run_s: 0 is not in 1 to 2678400" },
	{ METHOD("run_min_duration", ", 'min_run_s': '0.0000001'"),
	  AT ".min_run_s: '0.0000001' is not a positive number of seconds of at most six places" },
	{ METHOD("run_min_duration", ", 'min_run_s': 60, 'part_minute': 'keep'"),
	  AT ".part_minute: 'keep' is not one of: count, drop, round_up" },
	{ METHOD("run_min_duration", ", 'min_run_s': 60, 'min_outage_s': 60"),
	  AT ".min_outage_s: run_min_duration has no use for 'min_outage_s'" },
	{ METHOD("minute_error_rate", ""), AT ": the key 'error_percent' is missing" },
	{ METHOD("minute_error_rate", ", 'error_percent': '100.5'"),
	  AT ".error_percent: 100.5 per cent is more than all" },
	{ METHOD("minute_error_rate", ", 'error_percent': '5', 'min_attempts': 0"),
	  AT ".min_attempts: 0 is not in 1 to 1000000" },
	{ METHOD("interval_error_mean", ""), AT ": the key 'interval_s' is missing" },
	{ METHOD("interval_error_mean", ", 'interval_s': 300, 'empty_interval': 'skip'"),
	  AT ".empty_interval: 'skip' is not one of: no_error, unmeasured" },
	{ METHOD("request_ratio", ", 'retry': {}"), AT ".retry: the key 'first_s' is missing" },
	{ METHOD("request_ratio", ", 'retry': { 'window_s': 300, 'factor': 2 }"),
	  AT ".retry.factor: unknown key 'factor'" },
	{ METHOD("request_ratio", ", 'retry': { 'first_s': 2, 'factor': 2, 'most_s': 1 }"),
	  AT ".retry.most_s: is shorter than 'first_s'" },
	{ METHOD("request_ratio", ", 'retry': { 'first_s': 1, 'factor': 0, 'most_s': 1 }"),
	  AT ".retry.factor: 0 is not in 1 to 1000" },
	{ METHOD("request_ratio", ", 'slow_ms': '1.0001'"),
	  AT ".slow_ms: '1.0001' is not a positive number of milliseconds of at most three places" },
	{ METHOD("consecutive_intervals", ", 'interval_s': 1, 'consecutive': 10"),
	  AT ": the key 'loss_percent' is missing" },
	{ METHOD("consecutive_intervals", ", 'interval_s': 1, 'loss_percent': '1'"),
	  AT ": the key 'consecutive' is missing" },
	{ METHOD("minute_all_members", ", 'min_members': 0"), AT ".min_members: 0 is not in 1 to 1000000" },
	{ METHOD("minute_all_members", ", 'min_zones': 0"), AT ".min_zones: 0 is not in 1 to 1000" },
	{ METHOD("minute_all_members", ""), NEEDS("minute_all_members") },
	{ METHOD("minute_error_rate", ", 'error_percent': '5'"), NEEDS("minute_error_rate") },
	{ METHOD("interval_error_mean", ", 'interval_s': 300"), NEEDS("interval_error_mean") },
	{ METHOD("request_ratio", ""), NEEDS("request_ratio") },
	{ METHOD("consecutive_intervals", ", 'interval_s': 1, 'loss_percent': '1', 'consecutive': 1"),
	  NEEDS("consecutive_intervals") },
	{ RATIO(", 'slow_ms': 10"), NEEDS("'slow_ms'") },
	{ METHOD("run_min_duration", ", 'min_run_s': 60, 'rolling_days': 365"),
	  "services[0].terms: the level 'a' looks at the length of outages and is judged over "
	  "days: "
	  "not supported together" },
	{ METHOD("service_hours_ratio", ", 'time': 'period'"),
	  AT ".time: service_hours_ratio counts service hours" },
	{ RATIO(", 'not_deployed': 'up'"),
	  AT ".not_deployed: says something only beside \"time\": \"deployed\"" },
	{ RATIO(", 'time': 'always'"), AT ".time: 'always' is not one of: period, deployed, service_hours" },
	{ RATIO(", 'clock': 'noon'"), AT ".clock: 'noon' is not one of: onset, known, reported" },
	{ RATIO(", 'scope': 'world'"), AT ".scope: 'world' is not one of: service, network" },
	{ RATIO(", 'months_running': 0"), AT ".months_running: 0 is not in 1 to 120" },
	{ RATIO(", 'applies': { 'disk': [] }"), AT ".applies.disk: at least one value is needed" },
	{ RATIO(", 'applies': { 'disk': 'ssd' }"), AT ".applies.disk: must be an array" },
	{ LEVEL("'metric': 'bad_hours', 'objective': { 'op': '<=', 'count': '0' }"),
	  AT ": the key 'over_s' is missing" },
	{ LEVEL("'metric': 'bad_hours', 'objective': { 'op': '<=', 'count': '0' }, 'over_s': 3601"),
	  AT ".over_s: 3601 is not in 1 to 3600" },
	{ LEVEL("'metric': 'downtime', 'objective': { 'op': '<=' }"),
	  AT ".objective: one of the keys 's', 'min', 'h', 'd' is needed" },
	{ LEVEL("'metric': 'downtime', 'objective': { 'op': '<=', 'min': '1', 'h': '1' }"),
	  AT ".objective.h: an objective has one unit" },
	{ LEVEL("'metric': 'downtime', 'objective': { 'op': '>', 'min': '1' }"),
	  AT ".objective: '>' does not fit the metric: use '<=' or '<'" },
	{ LEVEL(
	      "'metric': 'downtime', 'method': 'per_outage_bands', 'objective': { 'op': '<=', 'min': '1' }"),
	  AT ".method: 'per_outage_bands' is not one of: cumulative_outage_bands" },
	{ LEVEL("'metric': 'loss', 'objective': { 'op': '<=', 'percent': '101' }"),
	  AT ".objective.percent: 101 per cent is more than all" },
	{ LEVEL("'metric': 'availability', 'method': 'duration_ratio', 'objective': { 'op': '>', 'percent': "
	        "'100.0' }"),
	  AT ".objective.percent: nothing is more than 100 per cent: use '>='" },
	{ LEVEL("'metric': 'downtime', 'objective': { 'op': '<', 'min': '0' }"),
	  AT ".objective.min: nothing is less than 0: use '<='" },
	{ LEVEL("'metric': 'share_over_limit', 'objective': { 'op': '<=', 'percent': '1' }"),
	  AT ": the key 'limit_ms' is missing" },
	{ LEVEL("'metric': 'latency_rise', 'objective': { 'op': '<', 'ms': '2' }"),
	  AT ": the key 'lasting_s' is missing" },
	/* sources */
	{ RATIO(
	      ", 'source': { 'document': 'd', 'date': '2026-01-01', 'confidence': 'summary', 'note': 'n' }"),
	  "accepted" },
	{ RATIO(", 'confidence': 'official', 'source': { 'confidence': 'summary' }"),
	  AT ".confidence: the level's source says 'summary'" },
	{ RATIO(", 'source': { 'page': 'x' }"), AT ".source.page: unknown key 'page'" },
	/* readings */
	{ RATIO(", 'readings': [ { 'reading': 'other' } ]"), AT ": the key 'reading' is missing" },
	{ RATIO(", 'reading': 'one', 'readings': [ { 'reading': 'other' } ]"),
	  AT ": the key 'wording' is missing" },
	{ RATIO(WORDED ", 'readings': []"), AT ".readings: at least one other reading is needed" },
	{ RATIO(WORDED ", 'readings': [ { 'excluded_time': 'ignore' } ]"),
	  AT ".readings[0]: the key 'reading' is missing" },
	{ RATIO(WORDED ", 'readings': [ { 'reading': 'one' } ]"),
	  AT ".readings[0]: the reading 'one' is there twice" },
	{ RATIO(WORDED ", 'readings': [ { 'reading': 'two' }, { 'reading': 'two' } ]"),
	  AT ".readings[1]: the reading 'two' is there twice" },
	{ RATIO(WORDED ", 'readings': [ { 'reading': 'two', 'metric': 'loss' } ]"),
	  AT ".readings[0].metric: a reading cannot have another 'metric'" },
	{ RATIO(WORDED ", 'readings': [ { 'reading': 'two', 'excluded_time': 'never' } ]"),
	  AT ".readings[0].excluded_time: 'never' is not one of: remove, count_as_up, ignore" },
	{ RATIO(WORDED ", 'readings': [ { 'reading': 'two', 'limit_ms': 5 } ]"),
	  AT ".readings[0].limit_ms: duration_ratio has no use for 'limit_ms'" },
	{ RATIO(WORDED ", 'readings': [ { 'reading': 'two', 'excluded_time': 'ignore' } ]"), "accepted" },
};

START_TEST(refusals)
{
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct arena a = { 0 };
		const char *got = refusal_of(&a, &(struct case_parts){ .terms = rows[i].terms });

		ck_assert_msg(strcmp(got, rows[i].want) == 0, "row %zu:\n got  %s\n want %s", i, got,
		              rows[i].want);
		arena_release(&a);
	}
}
END_TEST

static const struct level *level_of(struct arena *a, const char *terms)
{
	struct case_parts parts = { .terms = terms };
	struct error err = { 0 };
	struct sla_case *c;
	char line[2048];

	if (read_case(a, &parts, &c, &err) < 0)
		ck_abort_msg("refused: %s", error_line(&err, line, sizeof line));
	return &c->terms[0].levels[0];
}

START_TEST(a_reading_is_the_level_with_keys_replaced)
{
	struct arena a = { 0 };
	const struct level *l = level_of(
	    &a,
	    RATIO(", 'clause': '3', 'excluded_time': 'ignore', 'credit': { 'base': 'monthly_fee', 'rate': "
	          "'5' }" WORDED ", 'readings': [ { 'reading': 'two', 'clause': '4', 'credit': null }, { "
	          "'reading': 'three', 'wording': 'hours', 'objective': { 'op': '>', 'percent': '98' } } ]"));

	ck_assert_str_eq(l->reading, "one");
	ck_assert_str_eq(l->wording, "minutes");
	ck_assert_uint_eq(l->reading_count, 2);
	ck_assert_str_eq(l->readings[0].id, "a");
	ck_assert_str_eq(l->readings[0].reading, "two");
	ck_assert_str_eq(l->readings[0].wording, "minutes");
	ck_assert_str_eq(l->readings[0].clause, "4");
	ck_assert_ptr_null(l->readings[0].credit);
	ck_assert_int_eq(l->readings[0].excluded_time, EXCLUDED_IGNORE);
	ck_assert_str_eq(l->readings[1].clause, "3");
	ck_assert_str_eq(l->readings[1].wording, "hours");
	ck_assert_str_eq(l->readings[1].objective, "98");
	ck_assert_int_eq(l->readings[1].op, MORE_THAN);
	ck_assert_str_eq(l->readings[1].credit->flat_rate, "5");
	ck_assert_uint_eq(l->readings[1].reading_count, 0);
	arena_release(&a);
}
END_TEST

START_TEST(a_level_has_its_own_source)
{
	struct arena a = { 0 };
	const struct level *l = level_of(&a, RATIO(", 'confidence': 'summary', 'source': { 'document': 'd', "
	                                           "'date': '2026-01-01' }"));

	ck_assert_str_eq(l->confidence, "summary");
	ck_assert_str_eq(l->document, "d");
	ck_assert_str_eq(l->document_date, "2026-01-01");
	arena_release(&a);
}
END_TEST

int main(void)
{
	return run_suite("level", (const TTest *const[]){ refusals, a_reading_is_the_level_with_keys_replaced,
	                                                  a_level_has_its_own_source, NULL });
}
