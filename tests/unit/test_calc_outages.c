/* Outages one by one and all together: lengths, minimum, exclusions, time not measured, the period's ends. */
#include "tests/unit/build_outages.h"

#define RECOVERY(h)  "'metric': 'recovery_time', 'objective': { 'op': '<=', 'h': '" h "' }"
#define TOGETHER(mn) "'metric': 'downtime', 'objective': { 'op': '<=', 'min': '" mn "' }"

/* ---- the longest outage against a target ---- */

static const struct {
	const char *level, *outages, *want;
} known[] = {
	{ RECOVERY("4"), "[]", "0 0 0 met" },
	{ RECOVERY("4"), "[ " OUTAGE("10", "10:00:00", "14:00:00") " ]", "4 4 4 met" },
	{ RECOVERY("4"), "[ " OUTAGE("10", "10:00:00", "14:00:00.000036") " ]",
	  "4.00000001 4.00000001 4.00000001 breached" },
	{ "'metric': 'recovery_time', 'objective': { 'op': '<', 'h': '4' }",
	  "[ " OUTAGE("10", "10:00:00", "14:00:00") " ]", "4 4 4 breached" },
	/* each by itself: two of three hours are no six hours */
	{ RECOVERY("4"),
	  "[ " OUTAGE("10", "10:00:00", "13:00:00") ", " OUTAGE("10", "13:00:01", "16:00:00") " ]",
	  "3 3 3 met" },
	{ "'metric': 'recovery_time', 'objective': { 'op': '<=', 's': '1' }",
	  "[ " OUTAGE("10", "10:00:00", "10:00:01.5") " ]", "1.5 1.5 1.5 breached" },
	{ "'metric': 'recovery_time', 'objective': { 'op': '<=', 'd': '2' }",
	  "[ { 'start': '2026-10-03T00:00:00+09:00', 'end': '2026-10-05T00:00:00+09:00' } ]", "2 2 2 met" },
	/* shorter than the minimum is no outage; as long is one */
	{ "'min_outage_s': 1800, " RECOVERY("0"), "[ " OUTAGE("10", "10:00:00", "10:29:59.999999") " ]",
	  "0 0 0 met" },
	{ "'min_outage_s': 1800, " RECOVERY("0"), "[ " OUTAGE("10", "10:00:00", "10:30:00") " ]",
	  "0.5 0.5 0.5 breached" },
	/* all together */
	{ TOGETHER("45"),
	  "[ " OUTAGE("10", "10:00:00", "10:40:00") ", " OUTAGE("20", "10:00:00", "10:05:00") " ]",
	  "45 45 45 met" },
	{ TOGETHER("45"),
	  "[ " OUTAGE("10", "10:00:00", "10:40:00") ", " OUTAGE("20", "10:00:00", "10:05:01") " ]",
	  "2701/60 2701/60 2701/60 breached" },
	{ "'min_outage_s': 600, " TOGETHER("40"),
	  "[ " OUTAGE("10", "10:00:00", "10:40:00") ", " OUTAGE("20", "10:00:00", "10:05:01") " ]",
	  "40 40 40 met" },
	/* redbox: less than three minutes in all are none */
	{ "'min_cumulative_s': 180, " TOGETHER("0"),
	  "[ " OUTAGE("10", "10:00:00", "10:01:00") ", " OUTAGE("20", "10:00:00", "10:01:59") " ]",
	  "0 0 0 met" },
	{ "'min_cumulative_s': 180, " TOGETHER("0"),
	  "[ " OUTAGE("10", "10:00:00", "10:01:00") ", " OUTAGE("20", "10:00:00", "10:02:00") " ]",
	  "3 3 3 breached" },
	{ "'min_cumulative_s': '0.5', 'metric': 'downtime', 'objective': { 'op': '<=', 's': '0' }",
	  "[ " OUTAGE("10", "10:00:00", "10:00:00.4") " ]", "0 0 0 met" },
};

