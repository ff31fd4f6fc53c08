/*
 * part: what the levels that judge each outage, incident or hour by itself share: lengths as nodes, and the measure
 * that they make together. Internal to calc/.
 */
#ifndef GOVSLA_CALC_PART_H
#define GOVSLA_CALC_PART_H

#include "calc/judge.h"

#define PART_UNKNOWN INT64_MIN /* a length without bound */

struct part_length { /* ticks, at the three readings */
	int64_t best, worst, point;
};

/* The same lengths, the point value put inside the range where paths make the two timelines part. */
struct part_length part_in_range(struct part_length length);

/*
 * The lengths as nodes in the unit of the level. name is what the nodes call it: "outage 3", "incident r-1"; source
 * where the seconds come from.
 */
struct measure part_measure(struct judge *j, const struct level *l, const char *name, const char *source,
                            struct part_length length);

/*
 * The longest of the parts that count, at each reading, as the measure of the level; 0 without any. what: "outage",
 * "time to notify". A worst reading without bound is FIGURE_UNKNOWN.
 */
void part_longest(struct judge *j, struct level_result *r, const char *what);

/* The sum of the parts that count, at each reading, as the measure of the level. */
void part_sum(struct judge *j, struct level_result *r, const char *what);

/* A node of seconds in the unit of the level: formula over $1 in s, such as "$1", is put in the unit. */
int part_in_unit(struct judge *j, const struct level *l, const char *label, const char *formula, int seconds);

/* µs as an exact number of seconds: "180", "0.5"; as it stands in formulas and remarks. */
char *part_seconds(struct arena *a, int64_t us);

/* "at the best reading", "at the worst reading", "at the point value": in the order of struct measure. */
const char *part_reading(int reading);

#define PART_READINGS 3

#endif
