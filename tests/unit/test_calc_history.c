/* What earlier months do to a level: months running, rolling days; and what this month leaves for later ones. */
#include "tests/unit/build_case.h"

#define ENTRY(start, end, more)                                                                              \
	"{ 'service': 'line', 'level': 'availability', 'start': '" start "T00:00:00+09:00', 'end': '" end    \
	"T00:00:00+09:00'" more " }"
#define DOWN(least, most) ", 'downtime_s': { 'least': '" least "', 'most': '" most "' }"
#define ONE_HOUR          "[ { 'start': '2026-10-10T00:00:00+09:00', 'end': '2026-10-10T01:00:00+09:00' } ]"

#define TWO_LEVELS(keys)                                                                                     \
	"[ { 'id': 'own-line', 'levels': [ { 'id': 'availability', 'metric': 'availability', 'method': "     \
	"'duration_ratio', " keys " 'objective': { 'op': '>=', 'percent': '99.99' }, 'credit': { 'base': "   \
	"'monthly_fee', 'rate': '1' } }, { 'id': 'other', 'metric': 'availability', 'method': "              \
	"'duration_ratio', 'binding': 'target', 'objective': { 'op': '>=', 'percent': '99' } } "             \
	"], " FLOOR_YEN " } ]"

/* ---- months running: what the month before came to, an hour of outage in this one ---- */

static const struct {
	const char *history, *outages;
	enum verdict alone, verdict;
	enum held held;
	const char *amount, *least, *most;
} running[] = {
	{ "", ONE_HOUR, VERDICT_BREACHED, VERDICT_NOT_PROVABLE, HELD_MAYBE, "0", "0", "2500" },
	{ ENTRY("2026-09-01", "2026-10-01", ", 'verdict': 'breached'"), ONE_HOUR, VERDICT_BREACHED,
	  VERDICT_BREACHED, HELD_NO, "2500", "2500", "2500" },
	{ ENTRY("2026-09-01", "2026-10-01", ", 'verdict': 'met'"), ONE_HOUR, VERDICT_BREACHED, VERDICT_MET,
	  HELD_YES, "0", "0", "0" },
	{ ENTRY("2026-09-01", "2026-10-01", ", 'verdict': 'not covered'"), ONE_HOUR, VERDICT_BREACHED,
	  VERDICT_MET, HELD_YES, "0", "0", "0" },
	{ ENTRY("2026-09-01", "2026-10-01", ", 'verdict': 'not provable'"), ONE_HOUR, VERDICT_BREACHED,
	  VERDICT_NOT_PROVABLE, HELD_MAYBE, "0", "0", "2500" },
	{ ENTRY("2026-09-01", "2026-10-01", DOWN("9999", "9999")), ONE_HOUR, VERDICT_BREACHED,
	  VERDICT_NOT_PROVABLE, HELD_MAYBE, "0", "0", "2500" },
	/* not the month before: it ends a day too early */
	{ ENTRY("2026-09-01", "2026-09-30", ", 'verdict': 'met'"), ONE_HOUR, VERDICT_BREACHED,
	  VERDICT_NOT_PROVABLE, HELD_MAYBE, "0", "0", "2500" },
	/* of another level */
	{ "{ 'service': 'line', 'level': 'other', 'start': '2026-09-01T00:00:00+09:00', 'end': "
	  "'2026-10-01T00:00:00+09:00', 'verdict': 'met' }",
	  ONE_HOUR, VERDICT_BREACHED, VERDICT_NOT_PROVABLE, HELD_MAYBE, "0", "0", "2500" },
	{ "", "[]", VERDICT_MET, VERDICT_MET, HELD_MAYBE, "0", "0", "0" },
	{ ENTRY("2026-09-01", "2026-10-01", ", 'verdict': 'breached'"), "[]", VERDICT_MET, VERDICT_MET,
	  HELD_NO, "0", "0", "0" },
};

