#include "calc/exact.h"
#include "report/when.h"
#include "suite.h"

#include <stdlib.h>

#define JST (9 * 3600)

static int64_t instant(const char *text)
{
	struct error err = { 0 };
	int64_t us = 0;

	ck_assert_int_eq(instant_parse(&us, text, &err), 0);
	return us;
}

static void is(struct text *out, const char *want)
{
	ck_assert_str_eq(text_string(out), want);
	text_release(out);
}

static void shows_period(enum language language, const char *start, const char *end, const char *month,
                         int offset, const char *want)
{
	struct period p = { .span = { instant(start), instant(end) },
		            .month = month,
		            .zone_offset_s = offset };
	struct text out = { 0 };

	when_period(&out, language, &p);
	is(&out, want);
}

START_TEST(periods)
{
	const char *start = "2026-10-01T00:00:00+09:00", *end = "2026-11-01T00:00:00+09:00";

	shows_period(LANGUAGE_JA, start, end, "2026-10", JST, "2026年10月（令和8年10月）");
	shows_period(LANGUAGE_EN, start, end, "2026-10", JST, "October 2026");
	shows_period(LANGUAGE_JA, start, end, NULL, JST,
	             "2026年10月1日（令和8年） 〜 2026年10月31日（令和8年）");
	shows_period(LANGUAGE_EN, start, end, NULL, JST, "1 October 2026 to 31 October 2026");
	shows_period(LANGUAGE_JA, "2019-05-01T00:00:00+09:00", "2019-06-01T00:00:00+09:00", "2019-05", JST,
	             "2019年5月（令和元年5月）");
	shows_period(LANGUAGE_JA, "2019-04-01T00:00:00+09:00", "2019-05-01T00:00:00+09:00", "2019-04", JST,
	             "2019年4月（平成31年4月）");
	shows_period(LANGUAGE_EN, "2026-10-01T00:00:00-07:00", "2026-11-01T00:00:00-07:00", "2026-10",
	             -7 * 3600, "October 2026");
}
END_TEST

START_TEST(instants)
{
	struct text out = { 0 };

	when_instant(&out, LANGUAGE_JA, instant("2026-10-10T01:00:00+09:00"), JST);
	is(&out, "10月10日（土）01:00:00");
	when_instant(&out, LANGUAGE_EN, instant("2026-10-09T16:00:00.5Z"), JST);
	is(&out, "Sat 10 Oct 01:00:00.500");
	when_instant(&out, LANGUAGE_EN, instant("2026-10-09T16:00:00.000001Z"), JST);
	is(&out, "Sat 10 Oct 01:00:00.000001");
	when_stamp(&out, LANGUAGE_JA, instant("2026-11-20T00:00:00+09:00"), JST);
	is(&out, "2026年11月20日 00:00:00（UTC+9）");
	when_stamp(&out, LANGUAGE_EN, instant("2026-11-20T00:00:00+09:00"), -(3 * 3600 + 1800));
	is(&out, "19 November 2026 11:30:00 (UTC-3:30)");
}
END_TEST

START_TEST(spans)
{
	struct text out = { 0 };
	struct span s = { instant("2026-10-31T23:58:00+09:00"), instant("2026-11-01T00:03:00+09:00") };

	when_span(&out, LANGUAGE_JA, s, JST);
	is(&out, "10月31日（土）23:58:00 〜 11月1日（日）00:03:00");
	s.end = s.start + 60 * US_PER_S;
	when_span(&out, LANGUAGE_EN, s, JST);
	is(&out, "Sat 31 Oct 23:58:00 – 23:59:00");
	s.end = s.start;
	when_span(&out, LANGUAGE_EN, s, JST);
	is(&out, "Sat 31 Oct 23:58:00");
}
END_TEST

START_TEST(durations)
{
	static const struct {
		const char *seconds, *ja, *en;
	} cases[] = {
		{ "0", "0秒", "0 s" },
		{ "59.5", "59.5秒", "59.5 s" },
		{ "60", "1分", "1 min" },
		{ "4800", "1時間20分", "1 h 20 min" },
		{ "3601", "1時間0分1秒", "1 h 0 min 1 s" },
		{ "97200", "27時間", "27 h" },
		{ "172799", "47時間59分59秒", "47 h 59 min 59 s" },
		{ "172800", "2日", "2 d" },
		{ "172801", "2日0時間0分1秒", "2 d 0 h 0 min 1 s" },
		{ "2664000", "30日20時間", "30 d 20 h" },
		{ "2678400", "31日", "31 d" },
		{ "181/3", "1分0.333333…秒", "1 min 0.333333… s" },
		{ "3600000", "41日16時間", "41 d 16 h" },
		{ "86400000", "1,000日", "1,000 d" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct text out = { 0 };
		mpq_t q;

		mpq_init(q);
		exact_read(q, cases[i].seconds);
		when_duration(&out, LANGUAGE_JA, q);
		is(&out, cases[i].ja);
		when_duration(&out, LANGUAGE_EN, q);
		is(&out, cases[i].en);
		mpq_clear(q);
	}
}
END_TEST

int main(void)
{
	return run_suite("report/when", (const TTest *const[]){ periods, instants, spans, durations, NULL });
}
