#include "base/zone.h"

#include "tests/unit/suite.h"

static struct zone *opened(const char *name)
{
	struct error err = { 0 };
	struct zone *zone = NULL;

	ck_assert_msg(zone_open(&zone, name, &err) == 0, "'%s' was refused", name);
	return zone;
}

static const struct {
	const char *zone, *month;
	int start_day;
	const char *start, *end;
	int hours;
} months[] = {
	{ "Asia/Tokyo", "2026-10", 1, "2026-09-30T15:00:00Z", "2026-10-31T15:00:00Z", 744 },
	{ "Asia/Tokyo", "2027-02", 1, "2027-01-31T15:00:00Z", "2027-02-28T15:00:00Z", 672 },
	{ "Asia/Tokyo", "2028-02", 1, "2028-01-31T15:00:00Z", "2028-02-29T15:00:00Z", 696 },
	{ "Asia/Tokyo", "2026-12", 1, "2026-11-30T15:00:00Z", "2026-12-31T15:00:00Z", 744 },
	{ "Asia/Tokyo", "2026-10", 21, "2026-10-20T15:00:00Z", "2026-11-20T15:00:00Z", 744 },
	{ "Asia/Tokyo", "2027-02", 28, "2027-02-27T15:00:00Z", "2027-03-27T15:00:00Z", 672 },
	{ "Asia/Tokyo", "2026-12", 15, "2026-12-14T15:00:00Z", "2027-01-14T15:00:00Z", 744 },
	{ "America/Los_Angeles", "2027-03", 1, "2027-03-01T08:00:00Z", "2027-04-01T07:00:00Z", 743 },
	{ "America/Los_Angeles", "2026-11", 1, "2026-11-01T07:00:00Z", "2026-12-01T08:00:00Z", 721 },
	{ "UTC", "2026-11", 1, "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z", 720 },
	/* midnight comes twice on 1 November 2026: the first one counts */
	{ "America/Havana", "2026-11", 1, "2026-11-01T04:00:00Z", "2026-12-01T05:00:00Z", 721 },
	/* no midnight on 4 November 2018: the day starts at one o'clock */
	{ "America/Sao_Paulo", "2018-11", 4, "2018-11-04T03:00:00Z", "2018-12-04T02:00:00Z", 719 },
};

START_TEST(months_have_their_bounds)
{
	for (size_t i = 0; i < ROWS(months); i++) {
		struct zone *zone = opened(months[i].zone);
		struct error err = { 0 };
		struct date d;
		struct span s;
		char got[INSTANT_TEXT_SIZE];

		ck_assert_int_eq(month_parse(&d, months[i].month, &err), 0);
		ck_assert_int_eq(zone_month(zone, d, months[i].start_day, &s, &err), 0);
		ck_assert_str_eq(instant_format(s.start, got), months[i].start);
		ck_assert_str_eq(instant_format(s.end, got), months[i].end);
		ck_assert_int_eq(span_length(s), months[i].hours * US_PER_HOUR);
		zone_free(zone);
	}
}
END_TEST

START_TEST(unknown_names_are_refused)
{
	static const char *const names[] = { "",      "Asia/Edo", "Etc/Unknown",   "tokyo",       "GMT+9",
		                             "Asia/", "+09:00",   "../etc/passwd", "Asia/Tokyo ", "東京",
		                             "JST",   "PST" };

	for (size_t i = 0; i < ROWS(names); i++) {
		struct error err = { 0 };
		struct zone *zone = NULL;
		char want[200];

		ck_assert_msg(zone_open(&zone, names[i], &err) == ERROR_DATA, "'%s' was accepted", names[i]);
		snprintf(want, sizeof want, "'%s' is not a time zone like Asia/Tokyo", names[i]);
		assert_error(&err, want);
	}
}
END_TEST

START_TEST(long_name_is_refused)
{
	char name[10001];
	struct error err = { 0 };
	struct zone *zone;

	memset(name, 'A', 10000);
	name[10000] = '\0';
	ck_assert_int_eq(zone_open(&zone, name, &err), ERROR_DATA);
	assert_error(&err, "'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' is not a time zone like Asia/Tokyo");
}
END_TEST

