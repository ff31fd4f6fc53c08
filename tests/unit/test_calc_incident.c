/*
 * What people know of outages: the clock that starts when an outage is known or reported, notices, replacements; and
 * the opening of a service.
 */
#include "tests/unit/build_outages.h"

#define INCIDENTS(list) "'incidents': [ " list " ]"
#define ONE(keys)       "{ 'id': 'i-1', 'services': [ 'line' ], " keys " }"
#define TWO(keys)       "{ 'id': 'i-2', 'services': [ 'line' ], " keys " }"
#define AS_OF(day)      "'as_of': '2026-11-" day "T00:00:00+09:00', "

#define KNOWN_MIN(m)                                                                                         \
	"'metric': 'recovery_time', 'clock': 'known', 'objective': { 'op': '<=', 'min': '" m "' }"
#define REPORTED_MIN(m)                                                                                      \
	"'metric': 'recovery_time', 'clock': 'reported', 'objective': { 'op': '<=', 'min': '" m "' }"
#define HOUR_LONG "[ " OUTAGE("10", "10:00:00", "11:00:00") " ]"

struct row {
	const char *level, *outages, *more, *want, *part; /* part: of the first; NULL not looked at */
};

static void check_rows(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct arena a = { 0 };
		struct statement *s = judged_outages(&a, rows[i].level, rows[i].outages, rows[i].more);

		ck_assert_msg(strcmp(outcome(&a, s), rows[i].want) == 0, "row %zu: got %s, want %s", i,
		              outcome(&a, s), rows[i].want);
		if (rows[i].part && !*rows[i].part)
			ck_assert_msg(level_of(s)->part_count == 0, "row %zu has a part", i);
		else if (rows[i].part)
			ck_assert_msg(strcmp(part_text(&a, s, 0), rows[i].part) == 0, "row %zu: got %s", i,
			              part_text(&a, s, 0));
		statement_free(s);
		arena_release(&a);
	}
}

/* ---- the clock ---- */

