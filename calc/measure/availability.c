/*
 * availability: the methods by which contracts turn time into a percentage.
 *
 *     duration_ratio           (T - downtime) / T, from neighbouring samples; T the month, or fixed hours
 *     service_hours_ratio      the same over service hours (METI's SaaS guideline: "planned service hours")
 *     run_min_duration         the same, and outages count by their length (outage_length.h)
 *     minute_bucket_all_fail, minute_error_rate, minute_all_members     by whole minutes (minutes.h)
 *     consecutive_intervals    by small intervals with hysteresis (consecutive.h)
 *
 * A method only says how samples become a timeline; sums and readings are the same for all. Readings: best
 * takes every open second as up, worst as down; by_method puts a change between two samples at the midpoint
 * and leaves unmeasured time out above and below, unless the terms count it.
 */
#include "calc/measure/counted.h"
#include "calc/measure/method.h"
#include "calc/measure/outage_length.h"
#include "calc/measure/seen.h"

#include <string.h>

int judge_seconds(struct judge *j, const char *label, const char *source, int64_t ticks)
{
	int64_t whole = ticks / TICKS_PER_S, rest = ticks % TICKS_PER_S;
	char text[64];

	snprintf(text, sizeof text, "%lld.%07lld", (long long)whole,
	         (long long)(rest * (10000000 / TICKS_PER_S)));
	if (rest == 0)
		*strchr(text, '.') = '\0';
	return derive_given(j->book, label, source, text);
}

/* Seconds of a timeline by state, outside what is excluded, as nodes. */
static struct state_seconds sums_as_nodes(struct judge *j, const struct service *s, const struct timeline *t,
                                          const struct span_set *outside, const char *reading)
{
	char *source = arena_printf(j->arena, "timeline of %s, %s", s->id, reading);
	int64_t sums[STATE_COUNT];
	struct state_seconds n;

	timeline_sums(t, outside, sums);
	n.down = judge_seconds(j, "seconds down", source, sums[STATE_DOWN]);
	n.either = judge_seconds(j, "seconds either up or down", source, sums[STATE_EITHER]);
	n.unmeasured =
	    judge_seconds(j, "seconds unmeasured", source, sums[STATE_UNMEASURED] + sums[STATE_OBSCURED]);
	n.obscured =
	    judge_seconds(j, "seconds obscured (a part of unmeasured)", source, sums[STATE_OBSCURED]);
	return n;
}

/* A formula over $2 down, $3 either, $4 unmeasured, $5 obscured ($1 is the caller's): what counts as down. */
static char *downtime_formula(struct arena *a, const struct level *l, bool worst)
{
	bool plain =
	    l->unmeasured_time == UNMEASURED_DOWN || (worst && l->unmeasured_time == UNMEASURED_BOUNDS);
	bool obscured =
	    l->obscured_time == UNMEASURED_DOWN || (worst && l->obscured_time == UNMEASURED_BOUNDS);

	return arena_printf(a, "$2%s%s%s", worst ? " + $3" : "",
	                    plain && obscured ? " + $4" : (plain ? " + ($4 - $5)" : ""),
	                    obscured && !plain ? " + $5" : "");
}

/* What the denominator loses for want of measurement: by the terms, and for the point value also by bounds.
 */
static char *removed_formula(struct arena *a, const struct level *l, bool point)
{
	bool plain =
	    l->unmeasured_time == UNMEASURED_REMOVE || (point && l->unmeasured_time == UNMEASURED_BOUNDS);
	bool obscured =
	    l->obscured_time == UNMEASURED_REMOVE || (point && l->obscured_time == UNMEASURED_BOUNDS);

	return arena_printf(a, "$1%s%s", plain && obscured ? " - $4" : (plain ? " - ($4 - $5)" : ""),
	                    obscured && !plain ? " - $5" : "");
}