START_TEST(known_outages)
{
	for (size_t i = 0; i < ROWS(known); i++) {
		struct arena a = { 0 };
		struct statement *s = judged_outages(&a, known[i].level, known[i].outages, NULL);

		ck_assert_msg(strcmp(outcome(&a, s), known[i].want) == 0, "row %zu: got %s, want %s", i,
		              outcome(&a, s), known[i].want);
		statement_free(s);
		arena_release(&a);
	}
}
END_TEST

/* ---- samples: certain from the first to the last that failed, possible between the answers around ---- */

#define HOURS4 "'metric': 'recovery_time', 'objective': { 'op': '<=', 'min': '240' }"

static const struct {
	const char *level, *exceptions, *want;
} sampled[] = {
	/* 239, 240, 241, 242 failing samples */
	{ HOURS4, EXCEPT("10", "10:00:00", "13:59:00", "down"), "238 240 239 met" },
	{ HOURS4, EXCEPT("10", "10:00:00", "14:00:00", "down"), "239 241 240 not provable" },
	{ HOURS4, EXCEPT("10", "10:00:00", "14:01:00", "down"), "240 242 241 not provable" },
	{ HOURS4, EXCEPT("10", "10:00:00", "14:02:00", "down"), "241 243 242 breached" },
	/* one answer parts two outages */
	{ HOURS4,
	  EXCEPT("10", "10:00:00", "12:00:00", "down") ", " EXCEPT("10", "12:01:00", "15:00:00", "down"),
	  "178 180 179 met" },
	/* a missed sample does not: one outage, or two */
	{ HOURS4,
	  EXCEPT("10", "10:00:00", "12:00:00", "down") ", " EXCEPT(
	      "10", "12:00:00", "12:01:00", "missed") ", " EXCEPT("10", "12:01:00", "15:00:00", "down"),
	  "178 301 298 not provable" },
	/* an answer with nothing measured around it does */
	{ HOURS4,
	  EXCEPT("10", "10:00:00", "12:00:00", "down") ", " EXCEPT(
	      "10", "12:00:00", "12:01:00", "missed") ", " EXCEPT("10", "12:02:00", "12:03:00",
	                                                          "missed") ", " EXCEPT("10", "12:03:00",
	                                                                                "15:00:00", "down"),
	  "176 179 176.5 met" },
	/* time not measured as the terms read it */
	{ "'unmeasured_time': 'up', " HOURS4,
	  EXCEPT("10", "10:00:00", "12:00:00", "down") ", " EXCEPT(
	      "10", "12:00:00", "12:01:00", "missed") ", " EXCEPT("10", "12:01:00", "15:00:00", "down"),
	  "178 179 178.5 met" },
	{ "'unmeasured_time': 'down', " HOURS4,
	  EXCEPT("10", "10:00:00", "12:00:00", "down") ", " EXCEPT(
	      "10", "12:00:00", "12:01:00", "missed") ", " EXCEPT("10", "12:01:00", "15:00:00", "down"),
	  "299 301 300 breached" },
	{ "'unmeasured_time': 'remove', " HOURS4,
	  EXCEPT("10", "10:00:00", "12:00:00", "down") ", " EXCEPT(
	      "10", "12:00:00", "12:01:00", "missed") ", " EXCEPT("10", "12:01:00", "15:00:00", "down"),
	  "178 299 298 not provable" },
	{ HOURS4, EXCEPT("10", "10:00:00", "11:00:00", "missed"), "0 61 0 met" },
	{ HOURS4, EXCEPT("10", "10:00:00", "14:00:00", "missed"), "0 241 0 not provable" },
	{ "'unmeasured_time': 'remove', " HOURS4, EXCEPT("10", "10:00:00", "20:00:00", "missed"),
	  "0 0 0 met" },
	/* the minimum: certainly too short, perhaps, certainly long enough */
	{ "'min_outage_s': 600, " HOURS4, EXCEPT("10", "10:00:00", "10:09:00", "down"), "0 10 0 met" },
	{ "'min_outage_s': 600, " HOURS4, EXCEPT("10", "10:00:00", "10:08:00", "down"), "0 0 0 met" },
	{ "'min_outage_s': 600, " HOURS4, EXCEPT("10", "10:00:00", "10:11:00", "down"), "10 12 11 met" },
	/* all together: the sums of what is down, of what may be, at the midpoint */
	{ TOGETHER("5"),
	  EXCEPT("10", "10:00:00", "10:02:00", "down") ", " EXCEPT("20", "10:00:00", "10:03:00", "down"),
	  "3 7 5 not provable" },
	{ "'min_outage_s': 180, " TOGETHER("5"),
	  EXCEPT("10", "10:00:00", "10:02:00", "down") ", " EXCEPT("20", "10:00:00", "10:04:00", "down"),
	  "3 8 4 not provable" },
	{ TOGETHER("5"),
	  EXCEPT("10", "10:00:00", "10:01:00", "down") ", " EXCEPT("10", "10:02:00", "10:03:00", "down"),
	  "0 4 2 met" },
};