static const struct row clocks[] = {
	/* STNet: from the time it knew */
	{ KNOWN_MIN("30"), HOUR_LONG,
	  INCIDENTS(ONE(FROM_TO("10", "10:00:00", "11:00:00") ", 'known': " AT("10", "10:20:00"))),
	  "40 40 40 breached", "40 40 40 (i-1)" },
	{ "'min_outage_s': 1800, " KNOWN_MIN("0"), HOUR_LONG,
	  INCIDENTS(ONE(FROM_TO("10", "10:00:00", "11:00:00") ", 'known': " AT("10", "10:30:00"))),
	  "30 30 30 breached", "30 30 30 (i-1)" },
	{ "'min_outage_s': 1800, " KNOWN_MIN("0"), HOUR_LONG,
	  INCIDENTS(ONE(FROM_TO("10", "10:00:00", "11:00:00") ", 'known': " AT("10", "10:30:01"))),
	  "0 0 0 met", "!0 0 0 (i-1) shorter than 1800 s after it was known" },
	/* known before the onset, at its end, and after it */
	{ KNOWN_MIN("30"), HOUR_LONG, INCIDENTS(ONE("'known': " AT("10", "09:00:00"))), "60 60 60 breached",
	  "60 60 60 (i-1)" },
	{ KNOWN_MIN("30"), HOUR_LONG, INCIDENTS(ONE("'known': " AT("10", "11:00:00"))), "0 0 0 met",
	  "!0 0 0 (i-1) over before it was known" },
	{ KNOWN_MIN("30"), HOUR_LONG,
	  INCIDENTS(ONE(FROM_TO("10", "10:00:00", "11:00:00") ", 'known': " AT("11", "00:00:00"))),
	  "0 0 0 met", "!0 0 0 (i-1) over before it was known" },
	/* no incident, one of another outage, one without the instant: it may or may not count */
	{ KNOWN_MIN("30"), HOUR_LONG, NULL, "0 60 60 not provable",
	  "0 60 60 no incident says when it was known: counted from the onset" },
	{ KNOWN_MIN("30"), HOUR_LONG,
	  INCIDENTS(ONE(FROM_TO("12", "10:00:00", "11:00:00") ", 'known': " AT("12", "10:00:00"))),
	  "0 60 60 not provable", "0 60 60 no incident says when it was known: counted from the onset" },
	{ KNOWN_MIN("30"), HOUR_LONG, INCIDENTS(ONE("'reported': " AT("10", "10:10:00"))),
	  "0 60 60 not provable", "0 60 60 no incident says when it was known: counted from the onset" },
	{ REPORTED_MIN("30"), HOUR_LONG, INCIDENTS(ONE("'reported': " AT("10", "10:10:00"))),
	  "50 50 50 breached", "50 50 50 (i-1)" },
	{ REPORTED_MIN("30"), HOUR_LONG, NULL, "0 60 60 not provable",
	  "0 60 60 no incident says when it was reported: counted from the onset" },
	/* several: the first to be known */
	{ KNOWN_MIN("30"), HOUR_LONG,
	  INCIDENTS(TWO(FROM_TO("10", "10:00:00", "11:00:00") ", 'known': " AT("10", "10:40:00")) ", " ONE(
	      FROM_TO("10", "09:00:00", "10:00:00") ", 'known': " AT("10", "10:15:00"))),
	  "45 45 45 breached", "45 45 45 (i-1)" },
	/* of another service, and entered too late */
	{ KNOWN_MIN("30"), HOUR_LONG,
	  AS_OF("20") INCIDENTS(
	      ONE("'known': " AT("10", "10:50:00") ", 'entered': '2026-11-20T00:00:00.000001+09:00'")),
	  "0 60 60 not provable", NULL },
	{ KNOWN_MIN("30"), HOUR_LONG,
	  AS_OF("20")
	      INCIDENTS(ONE("'known': " AT("10", "10:50:00") ", 'entered': '2026-11-20T00:00:00+09:00'")),
	  "10 10 10 met", NULL },
	/* all outages together, and by the share of time */
	{ "'metric': 'downtime', 'clock': 'known', 'objective': { 'op': '<=', 'min': '60' }",
	  "[ " OUTAGE("10", "10:00:00", "11:00:00") ", " OUTAGE("12", "10:00:00", "11:00:00") " ]",
	  INCIDENTS(ONE(FROM_TO("10", "10:00:00", "11:00:00") ", 'known': " AT("10", "10:20:00"))),
	  "40 100 100 not provable", NULL },
	/* KDDI KCPS: fault time starts when the provider could confirm it. 744 h - 40 min */
	{ "'metric': 'availability', 'method': 'duration_ratio', 'clock': 'known', 'objective': { 'op': "
	  "'>=', 'percent': '99.99' }",
	  HOUR_LONG, INCIDENTS(ONE(FROM_TO("10", "10:00:00", "11:00:00") ", 'known': " AT("10", "10:20:00"))),
	  "27875/279 27875/279 27875/279 breached", NULL },
	{ "'metric': 'availability', 'method': 'duration_ratio', 'clock': 'known', 'objective': { 'op': "
	  "'>=', 'percent': '99.99' }",
	  HOUR_LONG, NULL, "100 18575/186 18575/186 not provable", NULL },
};

START_TEST(the_clock_starts_when_it_was_known)
{
	check_rows(clocks, ROWS(clocks));
}
END_TEST

#define KNOWN_AT(keys, time) INCIDENTS(ONE(keys ", 'known': " AT("10", time)))

