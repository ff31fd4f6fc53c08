#include "calc/measure/minutes.h"
#include "calc/observe/corrections.h"
#include "calc/measure/delay.h"
#include "calc/observe/observe.h"
#include "calc/observe/timeline_builder.h"

#include <string.h>

/* ---- one minute of one observation ---- */

struct count {
	int64_t good, failed, missing, obscured;
};

static void count_sample(struct count *n, const struct sample *s)
{
	n->good += s->outcome == SAMPLE_UP;
	n->failed += s->outcome == SAMPLE_DOWN;
	n->missing += s->outcome == SAMPLE_MISSED;
	n->obscured += s->outcome == SAMPLE_OBSCURED;
}

/* Those of [from, to) are in the minute (ticks). */
static struct count count_minute(const struct observation *o, size_t from, size_t to, struct span minute,
                                 const struct span_set *skip)
{
	struct span us = { minute.start / TICKS_PER_US, minute.end / TICKS_PER_US };
	struct count n = { 0 };
	struct absent absent;

	for (size_t i = from; i < to; i++)
		if (!skip || !span_set_holds(skip, tick_of(o->samples[i].scheduled_us)))
			count_sample(&n, &o->samples[i]);
	for (size_t i = from; i <= to; i++) {
		if (!absent_before(o, i, us, &absent))
			continue;
		n.missing += absent_count(&absent, minute);
		for (size_t k = 0; skip && k < skip->count; k++)
			n.missing -= absent_count(&absent, span_intersect(minute, skip->at[k]));
	}
	return n;
}

/* One answer settles a minute that is down only when every attempt in it failed. */
static bool counts_as_answer(const struct sample *s, const struct span_set *skip)
{
	return s->outcome == SAMPLE_UP && !(skip && span_set_holds(skip, tick_of(s->scheduled_us)));
}

static enum state all_fail(const struct count *n, int64_t missing, int64_t obscured)
{
	if (n->good)
		return STATE_UP;
	if (missing || obscured)
		return missing ? STATE_UNMEASURED : STATE_OBSCURED;
	return n->failed ? STATE_DOWN : STATE_UNMEASURED;
}

static enum state too_many_fail(const struct minute_rule *rule, struct share_limit *limit,
                                const struct count *n, int64_t missing, int64_t obscured)
{
	int64_t open = missing + obscured, made = n->good + n->failed;

	if (made + open == 0)
		return STATE_UNMEASURED;
	if (made >= rule->min_attempts && share_exceeds(limit, n->failed, made + open))
		return STATE_DOWN;
	if (made + open >= rule->min_attempts && share_exceeds(limit, n->failed + open, made + open))
		return missing ? STATE_UNMEASURED : STATE_OBSCURED;
	return STATE_UP;
}

static enum state state_of(const struct minute_rule *rule, struct share_limit *limit, const struct count *n)
{
	int64_t missing = rule->known_alone[0] ? 0 : n->missing;
	int64_t obscured = rule->known_alone[1] ? 0 : n->obscured;

	if (n->good + n->failed + missing + obscured == 0 && n->missing + n->obscured)
		return n->missing ? STATE_UNMEASURED : STATE_OBSCURED;
	return rule->error_percent ? too_many_fail(rule, limit, n, missing, obscured)
	                           : all_fail(n, missing, obscured);
}

/* ---- all minutes of one observation ---- */

int64_t timeline_minute_us(int64_t us)
{
	int64_t rest = us % US_PER_MINUTE;

	return us - (rest < 0 ? rest + US_PER_MINUTE : rest);
}