START_TEST(dates_and_offsets_follow_the_zone)
{
	static const struct {
		const char *zone, *instant;
		struct date date;
		int offset_s;
	} rows[] = {
		{ "Asia/Tokyo", "2026-10-03T14:59:59.999999Z", { 2026, 10, 3 }, 32400 },
		{ "Asia/Tokyo", "2026-10-03T15:00:00Z", { 2026, 10, 4 }, 32400 },
		{ "America/Los_Angeles", "2027-03-14T09:59:59Z", { 2027, 3, 14 }, -28800 },
		{ "America/Los_Angeles", "2027-03-14T10:00:00Z", { 2027, 3, 14 }, -25200 },
		{ "Asia/Kathmandu", "2026-12-31T18:15:00Z", { 2027, 1, 1 }, 20700 },
		{ "Asia/Tokyo", "1970-01-01T00:00:00+09:00", { 1970, 1, 1 }, 32400 }, /* before the epoch */
	};

	for (size_t i = 0; i < ROWS(rows); i++) {
		struct zone *zone = opened(rows[i].zone);
		struct error err = { 0 };
		struct date d;
		int64_t us;
		int offset_s;

		ck_assert_int_eq(instant_parse(&us, rows[i].instant, &err), 0);
		ck_assert_int_eq(zone_date(zone, us, &d, &err), 0);
		ck_assert_msg(d.year == rows[i].date.year && d.month == rows[i].date.month &&
		                  d.day == rows[i].date.day,
		              "row %zu: %d-%d-%d", i, d.year, d.month, d.day);
		ck_assert_int_eq(zone_offset(zone, us, &offset_s, &err), 0);
		ck_assert_int_eq(offset_s, rows[i].offset_s);
		zone_free(zone);
	}
}
END_TEST

START_TEST(offsets_change_when_the_clocks_do)
{
	static const struct {
		const char *zone, *after, *want;
	} rows[] = {
		{ "America/New_York", "2026-10-01T00:00:00Z", "2026-11-01T06:00:00Z" },
		{ "America/New_York", "2026-11-01T05:59:59.999999Z", "2026-11-01T06:00:00Z" },
		{ "America/New_York", "2026-11-01T06:00:00Z", "2027-03-14T07:00:00Z" },
		{ "Asia/Tokyo", "2026-10-01T00:00:00Z", "" },
		{ "UTC", "2026-10-01T00:00:00Z", "" },
	};

	for (size_t i = 0; i < ROWS(rows); i++) {
		struct error err = { 0 };
		struct zone *zone = opened(rows[i].zone);
		char at[INSTANT_TEXT_SIZE];
		int64_t us, next;

		ck_assert_int_eq(instant_parse(&us, rows[i].after, &err), 0);
		ck_assert_int_eq(zone_next_change(zone, us, &next, &err), 0);
		if (*rows[i].want)
			ck_assert_str_eq(instant_format(next, at), rows[i].want);
		else
			ck_assert_int_eq(next, INT64_MAX);
		zone_free(zone);
	}
}
END_TEST

START_TEST(the_environment_changes_nothing)
{
	struct error err = { 0 };
	struct zone *zone;
	struct span s;

	setenv("TZ", "America/New_York", 1);
	setenv("LC_ALL", "th_TH.UTF-8", 1); /* ICU's calendar would be Buddhist */
	zone = opened("Asia/Tokyo");
	ck_assert_int_eq(zone_month(zone, (struct date){ 2026, 10, 1 }, 1, &s, &err), 0);
	ck_assert_int_eq(span_length(s), 744 * US_PER_HOUR);
	zone_free(zone);
	zone_free(NULL);
	ck_assert_str_ne(zone_data_version(), "unknown");
}
END_TEST

int main(void)
{
	return run_suite("zone",
	                 (const TTest *const[]){ months_have_their_bounds, unknown_names_are_refused,
	                                         long_name_is_refused, dates_and_offsets_follow_the_zone,
	                                         offsets_change_when_the_clocks_do,
	                                         the_environment_changes_nothing, NULL });
}
