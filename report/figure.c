#include "report/figure.h"
#include "calc/exact.h"
#include "report/number.h"
#include "report/when.h"

#include <string.h>

#define UNKNOWN "—"

static void add_unit(struct text *out, enum language language, enum unit unit)
{
	static const char *const ja[] = { " %", " ms", "秒", "分", "時間", "日", "枠" };
	static const char *const en[] = { " %", " ms", " s", " min", " h", " d", "" };

	text_add(out, (language == LANGUAGE_JA ? ja : en)[unit]);
}

static void add_share(struct text *out, mpq_srcptr share)
{
	mpq_t hundred, percent, whole;

	mpq_init(hundred);
	mpq_init(percent);
	mpq_init(whole);
	mpq_set_ui(hundred, 100, 1);
	mpq_mul(percent, share, hundred);
	mpq_set_ui(whole, 0, 1);
	/* all but nothing must not read as nothing, nor all but everything as everything */
	if (mpq_cmp(percent, hundred) == 0 || mpq_sgn(percent) == 0)
		number_fixed(out, percent, 0);
	else if (mpq_cmp_ui(percent, 50, 1) > 0)
		number_against(out, percent, hundred, 3);
	else
		number_against(out, percent, whole, 3);
	text_add(out, " %");
	mpq_clear(hundred);
	mpq_clear(percent);
	mpq_clear(whole);
}

int figure_coverage(const struct level_result *r)
{
	if (r->not_covered)
		return FIGURE_UNKNOWN;
	return r->level->metric == METRIC_AVAILABILITY   ? r->availability.coverage
	       : r->level->metric == METRIC_LATENCY_MEAN ? r->latency.coverage
	                                                 : FIGURE_UNKNOWN;
}

void figure_add(struct text *out, enum language language, const struct statement *s, int figure,
                enum figure_style style)
{
	mpq_srcptr q;

	if (figure < 0) {
		text_add(out, UNKNOWN);
		return;
	}
	q = book_value(s->book, figure);
	switch (style) {
	case FIGURE_NUMBER:
		number_plain(out, q, 6);
		break;
	case FIGURE_DURATION:
		when_duration(out, language, q);
		break;
	case FIGURE_SECONDS:
		number_plain(out, q, 6);
		text_add(out, language == LANGUAGE_JA ? "秒" : " s");
		break;
	case FIGURE_MS:
		number_fixed(out, q, 3);
		text_add(out, " ms");
		break;
	case FIGURE_PERCENT:
		number_plain(out, q, 6);
		text_add(out, " %");
		break;
	case FIGURE_SHARE:
		add_share(out, q);
		break;
	}
}

/* Seconds in the unit of a level; 0: not a unit of time. */
static unsigned long seconds_of(enum unit unit)
{
	switch (unit) {
	case UNIT_S:
		return 1;
	case UNIT_MIN:
		return 60;
	case UNIT_H:
		return 3600;
	case UNIT_D:
		return 86400;
	default:
		return 0;
	}
}

/* 576.000 hours are 24 days to a reader. Exact to the µs, so it stands on its side of any objective. */
static bool add_days(struct text *out, enum language language, mpq_srcptr value, enum unit unit)
{
	mpq_t seconds;
	bool long_enough;

	if (seconds_of(unit) == 0)
		return false;
	mpq_init(seconds);
	mpq_set_ui(seconds, seconds_of(unit), 1);
	mpq_mul(seconds, seconds, value);
	long_enough = mpq_cmp_ui(seconds, 2 * 86400, 1) >= 0;
	if (long_enough)
		when_duration(out, language, seconds);
	mpq_clear(seconds);
	return long_enough;
}

void figure_against(struct text *out, enum language language, const struct statement *s, int figure,
                    const struct level *level)
{
	mpq_t objective;

	if (figure < 0) {
		text_add(out, UNKNOWN);
		return;
	}
	if (add_days(out, language, book_value(s->book, figure), level->unit))
		return;
	mpq_init(objective);
	exact_read(objective, level->objective);
	if (level->unit == UNIT_ONE || /* a count is whole, and so is no time at all */
	    (seconds_of(level->unit) && book_sign(s->book, figure) == 0))
		number_plain(out, book_value(s->book, figure), 3);
	else
		number_against(out, book_value(s->book, figure), objective,
		               number_places_of(level->objective) + 3);
	add_unit(out, language, level->unit);
	mpq_clear(objective);
}

static bool is_yen(const char *currency)
{
	return !currency || strcmp(currency, "JPY") == 0;
}

static void currency_before(struct text *out, enum language language, const char *currency)
{
	if (is_yen(currency) && language == LANGUAGE_EN)
		text_add(out, "¥");
}

static void currency_after(struct text *out, enum language language, const char *currency)
{
	if (is_yen(currency) && language == LANGUAGE_JA)
		text_add(out, "円");
	else if (!is_yen(currency)) {
		text_add(out, " ");
		text_add(out, currency);
	}
}

void figure_money(struct text *out, enum language language, const struct statement *s, int figure,
                  const char *currency)
{
	if (figure < 0) {
		text_add(out, UNKNOWN);
		return;
	}
	currency_before(out, language, currency);
	number_plain(out, book_value(s->book, figure), 4);
	currency_after(out, language, currency);
}

void figure_exact_money(struct text *out, enum language language, exact amount, const char *currency)
{
	currency_before(out, language, currency);
	figure_exact(out, amount);
	currency_after(out, language, currency);
}

void figure_exact(struct text *out, exact text)
{
	mpq_t q;

	if (!text) {
		text_add(out, UNKNOWN);
		return;
	}
	if (strchr(text, '/')) { /* a fraction stays one: it was written so by people */
		text_add(out, text);
		return;
	}
	mpq_init(q);
	exact_read(q, text);
	number_fixed(out, q, number_places_of(text));
	mpq_clear(q);
}

void figure_objective(struct text *out, enum language language, const struct level *level)
{
	static const char *const ja[] = { "以上", "超", "以下", "未満" };
	static const char *const en[] = { "at least ", "more than ", "at most ", "less than " };

	if (language == LANGUAGE_EN)
		text_add(out, en[level->op]);
	figure_exact(out, level->objective);
	add_unit(out, language, level->unit);
	if (language == LANGUAGE_JA)
		text_add(out, ja[level->op]);
}

void figure_in_unit(struct text *out, enum language language, exact text, enum unit unit)
{
	figure_exact(out, text);
	add_unit(out, language, unit);
}

const char *figure_rates_confidence(const struct level *level)
{
	static const char *const marks[] = { "official", "transcribed", "summary", "unverified" };
	int weakest = -1;

	for (size_t i = 0; level->credit && i < level->credit->band_count; i++)
		for (int k = weakest + 1; level->credit->bands[i].confidence && k < 4; k++)
			if (strcmp(level->credit->bands[i].confidence, marks[k]) == 0)
				weakest = k;
	return weakest < 0 ? NULL : marks[weakest];
}
