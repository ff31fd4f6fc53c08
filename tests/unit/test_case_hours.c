/* Service hours and calendars: what is refused, and which instants come out. Terms stand on line 5 of the case. */
#include "tests/unit/build_case.h"

#define HOURS(keys) FLOOR_YEN ", 'service_hours': { " keys " }"
#define COUNTS      "'time': 'service_hours',"
#define EVERY_DAY   "[ 'mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun' ]"
#define DAILY(f, t) "'weekly': [ { 'days': " EVERY_DAY ", 'from': '" f "', 'to': '" t "' } ]"
#define CALENDAR    "'from': '2026-01-01', 'to': '2026-12-31'"
#define AT_HOURS    "case.json:5: terms[0].service_hours."
#define AT_CALENDAR "case.json:8: calendars[0]"

static const struct refusal rows[] = {
	{ { .settle = HOURS(DAILY("08:00", "18:00")) }, "accepted" },
	{ { .settle = HOURS("'weekly': []"), .level = COUNTS }, "accepted" },
	{ { .level = COUNTS },
	  "case.json:5: terms[0].levels[0]: counts service hours, and the terms have no 'service_hours'" },
	{ { .settle = HOURS("'holidays': 'jp'") },
	  "case.json:5: terms[0].service_hours: the key 'weekly' is missing" },
	{ { .settle = HOURS(DAILY("08:00", "18:00") ", 'weekdays': 1") },
	  AT_HOURS "weekdays: unknown key 'weekdays'" },
	{ { .settle = HOURS("'weekly': [ { 'days': [], 'from': '08:00', 'to': '18:00' } ]") },
	  AT_HOURS "weekly[0].days: at least one day is needed" },
	{ { .settle = HOURS("'weekly': [ { 'days': [ 'Mon' ], 'from': '08:00', 'to': '18:00' } ]") },
	  AT_HOURS "weekly[0].days[0]: 'Mon' is not one of: mon, tue, wed, thu, fri, sat, sun" },
	{ { .settle = HOURS(DAILY("8:00", "18:00")) },
	  AT_HOURS "weekly[0].from: '8:00' is not a time of the day like 08:00" },
	{ { .settle = HOURS(DAILY("08:60", "18:00")) },
	  AT_HOURS "weekly[0].from: '08:60' is not a time of the day like 08:00" },
	{ { .settle = HOURS(DAILY("24:00", "24:00")) },
	  AT_HOURS "weekly[0].from: '24:00' is not a time of the day like 08:00" },
	{ { .settle = HOURS(DAILY("08:00", "24:01")) },
	  AT_HOURS "weekly[0].to: '24:01' is not a time of the day like 08:00 or 24:00" },
	{ { .settle = HOURS(DAILY("08.00", "24:00")) },
	  AT_HOURS "weekly[0].from: '08.00' is not a time of the day like 08:00" },
	{ { .settle = HOURS(DAILY("22:00", "06:00")) },
	  AT_HOURS
	  "weekly[0]: 'to' is not after 'from'"
	  "\nhint: hours over midnight are two entries: until 24:00, and from 00:00 of the next day" },
	{ { .settle = HOURS(DAILY("08:00", "08:00")) },
	  AT_HOURS
	  "weekly[0]: 'to' is not after 'from'"
	  "\nhint: hours over midnight are two entries: until 24:00, and from 00:00 of the next day" },
	{ { .settle = HOURS(DAILY("08:00", "18:00") ", 'on_holidays': []") },
	  AT_HOURS "on_holidays: says something only beside 'holidays'" },
	{ { .settle =
	        HOURS(DAILY("08:00", "18:00") ", 'holidays': 'jp', 'on_holidays': [ { 'from': '08:00' } ]") },
	  AT_HOURS "on_holidays[0]: the key 'to' is missing" },
	{ { .settle = HOURS(DAILY("08:00", "18:00") ", 'dates': [ { 'date': '2026-02-30', 'hours': [] } ]") },
	  AT_HOURS "dates[0].date: '2026-02-30' is not a date like 2026-10-31" },
	{ { .settle = HOURS(DAILY("08:00", "18:00") ", 'dates': [ { 'date': '2026-02-20' } ]") },
	  AT_HOURS "dates[0]: the key 'hours' is missing" },
	{ { .settle =
	        HOURS(DAILY("08:00", "18:00") ", 'dates': [ { 'date': '2026-02-20', 'hours': [] }, { 'date': "
	                                      "'2026-02-20', 'hours': [] } ]") },
	  AT_HOURS "dates[1]: the date is there twice" },
	/* what only the period decides */
	{ { .settle = HOURS(DAILY("08:00", "18:00") ", 'holidays': 'mars'") },
	  AT_HOURS "holidays: no calendar 'mars'\nhint: give it in the case's 'calendars'; shipped: jp" },
	{ { .settle = HOURS(DAILY("08:00", "18:00") ", 'holidays': 'jp'"),
	    .period = "{ 'month': '2018-12', 'time_zone': 'Asia/Tokyo' }" },
	  "case.json:3: period: the calendar 'jp' begins 2019-01-01, the period needs 2018-12-01"
	  "\nhint: give a calendar in the case's 'calendars'; slacalc calendar import makes one" },
	{ { .settle = HOURS(DAILY("08:00", "18:00") ", 'holidays': 'jp'"),
	    .period =
	        "{ 'start': '2027-12-31T00:00:00+09:00', 'end': '2028-01-01T00:00:01+09:00', 'time_zone': "
	        "'Asia/Tokyo' }" },
	  "case.json:3: period: the calendar 'jp' ends 2027-12-31, the period needs 2028-01-01"
	  "\nhint: give a calendar in the case's 'calendars'; slacalc calendar import makes one" },
	/* a day of its own needs no calendar */
	{ { .settle = HOURS(
	        DAILY("08:00", "18:00") ", 'holidays': 'jp', 'dates': [ { 'date': '2028-01-01', 'hours': "
	                                "[] } ]"),
	    .period =
	        "{ 'start': '2027-12-31T00:00:00+09:00', 'end': '2028-01-01T00:00:01+09:00', 'time_zone': "
	        "'Asia/Tokyo' }" },
	  "accepted" },
	{ { .settle = HOURS(DAILY("08:00", "18:00")),
	    .period = "{ 'start': '2026-10-01T00:00:00Z', 'end': '2026-10-02T00:00:00Z' }" },
	  "case.json:3: period: the key 'time_zone' is missing\nhint: service hours are hours of a time "
	  "zone" },
	{ { .settle = HOURS(DAILY("08:00", "18:00")),
	    .level = COUNTS,
	    .period = "{ 'month': '2026-10', 'time_zone': 'Asia/Tokyo', 'hours': 720 }" },
	  "case.json:3: period: T is fixed at 720 h, and the level 'availability' of the terms 'own-line' "
	  "counts "
	  "service hours" },
	{ { .level = "'time': 'deployed',",
	    .period = "{ 'month': '2026-10', 'time_zone': 'Asia/Tokyo', 'hours': 720 }" },
	  "case.json:3: period: T is fixed at 720 h, and the level 'availability' of the terms 'own-line' "
	  "counts "
	  "deployed time" },
	/* calendars of the case, used or not */
	{ { .more = "'calendars': [ { 'id': 'x', " CALENDAR ", 'days': [] } ]" }, "accepted" },
	{ { .more = "'calendars': [ { 'id': 'x', " CALENDAR ", 'days': [] }, { 'id': 'x', " CALENDAR
	            ", 'days': [] } ]" },
	  "case.json:8: calendars[1]: the calendar 'x' is there twice" },
	{ { .more = "'calendars': [ { 'id': 'x', 'from': '2026-01-02', 'to': '2026-01-01', 'days': [] } ]" },
	  AT_CALENDAR ".to: 'to' is before 'from'" },
	{ { .more = "'calendars': [ { 'id': 'x', " CALENDAR ", 'days': [ { 'date': '2027-01-01' } ] } ]" },
	  AT_CALENDAR ".days[0].date: lies outside 'from' to 'to' of the calendar" },
	{ { .more = "'calendars': [ { 'id': 'x', " CALENDAR ", 'days': [ { 'date': '2026-05-01' }, { 'date': "
	            "'2026-04-01' }, { 'date': '2026-05-01' } ] } ]" },
	  AT_CALENDAR ".days: the day 2026-05-01 is there twice" },
	{ { .more = "'calendars': [ { 'id': 'x', " CALENDAR ", 'days': [ { 'day': '2026-05-01' } ] } ]" },
	  AT_CALENDAR ".days[0].day: unknown key 'day'" },
	{ { .more = "'calendars': [ { 'id': 'x', " CALENDAR ", 'days': [], 'source': 'web' } ]" },
	  AT_CALENDAR ".source: must be an object" },
	{ { .more = "'calendars': [ { 'id': 'x', " CALENDAR ", 'days': [], 'country': 'JP' } ]" },
	  AT_CALENDAR ".country: unknown key 'country'" },
};

