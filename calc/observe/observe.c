/*
 * observe: from observations, corrections and paths to the timeline of a service.
 *
 * First the corrections in effect: samples inside one get its outcome, and the timeline inside it is exactly that
 * state. Then each path in four steps. An answer from a deeper hop implies that the hops before it are up, at that
 * instant and between two such answers. Where a deeper hop's scheduled sample is missing, its answer might have said so:
 * a nearer hop that failed then is open in the range. A sample that failed while a nearer hop was, or may have been,
 * down says nothing about its own target and is marked as obscured; as missed where that hop is the monitor's own side.
 * And behind a hop that is down everything is obscured (unmeasured), which matters where an outage is exactly known: no
 * sample overrules it. What a correction says stands through all of it.
 *
 * Timelines that no path joins have nothing to do with each other: a part of them can be made anew alone (wanted: by
 * index; NULL: all).
 */
#include "calc/observe/corrections.h"
#include "calc/judge.h"
#include "calc/observe/observe.h"

#include <string.h>

static bool is_wanted(const bool *wanted, size_t i)
{
	return !wanted || wanted[i];
}

/* ---- timelines of everything that is watched: observations first, then services with known outages ---- */

static size_t watched_count(const struct judge *j)
{
	return j->c->observation_count + j->c->service_count;
}

struct timeline *observe_room(struct judge *j)
{
	return arena_array(j->arena, watched_count(j), sizeof(struct timeline));
}

void observe_known(struct judge *j, struct timeline *all, const bool *wanted, struct span within)
{
	const struct sla_case *c = j->c;

	for (size_t i = 0; i < c->service_count; i++)
		if (c->services[i].known_outages && is_wanted(wanted, c->observation_count + i))
			all[c->observation_count + i] = timeline_of_outages(
			    j->arena, c->services[i].outages, c->services[i].outage_count, within);
}

/* ---- paths ---- */

/* The index of a hop among the timelines as its vantage sees it; -1 when nobody watches it from there. */
static int hop_index(const struct sla_case *c, const char *vantage, const char *hop)
{
	for (size_t i = 0; i < c->observation_count; i++)
		if (strcmp(c->observations[i].target, hop) == 0 &&
		    strcmp(c->observations[i].vantage, vantage) == 0)
			return (int)i;
	for (size_t i = 0; i < c->service_count; i++)
		if (c->services[i].known_outages && strcmp(c->services[i].id, hop) == 0)
			return (int)(c->observation_count + i);
	return -1;
}

static void find_hops(struct judge *j)
{
	j->routes = arena_array(j->arena, j->c->path_count, sizeof *j->routes);
	for (size_t i = 0; i < j->c->path_count; i++) {
		const struct path *p = &j->c->paths[i];
		struct route *r = &j->routes[i];

		*r = (struct route){ p, arena_array(j->arena, p->hop_count, sizeof *r->hops),
			             arena_array(j->arena, p->hop_count, sizeof *r->watched), 0 };
		for (size_t k = 0; k < p->hop_count; k++) {
			int index = hop_index(j->c, p->vantage, p->hops[k]);

			if (index < 0)
				continue;
			r->hops[r->count] = k;
			r->watched[r->count++] = (size_t)index;
		}
	}
}

/* Adds to what is wanted whatever a path joins to it. */
static void join(const struct judge *j, bool *wanted)
{
	bool grows = true;

	while (grows) {
		grows = false;
		for (size_t i = 0; i < j->c->path_count; i++) {
			const struct route *r = &j->routes[i];

			for (size_t k = 0; observe_is_on_route(r, wanted) && k < r->count; k++) {
				grows = grows || !wanted[r->watched[k]];
				wanted[r->watched[k]] = true;
			}
		}
	}
}

static void imply_up(struct judge *j, struct timeline *all, const bool *wanted)
{
	for (size_t i = 0; i < j->c->path_count; i++) {
		const struct route *r = &j->routes[i];
		struct timeline **hops = arena_array(j->arena, r->count, sizeof *hops);

		if (!observe_is_on_route(r, wanted))
			continue;
		for (size_t k = 0; k < r->count; k++)
			hops[k] = &all[r->watched[k]];
		timeline_imply_up(j->arena, hops, r->count);
	}
}

static void obscure(struct judge *j, struct timeline *all, const bool *wanted)
{
	for (size_t i = 0; i < j->c->path_count; i++) {
		const struct route *r = &j->routes[i];
		struct timeline **hops = arena_array(j->arena, r->count, sizeof *hops);
		bool *own = arena_array(j->arena, r->count, sizeof *own);

		if (!observe_is_on_route(r, wanted))
			continue;
		for (size_t k = 0; k < r->count; k++) {
			hops[k] = &all[r->watched[k]];
			own[k] = r->path->own[r->hops[k]];
		}
		timeline_obscure(j->arena, hops, own, r->count);
	}
}

