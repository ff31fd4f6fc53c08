#include "calc/measure/seen.h"
#include "calc/measure/consecutive.h"
#include "calc/measure/counted.h"
#include "calc/observe/incident.h"
#include "calc/measure/minutes.h"
#include "calc/measure/outage_length.h"
#include "calc/measure/outage_view.h"

/* ---- each method in its own lines ---- */

/* Changes between neighbouring samples. */
static struct seen by_samples(struct judge *j, const struct service *s, const struct level *l)
{
	struct seen v = { .range = judge_clocked_timeline(j, s, l, READING_RANGE),
		          .point = judge_clocked_timeline(j, s, l, READING_MIDPOINT),
		          .instants = true };

	v.point_outages = v.point;
	v.outages = outage_rule_applies(l) ? judge_clocked_timeline(j, s, l, READING_INSTANTS) : v.range;
	return v;
}

typedef struct timeline minutes_of(struct judge *j, const struct service *s, const struct span_set *skip,
                                   const struct minute_rule *rule);

/* An outage goes on through minutes that are left out: there they are seen as if they were not. */
static struct seen by_minutes(struct judge *j, const struct service *s, const struct level *l,
                              const struct span_set *excluded, minutes_of *minutes)
{
	const struct span_set none = { NULL, 0 };
	struct span_set silent = judge_silent(j, s, l, excluded);
	struct minute_rule range = minute_rule_of(l, READING_RANGE),
	                   point = minute_rule_of(l, READING_MIDPOINT);
	struct seen v = { .range = minutes(j, s, &silent, &range), .point = minutes(j, s, &silent, &point) };

	v.outages = v.range;
	v.point_outages = v.point;
	if (silent.count && outage_rule_applies(l)) {
		struct timeline whole = minutes(j, s, &none, &range), known = minutes(j, s, &none, &point);

		v.outages = timeline_replace(j->arena, &v.range, &silent, &whole);
		v.point_outages = timeline_replace(j->arena, &v.point, &silent, &known);
	}
	return v;
}

static struct seen by_intervals(struct judge *j, const struct service *s, const struct level *l,
                                const struct span_set *excluded)
{
	struct seen v = { .range = consecutive_timeline(j, s, l, excluded, READING_RANGE),
		          .point = consecutive_timeline(j, s, l, excluded, READING_MIDPOINT) };

	v.outages = v.range;
	v.point_outages = v.point;
	return v;
}

struct seen judge_seen(struct judge *j, const struct service *s, const struct level *l,
                       const struct span_set *excluded)
{
	switch (l->method) {
	case METHOD_MINUTE_BUCKET_ALL_FAIL:
	case METHOD_MINUTE_ERROR_RATE:
		return by_minutes(j, s, l, excluded, judge_service_minutes);
	case METHOD_MINUTE_ALL_MEMBERS:
		return by_minutes(j, s, l, excluded, judge_member_minutes);
	case METHOD_CONSECUTIVE_INTERVALS:
		return by_intervals(j, s, l, excluded);
	default:
		return by_samples(j, s, l);
	}
}

/* ---- the length of outages ---- */

struct intervals {
	int64_t *ticks;
	size_t count;
};

static void add_interval(void *context, const struct observation *o)
{
	struct intervals *all = context;

	if (!o->requests)
		all->ticks[all->count++] = tick_of(o->interval_us);
}

static struct outage_rule rule_of(struct judge *j, const struct service *s, const struct level *l,
                                  const struct seen *v, const struct span_set *outside)
{
	struct outage_rule rule = { .least = tick_of(l->rule.min_run_us),
		                    .part_minute = l->rule.part_minute,
		                    .outside = outside,
		                    .takes = { [STATE_DOWN] = true, [STATE_EITHER] = true },
		                    .instants = v->instants };
	struct intervals all = { arena_array(j->arena, j->c->observation_count + 1, sizeof *all.ticks), 0 };

	rule.takes[STATE_UNMEASURED] = l->unmeasured_time != UNMEASURED_REMOVE;
	rule.takes[STATE_OBSCURED] = l->obscured_time != UNMEASURED_REMOVE;
	if (v->instants)
		judge_each_observation(j, s, add_interval, &all);
	else
		all.ticks[all.count++] = tick_of(US_PER_MINUTE);
	rule.intervals = all.ticks;
	rule.interval_count = all.count;
	return rule;
}

void seen_lengths(struct judge *j, const struct service *s, const struct level *l, const struct seen *v,
                  const struct span_set *outside, const struct span_set *up, struct time_count *c)
{
	struct outage_rule rule = rule_of(j, s, l, v, outside);
	struct timeline range = outage_as_read(j, l, &v->outages, up),
	                point = outage_as_read(j, l, &v->point_outages, up);
	struct outage_lengths sum = outage_lengths_of(j->arena, &range, &rule);
	struct span_set answers = stretch_state(j->arena, &range, STATE_UP);
	const char *source = outage_source(j, s);

	c->least = judge_seconds(j, "downtime by the length of outages, least", source, sum.least);
	c->most = judge_seconds(j, "downtime by the length of outages, most", source, sum.most);
	c->at_point = judge_seconds(j, "downtime by the length of outages, point value", source,
	                            outage_length_of(&point, &answers, &rule));
}
