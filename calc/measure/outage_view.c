#include "calc/measure/outage_view.h"
#include "calc/measure/counted.h"
#include "calc/observe/incident.h"

struct span outage_us(struct span ticks)
{
	return (struct span){ ticks.start / TICKS_PER_US, ticks.end / TICKS_PER_US };
}

const char *outage_source(struct judge *j, const struct service *s)
{
	return arena_printf(j->arena, "outages of %s, one by one", s->id);
}

static enum state treated(enum unmeasured_time treatment, enum state state)
{
	return treatment == UNMEASURED_UP ? STATE_UP : treatment == UNMEASURED_DOWN ? STATE_DOWN : state;
}

struct timeline outage_as_read(struct judge *j, const struct level *l, const struct timeline *t,
                               const struct span_set *up)
{
	const enum state to[STATE_COUNT] = { [STATE_UP] = STATE_UP,
		                             [STATE_DOWN] = STATE_DOWN,
		                             [STATE_EITHER] = STATE_EITHER,
		                             [STATE_UNMEASURED] =
		                                 treated(l->unmeasured_time, STATE_UNMEASURED),
		                             [STATE_OBSCURED] = treated(l->obscured_time, STATE_OBSCURED) };
	struct timeline read = timeline_recolour(j->arena, t, to);

	return timeline_overlay(j->arena, &read, up, STATE_UP);
}

static void without_short(struct judge *j, const struct level *l, struct outage_view *v)
{
	int64_t least = tick_of(l->rule.min_run_us);

	if (!least)
		return;
	v->range = stretch_drop_short(j->arena, &v->range, &v->range_rule, least, true);
	v->point = stretch_drop_short(j->arena, &v->point, &v->point_rule, least, false);
}

/* In the point value too an answer parts two outages, though it was not measured before and after it. */
static struct timeline parted(struct judge *j, const struct timeline *point, const struct timeline *range)
{
	struct span_set up = stretch_state(j->arena, range, STATE_UP);

	return timeline_overlay(j->arena, point, &up, STATE_UP);
}

struct outage_view outage_view_of(struct judge *j, const struct service *s, const struct level *l,
                                  const struct span_set *excluded)
{
	struct counted counted = judge_counted(j, s, l);
	struct span_set *outside = arena_new(j->arena, struct span_set);
	struct timeline whole = judge_service_timeline(j, s, READING_INSTANTS);
	struct timeline range = judge_clocked_timeline(j, s, l, READING_INSTANTS);
	struct timeline point = judge_clocked_timeline(j, s, l, READING_MIDPOINT);
	struct span_set up = counted.idle;
	struct outage_view v;

	*outside = counted.uncounted;
	if (l->excluded_time == EXCLUDED_REMOVE)
		*outside = span_set_union(j->arena, outside, excluded);
	if (l->excluded_time == EXCLUDED_COUNT_AS_UP)
		up = span_set_union(j->arena, &up, excluded);
	v.range_rule = (struct stretch_rule){ .outside = outside, .instants = true };
	v.range_rule.counts[STATE_DOWN] = v.range_rule.counts[STATE_EITHER] = true;
	v.range_rule.counts[STATE_UNMEASURED] = l->unmeasured_time != UNMEASURED_REMOVE;
	v.range_rule.counts[STATE_OBSCURED] = l->obscured_time != UNMEASURED_REMOVE;
	v.point_rule = (struct stretch_rule){ .outside = outside, .counts = { [STATE_DOWN] = true } };
	v.whole = outage_as_read(j, l, &whole, &up);
	v.range = outage_as_read(j, l, &range, &up);
	v.point = outage_as_read(j, l, &point, &up);
	v.point = parted(j, &v.point, &v.range);
	without_short(j, l, &v);
	return v;
}
