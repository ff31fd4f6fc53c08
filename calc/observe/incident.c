#include "calc/observe/incident.h"
#include "calc/observe/stretch.h"

size_t incidents_of(struct judge *j, const struct service *s, const struct incident ***out)
{
	const struct sla_case *c = j->c;
	size_t count = 0;

	*out = arena_array(j->arena, c->incident_count, sizeof **out);
	for (size_t i = 0; i < c->incident_count; i++)
		for (size_t k = 0; k < c->incidents[i].service_count; k++)
			if (c->incidents[i].services[k] == s && c->incidents[i].entered_us <= c->as_of_us)
				(*out)[count++] = &c->incidents[i];
	return count;
}

static bool has_span(const struct incident *n)
{
	return n->span.start != INT64_MIN;
}

static struct span ticks_of(const struct incident *n)
{
	return (struct span){ tick_of(n->span.start), tick_of(n->span.end) };
}

bool incident_touches(const struct incident *n, struct span ticks)
{
	return !has_span(n) || (ticks_of(n).start <= ticks.end && ticks_of(n).end >= ticks.start);
}

int64_t incident_clock(const struct incident *n, enum clock_start clock)
{
	return clock == CLOCK_KNOWN ? n->known_us : clock == CLOCK_REPORTED ? n->reported_us : INT64_MIN;
}

const struct incident *incident_first(const struct incident *const *all, size_t count, enum clock_start clock,
                                      struct span ticks)
{
	const struct incident *first = NULL;

	for (size_t i = 0; i < count; i++) {
		int64_t at_us = incident_clock(all[i], clock);

		if (at_us == INT64_MIN || !incident_touches(all[i], ticks))
			continue;
		if (!first || at_us < incident_clock(first, clock))
			first = all[i];
	}
	return first;
}

/* ---- what surely belongs to an incident ---- */

struct sorter {
	struct arena *arena;
	const struct incident **incidents; /* those that matter */
	size_t count;
	enum clock_start clock; /* CLOCK_ONSET: only whether there is an incident */
	const struct timeline *t;
	struct span *gone, *open; /* what does not count, and what may or may not */
	size_t gone_count, open_count;
};

/* The first tick at which the clock of an incident runs. */
static int64_t clock_tick(const struct sorter *w, const struct incident *n)
{
	return w->clock == CLOCK_ONSET ? INT64_MIN : tick_of(incident_clock(n, w->clock));
}

/* Whether whatever outage there was in a piece of a run, surely the incident belongs to it. */
static bool surely_touches(const struct incident *n, struct span piece, struct span down)
{
	struct span own;

	if (!has_span(n))
		return true;
	own = ticks_of(n);
	return (own.start <= piece.start && own.end >= piece.end) ||
	       (span_length(down) > 0 && incident_touches(n, down));
}

/*
 * The run that is surely down and one outage with run i: itself, or its only neighbour that is down where it is open
 * between two samples of which one failed: it changed once in between.
 */
static struct span down_beside(const struct timeline *t, size_t i)
{
	bool before = i > 0 && t->runs[i - 1].state == STATE_DOWN;
	bool after = i + 1 < t->count && t->runs[i + 1].state == STATE_DOWN;

	if (t->runs[i].state == STATE_DOWN)
		return t->runs[i].span;
	if (t->runs[i].state != STATE_EITHER || before == after)
		return (struct span){ 0, 0 };
	return t->runs[before ? i - 1 : i + 1].span;
}

static void sort_piece(struct sorter *w, struct span piece, struct span down, struct span stretch)
{
	int64_t earliest = INT64_MAX, sure = INT64_MAX;
	bool has_one = false;

	for (size_t i = 0; i < w->count; i++) {
		int64_t at = clock_tick(w, w->incidents[i]);

		if (!incident_touches(w->incidents[i], stretch))
			continue;
		earliest = at < earliest ? at : earliest;
		if (!surely_touches(w->incidents[i], piece, down))
			continue;
		has_one = true;
		sure = at < sure ? at : sure;
	}
	if (has_one && piece.start >= sure)
		return;                 /* the clock runs */
	piece.start -= piece.start & 1; /* the tick of a kept answer belongs to what follows it */
	if (has_one && piece.start < earliest)
		w->gone[w->gone_count++] = piece;
	else
		w->open[w->open_count++] = piece;
}

/* The next instant after from at which an incident begins, ends or starts the clock; at most to. */
static int64_t next_cut(const struct sorter *w, int64_t from, int64_t to)
{
	for (size_t i = 0; i < w->count; i++) {
		const struct incident *n = w->incidents[i];
		int64_t cuts[] = { clock_tick(w, n), has_span(n) ? ticks_of(n).start : from,
			           has_span(n) ? ticks_of(n).end : from };

		for (size_t k = 0; k < sizeof cuts / sizeof *cuts; k++)
			if (cuts[k] > from && cuts[k] < to)
				to = cuts[k];
	}
	return to;
}

