/* Levels: what they measure and how, and what is refused. The terms stand on line 5 of the case. */
#include "tests/unit/build_case.h"

#define AT          "case.json:5: terms[0].levels[0]"
#define LEVEL(keys) "[ { 'id': 'own-line', 'levels': [ { 'id': 'a', " keys " } ], " FLOOR_YEN " } ]"
#define RATIO(keys)                                                                                          \
	LEVEL("'metric': 'availability', 'method': 'duration_ratio', 'objective': { 'op': '>=', 'percent': " \
	      "'99' }" keys)
#define PERCENT            "'objective': { 'op': '>=', 'percent': '99' }"
#define METHOD(name, keys) LEVEL("'metric': 'availability', 'method': '" name "', " PERCENT keys)
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
