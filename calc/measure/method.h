/*
 * method: the one table of metrics and methods: their names, and the code that judges each.
 *
 * A method fills of a level_result what it measures: measure (always), the figures of its metric, parts,
 * counted, unbounded and not_covered. It does not compare, rate or pay: calc/measure/level.c and calc/credit/credit.c do that
 * for all of them alike. A new method is one function, one row here and one in case/level.c.
 */
#ifndef GOVSLA_CALC_METHOD_H
#define GOVSLA_CALC_METHOD_H

#include "calc/judge.h"

/* excluded: accepted exclusions in ticks, already empty when the level ignores them is up to the method. */
typedef void judge_method(struct judge *j, const struct service *s, struct level_result *r,
                          const struct span_set *excluded);

struct method_entry {
	const char *name; /* as in the terms; NULL for a metric that has one way of being judged */
	enum metric metric;
	bool needs_samples; /* cannot judge a service whose outages are known */
	judge_method *judge;
};

/* The entry that judges a level; never NULL for a level that case/ has read. */
const struct method_entry *method_of(const struct level *l);

/* Whether there is code for it: case/ refuses a level otherwise. */
bool method_supported(enum metric metric, enum method method);

/* The metric that a method belongs to. */
enum metric method_metric(enum method method);

const char *method_name(enum method method); /* NULL for METHOD_NONE */
const char *metric_name(enum metric metric);
const char *unit_name(enum unit unit); /* "percent", "ms", "s", "min", "h", "d", "count" */

/* What derivations cite for a level: its clause, or "method NAME". */
const char *method_clause(struct judge *j, const struct level *l);

judge_method method_availability; /* availability.c: every method that is a timeline */
judge_method method_error_mean;   /* method_error_mean.c: interval_error_mean */
judge_method method_request_ratio;
judge_method method_latency_mean;                           /* latency.c */
judge_method method_per_outage, method_cumulative;          /* method_outages.c */
judge_method method_clock_hour;                             /* method_hours.c */
judge_method method_time_to_notify, method_time_to_replace; /* method_incidents.c */
judge_method method_opening_delay;                          /* method_opening.c */
judge_method method_share;                                  /* share.c: loss, share_over_limit */
judge_method method_latency_rise;                           /* rise.c */

#endif
