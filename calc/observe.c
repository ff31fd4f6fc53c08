/* observe: from observations and paths to the timeline of a service. */
#include "calc/judge.h"

#include <string.h>

static struct timeline *all_timelines(struct judge *j, enum method method, enum reading reading,
                                      const struct span_set *skip)
{
	const struct sla_case *c = j->c;
	struct timeline *t = arena_array(j->arena, c->observation_count + c->service_count, sizeof *t);

	for (size_t i = 0; i < c->observation_count; i++)
		t[i] = method == METHOD_MINUTE_BUCKET_ALL_FAIL
		           ? timeline_of_minutes(j->arena, &c->observations[i], j->period, skip)
		           : timeline_of_samples(j->arena, &c->observations[i], j->period, reading);
	for (size_t i = 0; i < c->service_count; i++)
		if (c->services[i].known_outages)
			t[c->observation_count + i] = timeline_of_outages(
			    j->arena, c->services[i].outages, c->services[i].outage_count, j->period);
	return t;
}

/* The timeline of a hop as its vantage sees it; NULL when nobody watches it. */
static struct timeline *hop_timeline(const struct sla_case *c, struct timeline *all, const char *vantage,
                                     const char *hop)
{
	for (size_t i = 0; i < c->observation_count; i++)
		if (strcmp(c->observations[i].target, hop) == 0 &&
		    strcmp(c->observations[i].vantage, vantage) == 0)
			return &all[i];
	for (size_t i = 0; i < c->service_count; i++)
		if (c->services[i].known_outages && strcmp(c->services[i].id, hop) == 0)
			return &all[c->observation_count + i];
	return NULL;
}

static void apply_paths(struct judge *j, struct timeline *all,
                        void (*apply)(struct arena *, struct timeline **, size_t))
{
	for (size_t i = 0; i < j->c->path_count; i++) {
		const struct path *p = &j->c->paths[i];
		struct timeline **hops = arena_array(j->arena, p->hop_count, sizeof *hops);
		size_t count = 0;

		for (size_t k = 0; k < p->hop_count; k++) {
			hops[count] = hop_timeline(j->c, all, p->vantage, p->hops[k]);
			count += hops[count] != NULL;
		}
		apply(j->arena, hops, count);
	}
}

static struct timeline *observe(struct judge *j, enum method method, enum reading reading,
                                const struct span_set *skip)
{
	struct timeline *all = all_timelines(j, method, reading, skip);

	apply_paths(j, all, timeline_imply_up);
	apply_paths(j, all, timeline_obscure);
	return all;
}

void judge_observe(struct judge *j)
{
	j->range = observe(j, METHOD_DURATION_RATIO, READING_RANGE, NULL);
	j->midpoint = observe(j, METHOD_DURATION_RATIO, READING_MIDPOINT, NULL);
}

/* A target is down when so many of its vantages see it down. */
static struct timeline target_timeline(struct judge *j, const struct timeline *all, const char *target,
                                       size_t vantages)
{
	const struct sla_case *c = j->c;
	struct timeline *seen = arena_array(j->arena, c->observation_count, sizeof *seen);
	size_t count = 0;

	for (size_t i = 0; i < c->observation_count; i++)
		if (strcmp(c->observations[i].target, target) == 0)
			seen[count++] = all[i];
	return count == 1 && vantages == 1 ? seen[0] : timeline_quorum(j->arena, seen, count, vantages);
}

struct timeline judge_service_timeline(struct judge *j, const struct service *s, enum method method,
                                       enum reading reading, const struct span_set *skip)
{
	bool buckets = method == METHOD_MINUTE_BUCKET_ALL_FAIL;
	const struct timeline *all =
	    buckets ? observe(j, method, reading, skip) : (reading == READING_RANGE ? j->range : j->midpoint);
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

void judge_each_observation(const struct judge *j, const struct service *s,
                            void (*visit)(void *context, const struct observation *o), void *context)
{
	for (size_t k = 0; k < s->target_count; k++)
		for (size_t i = 0; i < j->c->observation_count; i++)
			if (strcmp(j->c->observations[i].target, s->targets[k]) == 0)
				visit(context, &j->c->observations[i]);
}
