/* Clock hours with more downtime than the contract bears: which hours, where they begin, what may be one. */
#include "tests/unit/build_outages.h"

#define SIX_MINUTES "'metric': 'bad_hours', 'over_s': 360, 'objective': { 'op': '<=', 'count': '0' }"

static const struct {
	const char *level, *outages, *more, *want;
} known[] = {
	{ SIX_MINUTES, "[]", NULL, "0 0 0 met" },
	/* more than six minutes of a clock hour, not in a row */
	{ SIX_MINUTES, "[ " OUTAGE("10", "10:00:00", "10:06:00") " ]", NULL, "0 0 0 met" },
	{ SIX_MINUTES, "[ " OUTAGE("10", "10:00:00", "10:06:01") " ]", NULL, "1 1 1 breached" },
	{ SIX_MINUTES, "[ " OUTAGE("10", "10:00:00", "10:06:00.000001") " ]", NULL, "1 1 1 breached" },
	{ SIX_MINUTES, "[ " OUTAGE("10", "10:56:00", "11:04:00") " ]", NULL, "0 0 0 met" },
	{ SIX_MINUTES, "[ " OUTAGE("10", "10:00:00", "13:06:00") " ]", NULL, "3 3 3 breached" },
	{ SIX_MINUTES,
	  "[ " OUTAGE("10", "10:00:00", "10:03:00") ", " OUTAGE("10", "10:30:00", "10:33:01") " ]", NULL,
	  "1 1 1 breached" },
	{ "'min_outage_s': 200, " SIX_MINUTES,
	  "[ " OUTAGE("10", "10:00:00", "10:03:00") ", " OUTAGE("10", "10:30:00", "10:33:01") " ]", NULL,
	  "0 0 0 met" },
	{ SIX_MINUTES, "[ " OUTAGE("10", "10:00:00", "10:07:00") " ]",
	  "'exclusions': [ { 'id': 'x', 'services': [ 'line' ], 'kind': 'other', " FROM_TO("10", "10:00:00",
	                                                                                   "10:01:00") " } ]",
	  "0 0 0 met" },
	{ "'metric': 'bad_hours', 'over_s': '0.5', 'objective': { 'op': '<=', 'count': '0' }",
	  "[ " OUTAGE("10", "10:00:00", "10:00:00.6") " ]", NULL, "1 1 1 breached" },
	/* the first and the last hour of the period */
	{ SIX_MINUTES,
	  "[ { 'start': '2026-09-30T23:00:00+09:00', 'end': '2026-10-01T00:06:01+09:00' }, { 'start': "
	  "'2026-10-31T23:53:59+09:00', 'end': '2026-11-01T05:00:00+09:00' } ]",
	  NULL, "2 2 2 breached" },
};

START_TEST(hours_of_known_outages)
{
	for (size_t i = 0; i < ROWS(known); i++) {
		struct arena a = { 0 };
		struct statement *s = judged_outages(&a, known[i].level, known[i].outages, known[i].more);

		ck_assert_msg(strcmp(outcome(&a, s), known[i].want) == 0, "row %zu: got %s, want %s", i,
		              outcome(&a, s), known[i].want);
		statement_free(s);
		arena_release(&a);
	}
}
END_TEST

/* Ten outages of 37 seconds in one hour are 370 s; nine are 333 s. */
START_TEST(many_short_outages_make_an_hour)
{
	for (int count = 9; count <= 10; count++) {
		struct arena a = { 0 };
		char *outages = arena_copy(&a, "");
		struct statement *s;

		for (int i = 0; i < count; i++)
			outages = arena_printf(&a,
			                       "%s%s{ 'start': '2026-10-10T10:%02d:00+09:00', 'end': "
			                       "'2026-10-10T10:%02d:37+09:00' }",
			                       outages, i ? ", " : "", 5 * i, 5 * i);
		s = judged_outages(&a, SIX_MINUTES, arena_printf(&a, "[ %s ]", outages), NULL);
		ck_assert_str_eq(outcome(&a, s), count == 10 ? "1 1 1 breached" : "0 0 0 met");
		ck_assert_uint_eq(level_of(s)->part_count, count == 10);
		assert_figure(s, level_of(s)->counted, "744");
		statement_free(s);
		arena_release(&a);
	}
}
END_TEST

