/* Time that counts: what T is made of, and that nothing outside it says anything. 1,000 s unless said. */
#include "tests/unit/build_case.h"

#define PERIOD      "{ 'start': '2026-10-01T00:00:00Z', 'end': '2026-10-01T00:16:40Z', 'time_zone': 'UTC' }"
#define S(from, to) "{ 'start': '2026-10-01T00:" from "Z', 'end': '2026-10-01T00:" to "Z' }"
#define DOWN        "'outages': [ " S("01:40", "08:20") " ]" /* 100 to 500 s */
#define EXCLUDED(from, to)                                                                                   \
	"'exclusions': [ { 'id': 'x', 'services': [ 'line' ], 'kind': 'force_majeure', 'start': "            \
	"'2026-10-01T00:" from "Z', 'end': '2026-10-01T00:" to "Z' } ]"
#define DEPLOYED   ", 'deployed': [ " S("05:00", "15:00") " ]" /* 300 to 900 s */
#define SUBSCRIBED ", 'subscribed': " S("03:20", "13:20")      /* 200 to 800 s */
/* open from 00:05 to 00:10: 300 to 600 s */
#define OFFICE                                                                                               \
	FLOOR_YEN ", 'service_hours': { 'weekly': [ { 'days': [ 'thu' ], 'from': '00:05', 'to': '00:10' } "  \
	          "] }"

static const struct {
	struct case_parts parts;
	const char *down, *excluded, *denominator, *percent;
} rows[] = {
	{ { .seen = DOWN }, "400", "0", "1000", "60" },
	{ { .seen = DOWN SUBSCRIBED }, "300", "0", "600", "50" },
	/* deployed spans of a service say nothing to a level that counts the period */
	{ { .seen = DOWN DEPLOYED }, "400", "0", "1000", "60" },
	{ { .seen = DOWN DEPLOYED, .level = "'time': 'deployed'," }, "200", "0", "600", "200/3" },
	{ { .seen = DOWN DEPLOYED SUBSCRIBED, .level = "'time': 'deployed'," }, "200", "0", "500", "60" },
	{ { .seen = DOWN DEPLOYED, .level = "'time': 'deployed', 'not_deployed': 'up'," },
	  "200",
	  "0",
	  "1000",
	  "80" },
	{ { .seen = DOWN DEPLOYED SUBSCRIBED, .level = "'time': 'deployed', 'not_deployed': 'up'," },
	  "200",
	  "0",
	  "600",
	  "200/3" },
	{ { .seen = DOWN ", 'deployed': []", .level = "'time': 'deployed', 'not_deployed': 'up'," },
	  "0",
	  "0",
	  "1000",
	  "100" },
	{ { .seen = DOWN, .level = "'time': 'deployed'," }, "400", "0", "1000", "60" },
	{ { .seen = DOWN, .settle = OFFICE, .level = "'time': 'service_hours'," },
	  "200",
	  "0",
	  "300",
	  "100/3" },
	{ { .seen = DOWN SUBSCRIBED ", 'deployed': []",
	    .settle = OFFICE,
	    .level = "'time': 'service_hours'," },
	  "200",
	  "0",
	  "300",
	  "100/3" },
	/* exclusions count only where time counts */
	{ { .seen = DOWN SUBSCRIBED, .more = EXCLUDED("00:00", "05:00") }, "200", "100", "500", "60" },
	{ { .seen = DOWN SUBSCRIBED, .more = EXCLUDED("00:00", "03:20") }, "300", "0", "600", "50" },
	{ { .seen = DOWN SUBSCRIBED,
	    .more = EXCLUDED("00:00", "05:00"),
	    .level = "'excluded_time': 'count_as_up'," },
	  "200",
	  "100",
	  "600",
	  "200/3" },
	{ { .seen = DOWN SUBSCRIBED,
	    .more = EXCLUDED("00:00", "05:00"),
	    .level = "'excluded_time': 'ignore'," },
	  "300",
	  "0",
	  "600",
	  "50" },
};

START_TEST(t_is_the_time_that_counts)
{
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct arena a = { 0 };
		struct case_parts parts = rows[i].parts;
		const struct availability_figures *f;
		struct statement *s;

		parts.period = PERIOD;
		s = judged(&a, &parts);
		f = &s->services[0].levels[0].availability;
		ck_assert_msg(exact_compare(figure_text(s, f->downtime_most), rows[i].down) == 0 &&
		                  exact_compare(figure_text(s, f->downtime_least), rows[i].down) == 0 &&
		                  exact_compare(figure_text(s, f->excluded), rows[i].excluded) == 0 &&
		                  exact_compare(figure_text(s, f->denominator), rows[i].denominator) == 0 &&
		                  exact_compare(figure_text(s, f->by_method), rows[i].percent) == 0,
		              "row %zu: down %s excluded %s T %s percent %s", i,
		              figure_text(s, f->downtime_most), figure_text(s, f->excluded),
		              figure_text(s, f->denominator), figure_text(s, f->by_method));
		assert_figure(s, f->coverage, "1");
		statement_free(s);
		arena_release(&a);
	}
}
END_TEST