START_TEST(months_running)
{
	for (size_t i = 0; i < ROWS(running); i++) {
		struct arena a = { 0 };
		struct statement *s =
		    judged(&a, &(struct case_parts){
		                   .terms = TWO_LEVELS("'months_running': 2,"),
		                   .outages = running[i].outages,
		                   .more = arena_printf(&a, "'history': [ %s ]", running[i].history) });
		const struct level_result *r = &s->services[0].levels[0];

		ck_assert_int_eq(r->alone, running[i].alone);
		ck_assert_int_eq(r->verdict, running[i].verdict);
		ck_assert_int_eq(r->held, running[i].held);
		ck_assert((r->settle != NULL) == (r->verdict == VERDICT_NOT_PROVABLE));
		assert_figure(s, r->credit.amount, running[i].amount);
		assert_figure(s, r->credit.least, running[i].least);
		assert_figure(s, r->credit.most, running[i].most);
		ck_assert_str_eq(history_of(s, &s->services[0], r).verdict, verdict_name(running[i].alone));
		statement_free(s);
		arena_release(&a);
	}
}
END_TEST

START_TEST(three_months_running)
{
	static const struct {
		const char *august, *september;
		enum held held;
	} rows[] = {
		{ "breached", "breached", HELD_NO },
		{ "met", "breached", HELD_YES },
		{ "breached", "met", HELD_YES },
		{ "not provable", "breached", HELD_MAYBE },
		{ "breached", "not provable", HELD_MAYBE },
		{ "met", "not provable", HELD_YES },
		{ "not provable", "met", HELD_YES },
	};

	for (size_t i = 0; i < ROWS(rows); i++) {
		struct arena a = { 0 };
		struct statement *s = judged(
		    &a, &(struct case_parts){
		            .level = "'months_running': 3,",
		            .outages = ONE_HOUR,
		            .more = arena_printf(
		                &a, "'history': [ %s, %s ]",
		                arena_printf(&a, ENTRY("2026-09-01", "2026-10-01", ", 'verdict': '%s'"),
		                             rows[i].september),
		                arena_printf(&a, ENTRY("2026-08-01", "2026-09-01", ", 'verdict': '%s'"),
		                             rows[i].august)) });

		ck_assert_msg(s->services[0].levels[0].held == rows[i].held, "row %zu", i);
		statement_free(s);
		arena_release(&a);
	}
}
END_TEST

/* ---- rolling: 61 days, all of September and October; the plain outage is an hour of October ---- */