START_TEST(sampled_outages)
{
	for (size_t i = 0; i < ROWS(sampled); i++) {
		struct arena a = { 0 };
		struct statement *s = judged_samples(&a, sampled[i].level, sampled[i].exceptions, NULL);

		ck_assert_msg(strcmp(outcome(&a, s), sampled[i].want) == 0, "row %zu: got %s, want %s", i,
		              outcome(&a, s), sampled[i].want);
		statement_free(s);
		arena_release(&a);
	}
}
END_TEST

/* ---- exclusions: in the middle of an outage of five hours ---- */

#define MAINTENANCE(from, to)                                                                                \
	"'exclusions': [ { 'id': 'x', 'services': [ 'line' ], 'kind': 'other', " FROM_TO("10", from,         \
	                                                                                 to) " } ]"
#define FIVE_HOURS "[ " OUTAGE("10", "10:00:00", "15:00:00") " ]"

static const struct {
	const char *level, *outages, *more, *want;
} excluded[] = {
	{ RECOVERY("4"), FIVE_HOURS, MAINTENANCE("11:00:00", "12:00:00"), "4 4 4 met" },
	{ "'excluded_time': 'count_as_up', " RECOVERY("4"), FIVE_HOURS, MAINTENANCE("11:00:00", "12:00:00"),
	  "3 3 3 met" },
	{ "'excluded_time': 'ignore', " RECOVERY("4"), FIVE_HOURS, MAINTENANCE("11:00:00", "12:00:00"),
	  "5 5 5 breached" },
	{ RECOVERY("4"), FIVE_HOURS, MAINTENANCE("09:00:00", "16:00:00"), "0 0 0 met" },
	{ "'min_outage_s': 7200, " RECOVERY("0"), FIVE_HOURS, MAINTENANCE("11:00:00", "14:00:01"),
	  "0 0 0 met" },
	{ "'min_outage_s': 7200, " RECOVERY("0"), FIVE_HOURS, MAINTENANCE("11:00:00", "14:00:00"),
	  "2 2 2 breached" },
	/* two outages with excluded time between them remain two */
	{ RECOVERY("4"),
	  "[ " OUTAGE("10", "10:00:00", "12:30:00") ", " OUTAGE("10", "13:00:00", "15:00:00") " ]",
	  MAINTENANCE("12:00:00", "13:00:00"), "2 2 2 met" },
	{ TOGETHER("240"), FIVE_HOURS, MAINTENANCE("11:00:00", "12:00:00"), "240 240 240 met" },
	{ "'excluded_time': 'count_as_up', " TOGETHER("240"), FIVE_HOURS, MAINTENANCE("11:00:00", "12:00:00"),
	  "240 240 240 met" },
};

START_TEST(excluded_time_does_not_count)
{
	for (size_t i = 0; i < ROWS(excluded); i++) {
		struct arena a = { 0 };
		struct statement *s =
		    judged_outages(&a, excluded[i].level, excluded[i].outages, excluded[i].more);

		ck_assert_msg(strcmp(outcome(&a, s), excluded[i].want) == 0, "row %zu: got %s, want %s", i,
		              outcome(&a, s), excluded[i].want);
		statement_free(s);
		arena_release(&a);
	}
}
END_TEST