/* 5, 6, 7, 8 failing samples: 4 to 6 min … 7 to 9 min */
START_TEST(hours_of_samples)
{
	static const struct {
		const char *exceptions, *want;
	} rows[] = {
		{ EXCEPT("10", "10:10:00", "10:15:00", "down"), "0 0 0 met" },
		{ EXCEPT("10", "10:10:00", "10:16:00", "down"), "0 1 0 not provable" },
		{ EXCEPT("10", "10:10:00", "10:17:00", "down"), "0 1 1 not provable" },
		{ EXCEPT("10", "10:10:00", "10:18:00", "down"), "1 1 1 breached" },
		{ EXCEPT("10", "10:10:00", "10:20:00", "missed"), "0 1 0 not provable" },
		/* the minute before ten o'clock is of the hour before */
		{ EXCEPT("10", "10:00:00", "10:06:00", "down"), "0 0 0 met" },
	};

	for (size_t i = 0; i < ROWS(rows); i++) {
		struct arena a = { 0 };
		struct statement *s = judged_samples(&a, SIX_MINUTES, rows[i].exceptions, NULL);

		ck_assert_msg(strcmp(outcome(&a, s), rows[i].want) == 0, "row %zu: got %s, want %s", i,
		              outcome(&a, s), rows[i].want);
		statement_free(s);
		arena_release(&a);
	}
}
END_TEST

START_TEST(parts_are_the_hours)
{
	struct arena a = { 0 };
	struct statement *s = judged_samples(
	    &a, SIX_MINUTES,
	    EXCEPT("10", "10:10:00", "10:16:00", "down") ", " EXCEPT("12", "23:00:00", "23:20:00", "down"),
	    NULL);
	const struct level_result *r = level_of(s);

	ck_assert_uint_eq(r->part_count, 2);
	ck_assert_str_eq(part_text(&a, s, 0), "0 1 0 may be over the limit");
	ck_assert_str_eq(part_text(&a, s, 1), "1 1 1");
	ck_assert_int_eq(r->parts[0].span.end - r->parts[0].span.start, US_PER_HOUR);
	ck_assert_int_eq(r->parts[0].span.start % US_PER_HOUR, 0);
	statement_free(s);
	arena_release(&a);
}
END_TEST

/* Hours begin where the zone's do: a whole one down, from its first to its last instant, is one bad hour. */
static const struct {
	const char *zone, *month, *start, *end, *want, *hours;
} zones[] = {
	{ "UTC", "2026-10", "2026-10-10T10:00:00Z", "2026-10-10T11:00:00Z", "1 1 1 breached", "744" },
	{ "UTC", "2026-10", "2026-10-10T10:30:00Z", "2026-10-10T11:30:00Z", "2 2 2 breached", "744" },
	{ "Asia/Kolkata", "2026-10", "2026-10-10T10:30:00Z", "2026-10-10T11:30:00Z", "1 1 1 breached",
	  "744" },
	{ "Asia/Kolkata", "2026-10", "2026-10-10T10:00:00Z", "2026-10-10T11:00:00Z", "2 2 2 breached",
	  "744" },
	{ "Asia/Kathmandu", "2026-10", "2026-10-10T10:15:00Z", "2026-10-10T11:15:00Z", "1 1 1 breached",
	  "744" },
	{ "America/St_Johns", "2026-10", "2026-10-10T10:30:00Z", "2026-10-10T11:30:00Z", "1 1 1 breached",
	  "744" },
	/* an hour is left out, or there twice: the hour after two o'clock is the hour of three */
	{ "America/Los_Angeles", "2027-03", "2027-03-14T10:00:00Z", "2027-03-14T11:00:00Z", "1 1 1 breached",
	  "743" },
	{ "America/Los_Angeles", "2026-11", "2026-11-01T08:00:00Z", "2026-11-01T10:00:00Z", "2 2 2 breached",
	  "721" },
};