static int over(struct judge *j, const char *label, const struct level *l, char *formula, int base,
                struct state_seconds n)
{
	return derive(j->book, label, method_clause(j, l), formula, 5,
	              (int[]){ base, n.down, n.either, n.unmeasured, n.obscured });
}

static int percent(struct judge *j, const char *label, const struct level *l, int denominator, int downtime)
{
	/* more may be taken out of fixed hours than they have: then nothing is left, and no percentage */
	const char *formula = j->c->period.fixed_hours ? "max(0, 100 * ($1 - $2) / max(0, $1))"
	                                               : "max(0, 100 * ($1 - $2) / $1)";

	return derive(j->book, label, method_clause(j, l), formula, 2, (int[]){ denominator, downtime });
}

/* T: the time that counts or the fixed hours, less what is excluded and removed. */
static int base_seconds(struct judge *j, const struct service *s, const struct counted *c, int excluded,
                        bool removed, bool real_time)
{
	const struct period *p = &j->c->period;
	int total = p->fixed_hours && !real_time
	                ? judge_seconds(j, "T, fixed hours", "period", tick_of(p->fixed_hours * US_PER_HOUR))
	                : judge_counted_seconds(j, s, c);

	return removed
	           ? derive(j->book, "T less excluded time", NULL, "$1 - $2", 2, (int[]){ total, excluded })
	           : total;
}

/* The measured share of the denominator; real: T in real time, less what is excluded and removed. */
static int coverage(struct judge *j, const struct level *l, int real, struct state_seconds n)
{
	int denominator =
	    over(j, "denominator in real time", l, removed_formula(j->arena, l, false), real, n);
	bool keeps_plain = l->unmeasured_time != UNMEASURED_REMOVE;
	bool keeps_obscured = l->obscured_time != UNMEASURED_REMOVE;
	const char *formula = keeps_plain && keeps_obscured ? "($1 - $2) / $1"
	                      : keeps_plain                 ? "($1 - ($2 - $3)) / $1"
	                      : keeps_obscured              ? "($1 - $3) / $1"
	                                                    : "$1 / $1";

	return derive(j->book, "coverage", NULL, formula, 3,
	              (int[]){ denominator, n.unmeasured, n.obscured });
}

static struct timeline idle_is_up(struct judge *j, const struct timeline *t, const struct counted *c)
{
	return c->idle.count ? timeline_overlay(j->arena, t, &c->idle, STATE_UP) : *t;
}

/* ---- counting ---- */

struct time_count availability_count(struct judge *j, const struct service *s, const struct level *l,
                                     const struct span_set *excluded)
{
	const struct span_set none = { NULL, 0 };
	const struct span_set *used = l->excluded_time == EXCLUDED_IGNORE ? &none : excluded;
	bool removed = l->excluded_time == EXCLUDED_REMOVE;
	struct counted counted = judge_counted(j, s, l);
	struct span_set outside = span_set_union(j->arena, used, &counted.uncounted);
	struct seen v = judge_seen(j, s, l, used);
	struct timeline range = idle_is_up(j, &v.range, &counted), point = idle_is_up(j, &v.point, &counted);
	struct time_count c;

	c.range = sums_as_nodes(j, s, &range, &outside, "range");
	c.point = sums_as_nodes(j, s, &point, &outside, "changes at the midpoint");
	c.excluded = judge_seconds(j, "seconds excluded", "accepted exclusions", span_set_length(used));
	c.base = base_seconds(j, s, &counted, c.excluded, removed, false);
	c.real = base_seconds(j, s, &counted, c.excluded, removed, true);
	c.least = c.most = c.at_point = FIGURE_UNKNOWN;
	if (outage_rule_applies(l)) {
		struct span_set gone = removed ? outside : counted.uncounted, up = counted.idle;

		if (l->excluded_time == EXCLUDED_COUNT_AS_UP)
			up = span_set_union(j->arena, &up, excluded);
		seen_lengths(j, s, l, &v, &gone, &up, &c);
	}
	return c;
}

