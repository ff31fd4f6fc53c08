#include "report/when.h"
#include "report/number.h"

#include <inttypes.h>

struct local { /* an instant at an offset */
	struct date date;
	int hour, minute, second, fraction_us;
};

static struct local local_of(int64_t us, int offset_s)
{
	int64_t at = us + offset_s * US_PER_S;
	int64_t days = at / US_PER_DAY - (at % US_PER_DAY < 0);
	int64_t rest = at - days * US_PER_DAY;
	struct local l = { date_from_days(days), (int)(rest / US_PER_HOUR),
		           (int)(rest % US_PER_HOUR / US_PER_MINUTE), (int)(rest % US_PER_MINUTE / US_PER_S),
		           (int)(rest % US_PER_S) };

	return l;
}

struct date when_date(int64_t us, int offset_s)
{
	return local_of(us, offset_s).date;
}

int when_weekday(struct date d)
{
	return (int)((date_to_days(d) % 7 + 11) % 7); /* 1970-01-01 was a Thursday */
}

static const char *month_name(int month)
{
	static const char *const names[] = { "January",   "February", "March",    "April",
		                             "May",       "June",     "July",     "August",
		                             "September", "October",  "November", "December" };

	return names[month - 1];
}

static const char *weekday_name(enum language language, int weekday)
{
	static const char *const ja[] = { "日", "月", "火", "水", "木", "金", "土" };
	static const char *const en[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };

	return (language == LANGUAGE_JA ? ja : en)[weekday];
}

/* The era and its year: 令和 since 2019-05-01, 平成 since 1989-01-08; nothing for earlier dates. */
static void add_era(struct text *out, struct date d)
{
	int64_t day = date_to_days(d);
	int year;

	if (day >= date_to_days((struct date){ 2019, 5, 1 })) {
		text_add(out, "令和");
		year = d.year - 2018;
	} else if (day >= date_to_days((struct date){ 1989, 1, 8 })) {
		text_add(out, "平成");
		year = d.year - 1988;
	} else
		return;
	if (year == 1)
		text_add(out, "元年");
	else
		text_printf(out, "%d年", year);
}

void when_full_date(struct text *out, enum language language, struct date d)
{
	if (language == LANGUAGE_EN) {
		text_printf(out, "%d %s %d", d.day, month_name(d.month), d.year);
		return;
	}
	text_printf(out, "%d年%d月%d日（", d.year, d.month, d.day);
	add_era(out, d);
	text_add(out, "）");
}

void when_period(struct text *out, enum language language, const struct period *period)
{
	struct date first = when_date(period->span.start, period->zone_offset_s);
	struct date last = when_date(period->span.end - 1, period->zone_offset_s);

	if (!period->month) {
		when_full_date(out, language, first);
		text_add(out, language == LANGUAGE_JA ? " 〜 " : " to ");
		when_full_date(out, language, last);
	} else if (language == LANGUAGE_EN)
		text_printf(out, "%s %d", month_name(first.month), first.year);
	else {
		text_printf(out, "%d年%d月（", first.year, first.month);
		add_era(out, first);
		text_printf(out, "%d月）", first.month);
	}
}

static void add_time(struct text *out, const struct local *l)
{
	text_printf(out, "%02d:%02d:%02d", l->hour, l->minute, l->second);
	if (l->fraction_us % 1000)
		text_printf(out, ".%06d", l->fraction_us);
	else if (l->fraction_us)
		text_printf(out, ".%03d", l->fraction_us / 1000);
}

void when_instant(struct text *out, enum language language, int64_t us, int offset_s)
{
	struct local l = local_of(us, offset_s);
	const char *weekday = weekday_name(language, when_weekday(l.date));

	if (language == LANGUAGE_JA)
		text_printf(out, "%d月%d日（%s）", l.date.month, l.date.day, weekday);
	else
		text_printf(out, "%s %d %.3s ", weekday, l.date.day, month_name(l.date.month));
	add_time(out, &l);
}