/* On samples: what surely belongs to the incident's outage, what may belong to another. */
static const struct {
	const char *exceptions, *incidents, *want;
} sampled[] = {
	/* the change between two samples is the outage's: nothing of it counts before 10:30 */
	{ EXCEPT("10", "10:00:00", "11:00:00", "down"),
	  KNOWN_AT(FROM_TO("10", "10:10:00", "10:20:00"), "10:30:00"), "29 30 29.5 met" },
	/* an outage that began after the span, within the last half minute before 10:00, is without incident */
	{ EXCEPT("10", "10:00:00", "11:00:00", "down"),
	  KNOWN_AT(FROM_TO("10", "09:00:00", "09:59:30"), "10:30:00"), "0 60.5 29.5 not provable" },
	/* not measured before: there may have been an outage of which the incident says nothing */
	{ EXCEPT("10", "09:00:00", "10:00:00", "missed") ", " EXCEPT("10", "10:00:00", "11:00:00", "down"),
	  KNOWN_AT(FROM_TO("10", "10:00:00", "11:00:00"), "10:30:00"), "29 61 29.5 not provable" },
	/* within the incident's span it says something */
	{ EXCEPT("10", "09:00:00", "10:00:00", "missed") ", " EXCEPT("10", "10:00:00", "11:00:00", "down"),
	  KNOWN_AT(FROM_TO("10", "08:00:00", "11:00:00"), "10:30:00"), "29 30 29.5 met" },
	/* two outages with one incident: the other may or may not count */
	{ EXCEPT("10", "10:00:00", "10:11:00", "down") ", " EXCEPT("10", "10:12:00", "11:00:00", "down"),
	  KNOWN_AT(FROM_TO("10", "10:20:00", "10:30:00"), "10:30:00"), "29 30 29.5 met" },
	/* two samples missed between them: one outage or two, the clock of one (a bound, not the closest) */
	{ EXCEPT("10", "10:00:00", "10:20:00", "down") ", " EXCEPT(
	      "10", "10:20:00", "10:22:00", "missed") ", " EXCEPT("10", "10:22:00", "11:00:00", "down"),
	  KNOWN_AT(FROM_TO("10", "10:30:00", "10:40:00"), "10:10:00"), "37 61 46.5 breached" },
};

START_TEST(what_an_incident_says_of_samples)
{
	for (size_t i = 0; i < ROWS(sampled); i++) {
		struct arena a = { 0 };
		struct statement *s =
		    judged_samples(&a, KNOWN_MIN("30"), sampled[i].exceptions, sampled[i].incidents);

		ck_assert_msg(strcmp(outcome(&a, s), sampled[i].want) == 0, "row %zu: got %s, want %s", i,
		              outcome(&a, s), sampled[i].want);
		statement_free(s);
		arena_release(&a);
	}
}
END_TEST

START_TEST(what_would_settle_a_clock)
{
	struct arena a = { 0 };
	struct statement *s = judged_outages(&a, KNOWN_MIN("30"), HOUR_LONG, NULL);

	ck_assert_str_eq(level_of(s)->settle, "the exact times at which the service changed, and a record of "
	                                      "when each outage was known or reported");
	statement_free(s);
	arena_release(&a);
}
END_TEST

/* ---- time to notify ---- */

#define NOTIFY          "'metric': 'time_to_notify', 'objective': { 'op': '<', 'min': '30' }"
#define NOTIFY_LONG     "'min_outage_s': 180, " NOTIFY
#define SPAN            FROM_TO("10", "10:00:00", "11:00:00")
#define TOLD(from, to_) "'known': " AT("10", from) ", 'notified': " AT("10", to_)

