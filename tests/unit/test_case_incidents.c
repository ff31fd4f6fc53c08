/* Reading incidents: texts of refusals are exact. */
#include "tests/unit/build_case.h"

#define ONE(keys) "'incidents': [ { 'id': 'i', 'services': [ 'line' ], " keys " } ]"
#define T(time)   "'2026-10-10T" time "+09:00'"

static const struct {
	const char *more, *want;
} rows[] = {
	{ "'incidents': []", "accepted" },
	{ "'incidents': {}", "case.json:8: incidents: must be an array" },
	{ "'incidents': [ 1 ]", "case.json:8: incidents[0]: must be an object" },
	{ "'incidents': [ {} ]", "case.json:8: incidents[0]: the key 'id' is missing" },
	{ "'incidents': [ { 'id': 'i' } ]", "case.json:8: incidents[0]: the key 'services' is missing" },
	{ "'incidents': [ { 'id': 'i', 'services': [] } ]",
	  "case.json:8: incidents[0].services: at least one service is needed" },
	{ "'incidents': [ { 'id': 'i', 'services': [ 'x' ] } ]",
	  "case.json:8: incidents[0].services[0]: no service 'x'" },
	{ "'incidents': [ { 'id': 'i', 'services': [ 1 ] } ]",
	  "case.json:8: incidents[0].services[0]: must be a string" },
	{ "'incidents': [ { 'id': 'i', 'services': [ 'line', 'line' ] } ]",
	  "case.json:8: incidents[0].services[1]: the service 'line' is there twice" },
	{ "'incidents': [ { 'id': 'i', 'services': [ 'line' ] }, { 'id': 'i', 'services': [ 'line' ] } ]",
	  "case.json:8: incidents[1]: the incident 'i' is there twice" },
	{ ONE("'nonsense': 1"), "case.json:8: incidents[0].nonsense: unknown key 'nonsense'" },
	{ ONE("'document': 'r', 'root_cause': 'line', 'entered': " T("00:00:00")), "accepted" },
	{ ONE("'root_cause': null, 'start': null, 'end': null"), "accepted" },
	{ ONE("'root_cause': 'x'"), "case.json:8: incidents[0].root_cause: no service 'x'" },
	{ ONE("'root_cause': 1"), "case.json:8: incidents[0].root_cause: must be a string" },
	/* spans */
	{ ONE("'start': " T("10:00:00") ", 'end': " T("11:00:00")), "accepted" },
	{ ONE("'start': " T("10:00:00")),
	  "case.json:8: incidents[0]: an incident has both 'start' and 'end', or none" },
	{ ONE("'end': " T("10:00:00")),
	  "case.json:8: incidents[0]: an incident has both 'start' and 'end', or none" },
	{ ONE("'start': " T("10:00:00") ", 'end': " T("10:00:00")),
	  "case.json:8: incidents[0]: the end is not after the start" },
	{ ONE("'known': '10:00'"),
	  "case.json:8: incidents[0].known: '10:00' is not an instant with offset like "
	  "2026-10-10T01:00:00+09:00" },
	/* what came after cannot have been before */
	{ ONE("'known': " T("10:00:00") ", 'notified': " T("10:00:00")), "accepted" },
	{ ONE("'known': " T("10:00:00") ", 'notified': " T("09:59:59")),
	  "case.json:8: incidents[0].notified: notified before it was known" },
	{ ONE("'reported': " T("10:00:00") ", 'replaced': " T("10:00:00")), "accepted" },
	{ ONE("'reported': " T("10:00:00") ", 'replaced': " T("09:59:59")),
	  "case.json:8: incidents[0].replaced: replaced before it was reported" },
	{ ONE("'start': " T("10:00:00") ", 'end': " T("11:00:00") ", 'notified': " T("09:59:59")),
	  "case.json:8: incidents[0].notified: notified before the start" },
	{ ONE("'start': " T("10:00:00") ", 'end': " T("11:00:00") ", 'replaced': " T("09:59:59")),
	  "case.json:8: incidents[0].replaced: replaced before the start" },
	/* a span is what people saw of it: the provider's monitor may have been first */
	{ ONE("'start': " T("10:00:00") ", 'end': " T("11:00:00") ", 'known': " T(
	      "09:59:59") ", 'reported': " T("09:59:59")),
	  "accepted" },
};

START_TEST(refusals)
{
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct arena a = { 0 };
		const char *got = refusal_of(&a, &(struct case_parts){ .more = rows[i].more });

		ck_assert_msg(strcmp(got, rows[i].want) == 0, "row %zu: got %s", i, got);
		arena_release(&a);
	}
}
END_TEST

START_TEST(what_is_not_stated)
{
	struct arena a = { 0 };
	struct error err = { 0 };
	struct sla_case *c;

	ck_assert_int_eq(
	    read_case(&a,
	              &(struct case_parts){ .more = "'incidents': [ { 'id': 'i', 'services': [ 'line' ] }, { "
	                                            "'id': 'k', 'services': [ 'line' ], 'known': "
	                                            "'1970-01-01T00:00:01Z', 'replaced': "
	                                            "'1970-01-01T00:00:02Z' } ]" },
	              &c, &err),
	    0);
	ck_assert_uint_eq(c->incident_count, 2);
	ck_assert_int_eq(c->incidents[0].span.start, INT64_MIN);
	ck_assert_int_eq(c->incidents[0].span.end, INT64_MIN);
	ck_assert_int_eq(c->incidents[0].known_us, INT64_MIN);
	ck_assert_int_eq(c->incidents[0].entered_us, INT64_MIN);
	ck_assert_ptr_null(c->incidents[0].root_cause);
	ck_assert_int_eq(c->incidents[1].known_us, US_PER_S);
	ck_assert_int_eq(c->incidents[1].replaced_us, 2 * US_PER_S);
	ck_assert_int_eq(c->incidents[1].notified_us, INT64_MIN);
	ck_assert_ptr_eq(c->incidents[1].services[0], &c->services[0]);
	arena_release(&a);
}
END_TEST

int main(void)
{
	return run_suite("incidents", (const TTest *const[]){ refusals, what_is_not_stated, NULL });
}
