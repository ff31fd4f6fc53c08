/*
 * observe: from observations and paths to the timeline of a service.
 *
 * A path is applied in three steps. An answer from a deeper hop implies that the hops before it are up. A sample that
 * failed while a nearer hop was, or may have been, down says nothing about its own target and is marked as obscured.
 * And behind a hop that is down everything is obscured, which matters where an outage is exactly known: no sample
 * overrules it.
 */
#include "calc/judge.h"

#include <string.h>

/* ---- timelines of everything that is watched: observations first, then services with known outages ---- */

static void add_known(struct judge *j, struct timeline *all)
{
	const struct sla_case *c = j->c;

	for (size_t i = 0; i < c->service_count; i++)
		if (c->services[i].known_outages)
			all[c->observation_count + i] = timeline_of_outages(
			    j->arena, c->services[i].outages, c->services[i].outage_count, j->period);
}

static struct timeline *room_for_all(struct judge *j)
{
	return arena_array(j->arena, j->c->observation_count + j->c->service_count, sizeof(struct timeline));
}

static struct timeline *all_timelines(struct judge *j, enum reading reading)
{
	struct timeline *all = room_for_all(j);

	for (size_t i = 0; i < j->c->observation_count; i++)
		all[i] = timeline_of_samples(j->arena, &j->seen[i], j->period, reading);
	add_known(j, all);
	return all;
}

/* ---- paths ---- */

static bool is_watch(const struct observation *o, const char *vantage, const char *target)
{
	return strcmp(o->target, target) == 0 && strcmp(o->vantage, vantage) == 0;
}

/* The index of a hop among the timelines as its vantage sees it; -1 when nobody watches it from there. */
static int hop_index(const struct sla_case *c, const char *vantage, const char *hop)
{
	for (size_t i = 0; i < c->observation_count; i++)
		if (is_watch(&c->observations[i], vantage, hop))
			return (int)i;
	for (size_t i = 0; i < c->service_count; i++)
		if (c->services[i].known_outages && strcmp(c->services[i].id, hop) == 0)
			return (int)(c->observation_count + i);
	return -1;
}

/* The timelines of a path's watched hops; returns their number. */
static size_t hops_of(const struct judge *j, const struct path *p, struct timeline *all,
                      struct timeline **hops)
{
	size_t count = 0;

	for (size_t k = 0; k < p->hop_count; k++) {
		int index = hop_index(j->c, p->vantage, p->hops[k]);

		if (index >= 0)
			hops[count++] = &all[index];
	}
	return count;
}

static void imply_up(struct judge *j, struct timeline *all)
{
	for (size_t i = 0; i < j->c->path_count; i++) {
		struct timeline **hops = arena_array(j->arena, j->c->paths[i].hop_count, sizeof *hops);

		timeline_imply_up(j->arena, hops, hops_of(j, &j->c->paths[i], all, hops));
	}
	add_known(j, all);
}

static void obscure(struct judge *j, struct timeline *all)
{
	for (size_t i = 0; i < j->c->path_count; i++) {
		struct timeline **hops = arena_array(j->arena, j->c->paths[i].hop_count, sizeof *hops);

		timeline_obscure(j->arena, hops, hops_of(j, &j->c->paths[i], all, hops));
	}
}

static struct timeline *apply_paths(struct judge *j, struct timeline *all)
{
	imply_up(j, all);
	obscure(j, all);
	return all;
}

/* Whether one of the nearer hops is not surely up at the instant. */
static bool in_doubt(struct timeline *const *nearer, size_t count, int64_t tick)
{
	for (size_t i = 0; i < count; i++)
		if (tick >= nearer[i]->span.start && tick < nearer[i]->span.end &&
		    timeline_at(nearer[i], tick) != STATE_UP)
			return true;
	return false;
}