/* What stands through the paths: known outages, and inside fixed (by observation) the timelines before. */
static void restore(struct judge *j, struct timeline *all, const struct timeline *before,
                    const struct span_set *fixed, const bool *wanted)
{
	for (size_t i = 0; i < j->c->observation_count; i++)
		if (is_wanted(wanted, i) && fixed[i].count)
			all[i] = timeline_replace(j->arena, &all[i], &fixed[i], &before[i]);
}

/* A hop that failed while somebody deeper was not measured may have been cleared by the answer that is missing. */
static void doubt(struct judge *j, struct timeline *all, const struct span_set *gaps, const bool *wanted)
{
	for (size_t i = 0; i < j->c->observation_count; i++)
		if (is_wanted(wanted, i) && gaps[i].count)
			all[i] = timeline_doubt(j->arena, &all[i], &gaps[i]);
}

void observe_paths(struct judge *j, struct timeline *all, const struct span_set *fixed,
                   const struct span_set *gaps, const bool *wanted, struct span within, bool obscures)
{
	struct timeline *before;

	if (j->c->path_count == 0)
		return;
	before = observe_room(j);
	memcpy(before, all, watched_count(j) * sizeof *before);
	imply_up(j, all, wanted);
	observe_known(j, all, wanted, within);
	if (gaps)
		doubt(j, all, gaps, wanted);
	restore(j, all, before, fixed, wanted);
	if (!obscures)
		return;
	obscure(j, all, wanted);
	restore(j, all, before, fixed, wanted);
}

static struct timeline *sampled_timelines(struct judge *j, enum reading reading, const bool *wanted,
                                          bool obscures)
{
	struct timeline *all = observe_room(j);
	struct span_set *fixed = arena_array(j->arena, j->c->observation_count, sizeof *fixed);

	for (size_t i = 0; i < j->c->observation_count; i++) {
		if (!is_wanted(wanted, i))
			continue;
		all[i] = timeline_of_samples(j->arena, &j->seen[i], j->period, reading);
		corrections_of_timeline(j, &j->seen[i], &all[i]);
		fixed[i] = corrections_time(j, &j->seen[i], j->period);
	}
	observe_known(j, all, wanted, j->period);
	observe_paths(j, all, fixed, obscures && reading != READING_MIDPOINT ? j->gaps : NULL, wanted,
	              j->period, obscures);
	return all;
}

/* ---- the whole ---- */

static void put(struct timeline *into, const struct timeline *from, size_t count, const bool *wanted)
{
	for (size_t i = 0; i < count; i++)
		if (is_wanted(wanted, i))
			into[i] = from[i];
}

static void observe(struct judge *j, const bool *wanted)
{
	size_t count = watched_count(j);

	corrections_choose(j);
	for (size_t i = 0; i < j->c->observation_count; i++)
		if (is_wanted(wanted, i)) {
			j->seen[i] = j->c->observations[i];
			corrections_of_samples(j, &j->seen[i]);
		}
	if (j->c->path_count)
		observe_mark(j, sampled_timelines(j, READING_RANGE, wanted, false), wanted);
	put(j->range, sampled_timelines(j, READING_RANGE, wanted, true), count, wanted);
	put(j->midpoint, sampled_timelines(j, READING_MIDPOINT, wanted, true), count, wanted);
}

void judge_observe(struct judge *j)
{
	find_hops(j);
	j->seen = arena_array(j->arena, j->c->observation_count, sizeof *j->seen);
	j->gaps = arena_array(j->arena, j->c->observation_count, sizeof *j->gaps);
	j->range = observe_room(j);
	j->midpoint = observe_room(j);
	observe(j, NULL);
}

/* What x concerns, or what it supersedes, which holds again without it; and whatever a path joins to them. */
static bool *touched_by(struct judge *j, const struct correction *x)
{
	const struct sla_case *c = j->c;
	bool *wanted = arena_array(j->arena, watched_count(j), sizeof *wanted);

	for (size_t i = 0; i < c->observation_count; i++) {
		wanted[i] = correction_concerns(x, &c->observations[i]);
		for (size_t k = 0; x->supersedes && k < c->correction_count; k++)
			if (strcmp(c->corrections[k].id, x->supersedes) == 0)
				wanted[i] =
				    wanted[i] || correction_concerns(&c->corrections[k], &c->observations[i]);
	}
	join(j, wanted);
	return wanted;
}

/* A judge of its own, to observe a part anew. */
static struct judge copy_of(struct judge *j)
{
	struct judge other = *j;