/* The node with a label, -1 when there is none. */
static int labelled(const struct statement *s, const char *label)
{
	for (size_t i = 0; i < book_count(s->book); i++)
		if (strcmp(book_at(s->book, (int)i)->label, label) == 0)
			return (int)i;
	return FIGURE_UNKNOWN;
}

START_TEST(the_derivation_says_what_was_taken_from_the_period)
{
	struct arena a = { 0 };
	struct statement *s = judged(&a, &(struct case_parts){ .period = PERIOD,
	                                                       .seen = DOWN DEPLOYED SUBSCRIBED,
	                                                       .level = "'time': 'deployed'," });

	assert_figure(s, labelled(s, "T, length of the period"), "1000");
	assert_figure(s, labelled(s, "seconds not subscribed"), "400");
	assert_figure(s, labelled(s, "seconds subscribed and not deployed"), "100");
	assert_figure(s, labelled(s, "T, the time that counts"), "500");
	ck_assert_str_eq(book_at(s->book, labelled(s, "T, the time that counts"))->formula, "$1 - $2 - $3");
	assert_figure(s, labelled(s, "seconds subscribed and outside service hours"), "unknown");
	statement_free(s);
	s = judged(&a, &(struct case_parts){ .period = PERIOD,
	                                     .seen = DOWN SUBSCRIBED,
	                                     .settle = OFFICE,
	                                     .level = "'time': 'service_hours'," });
	assert_figure(s, labelled(s, "seconds subscribed and outside service hours"), "300");
	assert_figure(s, labelled(s, "T, the time that counts"), "300");
	statement_free(s);
	arena_release(&a);
}
END_TEST

/* A reading may count another time than the level itself. */
START_TEST(each_reading_has_its_own_time)
{
	struct arena a = { 0 };
	struct statement *s =
	    judged(&a, &(struct case_parts){
	                   .period = PERIOD,
	                   .seen = DOWN DEPLOYED,
	                   .settle = OFFICE,
	                   .level = "'reading': 'month', 'wording': 'uptime', 'readings': [ { 'reading': "
	                            "'hours', 'time': 'service_hours' }, { 'reading': 'deployed', 'time': "
	                            "'deployed' } ]," });
	const struct level_result *r = &s->services[0].levels[0];

	assert_figure(s, r->measure.point, "60");
	ck_assert_uint_eq(r->reading_count, 2);
	assert_figure(s, r->readings[0].measure.point, "100/3");
	assert_figure(s, r->readings[1].measure.point, "200/3");
	statement_free(s);
	arena_release(&a);
}
END_TEST

/* ---- samples ---- */

#define MINUTES(more)                                                                                        \
	"[ { 'id': 'own-line', 'levels': [ { 'id': 'a', 'metric': 'availability', 'method': "                \
	"'minute_bucket_all_fail', " more " 'objective': { 'op': '>=', 'percent': '99' } }, { 'id': 'd', "   \
	"'metric': 'latency_mean', 'objective': { 'op': '<=', 'ms': '50' } } ] } ]"
/* each 30 s; all fail but those at 30 s of a minute */
#define EACH_30_S                                                                                            \
	"[ { 'target': 't1', 'interval_s': 30, 'samples': { 'all_up': true, 'rtt_us': 5000, 'except': [ "    \
	"{ 'from': '2026-10-01T00:03:00Z', 'to': '2026-10-01T00:03:30Z', 'outcome': 'down' }, "              \
	"{ 'from': '2026-10-01T00:10:30Z', 'to': '2026-10-01T00:11:30Z', 'outcome': 'down' } ] } } ]"
#define TARGET "'targets': [ 't1' ], 'subscribed': "

static const struct {
	const char *seen, *least, *most, *denominator, *received, *sent;
} sampled[] = {
	/* whole: minute 3 has an answer at 03:30, 10 at 10:00, 11 at 11:30: no minute is down */
	{ TARGET S("00:00", "16:40"), "0", "0", "1000", "31", "34" },
	/* until 03:30: of minute 3 the failed attempt is left, and its first half counts */
	{ TARGET S("00:00", "03:30"), "30", "30", "210", "6", "7" },
	/* from 10:30 to 11:30: both halves down */
	{ TARGET S("10:30", "11:30"), "60", "60", "60", "0", "2" },
	/* from 10:15: of minute 10 only the failed attempt, 45 s of it */
	{ TARGET S("10:15", "11:00"), "45", "45", "45", "0", "1" },
	/* 10:45 to 11:00: no attempt at all */
	{ TARGET S("10:45", "11:00"), "0", "15", "15", "0", "0" },
};