static const struct {
	const char *history, *seen;
	const char *least, *most, *unmeasured, *denominator;
} rolling[] = {
	{ ENTRY("2026-09-01", "2026-10-01", DOWN("10", "20")), NULL, "3610", "3620", "0", "5270400" },
	{ "", NULL, "3600", "2595600", "2592000", "5270400" },
	{ ENTRY("2026-09-01", "2026-10-01", ", 'verdict': 'met'"), NULL, "3600", "2595600", "2592000",
	  "5270400" },
	/* it has a T of its own */
	{ ENTRY("2026-09-01", "2026-10-01", ", 'counted_s': '2592000'" DOWN("10", "20")), NULL, "3610",
	  "3620", "0", "5270400" },
	{ ENTRY("2026-09-01", "2026-10-01", ", 'counted_s': '2000000'" DOWN("10", "20")), NULL, "3610",
	  "3620", "0", "4678400" },
	{ ENTRY("2026-09-01", "2026-10-01", ", 'counted_s': '2000000'"), NULL, "3600", "2003600", "2000000",
	  "4678400" },
	/* a hole of one day; an entry that straddles the start of the window with 10 of its 11 days inside */
	{ ENTRY("2026-09-02", "2026-10-01", DOWN("10", "20")), NULL, "3610", "90020", "86400", "5270400" },
	{ ENTRY("2026-08-31", "2026-09-11", DOWN("10", "86500")) ", " ENTRY("2026-09-11", "2026-10-01",
	                                                                    DOWN("0", "0")),
	  NULL, "3600", "90100", "0", "5270400" },
	{ ENTRY("2026-08-31", "2026-09-11", DOWN("86500", "950000")) ", " ENTRY("2026-09-11", "2026-10-01",
	                                                                        DOWN("0", "0")),
	  NULL, "3700", "867600", "0", "5270400" },
	/* of the 11 days two did not count: at least one of them lies inside */
	{ ENTRY("2026-08-31", "2026-09-11", ", 'counted_s': '777600'" DOWN("0", "0")) ", " ENTRY(
	      "2026-09-11", "2026-10-01", DOWN("0", "0")),
	  NULL, "3600", "90000", "86400", "5184000" },
	/* an entry outside the window says nothing */
	{ ENTRY("2026-08-01", "2026-09-01", DOWN("10", "20")) ", " ENTRY("2026-09-01", "2026-10-01",
	                                                                 DOWN("0", "0")),
	  NULL, "3600", "3600", "0", "5270400" },
	/* before the subscription it was up; within the month too */
	{ "", "'subscribed': { 'start': '2026-09-30T00:00:00+09:00' }, 'outages': " ONE_HOUR, "3600", "90000",
	  "86400", "5270400" },
	{ "", "'subscribed': { 'start': '2026-10-05T00:00:00+09:00' }, 'outages': " ONE_HOUR, "3600", "3600",
	  "0", "5270400" },
	/* what was paid for is not used again, nor what was before it */
	{ ENTRY("2026-09-01", "2026-09-15", ", 'credit': '5'" DOWN("1000", "1000")) ", " ENTRY(
	      "2026-09-15", "2026-10-01", ", 'credit': '0'" DOWN("10", "20")),
	  NULL, "3610", "3620", "0", "5270400" },
	{ ENTRY("2026-09-20", "2026-10-01", ", 'credit': '5'" DOWN("1000", "1000")), NULL, "3600", "3600",
	  "0", "5270400" },
};

START_TEST(rolling_days)
{
	for (size_t i = 0; i < ROWS(rolling); i++) {
		struct arena a = { 0 };
		struct statement *s =
		    judged(&a, &(struct case_parts){
		                   .level = "'rolling_days': 61,",
		                   .outages = ONE_HOUR,
		                   .seen = rolling[i].seen,
		                   .more = arena_printf(&a, "'history': [ %s ]", rolling[i].history) });
		const struct level_result *r = &s->services[0].levels[0];

		assert_figure(s, r->availability.downtime_least, rolling[i].least);
		assert_figure(s, r->availability.downtime_most, rolling[i].most);
		assert_figure(s, r->availability.unmeasured, rolling[i].unmeasured);
		assert_figure(s, r->availability.denominator, rolling[i].denominator);
		assert_figure(s, r->alone_least, "3600"); /* of October itself */
		assert_figure(s, r->alone_most, "3600");
		statement_free(s);
		arena_release(&a);
	}
}
END_TEST

START_TEST(a_window_looks_at_its_own_level)
{
	struct arena a = { 0 };
	struct statement *s = judged(
	    &a,
	    &(struct case_parts){
	        .terms = TWO_LEVELS("'rolling_days': 61,"),
	        .more =
	            "'history': [ { 'service': 'line', 'level': 'other', 'start': "
	            "'2026-09-01T00:00:00+09:00', 'end': '2026-10-01T00:00:00+09:00', 'credit': '5' } ]" });

	assert_figure(s, s->services[0].levels[0].availability.unmeasured, "2592000");
	statement_free(s);
	arena_release(&a);
}
END_TEST

/* ---- networks ---- */

#define LINE(id, keys, outages)                                                                              \
	"{ 'id': '" id "', 'provider': 'carrier', 'terms': 'own-line', " keys " 'outages': " outages " }"
