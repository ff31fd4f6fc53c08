/*
 * method_incidents: the levels that look at what people did, from what they entered.
 *
 *     time_to_notify    known → notified (KDDI flexible leased circuit: a fault of 3 minutes or more within 30 minutes,
 *                       NTT Com Super OCN Dual 2005, IIJ)
 *     time_to_replace   reported → replaced (Sakura dedicated server: 4 hours)
 *
 * An incident is of the period in which its clock starts, and counts to its end. What it does not state is not zero:
 * the time lies between 0 and what as_of allows, without bound where the case has no as_of. Of the point value such an
 * incident is no part. An outage without an incident may have been notified late: a notice cannot be proved. Without
 * a report there is nothing to replace. (docs/decisions)
 */
#include "calc/observe/incident.h"
#include "calc/measure/method.h"
#include "calc/measure/outage_view.h"
#include "calc/measure/part.h"

enum how_sure { SURELY_NOT, PERHAPS, SURELY };

/* ---- one incident ---- */

/* From one instant of an incident to another (µs); INT64_MIN not stated. */
struct stretch_of_time {
	int64_t from, to;
};

static struct stretch_of_time ends_of(const struct incident *n, enum metric metric)
{
	if (metric == METRIC_TIME_TO_NOTIFY)
		return (struct stretch_of_time){ n->known_us, n->notified_us };
	return (struct stretch_of_time){ n->reported_us, n->replaced_us };
}

/* The period in which the clock starts; where that is not stated, what else is says which. */
static bool of_period(const struct judge *j, const struct incident *n, struct stretch_of_time t)
{
	struct span period = j->c->period.span;

	if (t.from != INT64_MIN)
		return span_holds(period, t.from);
	if (n->span.start != INT64_MIN)
		return span_length(span_intersect(n->span, period)) > 0;
	return t.to == INT64_MIN || span_holds(period, t.to);
}

/* How long it may have taken at most, in ticks: it cannot have begun before the incident. */
static int64_t longest(const struct judge *j, const struct incident *n, struct stretch_of_time t)
{
	int64_t from = t.from != INT64_MIN          ? t.from
	               : n->span.start != INT64_MIN ? n->span.start
	                                            : j->c->period.span.start;
	int64_t to = t.to != INT64_MIN ? t.to : j->c->as_of_us;

	if (to == INT64_MAX)
		return PART_UNKNOWN;
	return to > from ? tick_of(to) - tick_of(from) : 0;
}

static const char *not_stated(struct judge *j, enum metric metric, struct stretch_of_time t)
{
	bool notify = metric == METRIC_TIME_TO_NOTIFY;

	if (t.from == INT64_MIN)
		return arena_printf(j->arena, "the incident does not say when it was %s",
		                    notify ? "known" : "reported");
	if (t.to == INT64_MIN)
		return arena_printf(j->arena, "the incident does not say when it was %s",
		                    notify ? "notified" : "replaced");
	return NULL;
}

static struct part no_rate(const char *id, struct span us)
{
	return (struct part){ .id = id,
		              .span = us,
		              .rate = FIGURE_UNKNOWN,
		              .rate_best = FIGURE_UNKNOWN,
		              .rate_worst = FIGURE_UNKNOWN,
		              .counted = true };
}

/* The span of the part: the time itself as far as it is stated. */
static struct span shown(const struct judge *j, const struct incident *n, struct stretch_of_time t)
{
	int64_t from = t.from != INT64_MIN          ? t.from
	               : n->span.start != INT64_MIN ? n->span.start
	                                            : j->c->period.span.start;

	return (struct span){ from, t.to != INT64_MIN ? t.to : from };
}

static struct part incident_part(struct judge *j, const struct level *l, const struct incident *n,
                                 enum how_sure sure, bool at_point)
{
	struct stretch_of_time t = ends_of(n, l->metric);
	struct part p = no_rate(n->id, shown(j, n, t));
	struct part_length length = { .worst = longest(j, n, t) };

	p.why = not_stated(j, l->metric, t);
	if (!p.why) {
		length.best = sure == SURELY ? length.worst : 0;
		length.point = at_point ? length.worst : 0;
	}
	if (!p.why && sure == PERHAPS)
		p.why = "the outage may be too short to count";
	p.length = part_measure(j, l, arena_printf(j->arena, "incident %s", n->id),
	                        arena_printf(j->arena, "incident %s", n->id), length);
	return p;
}

/* ---- which incidents have to be notified ---- */