START_TEST(attempts_outside_say_nothing_and_the_share_inside_counts)
{
	for (size_t i = 0; i < ROWS(sampled); i++) {
		struct arena a = { 0 };
		struct statement *s = judged(&a, &(struct case_parts){ .period = PERIOD,
		                                                       .terms = MINUTES(""),
		                                                       .observations = EACH_30_S,
		                                                       .seen = sampled[i].seen });
		const struct availability_figures *f = &s->services[0].levels[0].availability;
		const struct latency_figures *d = &s->services[0].levels[1].latency;

		ck_assert_msg(exact_compare(figure_text(s, f->downtime_least), sampled[i].least) == 0 &&
		                  exact_compare(figure_text(s, f->downtime_most), sampled[i].most) == 0,
		              "row %zu: %s to %s", i, figure_text(s, f->downtime_least),
		              figure_text(s, f->downtime_most));
		assert_figure(s, f->denominator, sampled[i].denominator);
		assert_figure(s, d->received, sampled[i].received);
		assert_figure(s, d->sent, sampled[i].sent);
		assert_figure(s, d->excluded, "0");
		statement_free(s);
		arena_release(&a);
	}
}
END_TEST

START_TEST(idle_minutes_are_up)
{
	struct arena a = { 0 };
	struct statement *s = judged(
	    &a,
	    &(struct case_parts){ .period = PERIOD,
	                          .terms = MINUTES("'time': 'deployed', 'not_deployed': 'up',"),
	                          .observations = EACH_30_S,
	                          .seen = "'targets': [ 't1' ], 'deployed': [ " S("10:15", "11:00") " ]" });
	const struct availability_figures *f = &s->services[0].levels[0].availability;

	assert_figure(s, f->denominator, "1000");
	assert_figure(s, f->downtime_least, "45");
	assert_figure(s, f->downtime_most, "45");
	assert_figure(s, f->unmeasured, "0");
	statement_free(s);
	arena_release(&a);
}
END_TEST

/* ---- covered ---- */

#define APPLIES(x) .level = "'applies': { " x " },"

static const struct {
	struct case_parts parts;
	const char *want; /* NULL: covered */
} covered[] = {
	{ { .seen = DOWN, .level = "'applies': {}," }, NULL },
	{ { .seen = DOWN ", 'attributes': { 'disk': 'hdd' }", APPLIES("'disk': [ 'ssd', 'hdd' ]") }, NULL },
	{ { .seen = DOWN ", 'attributes': { 'disk': 'hdd' }", APPLIES("'disk': [ 'ssd' ]") },
	  "the level is for disk ssd, the service has hdd" },
	{ { .seen = DOWN ", 'attributes': { 'disk': 'hdd' }", APPLIES("'disk': [ 'ssd', 'ultra' ]") },
	  "the level is for disk ssd / ultra, the service has hdd" },
	{ { .seen = DOWN, APPLIES("'disk': [ 'ssd' ]") },
	  "the level is for disk ssd, the service does not state its disk" },
	/* all conditions must hold */
	{ { .seen = DOWN ", 'attributes': { 'disk': 'ssd', 'zones': '1' }",
	    APPLIES("'disk': [ 'ssd' ], 'zones': [ '2', '3' ]") },
	  "the level is for zones 2 / 3, the service has 1" },
	{ { .seen = DOWN ", 'deployed': []", .level = "'time': 'deployed'," },
	  "the service was not deployed in the time that counts" },
	{ { .seen = DOWN ", 'deployed': [ " S("00:00", "01:00") " ]" SUBSCRIBED,
	    .level = "'time': 'deployed'," },
	  "the service was not deployed in the time that counts" },
	{ { .seen = DOWN,
	    .settle = FLOOR_YEN ", 'service_hours': { 'weekly': [] }",
	    .level = "'time': 'service_hours'," },
	  "there are no service hours in the time that counts" },
};

START_TEST(a_level_covers_only_what_it_says)
{
	for (size_t i = 0; i < ROWS(covered); i++) {
		struct arena a = { 0 };
		struct case_parts parts = covered[i].parts;
		const struct level_result *r;
		struct statement *s;

		parts.period = PERIOD;
		s = judged(&a, &parts);
		r = &s->services[0].levels[0];
		ck_assert_int_eq(r->verdict == VERDICT_NOT_COVERED, covered[i].want != NULL);
		if (covered[i].want)
			ck_assert_str_eq(r->not_covered, covered[i].want);
		else
			ck_assert_ptr_null(r->not_covered);
		ck_assert_int_eq(r->credit.due, covered[i].want == NULL);
		ck_assert_int_eq(s->services[0].credit_total >= 0, covered[i].want == NULL);
		statement_free(s);
		arena_release(&a);
	}
}
END_TEST

int main(void)
{
	return run_suite(
	    "counted", (const TTest *const[]){ t_is_the_time_that_counts, each_reading_has_its_own_time,
	                                       the_derivation_says_what_was_taken_from_the_period,
	                                       attempts_outside_say_nothing_and_the_share_inside_counts,
	                                       idle_minutes_are_up, a_level_covers_only_what_it_says, NULL });
}
