/* Levels of single samples, where something is not known of a sample: its round trip, its timeout, whether it was sent. */
#include "tests/unit/build_delay.h"

START_TEST(an_answer_without_a_round_trip_is_not_known)
{
	struct sample samples[30];
	struct judgement j;

	for (size_t k = 0; k < ROWS(samples); k++)
		samples[k] = (struct sample){ (int64_t)k * SAMPLE_US, k == 3 ? -1 : 12000, SAMPLE_UP, 0 };
	judge_three(&j, level_of(METRIC_SHARE_OVER_LIMIT), samples, ROWS(samples));
	assert_figure(j.s, result(&j)->measure.best, "0");
	assert_figure(j.s, result(&j)->measure.worst, "10/3");
	assert_figure(j.s, result(&j)->measure.point, "0");
	judgement_end(&j);
	judge_three(&j, level_of(METRIC_LOSS), samples, ROWS(samples));
	assert_figure(j.s, result(&j)->measure.worst, "0"); /* it was received */
	judgement_end(&j);
	judge_three(&j, level_of(METRIC_LATENCY_RISE), samples, ROWS(samples));
	assert_figure(j.s, result(&j)->measure.best, "2.8"); /* 9 × 12 / 10 − 8 */
	assert_figure(j.s, result(&j)->measure.worst, "4");
	judgement_end(&j);
}
END_TEST

START_TEST(a_log_of_requests_lacks_none)
{
	struct sample samples[3] = { { SAMPLE_US, 100, SAMPLE_UP, 0 },
		                     { 20 * SAMPLE_US, -1, SAMPLE_DOWN, 0 },
		                     { 29 * SAMPLE_US, 100, SAMPLE_UP, 0 } };
	struct judgement j;

	judge_three(&j, level_of(METRIC_LOSS), samples, 3);
	assert_figure(j.s, result(&j)->measure.worst, "2800/30"); /* 27 of 30 are not there */
	j.observations[0].requests = true;
	judgement_make(&j);
	assert_figure(j.s, result(&j)->measure.best, "100/3");
	assert_figure(j.s, result(&j)->measure.worst, "100/3");
	judgement_end(&j);
}
END_TEST

#define LEVEL(keys)                                                                                          \
	"[ { 'id': 'own-line', 'levels': [ { 'id': 'l', " keys                                               \
	", 'credit': { 'base': 'monthly_fee', 'rate': '10' } } ], " FLOOR_YEN " } ]"

/* Behind a router that is down: three minutes of lost samples of the cloud are obscured. */
static const struct {
	const char *terms, *best, *worst, *point;
} obscured[] = {
	{ LEVEL("'metric': 'loss', 'objective': { 'op': '<=', 'percent': '1' }"), "0", "5", "0" },
	{ LEVEL("'metric': 'loss', 'obscured_time': 'up', 'objective': { 'op': '<=', 'percent': '1' }"), "0",
	  "0", "0" },
	{ LEVEL("'metric': 'loss', 'obscured_time': 'down', 'objective': { 'op': '<=', 'percent': '1' }"),
	  "5", "5", "5" },
	{ LEVEL("'metric': 'loss', 'obscured_time': 'remove', 'objective': { 'op': '<=', 'percent': '1' }"),
	  "0", "0", "0" },
	{ LEVEL("'metric': 'share_over_limit', 'limit_ms': 7, 'objective': { 'op': '<=', 'percent': '1' }"),
	  "95", "100", "100" },
	/* of the quarter from 00:00 twelve samples of 8 ms are known: 12 × 8 / 15 − 5 at the least */
	{ LEVEL("'metric': 'latency_rise', 'interval_s': 900, 'lasting_s': 3600, 'objective': { 'op': '<', "
	        "'ms': '1' }"),
	  "1.4", "3", "3" },
	{ LEVEL("'metric': 'latency_rise', 'interval_s': 900, 'lasting_s': 3600, 'obscured_time': 'down', "
	        "'objective': { 'op': '<', 'ms': '1' }"),
	  "3", "3", "3" },
	{ LEVEL("'metric': 'latency_rise', 'interval_s': 900, 'lasting_s': 3600, 'obscured_time': 'up', "
	        "'objective': { 'op': '<', 'ms': '1' }"),
	  "3", "3", "3" },
	{ LEVEL("'metric': 'latency_rise', 'interval_s': 900, 'lasting_s': 3600, 'obscured_time': 'remove', "
	        "'objective': { 'op': '<', 'ms': '1' }"),
	  "3", "3", "3" },
};

START_TEST(obscured_samples)
{
	static const char out[] = "'except': [ { 'from': '2026-10-01T00:10:00Z', 'to': "
	                          "'2026-10-01T00:13:00Z', 'outcome': 'down' } ] }";

	for (size_t i = 0; i < ROWS(obscured); i++) {
		struct arena a = { 0 };
		struct statement *s = judged(
		    &a,
		    &(struct case_parts){
		        .period = "{ 'start': '2026-10-01T00:00:00Z', 'end': '2026-10-01T01:00:00Z' }",
		        .terms = obscured[i].terms,
		        .seen = "'targets': [ 'cloud' ], 'baseline_ms': '5'",
		        .observations = arena_printf(&a,
		                                     "[ { 'target': 'router', 'vantage': 'v', 'interval_s': "
		                                     "60, 'samples': { 'all_up': true, %s }, { "
		                                     "'target': 'cloud', 'vantage': 'v', 'interval_s': 60, "
		                                     "'samples': { 'all_up': true, 'rtt_us': "
		                                     "8000, %s } ]",
		                                     out, out),
		        .more = "'paths': [ { 'vantage': 'v', 'hops': [ 'router', 'cloud' ] } ]" });

		assert_figure(s, s->services[0].levels[0].measure.best, obscured[i].best);
		assert_figure(s, s->services[0].levels[0].measure.worst, obscured[i].worst);
		assert_figure(s, s->services[0].levels[0].measure.point, obscured[i].point);
		statement_free(s);
		arena_release(&a);
	}
}
END_TEST