static void mark_obscured(struct judge *j, struct observation *o, struct timeline *const *nearer,
                          size_t count)
{
	struct sample *samples = arena_array(j->arena, o->sample_count, sizeof *samples);

	if (o->sample_count)
		memcpy(samples, o->samples, o->sample_count * sizeof *samples);
	for (size_t i = 0; i < o->sample_count; i++)
		if (samples[i].outcome == SAMPLE_DOWN &&
		    in_doubt(nearer, count, tick_of(samples[i].scheduled_us)))
			samples[i].outcome = SAMPLE_OBSCURED;
	o->samples = samples;
}

/* Marks the samples of every hop of a path by the timelines of the hops before it. */
static void mark_path(struct judge *j, const struct path *p, struct timeline *all)
{
	struct timeline **nearer = arena_array(j->arena, p->hop_count, sizeof *nearer);
	size_t count = 0;

	for (size_t k = 0; k < p->hop_count; k++) {
		int index = hop_index(j->c, p->vantage, p->hops[k]);

		if (index < 0)
			continue;
		if ((size_t)index < j->c->observation_count && count > 0)
			mark_obscured(j, &j->seen[index], nearer, count);
		nearer[count++] = &all[index];
	}
}

static void mark_samples(struct judge *j)
{
	const struct sla_case *c = j->c;
	struct timeline *all;

	j->seen = arena_array(j->arena, c->observation_count, sizeof *j->seen);
	if (c->observation_count)
		memcpy(j->seen, c->observations, c->observation_count * sizeof *j->seen);
	if (c->path_count == 0)
		return;
	all = all_timelines(j, READING_RANGE);
	imply_up(j, all);
	for (size_t i = 0; i < c->path_count; i++)
		mark_path(j, &c->paths[i], all);
}

void judge_observe(struct judge *j)
{
	mark_samples(j);
	j->range = apply_paths(j, all_timelines(j, READING_RANGE));
	j->midpoint = apply_paths(j, all_timelines(j, READING_MIDPOINT));
}

/* ---- services ---- */

/* A target is down when so many of its vantages see it down. */
static struct timeline target_timeline(struct judge *j, const struct timeline *all, const char *target,
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

/* Those of all that a service's targets are seen by, put together by its quorum. */
static struct timeline put_together(struct judge *j, const struct service *s, const struct timeline *all)
{
	struct timeline *targets;

	if (s->known_outages)
		return all[j->c->observation_count + (size_t)(s - j->c->services)];
	targets = arena_array(j->arena, s->target_count, sizeof *targets);
	for (size_t i = 0; i < s->target_count; i++)
		targets[i] = target_timeline(j, all, s->targets[i], (size_t)s->quorum.vantages);
	if (s->target_count == 1)
		return targets[0];
	return timeline_quorum(j->arena, targets, s->target_count,
	                       s->quorum.all_targets ? s->target_count : 1);
}

struct timeline judge_service_timeline(struct judge *j, const struct service *s, enum reading reading)
{
	if (reading == READING_INSTANTS && !j->instants)
		j->instants = apply_paths(j, all_timelines(j, READING_INSTANTS));
	return put_together(j, s,
	                    reading == READING_RANGE      ? j->range
	                    : reading == READING_MIDPOINT ? j->midpoint
	                                                  : j->instants);
}

static struct timeline *all_minutes(struct judge *j, const struct span_set *skip)
{
	struct timeline *all = room_for_all(j);

	for (size_t i = 0; i < j->c->observation_count; i++)
		all[i] = timeline_of_minutes(j->arena, &j->seen[i], j->period, skip);
	add_known(j, all);
	return apply_paths(j, all);
}

struct timeline judge_service_minutes(struct judge *j, const struct service *s, const struct span_set *skip)
{
	if (skip->count)
		return put_together(j, s, all_minutes(j, skip));
	if (!j->minutes)
		j->minutes = all_minutes(j, skip);
	return put_together(j, s, j->minutes);
}

void judge_each_observation(const struct judge *j, const struct service *s,
                            void (*visit)(void *context, const struct observation *o), void *context)
{
	for (size_t k = 0; k < s->target_count; k++)
		for (size_t i = 0; i < j->c->observation_count; i++)
			if (strcmp(j->seen[i].target, s->targets[k]) == 0)
				visit(context, &j->seen[i]);
}
