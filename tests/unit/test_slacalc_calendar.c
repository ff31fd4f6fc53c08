/* Importing lists of holidays: the Cabinet Office's CSV and iCalendar; every refusal with its line. */
#include "base/instant.h"
#include "slacalc/calendar_import.h"
#include "tests/unit/suite.h"

/* 元日 and 成人の日 in Shift_JIS */
#define NEW_YEAR  "\x8c\xb3\x93\xfa"
#define COMING    "\x90\xac\x90\x6c\x82\xcc\x93\xfa"
#define HEADING   "\x8d\x91\x96\xaf\x82\xcc\x8f\x6a\x93\xfa\x81\x45\x8b\x78\x93\xfa\x8c\x8e\x93\xfa,x\r\n"
#define ICS(body) "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" body "END:VCALENDAR\r\n"
#define EVENT(x)  "BEGIN:VEVENT\r\n" x "END:VEVENT\r\n"
#define DAY(d)    "DTSTART;VALUE=DATE:" d "\r\n"
#define NAME(n)   "SUMMARY:" n "\r\n"

/* The days as "2026-01-01 元日; …", or the message. */
static const char *imported(struct arena *a, const char *bytes)
{
	struct error err = { 0 };
	struct text text = { 0 };
	struct imported days;
	char line[2048], *out = arena_copy(a, "");

	text_add(&text, bytes);
	if (calendar_import(a, "list", &text, &days, &err) < 0)
		out = arena_copy(a, error_line(&err, line, sizeof line));
	else
		for (size_t i = 0; i < days.count; i++) {
			struct date d = date_from_days(days.days[i].day);

			out = arena_printf(a, "%s%s%04d-%02d-%02d %s", out, i ? "; " : "", d.year, d.month,
			                   d.day, days.days[i].name);
		}
	text_release(&text);
	return out;
}