#define BY_NETWORK                                                                                           \
	"'scope': 'network', 'reading': 'calendar', 'wording': 'the month', 'readings': [ { 'reading': "     \
	"'up', "                                                                                             \
	"'excluded_time': 'count_as_up' } ],"

/*
 * Of network n: a (an hour down, half of it excluded) and b. Of network m: c. Not of a network, or of other terms: d, e.
 * Two readings of the level, so that sums of several levels and networks are kept apart.
 */
static const struct {
	const char *service, *down, *denominator, *down_bare, *down_up;
} networks[] = {
	{ "a", "1800", "5355000", "3600", "1800" },
	{ "b", "1800", "5355000", "3600", "1800" },
	{ "c", "60", "2678400", "60", "60" },
};

START_TEST(sums_of_networks)
{
	struct arena a = { 0 };
	struct statement *s = judged(
	    &a,
	    &(struct case_parts){
	        .terms =
	            "[ { 'id': 'own-line', 'levels': [ { 'id': 'availability', 'metric': "
	            "'availability', 'method': 'duration_ratio', 'binding': 'target', " BY_NETWORK
	            " 'objective': { 'op': '>=', 'percent': '99.99' } } ] }, { 'id': 'other', 'levels': [ { "
	            "'id': 'x', 'metric': 'availability', 'method': 'duration_ratio', 'binding': "
	            "'target', 'objective': { 'op': '>=', 'percent': '99' } } ] } ]",
	        .services = "[ " LINE("a", "'network': 'n',", ONE_HOUR) ", " LINE(
	            "b", "'network': 'n',",
	            "[]") ", " LINE("c", "'network': 'm',",
	                            "[ { 'start': '2026-10-01T00:00:00+09:00', 'end': "
	                            "'2026-10-01T00:01:00+09:00' } ]") ", "
	                                                               "{ 'id': 'e', 'provider': 'carrier', "
	                                                               "'terms': 'other', 'network': 'n', "
	                                                               "'outages': " ONE_HOUR " } ]",
	        .more =
	            "'exclusions': [ { 'id': 'x', 'services': [ 'a' ], 'start': "
	            "'2026-10-10T00:00:00+09:00', 'end': '2026-10-10T00:30:00+09:00', 'kind': 'other' } ]" });

	for (size_t i = 0; i < ROWS(networks); i++) {
		const struct level_result *r = &s->services[i].levels[0];

		ck_assert_str_eq(s->services[i].service->id, networks[i].service);
		ck_assert_str_eq(r->network, s->services[i].service->network);
		assert_figure(s, r->availability.downtime_most, networks[i].down);
		assert_figure(s, r->availability.denominator, networks[i].denominator);
		assert_figure(s, r->unexcluded.downtime_most, networks[i].down_bare);
		assert_figure(s, r->readings[0].availability.downtime_most, networks[i].down_up);
	}
	assert_figure(s, s->services[3].levels[0].availability.downtime_most, "3600");
	ck_assert_ptr_null(s->services[3].levels[0].network);
	statement_free(s);
	arena_release(&a);
}
END_TEST