START_TEST(refusals)
{
	assert_refused(rows, ROWS(rows));
}
END_TEST

/* The hours that touch the period, as text. */
static const char *hours_in(struct arena *a, const struct sla_case *c)
{
	const struct level *l = &c->terms[0].levels[0];
	char *out = arena_copy(a, "");

	for (size_t i = 0; i < l->hour_count; i++) {
		struct span s = span_intersect(l->hours[i], c->period.span);
		char from[INSTANT_TEXT_SIZE], to[INSTANT_TEXT_SIZE];

		if (span_length(s))
			out = arena_printf(a, "%s%s%s/%s", out, *out ? " " : "",
			                   instant_format(s.start, from) + 5, instant_format(s.end, to) + 5);
	}
	return out;
}

static const struct {
	const char *zone, *start, *end, *hours, *want;
} resolved[] = {
	/* a day without changes; 24:00 is the next midnight */
	{ "Asia/Tokyo", "2026-10-01T00:00:00+09:00", "2026-10-03T00:00:00+09:00", DAILY("08:00", "24:00"),
	  "09-30T23:00:00Z/10-01T15:00:00Z 10-01T23:00:00Z/10-02T15:00:00Z" },
	/* neighbours melt: open throughout */
	{ "Asia/Tokyo", "2026-10-01T00:00:00+09:00", "2026-10-03T00:00:00+09:00", DAILY("00:00", "24:00"),
	  "09-30T15:00:00Z/10-02T15:00:00Z" },
	/* clocks go back at 02:00 EDT: 00:30 to 01:30 of EDT, and 01:00 to 01:30 of EST */
	{ "America/New_York", "2026-11-01T00:00:00-04:00", "2026-11-02T00:00:00-05:00",
	  DAILY("00:30", "01:30"), "11-01T04:30:00Z/11-01T05:30:00Z 11-01T06:00:00Z/11-01T06:30:00Z" },
	{ "America/New_York", "2026-11-01T00:00:00-04:00", "2026-11-02T00:00:00-05:00",
	  DAILY("01:30", "02:30"), "11-01T05:30:00Z/11-01T06:00:00Z 11-01T06:30:00Z/11-01T07:30:00Z" },
	/* a day of 25 hours, a day of 23 */
	{ "America/New_York", "2026-11-01T00:00:00-04:00", "2026-11-02T00:00:00-05:00",
	  DAILY("00:00", "24:00"), "11-01T04:00:00Z/11-02T05:00:00Z" },
	{ "America/New_York", "2027-03-14T00:00:00-05:00", "2027-03-15T00:00:00-04:00",
	  DAILY("00:00", "24:00"), "03-14T05:00:00Z/03-15T04:00:00Z" },
	/* 02:00 to 03:00 does not exist */
	{ "America/New_York", "2027-03-14T00:00:00-05:00", "2027-03-15T00:00:00-04:00",
	  DAILY("02:00", "03:00"), "" },
	{ "America/New_York", "2027-03-14T00:00:00-05:00", "2027-03-15T00:00:00-04:00",
	  DAILY("02:30", "03:30"), "03-14T07:00:00Z/03-14T07:30:00Z" },
	/* midnight does not exist: clocks went from 24:00 to 01:00 (Beirut, 2021-03-28) */
	{ "Asia/Beirut", "2021-03-27T00:00:00+02:00", "2021-03-29T00:00:00+03:00", DAILY("23:00", "24:00"),
	  "03-27T21:00:00Z/03-27T22:00:00Z 03-28T20:00:00Z/03-28T21:00:00Z" },
	{ "Asia/Beirut", "2021-03-28T01:00:00+03:00", "2021-03-29T00:00:00+03:00", DAILY("00:00", "02:00"),
	  "03-27T22:00:00Z/03-27T23:00:00Z" },
	/* half an hour: Lord Howe goes from 02:00 (+11) back to 01:30 (+10:30) */
	{ "Australia/Lord_Howe", "2026-04-05T00:00:00+11:00", "2026-04-06T00:00:00+10:30",
	  DAILY("01:30", "02:00"), "04-04T14:30:00Z/04-04T15:30:00Z" },
	/* a period that cuts a day */
	{ "Asia/Tokyo", "2026-10-01T09:30:00+09:00", "2026-10-01T09:40:00+09:00", DAILY("08:00", "18:00"),
	  "10-01T00:30:00Z/10-01T00:40:00Z" },
	/* a date wins over a holiday, a holiday over the weekday: Golden Week 2026, Sunday the 3rd to Thursday */
	{ "Asia/Tokyo", "2026-05-03T00:00:00+09:00", "2026-05-08T00:00:00+09:00",
	  DAILY("08:00",
	        "18:00") ", 'holidays': 'jp', 'on_holidays': [ { 'from': '10:00', 'to': '11:00' } ], "
	                 "'dates': [ { "
	                 "'date': '2026-05-04', 'hours': [ { 'from': '12:00', 'to': '13:00' } ] }, { 'date': "
	                 "'2026-05-05', 'hours': [] } ]",
	  "05-03T01:00:00Z/05-03T02:00:00Z 05-04T03:00:00Z/05-04T04:00:00Z 05-06T01:00:00Z/05-06T02:00:00Z "
	  "05-06T23:00:00Z/05-07T09:00:00Z" },
	/* weekdays are those of the zone: Sunday evening in UTC is Monday in Tokyo; two entries a day, overlapping */
	{ "Asia/Tokyo", "2026-10-04T00:00:00+09:00", "2026-10-06T00:00:00+09:00",
	  "'weekly': [ { 'days': [ 'mon' ], 'from': '01:00', 'to': '03:00' }, { 'days': [ 'mon' ], 'from': "
	  "'02:00', 'to': "
	  "'04:00' } ]",
	  "10-04T16:00:00Z/10-04T19:00:00Z" },
};