/* Known outages have no samples: nothing is known of single answers. */
START_TEST(without_samples_nothing_is_provable)
{
	static const char *const terms[] = {
		LEVEL("'metric': 'loss', 'objective': { 'op': '<=', 'percent': '1' }"),
		LEVEL("'metric': 'share_over_limit', 'limit_ms': 5, 'objective': { 'op': '<=', 'percent': "
		      "'1' }"),
		LEVEL("'metric': 'latency_rise', 'lasting_s': 3600, 'objective': { 'op': '<', 'ms': '1' }"),
	};

	for (size_t i = 0; i < ROWS(terms); i++) {
		struct arena a = { 0 };
		struct statement *s =
		    judged(&a, &(struct case_parts){ .terms = terms[i],
		                                     .seen = "'baseline_ms': '8', 'outages': []" });
		const struct level_result *r = &s->services[0].levels[0];

		ck_assert_int_eq(r->verdict, VERDICT_NOT_PROVABLE);
		assert_figure(s, r->credit.least, "0");
		assert_figure(s, r->credit.most, "25000");
		statement_free(s);
		arena_release(&a);
	}
}
END_TEST

/* One timeout that nobody states leaves a rise without a bound. */
START_TEST(a_rise_needs_all_timeouts)
{
	static const char *const first[] = { "", "'timeout_s': 5," };
	static const char *const want[] = { "2147478.647", "4995" };

	for (size_t i = 0; i < ROWS(first); i++) {
		struct arena a = { 0 };
		struct statement *s = judged(
		    &a,
		    &(struct case_parts){
		        .period = "{ 'start': '2026-10-01T00:00:00Z', 'end': '2026-10-01T01:00:00Z' }",
		        .terms = LEVEL(
		            "'metric': 'latency_rise', 'lasting_s': 3600, 'objective': { 'op': '<', 'ms': "
		            "'1' }"),
		        .seen = "'targets': [ 't1' ], 'baseline_ms': '5'",
		        .observations = arena_printf(&a,
		                                     "[ { 'target': 't1', 'vantage': 'v', 'interval_s': 60, "
		                                     "%s 'samples': { 'all_up': true, "
		                                     "'except': [ { 'from': '2026-10-01T00:00:00Z', 'to': "
		                                     "'2026-10-01T01:00:00Z', 'outcome': "
		                                     "'missed' } ] } }, { 'target': 't1', 'vantage': 'w', "
		                                     "'interval_s': 60, 'timeout_s': 5, "
		                                     "'samples': { 'all_up': true, 'except': [ { 'from': "
		                                     "'2026-10-01T00:00:00Z', 'to': "
		                                     "'2026-10-01T01:00:00Z', 'outcome': 'missed' } ] } } ]",
		                                     first[i]) });

		assert_figure(s, s->services[0].levels[0].measure.worst, want[i]);
		statement_free(s);
		arena_release(&a);
	}
}
END_TEST

/* Timeouts are put in for lost samples only where every observation states one. */
START_TEST(a_mean_with_timeouts_needs_all_of_them)
{
	static const struct {
		const char *first, *second, *want;
	} rows[] = {
		{ "'timeout_s': 5,", "'timeout_s': 2,", "354.5" }, /* (18 × 5 + 5000 + 2000) / 20 */
		{ "", "'timeout_s': 2,", "unknown" },
		{ "'timeout_s': 5,", "", "unknown" },
	};
	static const char samples[] = "'samples': { 'all_up': true, 'rtt_us': 5000, 'except': [ { 'from': "
	                              "'2026-10-01T00:00:00Z', 'to': "
	                              "'2026-10-01T00:01:00Z', 'outcome': 'down' } ] }";

	for (size_t i = 0; i < ROWS(rows); i++) {
		struct arena a = { 0 };
		struct statement *s = judged(
		    &a, &(struct case_parts){
		            .period = "{ 'start': '2026-10-01T00:00:00Z', 'end': '2026-10-01T00:10:00Z' }",
		            .terms = LEVEL(
		                "'metric': 'latency_mean', 'clause': 'article 3', 'objective': { 'op': '<=', "
		                "'ms': '5' }"),
		            .seen = "'targets': [ 't1' ]",
		            .observations = arena_printf(
		                &a,
		                "[ { 'target': 't1', 'vantage': 'v', 'interval_s': 60, %s %s }, { "
		                "'target': 't1', 'vantage': 'w', 'interval_s': 60, %s %s } ]",
		                rows[i].first, samples, rows[i].second, samples) });
		const struct latency_figures *f = &s->services[0].levels[0].latency;

		assert_figure(s, f->mean, "5");
		ck_assert_str_eq(book_at(s->book, f->mean)->clause, "article 3");
		assert_figure(s, f->with_timeouts, rows[i].want);
		statement_free(s);
		arena_release(&a);
	}
}
END_TEST

int main(void)
{
	return run_suite("calc_delay_unknown",
	                 (const TTest *const[]){
	                     an_answer_without_a_round_trip_is_not_known, a_log_of_requests_lacks_none,
	                     obscured_samples, without_samples_nothing_is_provable, a_rise_needs_all_timeouts,
	                     a_mean_with_timeouts_needs_all_of_them, NULL });
}
