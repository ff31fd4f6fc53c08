/*
 * mark: the samples of a path by what the rest of it says: those that a deeper answer overrules, and those that say
 * nothing of their own target; and the time in which such an answer is missing. A part of observing (observe.c).
 */
#include "calc/observe/cause.h"
#include "calc/observe/corrections.h"
#include "calc/observe/observe.h"

#include <string.h>

enum doubt { DOUBT_NONE, DOUBT_HOP, DOUBT_OWN };

/* Whether a deeper hop answered at the instant: then this one worked, whatever became of its own sample. */
static bool answered_behind(const struct judge *j, const struct route *r, size_t k,
                            const struct timeline *all, int64_t us)
{
	for (size_t deeper = k + 1; deeper < r->count; deeper++) {
		size_t watched = r->watched[deeper];
		const struct timeline *t = &all[watched];

		if (span_holds(t->span, tick_of(us)) && timeline_at(t, tick_of(us)) == STATE_UP)
			return true;
		if (watched < j->c->observation_count) {
			const struct observation *o = &j->seen[watched];
			size_t i = observation_from(o, us);

			if (i < o->sample_count && o->samples[i].scheduled_us == us &&
			    o->samples[i].outcome == SAMPLE_UP)
				return true;
		}
	}
	return false;
}

/* Whether a hop is not surely up at the instant. What is known exactly, or was found later, no answer overrules. */
static bool is_doubtful(const struct judge *j, const struct route *r, size_t k, const struct timeline *all,
                        int64_t us)
{
	size_t watched = r->watched[k];
	const struct timeline *t = &all[watched];

	if (!span_holds(t->span, tick_of(us)) || timeline_at(t, tick_of(us)) == STATE_UP)
		return false;
	return watched >= j->c->observation_count || corrections_hold(j, &j->seen[watched], us) ||
	       !answered_behind(j, r, k, all, us);
}

/* Whether one of the nearer hops is not surely up at the instant, and whose the nearest of them is. */
static enum doubt doubt_at(const struct judge *j, const struct route *r, size_t nearer,
                           const struct timeline *all, int64_t us)
{
	for (size_t k = 0; k < nearer; k++)
		if (is_doubtful(j, r, k, all, us))
			return r->path->own[r->hops[k]] ? DOUBT_OWN : DOUBT_HOP;
	return DOUBT_NONE;
}

typedef uint8_t reread(const struct judge *j, const struct route *r, size_t k, const struct timeline *all,
                       int64_t us);

static uint8_t reread_by_deeper(const struct judge *j, const struct route *r, size_t k,
                                const struct timeline *all, int64_t us)
{
	return answered_behind(j, r, k, all, us) ? SAMPLE_UP : SAMPLE_DOWN;
}

static uint8_t reread_by_nearer(const struct judge *j, const struct route *r, size_t k,
                                const struct timeline *all, int64_t us)
{
	static const uint8_t outcomes[] = { SAMPLE_DOWN, SAMPLE_OBSCURED, SAMPLE_MISSED }; /* by doubt */

	return outcomes[doubt_at(j, r, k, all, us)];
}

/* Gives each failed sample of a hop the outcome that it has by the rest of its path. */
static void mark_hop(struct judge *j, const struct route *r, size_t k, const struct timeline *all,
                     reread *outcome_of)
{
	struct observation *o = &j->seen[r->watched[k]];
	struct sample *samples = NULL;

	for (size_t i = 0; i < o->sample_count; i++) {
		uint8_t outcome = o->samples[i].outcome;

		if (outcome == SAMPLE_DOWN && !corrections_hold(j, o, o->samples[i].scheduled_us))
			outcome = outcome_of(j, r, k, all, o->samples[i].scheduled_us);
		if (outcome == o->samples[i].outcome)
			continue;
		if (!samples) {
			samples = arena_array(j->arena, o->sample_count, sizeof *samples);
			memcpy(samples, o->samples, o->sample_count * sizeof *samples);
			o->samples = samples;
		}
		samples[i].outcome = outcome;
	}
}

static void mark_route(struct judge *j, const struct route *r, const struct timeline *all, reread *outcome_of)
{
	for (size_t k = r->count; k-- > 0;)
		if (r->watched[k] < j->c->observation_count)
			mark_hop(j, r, k, all, outcome_of);
}

/* ---- what is missing behind a hop ---- */

/* The time in which a scheduled sample is missing; before the first and after the last nobody was watching. */
static struct span_set missing(struct judge *j, size_t watched)
{
	const struct observation *o = &j->seen[watched];
	struct span watching = { 0, 0 };
	struct timeline t;

	if (o->sample_count == 0)
		return (struct span_set){ NULL, 0 };
	watching.start = tick_of(o->samples[0].scheduled_us);
	watching.end = tick_of(o->samples[o->sample_count - 1].scheduled_us);
	watching = span_intersect(watching, j->period);
	if (span_length(watching) == 0)
		return (struct span_set){ NULL, 0 };
	t = timeline_of_samples(j->arena, o, watching, READING_RANGE);
	return cause_spans(j->arena, &t, 1u << STATE_UNMEASURED);
}

/* Of each hop, the time in which a deeper one is missing. */
static void find_gaps(struct judge *j, const struct route *r)
{
	struct span_set behind = { NULL, 0 };

	for (size_t k = r->count; k-- > 0;) {
		size_t watched = r->watched[k];
		struct span_set own = { NULL, 0 };

		if (watched < j->c->observation_count) {
			j->gaps[watched] = span_set_union(j->arena, &j->gaps[watched], &behind);
			own = missing(j, watched);
		}
		behind = span_set_union(j->arena, &behind, &own);
	}
}

/* ---- all paths ---- */

bool observe_is_on_route(const struct route *r, const bool *wanted)
{
	for (size_t k = 0; k < r->count; k++)
		if (!wanted || wanted[r->watched[k]])
			return true;
	return false;
}

void observe_mark(struct judge *j, const struct timeline *all, const bool *wanted)
{
	for (size_t i = 0; i < j->c->observation_count; i++)
		if (!wanted || wanted[i])
			j->gaps[i] = (struct span_set){ NULL, 0 };
	for (size_t i = 0; i < j->c->path_count; i++)
		if (observe_is_on_route(&j->routes[i], wanted))
			find_gaps(j, &j->routes[i]);
	for (size_t i = 0; i < j->c->path_count; i++)
		if (observe_is_on_route(&j->routes[i], wanted))
			mark_route(j, &j->routes[i], all, reread_by_deeper);
	for (size_t i = 0; i < j->c->path_count; i++)
		if (observe_is_on_route(&j->routes[i], wanted))
			mark_route(j, &j->routes[i], all, reread_by_nearer);
}