START_TEST(wall_clock_hours_become_instants)
{
	for (size_t i = 0; i < ROWS(resolved); i++) {
		struct arena a = { 0 };
		struct error err = { 0 };
		struct sla_case *c;
		struct case_parts parts = { .level = COUNTS };
		const char *got;

		parts.settle = arena_printf(&a, FLOOR_YEN ", 'service_hours': { %s }", resolved[i].hours);
		parts.period = arena_printf(&a, "{ 'start': '%s', 'end': '%s', 'time_zone': '%s' }",
		                            resolved[i].start, resolved[i].end, resolved[i].zone);
		ck_assert_msg(read_case(&a, &parts, &c, &err) == 0, "row %zu: %s", i, err.text);
		got = hours_in(&a, c);
		ck_assert_msg(strcmp(got, resolved[i].want) == 0, "row %zu:\n got  %s\n want %s", i, got,
		              resolved[i].want);
		arena_release(&a);
	}
}
END_TEST

START_TEST(calendars_in_use_are_noted_once)
{
	struct arena a = { 0 };
	struct error err = { 0 };
	struct sla_case *c;

	ck_assert_int_eq(
	    read_case(&a,
	              &(struct case_parts){ .settle = HOURS(DAILY("08:00", "18:00") ", 'holidays': 'jp'") },
	              &c, &err),
	    0);
	ck_assert_uint_eq(c->calendar_count, 1);
	ck_assert_str_eq(c->calendars[0].id, "jp");
	ck_assert_str_eq(c->calendars[0].origin, "shipped");
	ck_assert_ptr_nonnull(c->calendars[0].edition);
	ck_assert_int_eq(read_case(&a,
	                           &(struct case_parts){
	                               .settle = HOURS(DAILY("08:00", "18:00") ", 'holidays': 'jp'"),
	                               .more = "'calendars': [ { 'id': 'jp', " CALENDAR ", 'days': [] } ]" },
	                           &c, &err),
	                 0);
	ck_assert_uint_eq(c->calendar_count, 1);
	ck_assert_str_eq(c->calendars[0].origin, "case");
	ck_assert_ptr_null(c->calendars[0].edition);
	ck_assert_int_eq(
	    read_case(&a, &(struct case_parts){ .settle = HOURS(DAILY("08:00", "18:00")) }, &c, &err), 0);
	ck_assert_uint_eq(c->calendar_count, 0);
	arena_release(&a);
}
END_TEST

int main(void)
{
	return run_suite("hours", (const TTest *const[]){ refusals, wall_clock_hours_become_instants,
	                                                  calendars_in_use_are_noted_once, NULL });
}
