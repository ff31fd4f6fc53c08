/*
 * effects: what each accepted exclusion and each correction in effect did to the levels of a service: the figures,
 * had it alone not been there. For an exclusion the timelines stay and only the set of what is excluded changes; for a
 * correction what it touches is observed anew, and without it what it supersedes holds again. What lies outside the
 * period did nothing and is left out.
 */
#include "calc/judge.h"

#include <string.h>

static bool touches_period(const struct judge *j, struct span us)
{
	return span_length(span_intersect(us, j->c->period.span)) > 0;
}

static bool same_timeline(const struct timeline *a, const struct timeline *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (a->runs[i].state != b->runs[i].state || a->runs[i].span.start != b->runs[i].span.start)
			return false;
	return true;
}

/* ---- one level, judged another way ---- */

static void add_effect(struct judge *j, struct level_result *l, const struct service *s,
                       const struct span_set *excluded, const char *kind, const char *id)
{
	struct level_result without = { .level = l->level };

	judge_level(j, s, l->level, excluded, &without);
	l->effects[l->effect_count++] =
	    (struct effect){ kind, id, without.verdict, without.measure, judge_level_alone(j, s, &without) };
}

static void add_effects(struct judge *j, struct service_result *r, const struct span_set *excluded,
                        const char *kind, const char *id)
{
	for (size_t i = 0; i < r->level_count; i++)
		add_effect(j, &r->levels[i], r->service, excluded, kind, id);
}

/* ---- exclusions ---- */

static bool has_effect(const struct judge *j, const struct exclusion_result *x, const struct service *s)
{
	return x->accepted && x->service == s && touches_period(j, x->exclusion->span);
}

/* A figure over a whole network looks at what is excluded of its other services too. */
static bool looks_beyond(const struct service *s)
{
	for (size_t i = 0; i < s->terms->level_count; i++)
		if (s->terms->levels[i].scope == SCOPE_NETWORK)
			return true;
	return false;
}

/* The judge, had x been accepted for no service. */
static struct judge unaware_of(struct judge *j, const struct statement *s, const struct exclusion *x)
{
	struct judge other = *j;
	size_t count = j->c->service_count;

	other.networks = NULL;
	other.accepted = arena_array(j->arena, count, sizeof *other.accepted);
	memcpy(other.accepted, j->accepted, count * sizeof *other.accepted);
	for (size_t i = 0; i < x->use_count; i++) {
		const struct service *service = x->uses[i].service;

		other.accepted[service - j->c->services] = judge_accepted(j, s, service, x, TICKS_PER_US);
	}
	return other;
}

static void without_exclusions(struct judge *j, const struct statement *s, struct service_result *r)
{
	for (size_t i = 0; i < s->exclusion_count; i++) {
		const struct exclusion_result *x = &s->exclusions[i];
		struct judge other = *j;
		struct span_set rest;

		if (!has_effect(j, x, r->service))
			continue;
		if (looks_beyond(r->service))
			other = unaware_of(j, s, x->exclusion);
		rest = judge_accepted(j, s, r->service, x->exclusion, TICKS_PER_US);
		add_effects(&other, r, &rest, "exclusion", x->exclusion->id);
	}
}

/* ---- corrections ---- */

static bool is_target(const struct service *s, const char *target)
{
	for (size_t i = 0; i < s->target_count; i++)
		if (strcmp(s->targets[i], target) == 0)
			return true;
	return false;
}

/* A correction concerns the services of its target, and those behind it or before it whose time it changed. */
static bool changes(struct judge *j, struct judge *other, const struct service *s, const struct correction *x)
{
	struct timeline with, without;

	if (is_target(s, x->target))
		return true;
	with = judge_service_timeline(j, s, READING_RANGE);
	without = judge_service_timeline(other, s, READING_RANGE);
	return !same_timeline(&with, &without);
}

static void without_correction(struct judge *j, struct statement *s, const struct correction *x)
{
	struct judge other = judge_without(j, x);

	for (size_t i = 0; i < s->service_count; i++) {
		struct service_result *r = &s->services[i];
		struct span_set excluded;

		if (!changes(j, &other, r->service, x))
			continue;
		excluded = judge_accepted(j, s, r->service, NULL, TICKS_PER_US);
		add_effects(&other, r, &excluded, "correction", x->id);
	}
}

/* ---- all of them ---- */

static void make_room(struct judge *j, const struct statement *s, struct service_result *r)
{
	size_t room = s->correction_count;

	for (size_t i = 0; i < s->exclusion_count; i++)
		room += has_effect(j, &s->exclusions[i], r->service);
	for (size_t i = 0; i < r->level_count; i++)
		r->levels[i].effects = arena_array(j->arena, room, sizeof *r->levels[i].effects);
}

void judge_effects(struct judge *j, struct statement *s)
{
	for (size_t i = 0; i < s->service_count; i++) {
		make_room(j, s, &s->services[i]);
		without_exclusions(j, s, &s->services[i]);
	}
	for (size_t i = 0; i < s->correction_count; i++)
		if (!s->corrections[i].why_not && touches_period(j, s->corrections[i].correction->span))
			without_correction(j, s, s->corrections[i].correction);
}
