/* The statement as a whole: verdicts, exclusions, outages, policies, and that every node is what it says. */
#include "tests/unit/build_case.h"

#define PERIOD "{ 'start': '2026-10-01T00:00:00Z', 'end': '2026-10-01T00:10:00Z' }"
#define SEEN   "'targets': [ 't1' ]"
#define DOWN(from, to)                                                                                       \
	"[ { 'target': 't1', 'interval_s': 60, 'samples': { 'all_up': true, 'rtt_us': 5, 'except': [ { "     \
	"'from': "                                                                                           \
	"'2026-10-01T00:0" from ":00Z', 'to': '2026-10-01T00:0" to ":00Z', 'outcome': 'down' } ] } } ]"

/* One failing sample: 0 to 120 s of 600; two: 60 to 180 s. */
static const struct {
	const char *objective, *observations;
	enum verdict want;
} verdicts[] = {
	{ "100", DOWN("4", "5"), VERDICT_NOT_PROVABLE },   { "80", DOWN("4", "5"), VERDICT_MET },
	{ "80.01", DOWN("4", "5"), VERDICT_NOT_PROVABLE }, { "90", DOWN("4", "6"), VERDICT_NOT_PROVABLE },
	{ "90.01", DOWN("4", "6"), VERDICT_BREACHED },     { "70", DOWN("4", "6"), VERDICT_MET },
};

START_TEST(a_verdict_holds_under_every_reading)
{
	for (size_t i = 0; i < ROWS(verdicts); i++) {
		struct arena a = { 0 };
		struct statement *s =
		    judged(&a, &(struct case_parts){ .period = PERIOD,
		                                     .seen = SEEN,
		                                     .observations = verdicts[i].observations,
		                                     .objective = verdicts[i].objective,
		                                     .credit = "{ 'base': 'monthly_fee', 'rate': '1' }" });
		const struct level_result *l = &s->services[0].levels[0];

		ck_assert_msg(l->verdict == verdicts[i].want, "row %zu: %s", i, verdict_name(l->verdict));
		ck_assert((l->settle != NULL) == (l->verdict == VERDICT_NOT_PROVABLE));
		statement_free(s);
		arena_release(&a);
	}
}
END_TEST

/* ">" is missed by equality, ">=" is not. */
START_TEST(equality_and_the_comparison)
{
	static const struct {
		const char *op;
		enum verdict want;
	} ops[] = { { ">=", VERDICT_MET }, { ">", VERDICT_BREACHED } };

	for (size_t i = 0; i < ROWS(ops); i++) {
		struct arena a = { 0 };
		struct statement *s = judged(
		    &a,
		    &(struct case_parts){
		        .period = PERIOD,
		        .outages = "[ { 'start': '2026-10-01T00:00:00Z', 'end': '2026-10-01T00:01:00Z' } ]",
		        .terms = arena_printf(
		            &a,
		            "[ { 'id': 'own-line', 'levels': [ { 'id': 'a', 'metric': 'availability', "
		            "'method': 'duration_ratio', 'objective': { 'op': '%s', 'percent': '90' }, "
		            "'credit': { 'base': 'monthly_fee', 'rate': '5' } } ], " FLOOR_YEN " } ]",
		            ops[i].op) });

		ck_assert_int_eq(s->services[0].levels[0].verdict, ops[i].want);
		assert_figure(s, s->services[0].levels[0].credit.rate, i ? "5" : "0");
		statement_free(s);
		arena_release(&a);
	}
}
END_TEST

/* Maintenance on 10 October in Tokyo; seven days' notice in calendar days. */
static const struct {
	const char *kind, *notice, *settle, *why; /* why NULL: accepted */
} notices[] = {
	{ "maintenance", "'notice': '2026-10-03T23:59:59+09:00',", "7", NULL },
	{ "maintenance", "'notice': '2026-10-03T14:59:59.999999Z',", "7", NULL },
	{ "maintenance", "'notice': '2026-10-03T15:00:00Z',", "7", "notice 6 days before, 7 required" },
	{ "maintenance", "'notice': '2026-10-12T00:00:00+09:00',", "7",
	  "notice 2 days after the start, 7 before required" },
	{ "maintenance", "", "7", "no notice, 7 days before required" },
	{ "maintenance", "'notice': '2026-10-10T00:00:00+09:00',", "0", NULL },
	{ "force_majeure", "", "7", NULL },
	{ "maintenance", "", NULL, NULL }, /* the terms have no such rule */
};

START_TEST(notice_is_counted_in_calendar_days)
{
	for (size_t i = 0; i < ROWS(notices); i++) {
		struct arena a = { 0 };
		struct statement *s = judged(
		    &a,
		    &(struct case_parts){
		        .settle = notices[i].settle
		                      ? arena_printf(&a, "%s, 'notice': { 'maintenance_days': %s }",
		                                     FLOOR_YEN, notices[i].settle)
		                      : NULL,
		        .more = arena_printf(
		            &a,
		            "'exclusions': [ { 'id': 'x', 'services': [ 'line' ], 'kind': '%s', %s 'start': "
		            "'2026-10-10T01:00:00+09:00', 'end': '2026-10-10T03:00:00+09:00' } ]",
		            notices[i].kind, notices[i].notice) });

		ck_assert_uint_eq(s->exclusion_count, 1);
		ck_assert_int_eq(s->exclusions[0].accepted, notices[i].why == NULL);
		if (notices[i].why)
			ck_assert_str_eq(s->exclusions[0].why, notices[i].why);
		assert_figure(s, s->services[0].levels[0].availability.excluded,
		              notices[i].why ? "0" : "7200");
		statement_free(s);
		arena_release(&a);
	}
}
END_TEST

