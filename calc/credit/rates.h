/*
 * rates: from the measure of a level to its credit rate, by the contract's table. Of calc/; case/ examines tables by it.
 *
 * The rate of a level is one formula over the measure, read off its credit rule: a flat rate, bands, a proportion.
 * Where the contract pays for each outage or incident, each part has its rate and they are added up. Not money: that
 * is credit.c's.
 *
 * Three readings, as of the measure. The rate at the best reading is the least that any value between the readings
 * can give, at the worst the largest: for a table that is not monotone these may lie between the two ends. What was
 * not measured may hold several outages or be a part of one; the sums allow for both.
 */
#ifndef GOVSLA_CALC_RATES_H
#define GOVSLA_CALC_RATES_H

#include "calc/judge.h"

enum money_reading { AT_POINT, AT_BEST, AT_WORST, READING_COUNT };

const char *reading_name(enum money_reading reading); /* "at the point value", … */

/*
 * The rates of a judged level, in the unit of its credit rule (per cent, days or hours of the base), and those of its
 * parts. FIGURE_UNKNOWN: not defined (a percentage of no time); at the worst reading: without limit.
 */
void rates_of_level(struct judge *j, const struct service *s, struct level_result *r,
                    int rates[READING_COUNT]);

/* The rate as a formula over the measure, $1. */
char *rate_formula(struct arena *a, const struct level *l);

/* The largest rate that the rule can give for one event, as a formula without inputs; NULL: without limit. */
char *rate_largest_formula(struct arena *a, const struct level *l);

/* Adds up what several outages or incidents come to (rates_parts.c); as rates_of_level(). */
void rates_of_parts(struct judge *j, const struct service *s, struct level_result *r,
                    int rates[READING_COUNT]);

/* The rate at a value; the least or the largest between two values; the largest of the table. */
int rate_at(struct judge *j, const struct terms *t, const struct level *l, const char *what, int value,
            enum money_reading reading);
int rate_between(struct judge *j, const struct level *l, int end_rate, int best, int worst,
                 enum money_reading reading);
int rate_largest(struct judge *j, const struct terms *t, const struct level *l);
int rate_none(struct judge *j, const struct terms *t, const struct level *l);

#endif