START_TEST(hours_are_those_of_the_zone)
{
	for (size_t i = 0; i < ROWS(zones); i++) {
		struct arena a = { 0 };
		struct statement *s = judged(
		    &a,
		    &(struct case_parts){ .period = arena_printf(&a, "{ 'month': '%s', 'time_zone': '%s' }",
		                                                 zones[i].month, zones[i].zone),
		                          .terms = terms_of(&a, SIX_MINUTES),
		                          .outages = arena_printf(&a, "[ { 'start': '%s', 'end': '%s' } ]",
		                                                  zones[i].start, zones[i].end) });

		ck_assert_msg(strcmp(outcome(&a, s), zones[i].want) == 0, "row %zu: got %s, want %s", i,
		              outcome(&a, s), zones[i].want);
		assert_figure(s, level_of(s)->counted, zones[i].hours);
		statement_free(s);
		arena_release(&a);
	}
}
END_TEST

/* A change of the clock by half an hour makes one hour of that day half an hour long. */
START_TEST(a_cut_hour_is_shorter)
{
	struct arena a = { 0 };
	struct statement *s = judged(
	    &a, &(struct case_parts){ .period = "{ 'month': '2026-04', 'time_zone': 'Australia/Lord_Howe' }",
	                              .terms = terms_of(&a, SIX_MINUTES) });

	assert_figure(s, level_of(s)->counted, "721"); /* 720.5 h */
	statement_free(s);
	s = judged(&a, &(struct case_parts){ .period = "{ 'start': '2026-10-10T10:20:00+09:00', 'end': "
	                                               "'2026-10-10T12:00:00+09:00' }",
	                                     .terms = terms_of(&a, SIX_MINUTES),
	                                     .outages = "[ " OUTAGE("10", "10:50:00", "11:05:00") " ]" });
	assert_figure(s, level_of(s)->counted, "2");
	ck_assert_str_eq(outcome(&a, s), "1 1 1 breached");
	statement_free(s);
	arena_release(&a);
}
END_TEST

/* Without the days of the zone the hours go by its offset. */
START_TEST(hours_without_days)
{
	static const struct {
		int offset_s;
		int64_t start_s;
		const char *want;
	} rows[] = {
		{ 0, 0, "1" },      { 1800, 0, "2" },      { 1800, 1800, "1" },
		{ -12600, 0, "2" }, { -12600, 1800, "1" },
	};

	for (size_t i = 0; i < ROWS(rows); i++) {
		struct arena a = { 0 };
		struct error err = { 0 };
		struct level level = { .id = "l",
			               .metric = METRIC_BAD_HOURS,
			               .method = METHOD_CLOCK_HOUR,
			               .op = AT_MOST,
			               .unit = UNIT_ONE,
			               .rule = { .over_us = 360 * US_PER_S },
			               .objective = "0" };
		struct terms terms = {
			.id = "t", .levels = &level, .level_count = 1, .maintenance_notice_days = -1
		};
		struct party party = { .id = "p", .kind = PARTY_CSP };
		int64_t start_us = rows[i].start_s * US_PER_S;
		struct span down = { start_us, start_us + US_PER_HOUR };
		struct service service = { .id = "s",
			                   .provider = &party,
			                   .terms = &terms,
			                   .outages = &down,
			                   .outage_count = 1,
			                   .known_outages = true };
		struct sla_case c = { .as_of_us = INT64_MAX,
			              .period = { .span = { start_us, start_us + US_PER_HOUR },
			                          .zone_offset_s = rows[i].offset_s },
			              .services = &service,
			              .service_count = 1 };
		struct statement *s = NULL;

		ck_assert_int_eq(statement_make(&a, &c, &s, &err), 0);
		assert_figure(s, level_of(s)->measure.point, rows[i].want);
		statement_free(s);
		arena_release(&a);
	}
}
END_TEST

int main(void)
{
	return run_suite("hours", (const TTest *const[]){ hours_of_known_outages,
	                                                  many_short_outages_make_an_hour, hours_of_samples,
	                                                  parts_are_the_hours, hours_are_those_of_the_zone,
	                                                  a_cut_hour_is_shorter, hours_without_days, NULL });
}
