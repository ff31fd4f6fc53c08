/* Observations and paths: samples from CSV and from the compact form. Observations stand on line 6 of the case. */
#include "tests/unit/build_case.h"

#include <unistd.h>

#define HEADER "scheduled,outcome,rtt_us\n"
#define PERIOD "{ 'start': '2026-10-01T00:00:00Z', 'end': '2026-10-01T00:03:00Z' }"
#define SAMPLES(keys)                                                                                        \
	"[ { 'target': 't1', 'vantage': 'v1', 'interval_s': 60, 'samples': { 'all_up': true" keys " } } ]"
#define OBSERVED(keys) "[ { 'target': 't1', 'samples': { 'all_up': true }, " keys " } ]"

/* A folder with t1.csv of these bytes, as the text "FOLDER/". */
static const char *folder_with(struct arena *a, const char *bytes, size_t length)
{
	char *folder = arena_printf(a, "%s/csv-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	struct text t = { 0 };
	struct error err = { 0 };

	ck_assert_ptr_nonnull(mkdtemp(folder));
	text_append(&t, bytes, length);
	ck_assert_int_eq(text_write_file(&t, arena_printf(a, "%s/t1.csv", folder), &err), 0);
	text_release(&t);
	return arena_printf(a, "%s/", folder);
}

static void remove_folder(struct arena *a, const char *folder)
{
	unlink(arena_printf(a, "%st1.csv", folder));
	rmdir(folder);
}

static struct case_parts csv_parts(const char *directory)
{
	return (struct case_parts){ .period = PERIOD,
		                    .observations = "[ { 'target': 't1', 'vantage': 'v1', 'interval_s': 60, "
		                                    "'samples': { 'csv': 't1.csv' } } ]",
		                    .seen = "'targets': [ 't1' ]",
		                    .directory = directory };
}

#define ROW_UP "2026-10-01T00:00:00Z,up,8000\n"

/* What is refused, with the line of the CSV; the file's folder is left out of want. */
static const struct {
	const char *csv, *want;
} refused[] = {
	{ "", "t1.csv:1: the header must be scheduled,outcome,rtt_us" },
	{ "\n", "t1.csv:1: the header must be scheduled,outcome,rtt_us" },
	{ "time,outcome,rtt_us\n", "t1.csv:1: the header must be scheduled,outcome,rtt_us" },
	{ ROW_UP, "t1.csv:1: the header must be scheduled,outcome,rtt_us" },
	{ HEADER "2026-10-01T00:00:00Z,up\n", "t1.csv:2: a row has the fields scheduled,outcome,rtt_us" },
	{ HEADER "2026-10-01T00:00:00Z,up,1,2\n", "t1.csv:2: a row has the fields scheduled,outcome,rtt_us" },
	{ HEADER ROW_UP "\n2026-10-01,up,1\n",
	  "t1.csv:4: scheduled: '2026-10-01' is not an instant with offset like 2026-10-10T01:00:00+09:00" },
	{ HEADER "2026-10-01T00:00:00Z,UP,1\n", "t1.csv:2: outcome: 'UP' is not one of: up, down, missed" },
	{ HEADER "2026-10-01T00:00:00Z,,1\n", "t1.csv:2: outcome: '' is not one of: up, down, missed" },
	{ HEADER "2026-10-01T00:00:00Z,down,1\n",
	  "t1.csv:2: rtt_us: a sample that is down has no round trip" },
	{ HEADER "2026-10-01T00:00:00Z,missed,1\n",
	  "t1.csv:2: rtt_us: a sample that is missed has no round trip" },
	{ HEADER "2026-10-01T00:00:00Z,up,8.5\n", "t1.csv:2: rtt_us: '8.5' is not a round trip in whole µs" },
	{ HEADER "2026-10-01T00:00:00Z,up,-1\n", "t1.csv:2: rtt_us: '-1' is not a round trip in whole µs" },
	{ HEADER "2026-10-01T00:00:00Z,up,+7\n", "t1.csv:2: rtt_us: '+7' is not a round trip in whole µs" },
	{ HEADER "2026-10-01T00:00:00Z,up,1e5\n", "t1.csv:2: rtt_us: '1e5' is not a round trip in whole µs" },
	{ HEADER "2026-10-01T00:00:00Z,up, 7\n", "t1.csv:2: rtt_us: ' 7' is not a round trip in whole µs" },
	{ HEADER "2026-10-01T00:00:00Z,up,2147483648\n",
	  "t1.csv:2: rtt_us: '2147483648' is not a round trip in whole µs" },
	{ HEADER "2026-10-01T00:00:00Z,up,99999999999999999999999\n",
	  "t1.csv:2: rtt_us: '99999999999999999999999' is not a round trip in whole µs" },
	{ "scheduled,outcome,rtt_us,failure\n2026-10-01T00:00:00Z,down,,bored\n",
	  "t1.csv:2: failure: 'bored' is not a failure class" },
	{ HEADER "\"2026-10-01T00:00:00Z\",up,1\n", "t1.csv:2: scheduled: '\"2026-10-01T00:00:00Z\"' is not "
	                                            "an instant with offset like 2026-10-10T01:00:00+09:00" },
};

START_TEST(rows_that_are_wrong_are_refused_with_their_line)
{
	for (size_t i = 0; i < ROWS(refused); i++) {
		struct arena a = { 0 };
		const char *folder = folder_with(&a, refused[i].csv, strlen(refused[i].csv));
		struct case_parts p = csv_parts(folder);
		const char *got = refusal_of(&a, &p);
		size_t length = strlen(folder);

		ck_assert_msg(strncmp(got, folder, length) == 0 && strcmp(got + length, refused[i].want) == 0,
		              "row %zu:\n got  %s\n want %s", i, got, refused[i].want);
		remove_folder(&a, folder);
		arena_release(&a);
	}
}
END_TEST

START_TEST(a_nul_byte_is_refused)
{
	static const char bytes[] = HEADER ROW_UP "2026-10-01T00:01:00Z,up\0,1\n";
	struct arena a = { 0 };
	const char *folder = folder_with(&a, bytes, sizeof bytes - 1);
	struct case_parts p = csv_parts(folder);

	ck_assert_ptr_nonnull(strstr(refusal_of(&a, &p), "t1.csv' holds a NUL byte"));
	remove_folder(&a, folder);
	arena_release(&a);
}
END_TEST

START_TEST(two_rows_at_one_instant_are_refused)
{
	static const char bytes[] =
	    HEADER "2026-10-01T00:01:00Z,up,1\n" ROW_UP "2026-10-01T09:01:00+09:00,down,\n";
	struct arena a = { 0 };
	const char *folder = folder_with(&a, bytes, sizeof bytes - 1);
	struct case_parts p = csv_parts(folder);

	ck_assert_str_eq(
	    refusal_of(&a, &p),
	    "case.json:6: observations[0]: two samples of 't1' are scheduled at 2026-10-01T00:01:00Z");
	remove_folder(&a, folder);
	arena_release(&a);
}
END_TEST

/* The same samples in several spellings give the same observation. */
START_TEST(spellings_of_the_same_samples)
{
	static const char *const spellings[] = {
		HEADER "2026-10-01T00:00:00Z,up,8000\n2026-10-01T00:01:00Z,down,\n2026-10-01T00:02:00Z,up,\n",
		HEADER "2026-10-01T00:00:00Z,up,8000\n2026-10-01T00:01:00Z,down,\n2026-10-01T00:02:00Z,up,",
		"scheduled,outcome,rtt_us\r\n2026-10-01T00:00:00Z,up,8000\r\n2026-10-01T00:01:00Z,down,\r\n"
		"2026-10-01T00:02:00Z,up,\r\n",
		"\xef\xbb\xbf" HEADER
		"2026-10-01T00:00:00Z,up,8000\n\n2026-10-01T00:01:00Z,down,\n2026-10-01T00:02:00Z,up,\n",
		HEADER /* not in their order, in other zones */
		"2026-10-01T09:02:00+09:00,up,\n2026-09-30T19:00:00-05:00,up,08000\n2026-10-01T00:01:00.000Z,"
		"down,\n",
		"scheduled,outcome,rtt_us,failure\n2026-10-01T00:00:00Z,up,8000,\n2026-10-01T00:01:00Z,down,,"
		"\n"
		"2026-10-01T00:02:00Z,up,,\n",
	};

	for (size_t i = 0; i < ROWS(spellings); i++) {
		struct arena a = { 0 };
		const char *folder = folder_with(&a, spellings[i], strlen(spellings[i]));
		struct case_parts p = csv_parts(folder);
		struct statement *s = judged(&a, &p);
		const struct observation *o = &s->the_case->observations[0];

		ck_assert_uint_eq(o->sample_count, 3);
		for (size_t k = 0; k < 3; k++)
			ck_assert_int_eq(o->samples[k].scheduled_us,
			                 o->samples[0].scheduled_us + (int64_t)k * US_PER_MINUTE);
		ck_assert(o->samples[0].rtt_us == 8000 && o->samples[1].rtt_us == -1 &&
		          o->samples[2].rtt_us == -1);
		ck_assert(o->samples[0].outcome == SAMPLE_UP && o->samples[1].outcome == SAMPLE_DOWN);
		statement_free(s);
		remove_folder(&a, folder);
		arena_release(&a);
	}
}
END_TEST

START_TEST(failure_classes_are_read)
{
	static const char bytes[] =
	    "scheduled,outcome,rtt_us,failure\n2026-10-01T00:00:00Z,down,,http status\n"
	    "2026-10-01T00:01:00Z,missed,,in-flight cap\n";
	struct arena a = { 0 };
	const char *folder = folder_with(&a, bytes, sizeof bytes - 1);
	struct case_parts p = csv_parts(folder);
	struct statement *s = judged(&a, &p);

	ck_assert_int_eq(s->the_case->observations[0].samples[0].failure, FAILURE_HTTP_STATUS);
	ck_assert_int_eq(s->the_case->observations[0].samples[1].failure, FAILURE_IN_FLIGHT_CAP);
	statement_free(s);
	remove_folder(&a, folder);
	arena_release(&a);
}
END_TEST

static const struct refusal rows[] = {
	{ { .observations = SAMPLES(", 'all_up': false") },
	  "case.json:6: duplicate object key near '\"all_up\"'" },
	{ { .observations = "[ { 'target': 't1', 'interval_s': 60, 'samples': { 'all_up': false } } ]" },
	  "case.json:6: observations[0].samples.all_up: must be true" },
	{ { .observations = "[ { 'target': 't1', 'interval_s': 60, 'samples': {} } ]" },
	  "case.json:6: observations[0].samples: the key 'all_up' is missing" },
	{ { .observations = "[ { 'target': 't1', 'interval_s': 60 } ]" },
	  "case.json:6: observations[0]: the key 'samples' is missing" },
	{ { .observations = "[ { 'target': 't1', 'interval_s': 60, 'samples': { 'csv': 'none.csv' } } ]" },
	  "none.csv: cannot open: No such file or directory" },
	{ { .observations = OBSERVED("'interval_s': 0") },
	  "case.json:6: observations[0].interval_s: 0 is not in 1 to 2678400" },
	{ { .observations = OBSERVED("'interval_s': '0'") },
	  "case.json:6: observations[0].interval_s: '0' is not a positive number of seconds of at most six "
	  "places" },
	{ { .observations = OBSERVED("'interval_s': '1/3'") },
	  "case.json:6: observations[0].interval_s: '1/3' is not a positive number of seconds of at most six "
	  "places" },
	{ { .observations = OBSERVED("'interval_s': '0.0000001'") },
	  "case.json:6: observations[0].interval_s: '0.0000001' is not a positive number of seconds of at "
	  "most six places" },
	{ { .observations = OBSERVED("'interval_s': '99999999999999999999'") },
	  "case.json:6: observations[0].interval_s: '99999999999999999999' is not a positive number of "
	  "seconds of at most "
	  "six places" },
	{ { .observations = OBSERVED("'interval_s': '0.000001'") },
	  "case.json:6: observations[0].samples: more than 20000000 samples: the interval is too short for "
	  "the period" },
	{ { .observations = OBSERVED("'interval_s': 60, 'gap_limit_s': 59") },
	  "case.json:6: observations[0].gap_limit_s: is shorter than the interval" },
	{ { .observations = SAMPLES(", 'rtt_us': 2147483648") },
	  "case.json:6: observations[0].samples.rtt_us: 2147483648 is not in 0 to 2147483647" },
	{ { .observations =
	        SAMPLES(", 'except': [ { 'from': '2026-10-01T00:00:00Z', 'to': '2026-10-01T00:00:00Z', "
	                "'outcome': 'down' } ]") },
	  "case.json:6: observations[0].samples.except[0]: 'to' is not after 'from'" },
	{ { .observations =
	        SAMPLES(", 'except': [ { 'from': '2026-10-01T00:00:00Z', 'to': '2026-10-01T00:01:00Z', "
	                "'outcome': 'broken' } ]") },
	  "case.json:6: observations[0].samples.except[0].outcome: 'broken' is not one of: up, down, "
	  "missed" },
	{ { .observations =
	        "[ { 'target': 't1', 'interval_s': 60, 'samples': { 'all_up': true } },\n { 'target': 't1', "
	        "'interval_s': 60, 'samples': { 'all_up': true } } ]" },
	  "case.json:7: observations[1]: the target 't1' is there twice from the vantage ''" },
	/* paths */
	{ { .observations = SAMPLES(""), .more = "'paths': [ { 'vantage': 'v1', 'hops': [ 't2' ] } ]" },
	  "case.json:8: paths[0].hops[0]: no target 't2' is observed" },
	{ { .observations = SAMPLES(""), .more = "'paths': [ { 'vantage': 'v1', 'hops': [ 't1', 't1' ] } ]" },
	  "case.json:8: paths[0].hops[1]: the hop 't1' is there twice" },
	{ { .observations = SAMPLES(""),
	    .seen = "'targets': [ 't1' ]",
	    .more = "'paths': [ { 'vantage': 'v1', 'hops': [ 'line' ] } ]" },
	  "case.json:8: paths[0].hops[0]: no target 'line' is observed" }, /* a service that is measured */
	{ { .observations = SAMPLES(""),
	    .more = "'paths': [ { 'vantage': 'v1', 'hops': [ 'line', 't1' ] } ]" },
	  "accepted" }, /* one whose outages are known */
	/* quorum */
	{ { .observations = SAMPLES(""), .seen = "'targets': [ 't1' ], 'quorum': { 'vantages': 2 }" },
	  "case.json:7: services[0].quorum.vantages: the target 't1' is observed from 1 vantages only" },
	{ { .observations = SAMPLES(""), .seen = "'targets': [ 't1', 't1' ]" },
	  "case.json:7: services[0].targets[1]: the target 't1' is there twice" },
};

START_TEST(refusals)
{
	assert_refused(rows, ROWS(rows));
}
END_TEST

START_TEST(the_compact_form_schedules_from_the_start)
{
	struct arena a = { 0 };
	struct statement *s = judged(
	    &a,
	    &(struct case_parts){
	        .period = "{ 'start': '2026-10-01T00:00:30Z', 'end': '2026-10-01T00:03:31Z' }",
	        .observations = SAMPLES(
	            ", 'rtt_us': 5, 'except': [ { 'from': '2026-10-01T00:00:00Z', 'to': "
	            "'2026-10-01T00:01:30.000001Z', 'outcome': 'down' }, { 'from': "
	            "'2026-10-01T00:02:30Z', 'to': '2027-01-01T00:00:00Z', 'outcome': 'up', 'rtt_us': 9 } ]"),
	        .seen = "'targets': [ 't1' ]" });
	const struct observation *o = &s->the_case->observations[0];
	static const int want_rtt[] = { 5, -1, -1, 9, 9, 5 }; /* the neighbours outside the period are up */

	ck_assert_uint_eq(o->sample_count, ROWS(want_rtt));
	for (size_t i = 0; i < ROWS(want_rtt); i++) {
		ck_assert_int_eq(o->samples[i].rtt_us, want_rtt[i]);
		ck_assert_int_eq(o->samples[i].outcome, want_rtt[i] < 0 ? SAMPLE_DOWN : SAMPLE_UP);
		ck_assert_int_eq(o->samples[i].scheduled_us,
		                 s->the_case->period.span.start + ((int64_t)i - 1) * US_PER_MINUTE);
	}
	ck_assert_int_eq(o->gap_limit_us, 90 * US_PER_S);
	statement_free(s);
	arena_release(&a);
}
END_TEST

int main(void)
{
	return run_suite("csv",
	                 (const TTest *const[]){ rows_that_are_wrong_are_refused_with_their_line,
	                                         a_nul_byte_is_refused, two_rows_at_one_instant_are_refused,
	                                         spellings_of_the_same_samples, failure_classes_are_read,
	                                         refusals, the_compact_form_schedules_from_the_start, NULL });
}