/* by_length: by the length of outages, if the level looks at it. */
static int downtime(struct judge *j, const char *label, const struct level *l, const struct time_count *c,
                    bool worst, int by_length, struct state_seconds n)
{
	int all =
	    by_length >= 0 ? by_length : over(j, label, l, downtime_formula(j->arena, l, worst), c->base, n);
	int least;

	if (!l->rule.min_cumulative_us)
		return all;
	least = judge_seconds(j, "downtime that counts at all, seconds", method_clause(j, l),
	                      tick_of(l->rule.min_cumulative_us));
	return derive(j->book, arena_printf(j->arena, "%s, if it counts", label), method_clause(j, l),
	              "ge($1, $2, $1)", 2, (int[]){ all, least });
}

static struct availability_figures figures(struct judge *j, const struct level *l, const struct time_count *c)
{
	struct state_seconds n = c->range, m = c->point;
	struct availability_figures f;
	int point_denominator, point_down;

	f.excluded = c->excluded;
	f.unmeasured = n.unmeasured;
	f.obscured = n.obscured;
	f.downtime_least = downtime(j, "downtime, least", l, c, false, c->least, n);
	f.downtime_most = downtime(j, "downtime, most", l, c, true, c->most, n);
	f.denominator = over(j, "denominator", l, removed_formula(j->arena, l, false), c->base, n);
	f.worst = percent(j, "availability, worst reading", l, f.denominator, f.downtime_most);
	f.best = percent(j, "availability, best reading", l, f.denominator, f.downtime_least);
	point_denominator =
	    over(j, "denominator of the point value", l, removed_formula(j->arena, l, true), c->base, m);
	point_down = downtime(j, "downtime of the point value", l, c, false, c->at_point, m);
	f.downtime_point = point_down;
	f.by_method = percent(j, "availability by the contract's method", l, point_denominator, point_down);
	/* where seconds do not add up, leaving time out of T may carry the point value past what can be */
	if (c->at_point >= 0 || l->rule.min_cumulative_us || l->method == METHOD_CONSECUTIVE_INTERVALS)
		f.by_method = derive(j->book, "availability by the contract's method, within the range",
		                     method_clause(j, l), "max($2, min($3, $1))", 3,
		                     (int[]){ f.by_method, f.worst, f.best });
	f.coverage = coverage(j, l, c->real, n);
	return f;
}

/* What history keeps of this period: its own downtime and T, whatever the level is judged over. */
static void keep_alone(struct judge *j, struct level_result *r, const struct time_count *c)
{
	const struct level *l = r->level;
	struct state_seconds n = c->range;

	r->alone_least = over(j, "downtime of this period alone, least", l,
	                      downtime_formula(j->arena, l, false), c->real, n);
	r->alone_most = over(j, "downtime of this period alone, most", l, downtime_formula(j->arena, l, true),
	                     c->real, n);
	r->alone_counted =
	    over(j, "counted time of this period alone", l, removed_formula(j->arena, l, false), c->real, n);
}

void method_availability(struct judge *j, const struct service *s, struct level_result *r,
                         const struct span_set *excluded)
{
	const struct level *l = r->level;
	struct time_count c =
	    l->scope == SCOPE_NETWORK ? network_count(j, s, l) : availability_count(j, s, l, excluded);

	r->network = l->scope == SCOPE_NETWORK ? s->network : NULL;
	if (l->rolling_days) {
		keep_alone(j, r, &c);
		c = rolling_count(j, s, l, &c);
	}
	r->availability = figures(j, l, &c);
	if (!l->rolling_days && !r->network) {
		r->alone_least = r->availability.downtime_least;
		r->alone_most = r->availability.downtime_most;
		r->alone_counted = j->c->period.fixed_hours ? FIGURE_UNKNOWN : r->availability.denominator;
	}
	r->measure =
	    (struct measure){ r->availability.best, r->availability.worst, r->availability.by_method };
}