size_t observation_from(const struct observation *o, int64_t us)
{
	size_t low = 0, high = o->sample_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (o->samples[middle].scheduled_us < us)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int64_t tick_at(const struct observation *o, size_t i)
{
	return tick_of(o->samples[i].scheduled_us);
}

struct timeline timeline_of_minutes(struct arena *a, const struct observation *o, struct span within,
                                    const struct span_set *skip, const struct minute_rule *rule)
{
	int64_t after =
	    within.start; /* where the minute before ended, if there is one and it was not cut there */
	bool whole = false;
	const enum state empty = o->requests && rule->error_percent ? STATE_UP : STATE_UNMEASURED;
	const int64_t length = tick_of(US_PER_MINUTE);
	struct share_limit limit = share_limit_of(rule->error_percent);
	struct timeline_builder b = timeline_start(a, within);
	size_t from = observation_from(o, (within.start + 1) / TICKS_PER_US), to;

	/* attempts before the period are not of its first minute, should it start inside a minute */
	while (from < o->sample_count && tick_at(o, from) < within.end) {
		int64_t start = whole && tick_at(o, from) - after < length
		                    ? after
		                    : tick_of(timeline_minute_us(o->samples[from].scheduled_us));
		struct span minute = span_intersect((struct span){ start, start + length }, within);
		struct count n = { .good = 1 };
		bool answered = false;

		for (to = from; to < o->sample_count && tick_at(o, to) < minute.end; to++)
			answered = answered || counts_as_answer(&o->samples[to], skip);
		if (!answered || rule->error_percent)
			n = count_minute(o, from, to, minute, skip);
		timeline_extend(&b, minute.start, empty);
		timeline_extend(&b, minute.end, state_of(rule, &limit, &n));
		from = to;
		after = minute.end;
		whole = true;
	}
	timeline_extend(&b, within.end, empty);
	return b.t;
}

/* ---- all observations ---- */

struct minute_rule minute_rule_of(const struct level *l, enum reading reading)
{
	const enum unmeasured_time terms[2] = { l->unmeasured_time, l->obscured_time };
	struct minute_rule rule = { NULL, 0, { false, false }, reading == READING_MIDPOINT };

	if (l->method == METHOD_MINUTE_ERROR_RATE) {
		rule.error_percent = l->rule.error_percent;
		rule.min_attempts = l->rule.min_attempts;
	}
	for (int i = 0; i < 2; i++)
		rule.known_alone[i] = terms[i] == UNMEASURED_REMOVE;
	if (reading == READING_MIDPOINT && l->unmeasured_time == UNMEASURED_BOUNDS)
		rule.known_alone[0] =
		    true; /* what is obscured stays open: a deeper hop by it would clear a nearer one */
	return rule;
}

/* The minutes of which a part lies in set; ticks. */
static struct span_set in_minutes(struct judge *j, const struct span_set *set, struct span within)
{
	struct span *minutes = arena_array(j->arena, set->count, sizeof *minutes);

	for (size_t i = 0; i < set->count; i++)
		minutes[i] = (struct span){ tick_of(timeline_minute_us(set->at[i].start / TICKS_PER_US)),
			                    tick_of(timeline_minute_us(set->at[i].end / TICKS_PER_US +
			                                               US_PER_MINUTE - 1)) };
	return span_set_of(j->arena, minutes, set->count, within);
}

static struct timeline *minute_timelines(struct judge *j, const struct span_set *skip, struct span within,
                                         const bool *wanted, const struct minute_rule *rule)
{
	struct timeline *all = observe_room(j);
	struct span_set *fixed = arena_array(j->arena, j->c->observation_count, sizeof *fixed);
	struct span_set *gaps = arena_array(j->arena, j->c->observation_count, sizeof *gaps);

	for (size_t i = 0; i < j->c->observation_count; i++) {
		struct observation part = j->seen[i]; /* from the first sample that matters on */
		size_t first =
		    observation_from(&part, timeline_minute_us(within.start / TICKS_PER_US) - US_PER_MINUTE);

		if (wanted && !wanted[i])
			continue;
		part.samples += first;
		part.sample_count -= first;
		all[i] = timeline_of_minutes(j->arena, &part, within, skip, rule);
		fixed[i] = corrections_minutes(j, &j->seen[i], within);
		gaps[i] = in_minutes(j, &j->gaps[i], within);
	}
	observe_known(j, all, wanted, within);
	observe_paths(j, all, fixed, rule->point ? NULL : gaps, wanted, within, true);
	return all;
}

/* Those of all observations with nothing skipped: made once for all levels that have the same rule. */
static const struct timeline *whole_minutes(struct judge *j, const struct minute_rule *rule)
{
	const struct span_set none = { NULL, 0 };
	struct timeline **kept =
	    &j->minutes[rule->known_alone[0] + 2 * rule->known_alone[1] + 4 * rule->point];

	if (rule->error_percent)
		return minute_timelines(j, &none, j->period, NULL, rule);
	if (!*kept)
		*kept = minute_timelines(j, &none, j->period, NULL, rule);
	return *kept;
}

/* ---- what is skipped has no attempts: only minutes of which it takes a part are to be judged anew ---- */

typedef struct timeline put_together(struct judge *j, const struct service *s, const struct timeline *all);

struct skipping {
	struct judge *judge;
	const struct service *service;
	const struct span_set *skip;
	const struct minute_rule *rule;
	put_together *put;
};

/* A minute (ticks) of which a part is skipped: judged by the attempts of the rest. */
static void judge_part_minute(const struct skipping *k, struct span minute, struct timeline *t)
{
	struct judge *j = k->judge;
	struct span within = span_intersect(minute, j->period);
	struct timeline *all =
	    minute_timelines(j, k->skip, within, observe_wanted(j, k->service, true), k->rule);
	struct timeline part = k->put(j, k->service, all);

	for (size_t i = 0; i < part.count; i++) {
		struct span_set set = { &part.runs[i].span, 1 };

		*t = timeline_overlay(j->arena, t, &set, part.runs[i].state);
	}
}

static void judge_boundary(const struct skipping *k, int64_t at, struct timeline *t)
{
	int64_t minute = tick_of(timeline_minute_us(at / TICKS_PER_US));

	if (at != minute && at > k->judge->period.start && at < k->judge->period.end)
		judge_part_minute(k, (struct span){ minute, minute + tick_of(US_PER_MINUTE) }, t);
}

static struct timeline with_skips(const struct skipping *k)
{
	struct timeline t = k->put(k->judge, k->service, whole_minutes(k->judge, k->rule));

	if (k->skip->count == 0)
		return t;
	t = timeline_overlay(k->judge->arena, &t, k->skip, STATE_UNMEASURED);
	for (size_t i = 0; i < k->skip->count; i++) {
		judge_boundary(k, k->skip->at[i].start, &t);
		judge_boundary(k, k->skip->at[i].end, &t);
	}
	return t;
}

struct timeline judge_service_minutes(struct judge *j, const struct service *s, const struct span_set *skip,
                                      const struct minute_rule *rule)
{
	return with_skips(&(struct skipping){ j, s, skip, rule, observe_service });
}

/* ---- members ---- */

static struct span_set not_deployed(struct judge *j, const struct member *m)
{
	struct span *ticks = arena_array(j->arena, m->deployed_count, sizeof *ticks);
	struct span_set deployed, none = { NULL, 0 };

	if (!m->has_deployed)
		return none;
	for (size_t i = 0; i < m->deployed_count; i++)
		ticks[i] = (struct span){ tick_of(m->deployed[i].start), tick_of(m->deployed[i].end) };
	deployed = span_set_of(j->arena, ticks, m->deployed_count, j->period);
	return span_set_complement(j->arena, &deployed, j->period);
}

static size_t members_of(struct judge *j, const struct service *s, const struct member **out)
{
	struct member *targets;

	if (s->member_count) {
		*out = s->members;
		return s->member_count;
	}
	targets = arena_array(j->arena, s->target_count, sizeof *targets);
	for (size_t i = 0; i < s->target_count; i++)
		targets[i].target = s->targets[i];
	*out = targets;
	return s->target_count;
}

/* One that is not deployed has no say: down is what all say. */
static struct timeline put_members_together(struct judge *j, const struct service *s,
                                            const struct timeline *all)
{
	const struct member *members;
	size_t count = members_of(j, s, &members);
	struct timeline *seen = arena_array(j->arena, count, sizeof *seen);

	for (size_t i = 0; i < count; i++) {
		struct timeline t = observe_target(j, all, members[i].target, (size_t)s->quorum.vantages);
		struct span_set away = not_deployed(j, &members[i]);

		away = span_set_intersection(j->arena, &away, &(struct span_set){ &t.span, 1 });
		seen[i] = timeline_overlay(j->arena, &t, &away, STATE_DOWN);
	}
	return timeline_quorum(j->arena, seen, count, count);
}

struct timeline judge_member_minutes(struct judge *j, const struct service *s, const struct span_set *skip,
                                     const struct minute_rule *rule)
{
	return with_skips(&(struct skipping){ j, s, skip, rule, put_members_together });
}

/* Whether an earlier member is in the same zone at the instant; one without a zone is in a zone with all such. */
static bool zone_counted(const struct member *members, const bool *deployed, size_t i)
{
	for (size_t k = 0; k < i; k++) {
		const char *a = members[k].zone, *b = members[i].zone;

		if (deployed[k] && (a == b || (a && b && strcmp(a, b) == 0)))
			return true;
	}
	return false;
}

struct span_set judge_too_few_members(struct judge *j, const struct service *s, const struct level *l)
{
	const struct member *members;
	size_t count = members_of(j, s, &members), cuts = 1, pieces = 0;
	struct span_set *away = arena_array(j->arena, count, sizeof *away);
	bool *deployed = arena_array(j->arena, count, sizeof *deployed);
	struct span *few;
	int64_t at = j->period.start, end;

	for (size_t i = 0; i < count; i++) {
		away[i] = not_deployed(j, &members[i]);
		cuts += 2 * away[i].count;
	}
	few = arena_array(j->arena, cuts, sizeof *few);
	for (; at < j->period.end; at = end) {
		int64_t here = 0, zones = 0;

		end = j->period.end;
		for (size_t i = 0; i < count; i++) {
			deployed[i] = !span_set_holds(&away[i], at);
			here += deployed[i];
			zones += deployed[i] && !zone_counted(members, deployed, i);
			for (size_t k = 0; k < away[i].count; k++) {
				struct span cut = away[i].at[k];

				end = cut.start > at && cut.start < end ? cut.start : end;
				end = cut.end > at && cut.end < end ? cut.end : end;
			}
		}
		if (here < l->min_members || zones < l->min_zones)
			few[pieces++] = (struct span){ at, end };
	}
	return span_set_of(j->arena, few, pieces, j->period);
}