static void sort_run(struct sorter *w, size_t i, struct span stretch)
{
	struct span run = w->t->runs[i].span, down = down_beside(w->t, i);

	for (int64_t from = run.start, to; from < run.end; from = to) {
		to = next_cut(w, from, run.end);
		sort_piece(w, (struct span){ from, to }, down, stretch);
	}
}

static struct sorter sort_timeline(struct judge *j, const struct service *s, enum clock_start clock,
                                   const struct timeline *t)
{
	struct sorter w = { .arena = j->arena, .clock = clock, .t = t };
	const struct incident **all;
	size_t count = incidents_of(j, s, &all), room;

	w.incidents = arena_array(j->arena, count, sizeof *w.incidents);
	for (size_t i = 0; i < count; i++)
		if (clock == CLOCK_ONSET || incident_clock(all[i], clock) != INT64_MIN)
			w.incidents[w.count++] = all[i];
	room = t->count + 3 * w.count; /* each cut lies in one run */
	w.gone = arena_array(j->arena, room, sizeof *w.gone);
	w.open = arena_array(j->arena, room, sizeof *w.open);
	for (size_t from = 0, to; from < t->count; from = to) {
		struct span stretch = t->runs[from].span;

		for (to = from + 1; t->runs[from].state != STATE_UP && to < t->count; to++) {
			if (t->runs[to].state == STATE_UP)
				break;
			stretch.end = t->runs[to].span.end;
		}
		for (size_t i = from; i < to; i++)
			if (t->runs[i].state != STATE_UP)
				sort_run(&w, i, stretch);
	}
	return w;
}

/* ---- the two uses ---- */

/* In the point value the states are taken for true: each stretch is one outage. */
static struct span_set gone_at_midpoint(struct judge *j, const struct service *s, enum clock_start clock,
                                        const struct timeline *t)
{
	struct span *gone = arena_array(j->arena, t->count, sizeof *gone);
	const struct incident **all;
	size_t incidents = incidents_of(j, s, &all), count = 0;

	for (size_t from = 0, to; from < t->count; from = to) {
		struct span stretch = t->runs[from].span;
		const struct incident *first;
		int64_t from_clock;

		to = from + 1;
		if (t->runs[from].state == STATE_UP)
			continue;
		for (; to < t->count && t->runs[to].state != STATE_UP; to++)
			stretch.end = t->runs[to].span.end;
		first = incident_first(all, incidents, clock, stretch);
		if (!first)
			continue;
		stretch.start -= stretch.start & 1; /* the tick of a kept answer belongs to what follows it */
		from_clock = tick_of(incident_clock(first, clock));
		/* up to the clock, and not beyond the outage */
		gone[count++] = span_intersect(stretch, (struct span){ stretch.start, from_clock });
	}
	return span_set_of(j->arena, gone, count, t->span);
}

static struct timeline clocked_range(struct judge *j, const struct service *s, enum clock_start clock,
                                     const struct timeline *t, const struct timeline *instants)
{
	struct sorter w = sort_timeline(j, s, clock, instants);
	struct span_set gone = span_set_of(j->arena, w.gone, w.gone_count, t->span);
	struct span_set open = span_set_of(j->arena, w.open, w.open_count, t->span);
	struct timeline without = timeline_overlay(j->arena, t, &gone, STATE_UP);

	return timeline_doubt(j->arena, &without, &open);
}

/* An answer parts two outages in the point value too, though it was not measured before and after it. */
static struct timeline clocked_midpoint(struct judge *j, const struct service *s, enum clock_start clock,
                                        const struct timeline *t, const struct timeline *instants)
{
	struct span_set up = stretch_state(j->arena, instants, STATE_UP);
	struct timeline apart = timeline_overlay(j->arena, t, &up, STATE_UP);
	struct span_set gone = gone_at_midpoint(j, s, clock, &apart);

	return timeline_overlay(j->arena, t, &gone, STATE_UP);
}

struct timeline judge_clocked_timeline(struct judge *j, const struct service *s, const struct level *l,
                                       enum reading reading)
{
	struct timeline t = judge_service_timeline(j, s, reading), instants;

	if (l->rule.clock == CLOCK_ONSET)
		return t;
	instants = judge_service_timeline(j, s, READING_INSTANTS);
	return reading == READING_MIDPOINT ? clocked_midpoint(j, s, l->rule.clock, &t, &instants)
	                                   : clocked_range(j, s, l->rule.clock, &t, &instants);
}

struct timeline incident_unclaimed(struct judge *j, const struct service *s, const struct timeline *range)
{
	struct sorter w = sort_timeline(j, s, CLOCK_ONSET, range);
	struct span_set open = span_set_of(j->arena, w.open, w.open_count, range->span);
	struct span_set claimed = span_set_complement(j->arena, &open, range->span);

	return timeline_overlay(j->arena, range, &claimed, STATE_UP);
}