/* What another line's history says, and lines that the level does not cover, change nothing. */
START_TEST(other_services)
{
	struct arena a = { 0 };
	struct statement *s = judged(
	    &a,
	    &(struct case_parts){
	        .terms =
	            "[ { 'id': 'own-line', 'levels': [ { 'id': 'rolling', 'metric': 'availability', "
	            "'method': "
	            "'duration_ratio', 'binding': 'target', 'rolling_days': 61, 'objective': { 'op': '>=', "
	            "'percent': '99.99' } }, { 'id': 'running', 'metric': 'availability', 'method': "
	            "'duration_ratio', 'binding': 'target', 'months_running': 2, 'objective': { 'op': '>=', "
	            "'percent': '99.99' } }, { 'id': 'network', 'metric': 'availability', 'method': "
	            "'duration_ratio', 'binding': 'target', 'scope': 'network', 'applies': { 'ring': [ 'yes' "
	            "] }, 'objective': { 'op': '>=', 'percent': '99.99' } } ] } ]",
	        .services = "[ " LINE("a",
	                              "'network': 'n', 'attributes': { 'ring': 'yes' }, 'subscribed': { "
	                              "'start': '2020-01-01T00:00:00Z' },",
	                              ONE_HOUR) ", " LINE("b", "", ONE_HOUR) ", " LINE("c", "'network': 'n',",
	                                                                               ONE_HOUR) " ]",
	        .more = "'history': [ { 'service': 'b', 'level': 'rolling', 'start': "
	                "'2026-09-01T00:00:00+09:00', "
	                "'end': '2026-10-01T00:00:00+09:00', 'credit': '5' }, { 'service': 'b', 'level': "
	                "'running', "
	                "'start': '2026-09-01T00:00:00+09:00', 'end': '2026-10-01T00:00:00+09:00', "
	                "'verdict': 'met' "
	                "} ]" });
	const struct level_result *of_a = s->services[0].levels, *of_b = s->services[1].levels;

	assert_figure(s, of_a[0].availability.unmeasured, "2592000");
	assert_figure(s, of_b[0].availability.unmeasured, "0");
	ck_assert_int_eq(of_a[1].held, HELD_MAYBE);
	ck_assert_int_eq(of_b[1].held, HELD_YES);
	assert_figure(s, of_a[2].availability.denominator, "2678400");
	ck_assert_int_eq(of_b[2].verdict, VERDICT_NOT_COVERED);
	statement_free(s);
	arena_release(&a);
}
END_TEST

/* Not provable by itself, and the month before was met. */
START_TEST(a_month_not_provable_does_not_count_either)
{
	struct arena a = { 0 };
	struct statement *s = judged(
	    &a, &(struct case_parts){
	            .level = "'months_running': 2,",
	            .seen = "'targets': [ 't' ]",
	            .observations = "[ { 'target': 't', 'interval_s': 3600, 'samples': { 'all_up': true, "
	                            "'except': [ { 'from': '2026-10-10T00:00:00Z', 'to': "
	                            "'2026-10-10T01:00:00Z', 'outcome': 'missed' } ] } } ]",
	            .more = "'history': [ " ENTRY("2026-09-01", "2026-10-01", ", 'verdict': 'met'") " ]" });
	const struct level_result *r = &s->services[0].levels[0];

	ck_assert_int_eq(r->alone, VERDICT_NOT_PROVABLE);
	ck_assert_int_eq(r->verdict, VERDICT_MET);
	ck_assert_ptr_null(r->settle);
	ck_assert_str_eq(r->notes[0],
	                 "this month alone is not provable; a miss counts when 2 months in a row missed");
	assert_figure(s, r->credit.most, "0");
	statement_free(s);
	arena_release(&a);
}
END_TEST

/* ---- a month leaves what the next one needs ---- */

START_TEST(a_month_kept_is_a_month_judged)
{
	struct arena a = { 0 };
	struct statement *september = judged(
	    &a,
	    &(struct case_parts){
	        .period = "{ 'month': '2026-09', 'time_zone': 'Asia/Tokyo' }",
	        .outages = "[ { 'start': '2026-09-10T00:00:00+09:00', 'end': '2026-09-10T00:20:00+09:00' } ]",
	        .more =
	            "'exclusions': [ { 'id': 'x', 'services': [ 'line' ], 'start': "
	            "'2026-09-10T00:10:00+09:00', 'end': '2026-09-10T00:30:00+09:00', 'kind': 'other' } ]" });
	const struct service_result *service = &september->services[0];
	struct history h = history_of(september, service, &service->levels[0]);
	struct statement *october;

	ck_assert_ptr_eq(h.service, service->service);
	ck_assert_str_eq(h.level, "availability");
	ck_assert_str_eq(h.verdict, "breached");
	ck_assert_str_eq(h.downtime_least_s, "600");
	ck_assert_str_eq(h.downtime_most_s, "600");
	ck_assert_str_eq(h.counted_s, "2590800");
	ck_assert_str_eq(h.credit, "2500");
	october = judged(
	    &a, &(struct case_parts){
	            .level = "'rolling_days': 61,",
	            .outages = ONE_HOUR,
	            .more = arena_printf(&a,
	                                 "'history': [ " ENTRY("2026-09-01", "2026-10-01",
	                                                       DOWN("%s", "%s") ", 'counted_s': '%s'") " ]",
	                                 h.downtime_least_s, h.downtime_most_s, h.counted_s) });
	assert_figure(october, october->services[0].levels[0].availability.downtime_most, "4200");
	assert_figure(october, october->services[0].levels[0].availability.denominator, "5269200");
	statement_free(september);
	statement_free(october);
	arena_release(&a);
}
END_TEST

