/* Every label, clause and reason that levels of delay, history and networks write is known in Japanese. */
#include "report/phrase.h"

#include "tests/unit/build_case.h"

#define TERMS(level)                                                                                         \
	"[ { 'id': 'own-line', 'levels': [ { 'id': 'l', " level                                              \
	", 'credit': { 'base': 'monthly_fee', 'rate': '10' } } ], " FLOOR_YEN " } ]"
#define TARGET "'targets': [ 't1' ], 'baseline_ms': '8'"
#define SEEN                                                                                                 \
	"[ { 'target': 't1', 'interval_s': 60, 'timeout_s': 5, 'samples': { 'all_up': true, 'rtt_us': "      \
	"9000, "                                                                                             \
	"'except': [ { 'from': '2026-10-10T00:00:00Z', 'to': '2026-10-10T01:00:00Z', 'outcome': 'missed' } " \
	"] } } ]"
#define HISTORY                                                                                              \
	"'history': [ { 'service': 'line', 'level': '%s', 'start': '2026-08-20T00:00:00+09:00', 'end': "     \
	"'2026-09-20T00:00:00+09:00', 'counted_s': '2000000', 'downtime_s': { 'least': '1', 'most': '2' } "  \
	"}, { "                                                                                              \
	"'service': 'line', 'level': '%s', 'start': '2026-09-20T00:00:00+09:00', 'end': "                    \
	"'2026-09-30T00:00:00+09:00' } ]"

static const struct case_parts cases[] = {
	{ .terms = TERMS("'metric': 'loss', 'objective': { 'op': '<=', 'percent': '1' }"),
	  .seen = TARGET,
	  .observations = SEEN },
	{ .terms = TERMS(
	      "'metric': 'share_over_limit', 'limit_ms': 5, 'objective': { 'op': '<=', 'percent': '1' }"),
	  .seen = TARGET,
	  .observations = SEEN },
	{ .terms =
	      TERMS("'metric': 'latency_rise', 'lasting_s': 3600, 'objective': { 'op': '<', 'ms': '2' }"),
	  .seen = TARGET,
	  .observations = SEEN },
	{ .terms =
	      TERMS("'metric': 'latency_mean', 'months_running': 2, 'objective': { 'op': '<=', 'ms': '2' }"),
	  .seen = TARGET,
	  .observations = SEEN },
	{ .level = "'scope': 'network',", .seen = "'network': 'n1', 'outages': []" },
	{ .level = "'rolling_days': 61,", .more = HISTORY },
};

static void assert_known(const char *phrase)
{
	struct text out = { 0 };

	if (phrase)
		ck_assert_msg(phrase_translate(&out, LANGUAGE_JA, phrase), "report/phrases.def lacks '%s'",
		              phrase);
	text_release(&out);
}

START_TEST(phrases_of_delay_and_history)
{
	for (size_t i = 0; i < ROWS(cases); i++) {
		struct arena a = { 0 };
		struct case_parts parts = cases[i];
		struct statement *s;

		if (parts.more)
			parts.more = arena_printf(&a, HISTORY, "availability", "availability");
		s = judged(&a, &parts);
		assert_known(s->services[0].levels[0].settle);
		ck_assert_uint_eq(s->services[0].levels[0].note_count, i >= 3);
		if (i >= 3)
			assert_known(s->services[0].levels[0].notes[0]);
		for (size_t n = 0; n < book_count(s->book); n++) {
			const struct derivation *d = book_at(s->book, (int)n);

			assert_known(d->label);
			if (d->clause && strcmp(d->clause, "line") != 0 && strcmp(d->clause, "2-1") != 0)
				assert_known(d->clause);
		}
		statement_free(s);
		arena_release(&a);
	}
}
END_TEST

int main(void)
{
	return run_suite("report_delay", (const TTest *const[]){ phrases_of_delay_and_history, NULL });
}
