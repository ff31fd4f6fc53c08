/* Availability: treatments of excluded, unmeasured and obscured time; methods; fixed hours. 1,000 s unless said. */
#include "tests/unit/build_case.h"

#define PERIOD       "{ 'start': '2026-10-01T00:00:00Z', 'end': '2026-10-01T00:16:40Z' }"
#define AT(from, to) "{ 'start': '2026-10-01T00:" from "Z', 'end': '2026-10-01T00:" to "Z' }"
#define EXCLUDED                                                                                             \
	"'exclusions': [ { 'id': 'x', 'services': [ 'line' ], 'kind': 'force_majeure', 'start': "            \
	"'2026-10-01T00:00:00Z', 'end': '2026-10-01T00:06:40Z' } ]"
/* down 0-400 s, excluded, and 500-600 s */
#define OUTAGES "[ " AT("00:00", "06:40") ", " AT("08:20", "10:00") " ]"

/* samples each 100 s; 3 of 10 intervals unmeasured, of one failing sample 2 either */
#define SEEN "'targets': [ 't1' ]"
#define OBSERVED                                                                                             \
	"[ { 'target': 't1', 'vantage': 'v1', 'interval_s': 100, 'samples': { 'all_up': true, 'rtt_us': 5, " \
	"'except': [ { 'from': '2026-10-01T00:03:20Z', 'to': '2026-10-01T00:06:40Z', 'outcome': 'missed' "   \
	"}, {"                                                                                               \
	" 'from': '2026-10-01T00:11:40Z', 'to': '2026-10-01T00:11:41Z', 'outcome': 'down' } ] } } ]"

static const struct {
	struct case_parts parts;
	const char *least, *most, *unmeasured, *excluded, *denominator, *worst, *best, *by_method, *coverage;
} rows[] = {
	{ { .period = PERIOD }, "0", "0", "0", "0", "1000", "100", "100", "100", "1" },
	/* the three treatments of excluded time (vectors) */
	{ { .period = PERIOD, .outages = OUTAGES, .more = EXCLUDED },
	  "100",
	  "100",
	  "0",
	  "400",
	  "600",
	  "250/3",
	  "250/3",
	  "250/3",
	  "1" },
	{ { .period = PERIOD,
	    .outages = OUTAGES,
	    .more = EXCLUDED,
	    .level = "'excluded_time': 'count_as_up'," },
	  "100",
	  "100",
	  "0",
	  "400",
	  "1000",
	  "90",
	  "90",
	  "90",
	  "1" },
	{ { .period = PERIOD, .outages = OUTAGES, .more = EXCLUDED, .level = "'excluded_time': 'ignore'," },
	  "500",
	  "500",
	  "0",
	  "0",
	  "1000",
	  "50",
	  "50",
	  "50",
	  "1" },
	/* unmeasured 300 s, either 200 s */
	{ { .period = PERIOD, .observations = OBSERVED, .seen = SEEN },
	  "0",
	  "500",
	  "300",
	  "0",
	  "1000",
	  "50",
	  "100",
	  "600/7",
	  "7/10" },
	{ { .period = PERIOD, .observations = OBSERVED, .seen = SEEN, .level = "'unmeasured_time': 'up'," },
	  "0",
	  "200",
	  "300",
	  "0",
	  "1000",
	  "80",
	  "100",
	  "90",
	  "7/10" },
	{ { .period = PERIOD, .observations = OBSERVED, .seen = SEEN, .level = "'unmeasured_time': 'down'," },
	  "300",
	  "500",
	  "300",
	  "0",
	  "1000",
	  "50",
	  "70",
	  "60",
	  "7/10" },
	{ { .period = PERIOD,
	    .observations = OBSERVED,
	    .seen = SEEN,
	    .level = "'unmeasured_time': 'remove'," },
	  "0",
	  "200",
	  "300",
	  "0",
	  "700",
	  "500/7",
	  "100",
	  "600/7",
	  "1" },
	/* everything excluded: not covered, so there are no figures */
	{ { .period = PERIOD,
	    .outages = OUTAGES,
	    .more = "'exclusions': [ { 'id': 'x', 'services': [ 'line' ], 'kind': 'force_majeure', 'start': "
	            "'2026-09-01T00:00:00Z', 'end': '2026-12-01T00:00:00Z' } ]" },
	  "unknown",
	  "unknown",
	  "unknown",
	  "unknown",
	  "unknown",
	  "unknown",
	  "unknown",
	  "unknown",
	  "unknown" },
	/* fixed hours: T = 1 h, downtime of the whole period, not below 0 */
	{ { .period = "{ 'start': '2026-10-01T00:00:00Z', 'end': '2026-10-01T02:00:00Z', 'hours': 1 }",
	    .outages = OUTAGES },
	  "500",
	  "500",
	  "0",
	  "0",
	  "3600",
	  "775/9",
	  "775/9",
	  "775/9",
	  "1" },
	{ { .period = "{ 'start': '2026-10-01T00:00:00Z', 'end': '2026-10-01T02:00:00Z', 'hours': 1 }",
	    .outages = "[ { 'start': '2026-09-01T00:00:00Z', 'end': '2026-12-01T00:00:00Z' } ]" },
	  "7200",
	  "7200",
	  "0",
	  "0",
	  "3600",
	  "0",
	  "0",
	  "0",
	  "1" },
	/* more is excluded than the fixed hours have: no percentage, and none above 100 */
	{ { .period = "{ 'start': '2026-10-01T00:00:00Z', 'end': '2026-10-01T03:00:00Z', 'hours': 1 }",
	    .outages = "[ { 'start': '2026-10-01T02:00:00Z', 'end': '2026-10-01T03:00:00Z' } ]",
	    .more = "'exclusions': [ { 'id': 'x', 'services': [ 'line' ], 'kind': 'force_majeure', 'start': "
	            "'2026-10-01T00:00:00Z', 'end': '2026-10-01T02:00:00Z' } ]" },
	  "3600",
	  "3600",
	  "0",
	  "7200",
	  "-3600",
	  "unknown",
	  "unknown",
	  "unknown",
	  "1" },
};