START_TEST(outages_are_listed)
{
	struct arena a = { 0 };
	struct statement *s = judged(
	    &a, &(struct case_parts){ .period = PERIOD, .seen = SEEN, .observations = DOWN("4", "6") });
	const struct service_result *r = &s->services[0];
	char at[INSTANT_TEXT_SIZE];

	ck_assert_uint_eq(r->outage_count, 1);
	ck_assert_str_eq(instant_format(r->outages[0].possible.start, at), "2026-10-01T00:03:00Z");
	ck_assert_str_eq(instant_format(r->outages[0].possible.end, at), "2026-10-01T00:06:00Z");
	ck_assert_str_eq(instant_format(r->outages[0].certain.start, at), "2026-10-01T00:04:00Z");
	ck_assert_str_eq(instant_format(r->outages[0].certain.end, at), "2026-10-01T00:05:00Z");
	ck_assert_int_eq(r->outages[0].least_us, US_PER_MINUTE);
	ck_assert_int_eq(r->outages[0].failed_samples, 2);
	assert_figure(s, r->shortest_provable_s, "60");
	statement_free(s);
	arena_release(&a);
}
END_TEST

START_TEST(minute_buckets_need_samples)
{
	struct arena a = { 0 };

	ck_assert_str_eq(
	    refusal_of(
	        &a,
	        &(struct case_parts){
	            .terms =
	                "[ { 'id': 'own-line', 'levels': [ { 'id': 'a', 'metric': 'availability', 'method': "
	                "'minute_bucket_all_fail', 'objective': { 'op': '>=', 'percent': '90' } } ] } ]" }),
	    "services[0].outages: minute_bucket_all_fail needs samples, the service has known outages");
	arena_release(&a);
}
END_TEST

START_TEST(policies_that_were_used_are_named)
{
	struct arena a = { 0 };
	struct statement *s = judged(
	    &a,
	    &(struct case_parts){
	        .more =
	            "'policies': { 'nsp_back_to_back': true }, 'records': [ { 'id': 'l', 'at': '2026-11-01', "
	            "'kind': 'loss', 'sufferer': 'lg-a', 'fault': { 'carrier': '1' }, 'heads': { 'direct': "
	            "'5' }, 'determined': '5' } ]" });

	ck_assert_uint_ge(s->policy_count, 2);
	ck_assert_str_eq(s->policies[0].name, "nsp_back_to_back");
	ck_assert_str_eq(s->policies[0].origin, "case");
	ck_assert_str_eq(s->policies[1].name, "recovery_split");
	ck_assert_str_eq(s->policies[1].origin, "default");
	statement_free(s);
	arena_release(&a);
}
END_TEST

/* A period of no service and no record is a statement as well. */
START_TEST(an_empty_case)
{
	struct arena a = { 0 };
	struct statement *s =
	    judged(&a, &(struct case_parts){ .services = "[]", .terms = "[]", .parties = "[]" });

	ck_assert_uint_eq(s->service_count, 0);
	assert_figure(s, s->period_s, "2678400");
	statement_free(s);
	arena_release(&a);
}
END_TEST

/* Who looks at the figures alone is spared the effects, and gets the same figures. */
START_TEST(figures_only)
{
	static const struct case_parts parts = {
		.outages = "[ { 'start': '2026-10-10T00:00:00+09:00', 'end': '2026-10-10T02:00:00+09:00' } ]",
		.more = "'exclusions': [ { 'id': 'x', 'services': [ 'line' ], 'kind': 'other', 'start': "
		        "'2026-10-10T00:00:00+09:00', 'end': '2026-10-10T01:00:00+09:00' } ]"
	};
	struct statement *whole, *figures = NULL;
	struct error err = { 0 };
	struct arena a = { 0 };
	struct sla_case *c;

	whole = judged(&a, &parts);
	ck_assert_int_eq(read_case(&a, &parts, &c, &err), 0);
	c->figures_only = true;
	ck_assert_int_eq(statement_make(&a, c, &figures, &err), 0);
	ck_assert_uint_eq(whole->services[0].levels[0].effect_count, 1);
	ck_assert_uint_eq(figures->services[0].levels[0].effect_count, 0);
	assert_figure(figures, figures->services[0].credit_total,
	              figure_text(whole, whole->services[0].credit_total));
	statement_free(whole);
	statement_free(figures);
	arena_release(&a);
}
END_TEST

int main(void)
{
	return run_suite("statement", (const TTest *const[]){
	                                  a_verdict_holds_under_every_reading, equality_and_the_comparison,
	                                  notice_is_counted_in_calendar_days, outages_are_listed,
	                                  minute_buckets_need_samples, policies_that_were_used_are_named,
	                                  an_empty_case, figures_only, NULL });
}