/* Whether a run in the state, of what is left of the timeline, belongs to the incident. */
static bool touches_any(const struct timeline *t, const struct incident *n, bool down_only)
{
	for (size_t i = 0; i < t->count; i++)
		if ((t->runs[i].state == STATE_DOWN || (!down_only && t->runs[i].state != STATE_UP)) &&
		    incident_touches(n, t->runs[i].span))
			return true;
	return false;
}

/* An incident that lies in accepted exclusions, or outside the time that counts, is none. */
static bool lies_outside(const struct judge *j, const struct outage_view *v, const struct incident *n)
{
	struct span own = span_intersect(n->span, j->c->period.span), ticks;

	if (n->span.start == INT64_MIN || span_length(own) == 0)
		return false;
	ticks = (struct span){ tick_of(own.start), tick_of(own.end) };
	return span_set_overlap(v->range_rule.outside, ticks) == span_length(ticks);
}

/*
 * Whether the incident's outage is long enough. The timeline decides; where it knows of none, the incident's own span
 * may be right.
 */
static enum how_sure long_enough(const struct judge *j, const struct level *l, const struct outage_view *v,
                                 const struct incident *n)
{
	if (lies_outside(j, v, n))
		return SURELY_NOT;
	if (!l->rule.min_run_us || touches_any(&v->range, n, true))
		return SURELY;
	if (touches_any(&v->range, n, false))
		return PERHAPS;
	return n->span.start != INT64_MIN && span_length(n->span) >= l->rule.min_run_us ? PERHAPS
	                                                                                : SURELY_NOT;
}

static bool long_at_point(const struct level *l, const struct outage_view *v, const struct incident *n)
{
	return !l->rule.min_run_us || touches_any(&v->point, n, true);
}

/* ---- outages of which nobody entered anything ---- */

static struct part unclaimed_part(struct judge *j, const struct level *l, const struct stretch *s,
                                  size_t number)
{
	struct part p = no_rate(NULL, outage_us(s->span));
	int64_t as_of = j->c->as_of_us;
	struct part_length length = { .worst = as_of == INT64_MAX      ? PART_UNKNOWN
		                               : as_of <= p.span.start ? 0
		                                                       : tick_of(as_of) - s->span.start };

	p.why = "no incident says when it was known and notified";
	p.length = part_measure(j, l, arena_printf(j->arena, "outage without incident %zu", number),
	                        "an outage without an incident", length);
	return p;
}

static void add_unclaimed(struct judge *j, const struct service *s, struct level_result *r,
                          const struct outage_view *v)
{
	struct timeline left = incident_unclaimed(j, s, &v->range);
	struct stretch *all;
	size_t count;

	left = stretch_drop_short(j->arena, &left, &v->range_rule, tick_of(r->level->rule.min_run_us), true);
	count = stretches_of(j->arena, &left, &v->range_rule, &all);
	for (size_t i = 0; i < count; i++)
		r->parts[r->part_count++] = unclaimed_part(j, r->level, &all[i], i + 1);
}

/* ---- the levels ---- */

void method_time_to_notify(struct judge *j, const struct service *s, struct level_result *r,
                           const struct span_set *excluded)
{
	const struct level *l = r->level;
	struct outage_view v = outage_view_of(j, s, l, excluded);
	const struct incident **all;
	size_t count = incidents_of(j, s, &all);

	r->parts = arena_array(j->arena, count + v.range.count + 2 * count + 1, sizeof *r->parts);
	r->part_count = 0;
	for (size_t i = 0; i < count; i++) {
		enum how_sure sure = long_enough(j, l, &v, all[i]);

		if (of_period(j, all[i], ends_of(all[i], l->metric)) && sure != SURELY_NOT)
			r->parts[r->part_count++] =
			    incident_part(j, l, all[i], sure, long_at_point(l, &v, all[i]));
	}
	add_unclaimed(j, s, r, &v);
	part_longest(j, r, "time to notify");
}

void method_time_to_replace(struct judge *j, const struct service *s, struct level_result *r,
                            const struct span_set *excluded)
{
	const struct level *l = r->level;
	const struct incident **all;
	size_t count = incidents_of(j, s, &all);

	(void)excluded; /* a replacement takes as long as it takes */
	r->parts = arena_array(j->arena, count, sizeof *r->parts);
	r->part_count = 0;
	for (size_t i = 0; i < count; i++) {
		struct stretch_of_time t = ends_of(all[i], l->metric);
		bool stated = t.from != INT64_MIN || t.to != INT64_MIN;

		if (stated && of_period(j, all[i], t))
			r->parts[r->part_count++] = incident_part(j, l, all[i], SURELY, true);
	}
	part_longest(j, r, "time to replace");
}