START_TEST(figures)
{
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct arena a = { 0 };
		struct statement *s = judged(&a, &rows[i].parts);
		const struct availability_figures *f = &s->services[0].levels[0].availability;
		const char *const got[] = {
			figure_text(s, f->downtime_least), figure_text(s, f->downtime_most),
			figure_text(s, f->unmeasured),     figure_text(s, f->excluded),
			figure_text(s, f->denominator),    figure_text(s, f->worst),
			figure_text(s, f->best),           figure_text(s, f->by_method),
			figure_text(s, f->coverage)
		};
		const char *const want[] = { rows[i].least,    rows[i].most,        rows[i].unmeasured,
			                     rows[i].excluded, rows[i].denominator, rows[i].worst,
			                     rows[i].best,     rows[i].by_method,   rows[i].coverage };

		for (size_t k = 0; k < ROWS(want); k++)
			ck_assert_msg(strcmp(want[k], "unknown") == 0
			                  ? !got[k]
			                  : got[k] && exact_compare(got[k], want[k]) == 0,
			              "row %zu, figure %zu: got %s, want %s", i, k,
			              got[k] ? got[k] : "unknown", want[k]);
		statement_free(s);
		arena_release(&a);
	}
}
END_TEST

#define PATH_PARTS(treatment)                                                                                \
	.period = PERIOD, .level = "'obscured_time': '" treatment "',",                                      \
	.services = "[ { 'id': 'router', 'provider': 'carrier', 'terms': 'own-line', 'outages': [ " AT(      \
	    "01:40", "05:00") " ] }, { 'id': 'line', 'provider': 'csp', 'terms': 'own-line', "               \
	                      "'targets': [ 't1' ] } ]",                                                     \
	.observations =                                                                                      \
	    "[ { 'target': 't1', 'vantage': 'v1', 'interval_s': 100, 'samples': { 'all_up': true, "          \
	    "'except': [ { 'from': '2026-10-01T00:01:40Z', 'to': '2026-10-01T00:05:01Z', "                   \
	    "'outcome': 'down' } ] } } ]",                                                                   \
	.more = "'paths': [ { 'vantage': 'v1', 'hops': [ 'router', 't1' ] } ]"

/* Behind the router, which is down 200 s, the target is obscured: how that counts is a term. */
static const struct {
	struct case_parts parts;
	const char *least, *most, *obscured, *denominator;
} obscured[] = {
	/* up at 0 s, failed at 100 and 200 s behind the router, at 300 s of its own, up at 400 s */
	{ { PATH_PARTS("bounds") }, "0", "400", "300", "1000" },
	{ { PATH_PARTS("up") }, "0", "100", "300", "1000" },
	{ { PATH_PARTS("down") }, "300", "400", "300", "1000" },
	{ { PATH_PARTS("remove") }, "0", "100", "300", "700" },
};

START_TEST(obscured_time)
{
	for (size_t i = 0; i < ROWS(obscured); i++) {
		struct arena a = { 0 };
		struct statement *s = judged(&a, &obscured[i].parts);
		const struct availability_figures *f = &s->services[1].levels[0].availability;

		assert_figure(s, f->downtime_least, obscured[i].least);
		assert_figure(s, f->downtime_most, obscured[i].most);
		assert_figure(s, f->obscured, obscured[i].obscured);
		assert_figure(s, f->unmeasured, obscured[i].obscured);
		assert_figure(s, f->denominator, obscured[i].denominator);
		assert_figure(s, s->services[0].levels[0].availability.downtime_least, "200");
		statement_free(s);
		arena_release(&a);
	}
}
END_TEST

START_TEST(half_microseconds_are_exact)
{
	struct arena a = { 0 };
	struct statement *s = judged(
	    &a,
	    &(struct case_parts){
	        .period = PERIOD,
	        .seen = SEEN,
	        .observations =
	            "[ { 'target': 't1', 'interval_s': '0.333333', 'samples': { 'all_up': true, 'except': [ "
	            "{ "
	            "'from': '2026-10-01T00:00:00.333333Z', 'to': '2026-10-01T00:00:00.333334Z', 'outcome': "
	            "'down' } ] } } ]" });
	const struct availability_figures *f = &s->services[0].levels[0].availability;

	assert_figure(s, f->downtime_most, "0.666666");
	assert_figure(s, f->by_method, "99.9666667"); /* 0.333333 s of 1,000 */
	statement_free(s);
	arena_release(&a);
}
END_TEST

int main(void)
{
	return run_suite("availability",
	                 (const TTest *const[]){ figures, obscured_time, half_microseconds_are_exact, NULL });
}
