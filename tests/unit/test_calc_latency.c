#include "tests/unit/build_case.h"

#include <unistd.h>

#define TERMS(more)                                                                                          \
	"[ { 'id': 'own-line', 'levels': [ { 'id': 'delay', 'metric': 'latency_mean', 'objective': { 'op': " \
	"'<=', "                                                                                             \
	"'ms': '50' }" more ", 'credit': { 'base': 'monthly_fee', 'rate': '10' } } ], " FLOOR_YEN " } ]"
#define HEADER     "scheduled,outcome,rtt_us\n"
#define AT(minute) "2026-10-01T00:0" minute ":00Z,"

static const struct {
	const char *csv, *terms;
	const char *received, *sent, *mean, *p50, *p95, *loss;
	enum verdict verdict;
	const char *least, *most; /* credit of 250,000 yen */
} rows[] = {
	{ HEADER AT("0") "up,49900\n" AT("1") "down,\n" AT("2") "up,50100\n", TERMS(""), "2", "3", "50",
	  "49.9", "50.1", "1/3", VERDICT_MET, "0", "0" },
	{ HEADER AT("0") "up,49900\n" AT("1") "missed,\n" AT("2") "up,50101\n", TERMS(""), "2", "2",
	  "50.0005", "49.9", "50.101", "0", VERDICT_BREACHED, "25000", "25000" },
	{ HEADER AT("0") "down,\n", TERMS(""), "0", "1", "unknown", "unknown", "unknown", "1",
	  VERDICT_NOT_PROVABLE, "0", "25000" },
	{ HEADER, TERMS(""), "0", "0", "unknown", "unknown", "unknown", "unknown", VERDICT_NOT_PROVABLE, "0",
	  "25000" },
	/* an answer whose round trip is unknown was received, and is not in the mean */
	{ HEADER AT("0") "up,\n" AT("1") "up,60000\n", TERMS(""), "2", "2", "60", "60", "60", "0",
	  VERDICT_BREACHED, "25000", "25000" },
	{ HEADER AT("0") "up,\n" AT("1") "up,\n", TERMS(""), "2", "2", "unknown", "unknown", "unknown", "0",
	  VERDICT_NOT_PROVABLE, "0", "25000" },
	{ HEADER AT("0") "up,0\n" AT("1") "up,2147483647\n", TERMS(""), "2", "2", "1073741.8235", "0",
	  "2147483.647", "0", VERDICT_BREACHED, "25000", "25000" },
	/* covered: one of the three minutes */
	{ HEADER AT("0") "up,1000\n" AT("1") "up,1000\n", TERMS(", 'min_coverage': '1/2'"), "2", "2", "1",
	  "1", "1", "0", VERDICT_NOT_PROVABLE, "0", "25000" },
	{ HEADER AT("0") "up,1000\n" AT("1") "up,1000\n", TERMS(", 'min_coverage': '1/3'"), "2", "2", "1",
	  "1", "1", "0", VERDICT_MET, "0", "0" },
};

START_TEST(figures)
{
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct arena a = { 0 };
		char *folder =
		    arena_printf(&a, "%s/lat-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
		const char *path;
		struct text t = { 0 };
		struct error err = { 0 };
		struct statement *s;
		const struct latency_figures *f;

		ck_assert_ptr_nonnull(mkdtemp(folder));
		path = arena_printf(&a, "%s/t1.csv", folder);
		text_add(&t, rows[i].csv);
		ck_assert_int_eq(text_write_file(&t, path, &err), 0);
		text_release(&t);
		s = judged(&a,
		           &(struct case_parts){
		               .period = "{ 'start': '2026-10-01T00:00:00Z', 'end': '2026-10-01T00:03:00Z' }",
		               .terms = rows[i].terms,
		               .seen = "'targets': [ 't1' ]",
		               .observations =
		                   "[ { 'target': 't1', 'interval_s': 60, 'samples': { 'csv': 't1.csv' } } ]",
		               .directory = arena_printf(&a, "%s/", folder) });
		f = &s->services[0].levels[0].latency;
		assert_figure(s, f->received, rows[i].received);
		assert_figure(s, f->sent, rows[i].sent);
		assert_figure(s, f->mean, rows[i].mean);
		assert_figure(s, f->p50, rows[i].p50);
		assert_figure(s, f->p95, rows[i].p95);
		assert_figure(s, f->loss, rows[i].loss);
		ck_assert_msg(s->services[0].levels[0].verdict == rows[i].verdict, "row %zu", i);
		assert_figure(s, s->services[0].levels[0].credit.least, rows[i].least);
		assert_figure(s, s->services[0].levels[0].credit.most, rows[i].most);
		ck_assert((s->services[0].levels[0].settle != NULL) ==
		          (rows[i].verdict == VERDICT_NOT_PROVABLE));
		statement_free(s);
		unlink(path);
		rmdir(folder);
		arena_release(&a);
	}
}
END_TEST

/* Nearest rank, against a count by definition. */
START_TEST(percentiles_of_many)
{
	struct arena a = { 0 };
	struct statement *s =
	    judged(&a, &(struct case_parts){
	                   .period = "{ 'start': '2026-10-01T00:00:00Z', 'end': '2026-10-01T03:20:00Z' }",
	                   .terms = TERMS(""),
	                   .seen = "'targets': [ 't1' ]",
	                   .observations =
	                       "[ { 'target': 't1', 'interval_s': 60, 'samples': { 'all_up': true, 'rtt_us': "
	                       "1000, 'except': [ { 'from': '2026-10-01T00:00:00Z', 'to': "
	                       "'2026-10-01T00:11:00Z', 'outcome': 'up', 'rtt_us': 4000 }, { 'from': "
	                       "'2026-10-01T00:00:00Z', 'to': '2026-10-01T00:02:00Z', 'outcome': 'up', "
	                       "'rtt_us': 70000 } ] } } ]" });
	const struct latency_figures *f = &s->services[0].levels[0].latency;

	/* 200 samples: 189 of 1 ms, 9 of 4 ms, 2 of 70 ms; the ranks are 100, 190 and 198 */
	assert_figure(s, f->received, "200");
	assert_figure(s, f->p50, "1");
	assert_figure(s, f->p95, "4");
	assert_figure(s, f->p99, "4");
	assert_figure(s, f->mean, "1.825");
	statement_free(s);
	arena_release(&a);
}
END_TEST

START_TEST(a_service_without_samples_has_no_latency)
{
	struct arena a = { 0 };
	struct statement *s = judged(&a, &(struct case_parts){ .terms = TERMS("") });

	assert_figure(s, s->services[0].levels[0].latency.mean, "unknown");
	ck_assert_int_eq(s->services[0].levels[0].verdict, VERDICT_NOT_PROVABLE);
	ck_assert_str_eq(s->services[0].levels[0].settle, "any received sample");
	statement_free(s);
	arena_release(&a);
}
END_TEST

int main(void)
{
	return run_suite("latency", (const TTest *const[]){ figures, percentiles_of_many,
	                                                    a_service_without_samples_has_no_latency, NULL });
}
