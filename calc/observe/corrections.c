#include "calc/observe/corrections.h"
#include "calc/judge.h"

#include <stdlib.h>
#include <string.h>

static bool is_entered(const struct sla_case *c, const struct correction *x)
{
	return x->entered_us <= c->as_of_us;
}

/* The one that supersedes x: of several the first that was entered. */
static const struct correction *successor(const struct sla_case *c, const struct correction *x,
                                          const struct correction *without)
{
	const struct correction *found = NULL;

	for (const struct correction *y = c->corrections; y < c->corrections + c->correction_count; y++)
		if (y != without && is_entered(c, y) && y->supersedes && strcmp(y->supersedes, x->id) == 0 &&
		    (!found || correction_order(y, found) < 0))
			found = y;
	return found;
}

const char *correction_why_not(struct arena *a, const struct sla_case *c, const struct correction *x,
                               const struct correction *without)
{
	const struct correction *later;

	if (!is_entered(c, x))
		return "entered after as_of";
	later = successor(c, x, without);
	return later ? arena_printf(a, "superseded by '%s'", later->id) : NULL;
}

bool correction_in_effect(const struct sla_case *c, const struct correction *x,
                          const struct correction *without)
{
	return x != without && is_entered(c, x) && !successor(c, x, without);
}

bool correction_concerns(const struct correction *x, const struct observation *o)
{
	return strcmp(x->target, o->target) == 0 && (!x->vantage || strcmp(x->vantage, o->vantage) == 0);
}

int correction_order(const struct correction *x, const struct correction *y)
{
	if (x->entered_us != y->entered_us)
		return x->entered_us < y->entered_us ? -1 : 1;
	return strcmp(x->id, y->id);
}

void judge_corrections(struct judge *j, struct statement *s)
{
	const struct sla_case *c = j->c;

	s->correction_count = c->correction_count;
	s->corrections = arena_array(j->arena, c->correction_count, sizeof *s->corrections);
	for (size_t i = 0; i < c->correction_count; i++)
		s->corrections[i] =
		    (struct correction_result){ &c->corrections[i],
			                        correction_why_not(j->arena, c, &c->corrections[i], NULL) };
}

/* ---- laid over what was observed ---- */

static int by_order(const void *left, const void *right)
{
	return correction_order(*(const struct correction *const *)left,
	                        *(const struct correction *const *)right);
}

void corrections_choose(struct judge *j)
{
	const struct sla_case *c = j->c;

	j->corrections = arena_array(j->arena, c->correction_count, sizeof *j->corrections);
	j->correction_count = 0;
	for (size_t i = 0; i < c->correction_count; i++)
		if (correction_in_effect(c, &c->corrections[i], j->without))
			j->corrections[j->correction_count++] = &c->corrections[i];
	if (j->correction_count)
		qsort(j->corrections, j->correction_count, sizeof *j->corrections, by_order);
}

bool corrections_hold(const struct judge *j, const struct observation *o, int64_t us)
{
	for (size_t k = 0; k < j->correction_count; k++)
		if (span_holds(j->corrections[k]->span, us) && correction_concerns(j->corrections[k], o))
			return true;
	return false;
}

static void correct_sample(struct sample *s, uint8_t outcome)
{
	if (s->outcome == outcome)
		return;
	s->outcome = outcome;
	s->failure = FAILURE_NONE;
	s->rtt_us = -1;
}

void corrections_of_samples(struct judge *j, struct observation *o)
{
	bool copied = false;

	for (size_t k = 0; k < j->correction_count; k++) {
		size_t i = observation_from(o, j->corrections[k]->span.start);
		size_t end = observation_from(o, j->corrections[k]->span.end);

		if (!correction_concerns(j->corrections[k], o))
			continue;
		if (!copied && o->sample_count) {
			struct sample *samples = arena_array(j->arena, o->sample_count, sizeof *samples);

			memcpy(samples, o->samples, o->sample_count * sizeof *samples);
			o->samples = samples;
			copied = true;
		}
		for (; i < end; i++)
			correct_sample(&o->samples[i], j->corrections[k]->outcome);
	}
}

static struct span in_ticks(struct span us)
{
	return (struct span){ tick_of(us.start), tick_of(us.end) };
}

void corrections_of_timeline(struct judge *j, const struct observation *o, struct timeline *t)
{
	static const enum state states[] = { STATE_UP, STATE_DOWN, STATE_UNMEASURED }; /* by outcome */

	for (size_t k = 0; k < j->correction_count; k++) {
		struct span span = in_ticks(j->corrections[k]->span);
		struct span_set set = span_set_of(j->arena, &span, 1, t->span);

		if (set.count && correction_concerns(j->corrections[k], o))
			*t = timeline_overlay(j->arena, t, &set, states[j->corrections[k]->outcome]);
	}
}

struct span_set corrections_minutes(struct judge *j, const struct observation *o, struct span within)
{
	size_t count = 0, most = 0;
	struct span *spans;

	for (size_t k = 0; k < j->correction_count; k++)
		if (correction_concerns(j->corrections[k], o))
			most += observation_from(o, j->corrections[k]->span.end) -
			        observation_from(o, j->corrections[k]->span.start);
	spans = arena_array(j->arena, most, sizeof *spans);
	for (size_t k = 0; k < j->correction_count; k++) {
		struct span s = j->corrections[k]->span;

		if (!correction_concerns(j->corrections[k], o))
			continue;
		for (size_t i = observation_from(o, s.start); i < observation_from(o, s.end); i++) {
			int64_t minute = timeline_minute_us(o->samples[i].scheduled_us);

			spans[count++] = in_ticks((struct span){ minute, minute + US_PER_MINUTE });
		}
	}
	return span_set_of(j->arena, spans, count, within);
}

struct span_set corrections_time(struct judge *j, const struct observation *o, struct span within)
{
	struct span *spans = arena_array(j->arena, j->correction_count, sizeof *spans);
	size_t count = 0;

	for (size_t k = 0; k < j->correction_count; k++)
		if (correction_concerns(j->corrections[k], o))
			spans[count++] = in_ticks(j->corrections[k]->span);
	return span_set_of(j->arena, spans, count, within);
}
