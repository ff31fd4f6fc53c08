/*
 * figure: a figure of the statement as a person reads it.
 *
 * The only way from a node to digits in a report: what is shown is the node's own exact value, formatted
 * (number.h), never a number computed here. An unknown figure is "—".
 */
#ifndef GOVSLA_REPORT_FIGURE_H
#define GOVSLA_REPORT_FIGURE_H

#include "base/text.h"
#include "calc/statement.h"
#include "report/words.h"

enum figure_style {
	FIGURE_NUMBER,   /* 2,678,400 */
	FIGURE_DURATION, /* seconds as 1時間20分 */
	FIGURE_SECONDS,  /* seconds as 4,800秒 */
	FIGURE_MS,       /* 49.900 ms */
	FIGURE_PERCENT,  /* a per cent, 99.98880 % (see figure_against) */
	FIGURE_SHARE,    /* a share of 1 as a per cent, 99.975 % */
};

/* The coverage of a level; FIGURE_UNKNOWN for metrics that are no share of time or of samples. */
int figure_coverage(const struct level_result *r);

/* One figure in a style, with its unit. */
void figure_add(struct text *out, enum language language, const struct statement *s, int figure,
                enum figure_style style);

/* A figure with the unit of a level, with so many digits that it stands on its side of the objective; days from two on. */
void figure_against(struct text *out, enum language language, const struct statement *s, int figure,
                    const struct level *level);

/* An amount of money: 2,500円 / ¥2,500 for JPY, else 2,500 USD. Undetermined amounts show their decimals. */
void figure_money(struct text *out, enum language language, const struct statement *s, int figure,
                  const char *currency);

/* The objective of a level: 99.99 %以上, at least 99.99 %. */
void figure_objective(struct text *out, enum language language, const struct level *level);

/* How well the least known rate of the level's bands is known; NULL when they state nothing of their own. */
const char *figure_rates_confidence(const struct level *level);

/* The same for an amount as text (a fee). */
void figure_exact_money(struct text *out, enum language language, exact amount, const char *currency);

/* Exact text that is not a node (a rate, a fee of the terms), grouped. */
void figure_exact(struct text *out, exact text);

/* Exact text with a unit: 99.8 %, 2時間, 2 h. */
void figure_in_unit(struct text *out, enum language language, exact text, enum unit unit);

#endif