/* ---- parts ---- */

START_TEST(parts_say_what_they_are)
{
	struct arena a = { 0 };
	struct statement *s = judged_outages(
	    &a, "'min_outage_s': 1800, " RECOVERY("4"),
	    "[ { 'start': '2026-09-30T20:00:00+09:00', 'end': '2026-10-01T05:00:00+09:00' }, " OUTAGE(
	        "10", "10:00:00",
	        "10:29:00") ", " OUTAGE("20", "10:00:00",
	                                "11:00:00") ", "
	                                            "{ 'start': '2026-10-31T22:00:00+09:00', 'end': "
	                                            "'2026-11-02T00:00:00+09:00' } ]",
	    NULL);

	ck_assert_uint_eq(level_of(s)->part_count, 4);
	ck_assert_str_eq(part_text(&a, s, 0), "5 5 5 cut at the start of the period");
	ck_assert_str_eq(part_text(&a, s, 1), "!0 0 0 shorter than 1800 s");
	ck_assert_str_eq(part_text(&a, s, 2), "1 1 1");
	ck_assert_str_eq(part_text(&a, s, 3), "2 2 2 cut at the end of the period");
	ck_assert_int_eq(level_of(s)->parts[2].span.end - level_of(s)->parts[2].span.start, US_PER_HOUR);
	ck_assert_str_eq(outcome(&a, s), "5 5 5 breached");
	ck_assert_int_eq(level_of(s)->parts[2].rate, FIGURE_UNKNOWN);
	statement_free(s);
	arena_release(&a);
}
END_TEST

START_TEST(parts_of_samples_have_their_possible_extent)
{
	struct arena a = { 0 };
	struct statement *s = judged_samples(
	    &a, HOURS4,
	    EXCEPT("10", "10:00:00", "10:02:00", "down") ", " EXCEPT("10", "10:03:00", "10:04:00", "down"),
	    NULL);
	const struct level_result *r = level_of(s);

	ck_assert_uint_eq(r->part_count, 2);
	ck_assert_str_eq(part_text(&a, s, 0), "1 3 2");
	ck_assert_str_eq(part_text(&a, s, 1), "0 2 1");
	ck_assert_int_eq(r->parts[0].span.end, r->parts[1].span.start);
	ck_assert_int_eq(r->parts[0].span.end - r->parts[0].span.start, 3 * US_PER_MINUTE);
	statement_free(s);
	arena_release(&a);
}
END_TEST

START_TEST(what_would_settle_it)
{
	struct arena a = { 0 };
	struct statement *s = judged_samples(&a, HOURS4, EXCEPT("10", "10:00:00", "14:00:00", "down"), NULL);

	ck_assert_str_eq(level_of(s)->settle,
	                 "the exact times at which the service changed between two samples");
	statement_free(s);
	arena_release(&a);
}
END_TEST

/* Only a subscription's part of the month is looked at. */
START_TEST(time_that_does_not_count)
{
	struct arena a = { 0 };
	struct statement *s = judged(
	    &a, &(struct case_parts){
	            .terms = terms_of(&a, RECOVERY("4")),
	            .services =
	                "[ { 'id': 'line', 'provider': 'carrier', 'terms': 'own-line', 'outages': [ " OUTAGE(
	                    "10", "10:00:00", "16:00:00") " ], 'subscribed': { 'start': "
	                                                  "'2026-10-10T13:00:00+09:00', 'end': "
	                                                  "'2026-11-01T00:00:00+09:00' } } ]" });

	ck_assert_str_eq(outcome(&a, s), "3 3 3 met");
	statement_free(s);
	arena_release(&a);
}
END_TEST

int main(void)
{
	return run_suite("outages", (const TTest *const[]){
	                                known_outages, sampled_outages, excluded_time_does_not_count,
	                                parts_say_what_they_are, parts_of_samples_have_their_possible_extent,
	                                what_would_settle_it, time_that_does_not_count, NULL });
}