static const struct row notices[] = {
	{ NOTIFY, "[]", NULL, "0 0 0 met", "" },
	/* KDDI: 30 minutes is late */
	{ NOTIFY_LONG, HOUR_LONG, INCIDENTS(ONE(SPAN ", " TOLD("10:01:00", "10:30:59"))),
	  "1799/60 1799/60 1799/60 met", "1799/60 1799/60 1799/60 (i-1)" },
	{ NOTIFY_LONG, HOUR_LONG, INCIDENTS(ONE(SPAN ", " TOLD("10:01:00", "10:31:00"))), "30 30 30 breached",
	  "30 30 30 (i-1)" },
	/* of an outage that is too short it is not asked; where the timeline has none, the span may be right */
	{ NOTIFY_LONG, "[ " OUTAGE("10", "10:00:00", "10:02:59") " ]",
	  INCIDENTS(ONE("'start': " AT("10", "10:00:00") ", 'end': " AT("10", "10:02:59") ", " TOLD(
	      "10:01:00", "12:00:00"))),
	  "0 0 0 met", "" },
	{ NOTIFY_LONG, "[ " OUTAGE("10", "10:00:00", "10:03:00") " ]",
	  INCIDENTS(ONE("'start': " AT("10", "10:00:00") ", 'end': " AT("10", "10:03:00") ", " TOLD(
	      "10:01:00", "12:01:00"))),
	  "120 120 120 breached", "120 120 120 (i-1)" },
	{ NOTIFY_LONG, "[]", INCIDENTS(ONE(SPAN ", " TOLD("10:01:00", "12:01:00"))), "0 120 0 not provable",
	  "0 120 0 (i-1) the outage may be too short to count" },
	{ NOTIFY_LONG, "[]", INCIDENTS(ONE(TOLD("10:01:00", "12:01:00"))), "0 0 0 met", "" },
	{ NOTIFY, "[]", INCIDENTS(ONE(TOLD("10:01:00", "12:01:00"))), "120 120 120 breached",
	  "120 120 120 (i-1)" },
	/* nobody entered anything */
	{ NOTIFY_LONG, HOUR_LONG, NULL, "0 ? 0 not provable",
	  "0 ? 0 no incident says when it was known and notified" },
	{ NOTIFY_LONG, HOUR_LONG, "'as_of': '2026-10-10T10:20:00+09:00'", "0 20 0 met",
	  "0 20 0 no incident says when it was known and notified" },
	{ NOTIFY_LONG, HOUR_LONG, "'as_of': '2026-10-10T09:00:00+09:00'", "0 0 0 met", NULL },
	{ NOTIFY_LONG, "[ " OUTAGE("10", "10:00:00", "10:02:59") " ]", NULL, "0 0 0 met", "" },
	/* not stated is not zero */
	{ NOTIFY, HOUR_LONG, INCIDENTS(ONE(SPAN ", 'known': " AT("10", "10:05:00"))), "0 ? 0 not provable",
	  "0 ? 0 (i-1) the incident does not say when it was notified" },
	{ NOTIFY, HOUR_LONG,
	  "'as_of': '2026-10-10T10:25:00+09:00', " INCIDENTS(ONE(SPAN ", 'known': " AT("10", "10:05:00"))),
	  "0 20 0 met", "0 20 0 (i-1) the incident does not say when it was notified" },
	{ NOTIFY, HOUR_LONG,
	  "'as_of': '2026-10-10T10:04:00+09:00', " INCIDENTS(ONE(SPAN ", 'known': " AT("10", "10:05:00"))),
	  "0 0 0 met", NULL },
	/* an incident of an outage that the timeline does not have, beside one that nobody entered */
	{ NOTIFY_LONG, HOUR_LONG,
	  INCIDENTS(ONE(FROM_TO("20", "10:00:00", "11:00:00") ", 'known': " AT(
	      "20", "10:00:00") ", 'notified': " AT("20", "12:00:00"))),
	  "0 ? 0 not provable", "0 120 0 (i-1) the outage may be too short to count" },
	{ NOTIFY, HOUR_LONG, INCIDENTS(ONE(SPAN ", 'notified': " AT("10", "10:45:00"))),
	  "0 45 0 not provable", "0 45 0 (i-1) the incident does not say when it was known" },
	{ NOTIFY, HOUR_LONG, INCIDENTS(ONE("'notified': " AT("01", "00:20:00"))), "0 20 0 met",
	  "0 20 0 (i-1) the incident does not say when it was known" },
	{ NOTIFY, "[]", INCIDENTS(ONE("'document': 'x'")), "0 ? 0 not provable",
	  "0 ? 0 (i-1) the incident does not say when it was known" },
	/* what is surely late decides though something else is without bound */
	{ NOTIFY, HOUR_LONG,
	  INCIDENTS(ONE(TOLD("10:00:00", "12:00:00")) ", " TWO("'known': " AT("12", "10:00:00"))),
	  "120 ? 120 breached", NULL },
	/* of another month: the clock starts there; by its span; by its notice */
	{ NOTIFY, "[]",
	  INCIDENTS(ONE("'known': '2026-09-30T23:00:00+09:00', 'notified': " AT("01", "12:00:00"))),
	  "0 0 0 met", "" },
	{ NOTIFY, "[]",
	  INCIDENTS(ONE("'start': '2026-11-01T00:00:00+09:00', 'end': '2026-11-01T01:00:00+09:00'")),
	  "0 0 0 met", "" },
	{ NOTIFY, "[]", INCIDENTS(ONE("'notified': '2026-11-01T00:00:00+09:00'")), "0 0 0 met", "" },
	{ NOTIFY, "[]",
	  INCIDENTS(ONE("'known': " AT("31", "23:50:00") ", 'notified': '2026-11-01T00:20:00+09:00'")),
	  "30 30 30 breached", NULL },
	/* in an accepted exclusion nothing has to be notified */
	{ NOTIFY, HOUR_LONG,
	  "'exclusions': [ { 'id': 'x', 'services': [ 'line' ], 'kind': 'other', " FROM_TO(
	      "10", "09:00:00", "12:00:00") " } ], " INCIDENTS(ONE(SPAN ", " TOLD("10:00:00", "12:00:00"))),
	  "0 0 0 met", "" },
};