void when_offset(struct text *out, int offset_s)
{
	int minutes = (offset_s < 0 ? -offset_s : offset_s) / 60;

	text_printf(out, "UTC%s%d", offset_s < 0 ? "-" : "+", minutes / 60);
	if (minutes % 60)
		text_printf(out, ":%02d", minutes % 60);
}

void when_stamp(struct text *out, enum language language, int64_t us, int offset_s)
{
	struct local l = local_of(us, offset_s);

	if (language == LANGUAGE_JA)
		text_printf(out, "%d年%d月%d日 ", l.date.year, l.date.month, l.date.day);
	else
		text_printf(out, "%d %s %d ", l.date.day, month_name(l.date.month), l.date.year);
	add_time(out, &l);
	text_add(out, language == LANGUAGE_JA ? "（" : " (");
	when_offset(out, offset_s);
	text_add(out, language == LANGUAGE_JA ? "）" : ")");
}

void when_span(struct text *out, enum language language, struct span span_us, int offset_s)
{
	struct local start = local_of(span_us.start, offset_s), end = local_of(span_us.end, offset_s);

	when_instant(out, language, span_us.start, offset_s);
	if (span_us.start == span_us.end)
		return;
	text_add(out, language == LANGUAGE_JA ? " 〜 " : " – ");
	if (date_to_days(start.date) == date_to_days(end.date))
		add_time(out, &end);
	else
		when_instant(out, language, span_us.end, offset_s);
}

#define HOURS_MOST 48 /* from here on a reader counts in days */

/* seconds = days * 86400 + hours * 3600 + minutes * 60 + rest; no days below HOURS_MOST. */
struct parts {
	mpz_t days, hours, minutes;
	mpq_t rest;
};

static void split(struct parts *p, mpq_srcptr seconds)
{
	mpz_init(p->days);
	mpz_init(p->hours);
	mpz_init(p->minutes);
	mpq_init(p->rest);
	mpz_fdiv_q(p->minutes, mpq_numref(seconds), mpq_denref(seconds));
	mpz_fdiv_q_ui(p->minutes, p->minutes, 60);
	mpz_mul_ui(mpq_numref(p->rest), p->minutes, 60);
	mpq_sub(p->rest, seconds, p->rest);
	mpz_fdiv_q_ui(p->hours, p->minutes, 60);
	mpz_fdiv_r_ui(p->minutes, p->minutes, 60);
	if (mpz_cmp_ui(p->hours, HOURS_MOST) >= 0) {
		mpz_fdiv_q_ui(p->days, p->hours, 24);
		mpz_fdiv_r_ui(p->hours, p->hours, 24);
	}
}

static void add_whole(struct text *out, mpz_srcptr count, const char *unit)
{
	mpq_t q;

	mpq_init(q);
	mpq_set_z(q, count);
	number_fixed(out, q, 0);
	text_add(out, unit);
	mpq_clear(q);
}

void when_duration(struct text *out, enum language language, mpq_srcptr seconds)
{
	bool ja = language == LANGUAGE_JA;
	bool days, hours, minutes, rest;
	struct parts p;

	split(&p, seconds);
	days = mpz_sgn(p.days) != 0;
	rest = mpq_sgn(p.rest) != 0;
	hours = mpz_sgn(p.hours) != 0 || (days && (rest || mpz_sgn(p.minutes) != 0));
	minutes = mpz_sgn(p.minutes) != 0 || (hours && rest);
	if (days)
		add_whole(out, p.days, ja ? "日" : " d");
	if (hours) {
		text_add(out, days && !ja ? " " : "");
		add_whole(out, p.hours, ja ? "時間" : " h");
	}
	if (minutes) {
		text_add(out, hours && !ja ? " " : "");
		add_whole(out, p.minutes, ja ? "分" : " min");
	}
	if (rest || (!days && !hours && !minutes)) {
		text_add(out, minutes && !ja ? " " : "");
		number_plain(out, p.rest, 6);
		text_add(out, ja ? "秒" : " s");
	}
	mpz_clear(p.days);
	mpz_clear(p.hours);
	mpz_clear(p.minutes);
	mpq_clear(p.rest);
}