static const struct {
	const char *bytes, *want;
} rows[] = {
	/* the Cabinet Office's list */
	{ HEADING "2026/1/1," NEW_YEAR "\r\n2026/1/12," COMING "\r\n",
	  "2026-01-01 元日; 2026-01-12 成人の日" },
	{ "\xef\xbb\xbf国民の祝日・休日月日,国民の祝日・休日名称\n2026/1/1,元日\n", "2026-01-01 元日" },
	{ "2026-01-12,成人の日\n2026-01-01,元日", "2026-01-01 元日; 2026-01-12 成人の日" },
	{ "\"日付\",\"名称\"\n\"2026/1/1\",\"元日\"\n\n", "2026-01-01 元日" },
	{ "1955/1/1,元日\n", "1955-01-01 元日" },
	{ "", "list: there is no holiday in it" },
	{ HEADING, "list: there is no holiday in it" },
	{ HEADING "2026/2/29,x\n", "list:2: '2026/2/29' is not a date like 2019/1/1" },
	{ "2026/13/1,x\n", "list:1: '2026/13/1' is not a date like 2019/1/1" },
	{ "2026/1/1,a\nx,b\n", "list:2: 'x' is not a date like 2019/1/1" },
	{ "2026/1/1,a\n,b\n", "list:2: '' is not a date like 2019/1/1" },
	{ "2026/1/1,a\n2026/1-2,b\n", "list:2: '2026/1-2' is not a date like 2019/1/1" },
	{ "2026/1/1,a\n20260/1/2,b\n", "list:2: '20260/1/2' is not a date like 2019/1/1" },
	{ "2026/1/1,a\n2026/1/2\n", "list:2: a line holds a date, a comma and a name" },
	{ "2026/1/1,a,b\n", "list:1: a line holds a date, a comma and a name" },
	{ "2026/1/1,\n", "list:1: the day has no name" },
	{ "2026/1/1,a\tb\n", "list:1: the name holds control characters" },
	{ "2026/1/1,a\n2026/1/1,b\n", "list:2: the day is there twice" },
	{ "2026/1/1,\xff\xff\n", "list:1: the name is neither UTF-8 nor Shift_JIS" },
	/* iCalendar */
	{ ICS(EVENT(DAY("20260101") NAME("元日"))), "2026-01-01 元日" },
	{ "\xef\xbb\xbf" ICS(EVENT(DAY("20260101") NAME("元日"))), "2026-01-01 元日" },
	{ ICS(EVENT(DAY("20261231") "DTEND;VALUE=DATE:20270102\r\n" NAME("year end"))),
	  "2026-12-31 year end; 2027-01-01 year end" },
	/* folded inside a character; escaped; parameters in quotes; names in any case */
	{ ICS(EVENT(
	      DAY("20260101") "SUMMARY;X=\"a:b\":\xe5\x85\r\n \x83\xe6\x97\xa5\\, \\;\\\\\\n\r\n\tx\r\n")),
	  "2026-01-01 元日, ;\\ x" },
	{ "BEGIN:VCALENDAR\nbegin:vevent\ndtstart:20260101\nsummary:a\nend:vevent\nEND:VCALENDAR\n",
	  "2026-01-01 a" },
	/* parts of an event that have their own properties, and time zones outside of it */
	{ ICS("BEGIN:VTIMEZONE\r\nRRULE:FREQ=YEARLY\r\nDTSTART:19700101T000000\r\nEND:VTIMEZONE\r\n" EVENT(
	      DAY("20260101") "BEGIN:VALARM\r\nDURATION:PT1M\r\nSUMMARY:x\r\nEND:VALARM\r\n" NAME("a"))),
	  "2026-01-01 a" },
	{ ICS(EVENT(DAY("20260102") NAME("b")) EVENT(DAY("20260101") NAME("a") "STATUS:CANCELLED\r\n")),
	  "2026-01-02 b" },
	/* one day, two holidays; the same one twice is one */
	{ ICS(EVENT(DAY("20260101") NAME("b")) EVENT(DAY("20260101") NAME("a"))
	          EVENT(DAY("20260101") NAME("a"))),
	  "2026-01-01 a / b" },
	{ ICS(""), "list: there is no holiday in it" },
	{ ICS(EVENT("DTSTART:20260101T090000Z\r\n" NAME("a"))),
	  "list:4: DTSTART '20260101T090000Z' has a time of day: only whole days are holidays" },
	{ ICS(EVENT(DAY("20260230") NAME("a"))), "list:4: '20260230' is not a date like 20190101" },
	{ ICS(EVENT(DAY("2026x101") NAME("a"))), "list:4: '2026x101' is not a date like 20190101" },
	{ ICS(EVENT(DAY("20260102") "DTEND;VALUE=DATE:20260102\r\n" NAME("a"))),
	  "list:3: DTEND is not after DTSTART" },
	{ ICS(EVENT(DAY("20260101") "DTEND;VALUE=DATE:20280101\r\n" NAME("a"))),
	  "list:3: the event lasts longer than a year" },
	{ ICS(EVENT(DAY("20260101") "RRULE:FREQ=YEARLY\r\n" NAME("a"))),
	  "list:5: RRULE is not supported: list each day" },
	{ ICS(EVENT(DAY("20260101") "DURATION:P2D\r\n" NAME("a"))),
	  "list:5: DURATION is not supported: list each day" },
	{ ICS(EVENT(NAME("a"))), "list:3: the event lacks DTSTART" },
	{ ICS(EVENT(DAY("20260101"))), "list:3: the event lacks SUMMARY" },
	{ ICS(EVENT(DAY("20260101") NAME(""))), "list:3: the day has no name" },
	{ ICS(EVENT(DAY("20260101") NAME("a\x1b[1m"))), "list:3: the name holds control characters" },
	{ ICS(EVENT(DAY("20260101") NAME("\xff"))), "list:5: the line is not UTF-8" },
	{ ICS(EVENT("DTSTART\r\n")), "list:4: 'DTSTART' is not a property with a value" },
	{ ICS("BEGIN:VEVENT\r\n" EVENT(DAY("20260101") NAME("a"))),
	  "list:4: the event before it has no END" },
	{ "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n" DAY("20260101"), "list:2: the event has no END" },
};

START_TEST(lists_become_days_or_are_refused)
{
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct arena a = { 0 };
		const char *got = imported(&a, rows[i].bytes);

		ck_assert_msg(strcmp(got, rows[i].want) == 0, "row %zu:\n got  %s\n want %s", i, got,
		              rows[i].want);
		arena_release(&a);
	}
}
END_TEST

/* No cut and no odd byte makes it crash (run under sanitizers). */
START_TEST(any_bytes_are_days_or_an_error)
{
	static const char *const seeds[] = { HEADING "2026/1/1," NEW_YEAR "\r\n",
		                             ICS(EVENT(DAY("20260101") "SUMMARY;X=\"a\":b\\,\r\n c\r\n")) };

	for (size_t s = 0; s < ROWS(seeds); s++)
		for (size_t cut = 0; cut <= strlen(seeds[s]); cut++)
			for (int byte = 0; byte < 256; byte += 51) {
				struct arena a = { 0 };
				struct error err = { 0 };
				struct text text = { 0 };
				struct imported days;

				text_add(&text, seeds[s]);
				if (cut < text.length)
					text.bytes[cut] = (char)byte;
				if (calendar_import(&a, "list", &text, &days, &err) == 0)
					ck_assert_uint_gt(days.count, 0);
				else
					ck_assert_int_ne(err.text[0], 0);
				text.length = cut;
				memset(&err, 0, sizeof err);
				(void)!calendar_import(&a, "list", &text, &days, &err);
				text_release(&text);
				arena_release(&a);
			}
}
END_TEST

int main(void)
{
	return run_suite("calendar", (const TTest *const[]){ lists_become_days_or_are_refused,
	                                                     any_bytes_are_days_or_an_error, NULL });
}