START_TEST(notices_)
{
	check_rows(notices, ROWS(notices));
}
END_TEST

START_TEST(notices_of_outages_that_may_be_long_enough)
{
	struct arena a = { 0 };
	struct statement *s = judged_samples(&a, NOTIFY_LONG, EXCEPT("10", "10:00:00", "10:03:00", "down"),
	                                     INCIDENTS(ONE(SPAN ", " TOLD("10:01:00", "12:01:00"))));

	/* 120 to 240 s, 180 s at the midpoint */
	ck_assert_str_eq(outcome(&a, s), "0 120 120 not provable");
	ck_assert_str_eq(part_text(&a, s, 0), "0 120 120 (i-1) the outage may be too short to count");
	statement_free(s);
	s = judged_samples(&a, NOTIFY_LONG, EXCEPT("10", "10:00:00", "10:02:00", "down"),
	                   INCIDENTS(ONE(SPAN ", " TOLD("10:01:00", "12:01:00"))));
	ck_assert_str_eq(outcome(&a, s), "0 120 0 not provable");
	statement_free(s);
	s = judged_samples(&a, NOTIFY_LONG, EXCEPT("10", "10:00:00", "10:02:00", "missed"), NULL);
	ck_assert_str_eq(outcome(&a, s), "0 ? 0 not provable");
	ck_assert_str_eq(level_of(s)->settle, "a record of when each outage was known and notified");
	statement_free(s);
	arena_release(&a);
}
END_TEST

/* ---- time to replace ---- */

#define REPLACE "'metric': 'time_to_replace', 'objective': { 'op': '<=', 'h': '4' }"

