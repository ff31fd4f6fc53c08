#include "base/instant.h"

#include "tests/unit/suite.h"

#include <inttypes.h>

START_TEST(days_and_dates_are_inverse)
{
	struct date previous = date_from_days(-1);

	ck_assert(previous.year == 1969 && previous.month == 12 && previous.day == 31);
	for (int64_t days = 0; days < 8036 * INT64_C(366); days++) { /* up to the year 9999 */
		struct date d = date_from_days(days);
		int next_day =
		    d.year == previous.year && d.month == previous.month && d.day == previous.day + 1;
		int next_month = d.day == 1 && (d.month == previous.month + 1 || d.month == 1);

		if (date_to_days(d) != days || !(next_day || next_month))
			ck_abort_msg("day %" PRId64 " is %d-%d-%d", days, d.year, d.month, d.day);
		previous = d;
	}
}
END_TEST

START_TEST(known_days)
{
	static const struct {
		struct date date;
		int64_t days;
	} known[] = {
		{ { 1970, 1, 1 }, 0 },       { { 2000, 2, 29 }, 11016 }, { { 2000, 3, 1 }, 11017 },
		{ { 2026, 10, 31 }, 20757 }, { { 2028, 2, 29 }, 21243 }, { { 9999, 12, 31 }, 2932896 },
	};

	for (size_t i = 0; i < ROWS(known); i++)
		ck_assert_int_eq(date_to_days(known[i].date), known[i].days);
}
END_TEST

static const struct {
	const char *text;
	const char *utc; /* as written back; NULL: refused */
} instants[] = {
	{ "2026-10-10T01:00:00+09:00", "2026-10-09T16:00:00Z" },
	{ "2026-10-01T00:00:00Z", "2026-10-01T00:00:00Z" },
	{ "2026-10-01t00:00:00z", "2026-10-01T00:00:00Z" },
	{ "2026-10-01T00:00:00-00:00", "2026-10-01T00:00:00Z" },
	{ "2026-10-01T00:00:00.5+09:00", "2026-09-30T15:00:00.5Z" },
	{ "2026-10-01T00:00:00.000001Z", "2026-10-01T00:00:00.000001Z" },
	{ "2026-10-01T00:00:00.100000Z", "2026-10-01T00:00:00.1Z" },
	{ "2026-12-31T23:59:59.999999-23:59", "2027-01-01T23:58:59.999999Z" },
	{ "2028-02-29T12:00:00+05:45", "2028-02-29T06:15:00Z" },
	{ "1970-01-01T00:00:00+09:00", "1969-12-31T15:00:00Z" }, /* before the epoch */
	{ "9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z" },
	{ "", NULL },
	{ "2026-10-10", NULL },
	{ "2026-10-10T01:00:00", NULL },       /* no offset */
	{ "2026-10-10 01:00:00+09:00", NULL }, /* a blank for the T */
	{ "2026-10-10T01:00:00+0900", NULL },
	{ "2026-10-10T01:00:00+09", NULL },
	{ "2026-10-10T01:00:00+09:60", NULL },
	{ "2026-10-10T01:00:00+24:00", NULL },
	{ "2026-10-10T24:00:00Z", NULL },
	{ "2026-10-10T23:60:00Z", NULL },
	{ "2026-12-31T23:59:60Z", NULL }, /* a leap second */
	{ "2026-10-10T01:00:00.Z", NULL },
	{ "2026-10-10T01:00:00.1234567Z", NULL }, /* seven digits */
	{ "2026-10-10T01:00:00,5Z", NULL },
	{ "2027-02-29T00:00:00Z", NULL },
	{ "2026-13-01T00:00:00Z", NULL },
	{ "2026-00-01T00:00:00Z", NULL },
	{ "2026-10-00T00:00:00Z", NULL },
	{ "2026-04-31T00:00:00Z", NULL },
	{ "1969-12-31T23:59:59Z", NULL },
	{ "2026-1-01T00:00:00Z", NULL },
	{ "+2026-10-01T00:00:00Z", NULL },
	{ "2026-10-01T00:00:00Zz", NULL },
	{ " 2026-10-01T00:00:00Z", NULL },
	{ "2026-10-01T00:00:00Z ", NULL },
};