	other.instants = NULL;
	memset(other.minutes, 0, sizeof other.minutes);
	other.networks = NULL;
	other.range = observe_room(j);
	other.midpoint = observe_room(j);
	other.seen = arena_array(j->arena, j->c->observation_count, sizeof *other.seen);
	other.gaps = arena_array(j->arena, j->c->observation_count, sizeof *other.gaps);
	put(other.range, j->range, watched_count(j), NULL);
	put(other.midpoint, j->midpoint, watched_count(j), NULL);
	memcpy(other.seen, j->seen, j->c->observation_count * sizeof *other.seen);
	memcpy(other.gaps, j->gaps, j->c->observation_count * sizeof *other.gaps);
	return other;
}

struct judge judge_without(struct judge *j, const struct correction *x)
{
	struct judge other = copy_of(j);

	other.without = x;
	observe(&other, touched_by(j, x));
	return other;
}

/* ---- answers that came too late ---- */

/* An answer of which nobody knows how long it took may have been too late: it says nothing. */
static void fail_slow(struct judge *j, struct observation *o, int64_t slow_us)
{
	struct sample *samples = arena_array(j->arena, o->sample_count, sizeof *samples);

	for (size_t i = 0; i < o->sample_count; i++) {
		struct sample *s = &samples[i];

		*s = o->samples[i];
		if (s->outcome != SAMPLE_UP || (s->rtt_us >= 0 && s->rtt_us <= slow_us) ||
		    corrections_hold(j, o, s->scheduled_us))
			continue;
		s->outcome = s->rtt_us < 0 ? SAMPLE_MISSED : SAMPLE_DOWN;
		s->failure = s->rtt_us < 0 ? FAILURE_NO_RECORD : FAILURE_TIMEOUT;
		s->rtt_us = -1;
	}
	o->samples = samples;
}

bool *observe_wanted(struct judge *j, const struct service *s, bool joined)
{
	const struct sla_case *c = j->c;
	bool *wanted = arena_array(j->arena, watched_count(j), sizeof *wanted);

	for (size_t i = 0; i < c->observation_count; i++)
		for (size_t k = 0; k < s->target_count; k++)
			wanted[i] = wanted[i] || strcmp(c->observations[i].target, s->targets[k]) == 0;
	if (joined)
		join(j, wanted);
	return wanted;
}

struct judge judge_slow(struct judge *j, const struct service *s, int64_t slow_us)
{
	struct judge other = copy_of(j);
	const bool *own = s ? observe_wanted(j, s, false) : NULL,
	           *wanted = s ? observe_wanted(j, s, true) : NULL;
	size_t count = watched_count(j);

	for (size_t i = 0; i < j->c->observation_count; i++)
		if (is_wanted(own, i))
			fail_slow(j, &other.seen[i], slow_us);
	put(other.range, sampled_timelines(&other, READING_RANGE, wanted, true), count, wanted);
	put(other.midpoint, sampled_timelines(&other, READING_MIDPOINT, wanted, true), count, wanted);
	return other;
}

/* ---- services ---- */

struct timeline observe_target(struct judge *j, const struct timeline *all, const char *target,
                               size_t vantages)
{
	const struct sla_case *c = j->c;
	struct timeline *seen;
	size_t count = 0;

	for (size_t i = 0; i < c->observation_count; i++)
		count += strcmp(c->observations[i].target, target) == 0;
	seen = arena_array(j->arena, count, sizeof *seen);
	count = 0;
	for (size_t i = 0; i < c->observation_count; i++)
		if (strcmp(c->observations[i].target, target) == 0)
			seen[count++] = all[i];
	return count == 1 && vantages == 1 ? seen[0] : timeline_quorum(j->arena, seen, count, vantages);
}

struct timeline observe_service(struct judge *j, const struct service *s, const struct timeline *all)
{
	struct timeline *targets;

	if (s->known_outages)
		return all[j->c->observation_count + (size_t)(s - j->c->services)];
	targets = arena_array(j->arena, s->target_count, sizeof *targets);
	for (size_t i = 0; i < s->target_count; i++)
		targets[i] = observe_target(j, all, s->targets[i], (size_t)s->quorum.vantages);
	if (s->target_count == 1)
		return targets[0];
	return timeline_quorum(j->arena, targets, s->target_count,
	                       s->quorum.all_targets ? s->target_count : 1);
}

struct timeline judge_service_timeline(struct judge *j, const struct service *s, enum reading reading)
{
	if (reading == READING_INSTANTS && !j->instants)
		j->instants = sampled_timelines(j, READING_INSTANTS, NULL, true);
	return observe_service(j, s,
	                       reading == READING_RANGE      ? j->range
	                       : reading == READING_MIDPOINT ? j->midpoint
	                                                     : j->instants);
}

void judge_each_observation(const struct judge *j, const struct service *s,
                            void (*visit)(void *context, const struct observation *o), void *context)
{
	for (size_t k = 0; k < s->target_count; k++)
		for (size_t i = 0; i < j->c->observation_count; i++)
			if (strcmp(j->seen[i].target, s->targets[k]) == 0)
				visit(context, &j->seen[i]);
}