static const struct row replacements[] = {
	{ REPLACE, HOUR_LONG, NULL, "0 0 0 met", "" },
	{ REPLACE, "[]",
	  INCIDENTS(ONE("'reported': " AT("10", "10:00:00") ", 'replaced': " AT("10", "14:00:00"))),
	  "4 4 4 met", "4 4 4 (i-1)" },
	{ REPLACE, "[]",
	  INCIDENTS(ONE("'reported': " AT("10", "10:00:00") ", 'replaced': " AT("10", "14:00:36"))),
	  "4.01 4.01 4.01 breached", NULL },
	/* nothing was reported: nothing to replace */
	{ REPLACE, "[]", INCIDENTS(ONE(SPAN ", 'known': " AT("10", "10:00:00"))), "0 0 0 met", "" },
	{ REPLACE, "[]", INCIDENTS(ONE("'reported': " AT("10", "10:00:00"))), "0 ? 0 not provable",
	  "0 ? 0 (i-1) the incident does not say when it was replaced" },
	{ REPLACE, "[]",
	  "'as_of': '2026-10-10T13:00:00+09:00', " INCIDENTS(ONE("'reported': " AT("10", "10:00:00"))),
	  "0 3 0 met", NULL },
	{ REPLACE, "[]", INCIDENTS(ONE(SPAN ", 'replaced': " AT("10", "15:00:00"))), "0 5 0 not provable",
	  "0 5 0 (i-1) the incident does not say when it was reported" },
	/* an incident counts to its end, beyond the period too, and for all of it */
	{ REPLACE, "[]",
	  INCIDENTS(ONE("'reported': " AT("31", "22:00:00") ", 'replaced': '2026-11-01T06:00:00+09:00'")),
	  "8 8 8 breached", NULL },
	{ REPLACE, "[]",
	  INCIDENTS(ONE("'reported': '2026-09-30T22:00:00+09:00', 'replaced': " AT("01", "06:00:00"))),
	  "0 0 0 met", "" },
	{ REPLACE, "[]",
	  INCIDENTS(ONE("'reported': " AT("10", "10:00:00") ", 'replaced': " AT("10", "12:00:00")) ", " TWO(
	      "'reported': " AT("11", "10:00:00") ", 'replaced': " AT("11", "15:00:00"))),
	  "5 5 5 breached", "2 2 2 (i-1)" },
};

START_TEST(replacements_)
{
	check_rows(replacements, ROWS(replacements));
}
END_TEST

/* ---- opening ---- */

#define LATE "'metric': 'opening_delay', 'objective': { 'op': '<=', 'd': '0' }"

static const struct {
	const char *opening, *more, *want, *note; /* note: why not covered, or the part's remark */
} openings[] = {
	{ "'due': '2026-10-05', 'opened': '2026-10-05'", NULL, "0 0 0 met", NULL },
	{ "'due': '2026-10-05', 'opened': '2026-10-01'", NULL, "0 0 0 met", NULL },
	{ "'due': '2026-10-05', 'opened': '2026-10-06'", NULL, "1 1 1 breached", NULL },
	{ "'due': '2026-09-20', 'opened': '2026-10-31'", NULL, "41 41 41 breached", NULL },
	/* opened before, after, not yet */
	{ "'due': '2026-09-20', 'opened': '2026-09-30'", NULL, "? ? ? not covered",
	  "the service opened before the period" },
	{ "'due': '2026-10-05', 'opened': '2026-11-01'", NULL, "27 27 27 breached",
	  "not open yet: the days so far" },
	{ "'due': '2026-10-05'", NULL, "27 27 27 breached", "not open yet: the days so far" },
	{ "'due': '2026-10-05'", "'as_of': '2026-10-07T12:00:00+09:00'", "2 27 2 breached",
	  "not open yet: the days so far" },
	{ "'due': '2026-10-05'", "'as_of': '2026-10-05T12:00:00+09:00'", "0 27 0 not provable",
	  "not open yet: the days so far" },
	{ "'due': '2026-10-05'", "'as_of': '2026-12-05T12:00:00+09:00'", "27 27 27 breached",
	  "not open yet: the days so far" },
	{ "'due': '2026-11-05'", NULL, "0 0 0 met", NULL },
	{ NULL, NULL, "? ? ? not covered", "the service does not state when it was due to open" },
};