START_TEST(instants_are_read_exactly_or_refused)
{
	for (size_t i = 0; i < ROWS(instants); i++) {
		struct error err = { 0 };
		char written[INSTANT_TEXT_SIZE], want[200];
		int64_t us;
		int rc = instant_parse(&us, instants[i].text, &err);

		if (instants[i].utc) {
			ck_assert_msg(rc == 0, "'%s' was refused", instants[i].text);
			ck_assert_str_eq(instant_format(us, written), instants[i].utc);
			continue;
		}
		ck_assert_msg(rc == ERROR_DATA, "'%s' was accepted", instants[i].text);
		snprintf(want, sizeof want,
		         "'%s' is not an instant with offset like 2026-10-10T01:00:00+09:00",
		         instants[i].text);
		assert_error(&err, want);
	}
}
END_TEST

START_TEST(long_hostile_text_is_refused)
{
	char *digits = malloc(10001);
	struct error err = { 0 };
	struct date d;
	int64_t us;

	memset(digits, '1', 10000);
	digits[10000] = '\0';
	ck_assert_int_eq(instant_parse(&us, digits, &err), ERROR_DATA);
	err = (struct error){ 0 };
	ck_assert_int_eq(date_parse(&d, digits, &err), ERROR_DATA);
	free(digits);
}
END_TEST

START_TEST(offsets_are_written)
{
	static const struct {
		int64_t us;
		int offset_s;
		const char *want;
	} rows[] = {
		{ 0, 32400, "1970-01-01T09:00:00+09:00" },
		{ 0, -12600, "1969-12-31T20:30:00-03:30" },
		{ -1, 0, "1969-12-31T23:59:59.999999Z" },
		{ -1, 32400, "1970-01-01T08:59:59.999999+09:00" },
		{ INT64_C(1790780400) * US_PER_S + 250000, 32400, "2026-10-01T00:00:00.25+09:00" },
	};

	for (size_t i = 0; i < ROWS(rows); i++) {
		char got[INSTANT_TEXT_SIZE];

		ck_assert_str_eq(instant_format_offset(rows[i].us, rows[i].offset_s, got), rows[i].want);
	}
}
END_TEST

START_TEST(dates_and_months_are_exact)
{
	static const char *const bad_dates[] = {
		"",           "2026-10",  "2026-10-1",   "2026-10-011", "2027-02-29", "2026-02-30",
		"2026/10/10", "26-10-10", "2026-10-10T", "0000-01-01",  "1969-12-31", "2026-10-1a"
	};
	static const char *const bad_months[] = { "",           "2026-1",  "2026-13",  "2026-00",
		                                  "2026-10-01", "1969-12", "2026-10 ", "-026-10" };
	struct date d;

	for (size_t i = 0; i < ROWS(bad_dates); i++) {
		struct error err = { 0 };

		ck_assert_msg(date_parse(&d, bad_dates[i], &err) == ERROR_DATA, "'%s'", bad_dates[i]);
	}
	for (size_t i = 0; i < ROWS(bad_months); i++) {
		struct error err = { 0 };
		char want[100];

		ck_assert_msg(month_parse(&d, bad_months[i], &err) == ERROR_DATA, "'%s'", bad_months[i]);
		snprintf(want, sizeof want, "'%s' is not a month like 2026-10", bad_months[i]);
		assert_error(&err, want);
	}
	{
		struct error err = { 0 };

		ck_assert_int_eq(date_parse(&d, "2028-02-29", &err), 0);
		ck_assert(d.year == 2028 && d.month == 2 && d.day == 29);
		ck_assert_int_eq(month_parse(&d, "2026-10", &err), 0);
		ck_assert(d.year == 2026 && d.month == 10 && d.day == 1);
	}
}
END_TEST

int main(void)
{
	return run_suite("instant", (const TTest *const[]){ days_and_dates_are_inverse, known_days,
	                                                    instants_are_read_exactly_or_refused,
	                                                    long_hostile_text_is_refused, offsets_are_written,
	                                                    dates_and_months_are_exact, NULL });
}
