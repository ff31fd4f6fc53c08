/*
 * method_outages: the levels that look at outages by their length.
 *
 *     per_outage_bands         each outage by itself: recovery time (NTT Com Super OCN Dual 2005, KDDI flexible leased
 *                              circuit, SoftBank Wide Ethernet, Optage, STNet, NTTPC CloudWAN: 復旧時間)
 *     cumulative_outage_bands  all outages of the period together (SoftBank Ethernet Access S: 累計)
 *
 * The range is a true bound: an outage is no longer than the stretch between two answers, and at least as long as the
 * longest run that surely was down. The period cuts an outage that goes on over its ends.
 */
#include "calc/observe/incident.h"
#include "calc/measure/method.h"
#include "calc/measure/outage_view.h"
#include "calc/measure/part.h"

/* ---- each outage by itself ---- */

struct outage_list {
	struct stretch *at;
	size_t count, next; /* next: the first that was not taken yet */
};

static struct outage_list list_of(struct judge *j, const struct timeline *t, const struct stretch_rule *rule)
{
	struct outage_list list = { .next = 0 };

	list.count = stretches_of(j->arena, t, rule, &list.at);
	return list;
}

/* The longest inside a span; spans come in order. */
static struct stretch longest_inside(struct outage_list *list, struct span span)
{
	struct stretch longest = { .span = span };

	for (; list->next < list->count && list->at[list->next].span.start < span.end; list->next++) {
		const struct stretch *s = &list->at[list->next];

		longest.possible = s->possible > longest.possible ? s->possible : longest.possible;
		longest.certain = s->certain > longest.certain ? s->certain : longest.certain;
	}
	return longest;
}

/* What a reader of the part should know. */
static const char *remark(struct judge *j, const struct level *l, const struct stretch *whole,
                          const struct part_length *length, const struct incident *first)
{
	const char *knew = l->rule.clock == CLOCK_KNOWN ? "known" : "reported";
	int64_t least = tick_of(l->rule.min_run_us);
	const char *shown = part_seconds(j->arena, l->rule.min_run_us);

	if (length->worst == 0 && whole->possible < least)
		return arena_printf(j->arena, "shorter than %s s", shown);
	if (length->worst == 0 && least)
		return arena_printf(j->arena, "shorter than %s s after it was %s", shown, knew);
	if (length->worst == 0)
		return arena_printf(j->arena, "over before it was %s", knew);
	if (l->rule.clock != CLOCK_ONSET && !first)
		return arena_printf(j->arena, "no incident says when it was %s: counted from the onset",
		                    knew);
	if (whole->span.end == j->period.end)
		return "cut at the end of the period";
	return whole->span.start == j->period.start ? "cut at the start of the period" : NULL;
}

static struct part outage_part(struct judge *j, const struct service *s, const struct level *l,
                               const struct stretch *whole, struct part_length length, size_t number)
{
	const struct incident **all;
	size_t count = incidents_of(j, s, &all);
	const struct incident *first = incident_first(all, count, l->rule.clock, whole->span);

	return (struct part){ .id = first ? first->id : NULL,
		              .span = outage_us(whole->span),
		              .length = part_measure(j, l, arena_printf(j->arena, "outage %zu", number),
		                                     outage_source(j, s), length),
		              .rate = FIGURE_UNKNOWN,
		              .rate_best = FIGURE_UNKNOWN,
		              .rate_worst = FIGURE_UNKNOWN,
		              .counted = length.worst > 0,
		              .why = remark(j, l, whole, &length, first) };
}

void method_per_outage(struct judge *j, const struct service *s, struct level_result *r,
                       const struct span_set *excluded)
{
	const struct level *l = r->level;
	struct outage_view v = outage_view_of(j, s, l, excluded);
	struct outage_list whole = list_of(j, &v.whole, &v.range_rule);
	struct outage_list range = list_of(j, &v.range, &v.range_rule);
	struct outage_list point = list_of(j, &v.point, &v.point_rule);

	r->part_count = whole.count;
	r->parts = arena_array(j->arena, r->part_count, sizeof *r->parts);
	for (size_t i = 0; i < whole.count; i++) {
		struct stretch known = longest_inside(&range, whole.at[i].span);
		struct part_length length = { .best = known.certain, .worst = known.possible };

		length.point = longest_inside(&point, whole.at[i].span).possible;
		r->parts[i] = outage_part(j, s, l, &whole.at[i], part_in_range(length), i + 1);
	}
	part_longest(j, r, "outage");
}

/* ---- all outages together ---- */

static int together(struct judge *j, const struct service *s, const struct level *l, int reading,
                    int64_t ticks)
{
	const char *of = part_reading(reading);
	int seconds = judge_seconds(j, arena_printf(j->arena, "seconds of all outages %s", of),
	                            outage_source(j, s), ticks);
	int64_t least_us = l->rule.min_cumulative_us;
	const char *formula = "$1";

	if (least_us)
		formula = arena_printf(j->arena, "ge($1, %s, $1)", part_seconds(j->arena, least_us));
	return part_in_unit(j, l, arena_printf(j->arena, "downtime %s, %s", of, unit_name(l->unit)), formula,
	                    seconds);
}

void method_cumulative(struct judge *j, const struct service *s, struct level_result *r,
                       const struct span_set *excluded)
{
	struct outage_view v = outage_view_of(j, s, r->level, excluded);
	struct outage_list range = list_of(j, &v.range, &v.range_rule);
	struct outage_list point = list_of(j, &v.point, &v.point_rule);
	struct part_length all = { 0, 0, 0 };

	for (size_t i = 0; i < range.count; i++) {
		all.best += range.at[i].certain_sum;
		all.worst += range.at[i].possible;
	}
	for (size_t i = 0; i < point.count; i++)
		all.point += point.at[i].possible;
	all = part_in_range(all);
	r->measure.best = together(j, s, r->level, 0, all.best);
	r->measure.worst = together(j, s, r->level, 1, all.worst);
	r->measure.point = together(j, s, r->level, 2, all.point);
}