START_TEST(openings_)
{
	for (size_t i = 0; i < ROWS(openings); i++) {
		struct arena a = { 0 };
		const char *opening =
		    openings[i].opening ? arena_printf(&a, ", 'opening': { %s }", openings[i].opening) : "";
		struct statement *s =
		    judged(&a, &(struct case_parts){ .terms = terms_of(&a, LATE),
		                                     .services = arena_printf(
		                                         &a,
		                                         "[ { 'id': 'line', 'provider': 'carrier', 'terms': "
		                                         "'own-line', 'outages': []%s } ]",
		                                         opening),
		                                     .more = openings[i].more });
		const struct level_result *r = level_of(s);
		const char *note = r->not_covered ? r->not_covered : r->part_count ? r->parts[0].why : NULL;

		ck_assert_msg(strcmp(outcome(&a, s), openings[i].want) == 0, "row %zu: got %s, want %s", i,
		              outcome(&a, s), openings[i].want);
		ck_assert_msg(note && openings[i].note ? strcmp(note, openings[i].note) == 0
		                                       : note == openings[i].note,
		              "row %zu: got %s", i, note ? note : "nothing");
		statement_free(s);
		arena_release(&a);
	}
}
END_TEST

/* A case that nobody read from a file may lack the days: then nothing is judged, and the level says why. */
START_TEST(days_that_are_not_known)
{
	int64_t starts[] = { 0, US_PER_DAY, 2 * US_PER_DAY, 3 * US_PER_DAY };
	struct zone_days other = { "Etc/GMT+12", 100, starts, 4, INT64_MAX };
	struct zone_days late = { "UTC", 100, starts + 2, 2, INT64_MAX };
	int64_t few[] = { 0, US_PER_DAY + 1 };
	struct zone_days early = { "UTC", 100, few, 2, INT64_MAX };
	struct zone_days same = { "UTC", 100, starts, 4, INT64_MAX };
	const struct {
		struct zone_days *days;
		const char *want;
	} rows[] = { { NULL, "? ? ? not covered" },
		     { &other, "? ? ? not covered" },
		     { &late, "? ? ? not covered" },
		     { &early, "? ? ? not covered" },
		     { &same, "1 1 1 breached" } };

	for (size_t i = 0; i < ROWS(rows); i++) {
		struct arena a = { 0 };
		struct error err = { 0 };
		struct level level = { .id = "l",
			               .metric = METRIC_OPENING_DELAY,
			               .op = AT_MOST,
			               .unit = UNIT_D,
			               .objective = "0" };
		struct terms terms = { .id = "t",
			               .time_zone = "UTC",
			               .levels = &level,
			               .level_count = 1,
			               .maintenance_notice_days = -1 };
		struct party party = { .id = "p", .kind = PARTY_NSP };
		struct service service = { .id = "s",
			                   .provider = &party,
			                   .terms = &terms,
			                   .known_outages = true,
			                   .has_opening = true,
			                   .due_day = 100,
			                   .opened_day = 101 };
		struct sla_case c = { .as_of_us = INT64_MAX,
			              .period = { .span = { US_PER_DAY, 2 * US_PER_DAY } },
			              .services = &service,
			              .service_count = 1,
			              .zone_days = rows[i].days,
			              .zone_days_count = rows[i].days != NULL };
		struct statement *s = NULL;

		ck_assert_int_eq(statement_make(&a, &c, &s, &err), 0);
		ck_assert_msg(strcmp(outcome(&a, s), rows[i].want) == 0, "row %zu: got %s", i,
		              outcome(&a, s));
		if (i < 4)
			ck_assert_str_eq(level_of(s)->not_covered, "the days of the period are not known");
		statement_free(s);
		arena_release(&a);
	}
}
END_TEST

int main(void)
{
	return run_suite("incident",
	                 (const TTest *const[]){ the_clock_starts_when_it_was_known,
	                                         what_an_incident_says_of_samples, what_would_settle_a_clock,
	                                         notices_, notices_of_outages_that_may_be_long_enough,
	                                         replacements_, openings_, days_that_are_not_known, NULL });
}