/* A window that misses by what is known uses its downtime up; one that may miss does not. */
START_TEST(what_a_window_uses_up)
{
	static const struct {
		const char *history;
		const char *credit;
	} windows[] = { { "", NULL },
		        { ENTRY("2026-09-01", "2026-10-01", DOWN("0", "0")), "2500" },
		        { ENTRY("2026-09-01", "2026-10-01", DOWN("0", "99999")), "2500" } };

	for (size_t i = 0; i < ROWS(windows); i++) {
		struct arena a = { 0 };
		struct statement *s =
		    judged(&a, &(struct case_parts){
		                   .level = "'rolling_days': 61,",
		                   .outages = ONE_HOUR,
		                   .credit = "{ 'base': 'monthly_fee', 'rate': '1' }",
		                   .objective = i == 0 ? "99.8" : "99.99",
		                   .more = arena_printf(&a, "'history': [ %s ]", windows[i].history) });
		struct history h = history_of(s, &s->services[0], &s->services[0].levels[0]);

		if (windows[i].credit)
			ck_assert_str_eq(h.credit, windows[i].credit);
		else
			ck_assert_ptr_null(h.credit);
		ck_assert_str_eq(s->services[0].levels[0].notes[0],
		                 "judged over the 61 days up to the end of the period");
		statement_free(s);
		arena_release(&a);
	}
}
END_TEST

START_TEST(what_has_no_downtime_of_its_own_keeps_none)
{
	static const struct case_parts parts[] = {
		{ .level = "'scope': 'network',", .seen = "'network': 'n', 'outages': " ONE_HOUR },
		{ .level = "'applies': { 'disk': [ 'ssd' ] }," },
		{ .terms =
		      "[ { 'id': 'own-line', 'levels': [ { 'id': 'l', 'metric': 'loss', 'binding': 'target', "
		      "'objective': { 'op': '<=', 'percent': '1' } } ] } ]" },
	};
	static const char *const verdicts[] = { "breached", "not covered", "not provable" };

	for (size_t i = 0; i < ROWS(parts); i++) {
		struct arena a = { 0 };
		struct statement *s = judged(&a, &parts[i]);
		struct history h = history_of(s, &s->services[0], &s->services[0].levels[0]);

		ck_assert_str_eq(h.verdict, verdicts[i]);
		ck_assert_ptr_null(h.downtime_least_s);
		ck_assert_ptr_null(h.downtime_most_s);
		ck_assert_ptr_null(h.counted_s);
		ck_assert((h.credit != NULL) == (i == 0));
		statement_free(s);
		arena_release(&a);
	}
}
END_TEST

int main(void)
{
	return run_suite("calc_history",
	                 (const TTest *const[]){ months_running, three_months_running, rolling_days,
	                                         a_window_looks_at_its_own_level, sums_of_networks,
	                                         other_services, a_month_not_provable_does_not_count_either,
	                                         a_month_kept_is_a_month_judged, what_a_window_uses_up,
	                                         what_has_no_downtime_of_its_own_keeps_none, NULL });
}
