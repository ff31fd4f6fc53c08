/*
 * rolling: a level judged over so many days up to the end of the period, by what history says of the days before it.
 *
 * Source: EC2 SLA of 2008 (official, archived): 99.95 % over the preceding 365 days; days before the first use count as
 * fully available; downtime that was used in a successful claim cannot be used again.
 *
 * The window is [end of the period − N × 24 h, end). Inside the period the timeline counts; before it
 *     an entry of history        its downtime, least to most, and its counted time
 *     one without a downtime     is not measured
 *     one that straddles the start of the window: what of its downtime lies inside is not known: as much as must, to as
 *                                much as can
 *     a hole in history          is not measured
 *     before the subscription    is up
 *     up to the end of the last entry whose credit is not 0: is up: that downtime has been paid for
 * The point value takes the middle of least and most.
 */
#include "calc/exact.h"
#include "calc/measure/time_count.h"

#include <string.h>

struct list { /* of nodes, to be added up */
	int *nodes;
	size_t count;
};

struct window {
	struct judge *judge;
	const struct service *service;
	const struct level *level;
	struct span before; /* µs: the part of the window before the period */
	int64_t up_until;   /* µs: nothing before this counts as down */
	struct list least, most, unmeasured;
	struct list lost; /* what T has less than the window's length */
};

struct part_of_window { /* an entry of history, nodes in seconds */
	const char *source;
	int length, overlap; /* of it, and of what lies in the window */
	bool whole;
};

static void add(struct list *list, int node)
{
	list->nodes[list->count++] = node;
}

/*
 * Of so many seconds that lie somewhere in an entry, what lies in the window: all of it when the entry does, else at
 * least what does not fit before the window, at most what fits into it.
 */
static int inside(struct window *w, const char *label, const struct part_of_window *p, int value, bool most)
{
	return p->whole
	           ? value
	           : derive(w->judge->book, label, p->source, most ? "min($1, $3)" : "max(0, $1 - ($2 - $3))",
	                    3, (int[]){ value, p->length, p->overlap });
}

/* The time of an entry that did not count; what may not have counted is not measured. Returns the most of it. */
static int add_lost(struct window *w, const struct history *h, const struct part_of_window *p)
{
	struct book *b = w->judge->book;
	int lost, least, most;

	if (!h->counted_s)
		return derive_given_int(b, "not counted in the window, seconds", p->source, 0);
	lost = derive(b, "not counted in an earlier span, seconds", p->source, "$1 - $2", 2,
	              (int[]){ p->length, derive_given(b, "counted time of an earlier span, seconds",
	                                               p->source, h->counted_s) });
	least = inside(w, "not counted in the window, least", p, lost, false);
	most = inside(w, "not counted in the window, most", p, lost, true);
	add(&w->lost, least);
	if (!p->whole)
		add(&w->unmeasured, derive(b, "perhaps not counted in the window, seconds", p->source,
		                           "$1 - $2", 2, (int[]){ most, least }));
	return most;
}

static void add_entry(struct window *w, const struct history *h)
{
	struct judge *j = w->judge;
	struct span in = span_intersect(h->span, w->before);
	char at[INSTANT_TEXT_SIZE];
	struct part_of_window p;
	int least, most, lost;

	p.source = arena_printf(j->arena, "history of %s, %s, from %s", w->service->id, h->level,
	                        instant_format(h->span.start, at));
	p.length =
	    judge_seconds(j, "length of an earlier span, seconds", p.source, tick_of(span_length(h->span)));
	p.overlap = judge_seconds(j, "of it in the window, seconds", p.source, tick_of(span_length(in)));
	p.whole = span_length(in) == span_length(h->span);
	lost = add_lost(w, h, &p);
	if (!h->downtime_least_s) {
		add(&w->unmeasured, derive(j->book, "earlier span whose downtime is not stated, seconds",
		                           p.source, "$1 - $2", 2, (int[]){ p.overlap, lost }));
		return;
	}
	least = derive_given(j->book, "downtime of an earlier span, least", p.source, h->downtime_least_s);
	most = derive_given(j->book, "downtime of an earlier span, most", p.source, h->downtime_most_s);
	add(&w->least, inside(w, "downtime in the window, least", &p, least, false));
	add(&w->most, inside(w, "downtime in the window, most", &p, most, true));
}

/* ---- which entries there are, and where there are none ---- */

static bool is_of(const struct window *w, const struct history *h)
{
	return h->service == w->service && strcmp(h->level, w->level->id) == 0;
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Before the subscription there was nothing to be down; what was claimed with success is used up. */
static int64_t up_until(const struct window *w)
{
	const struct sla_case *c = w->judge->c;
	int64_t until = w->service->has_subscribed ? w->service->first_use_us : w->before.start;

	for (size_t i = 0; i < c->history_count; i++)
		if (is_of(w, &c->history[i]) && c->history[i].credit &&
		    exact_compare(c->history[i].credit, "0") > 0)
			until = later(until, c->history[i].span.end);
	return until;
}

static void add_history(struct window *w)
{
	const struct sla_case *c = w->judge->c;
	struct span open = { later(w->up_until, w->before.start), w->before.end };
	struct span *known = arena_array(w->judge->arena, c->history_count, sizeof *known);
	struct span_set tiles, holes;
	size_t count = 0;

	for (size_t i = 0; i < c->history_count; i++) {
		const struct history *h = &c->history[i];

		if (!is_of(w, h) || span_length(span_intersect(h->span, w->before)) == 0 ||
		    h->span.end <= w->up_until)
			continue;
		known[count++] = h->span;
		add_entry(w, h);
	}
	tiles = span_set_of(w->judge->arena, known, count, open);
	holes = span_set_complement(w->judge->arena, &tiles, open);
	add(&w->unmeasured, judge_seconds(w->judge, "days of the window without history, seconds",
	                                  w->service->id, tick_of(span_set_length(&holes))));
}

static struct window open_window(struct judge *j, const struct service *s, const struct level *l)
{
	struct span period = j->c->period.span;
	size_t most = 2 * j->c->history_count + 2;
	struct window w = { .judge = j, .service = s, .level = l };

	w.before = (struct span){ period.end - l->rolling_days * US_PER_DAY, period.start };
	w.up_until = up_until(&w);
	w.least.nodes = arena_array(j->arena, most, sizeof(int));
	w.most.nodes = arena_array(j->arena, most, sizeof(int));
	w.unmeasured.nodes = arena_array(j->arena, most, sizeof(int));
	w.lost.nodes = arena_array(j->arena, most, sizeof(int));
	return w;
}

static int total(struct window *w, const char *label, const struct list *list)
{
	return judge_sum(w->judge, label, "history", list->nodes, list->count);
}

/* T: the window's length, less what did not count; alone: T of the period. */
static int window_length(struct window *w, int alone)
{
	struct judge *j = w->judge;
	struct span idle = { w->before.end, w->service->has_subscribed ? w->service->first_use_us : 0 };

	idle = span_intersect(idle, j->c->period.span);
	return derive(j->book, "T of the window, seconds", "rolling window", "$1 + $2 + $3 - $4", 4,
	              (int[]){ alone,
	                       judge_seconds(j, "of the window before the period, seconds", "rolling window",
	                                     tick_of(span_length(w->before))),
	                       judge_seconds(j, "of the period before the subscription, seconds",
	                                     w->service->id, tick_of(span_length(idle))),
	                       total(w, "not counted in the window, seconds", &w->lost) });
}

struct time_count rolling_count(struct judge *j, const struct service *s, const struct level *l,
                                const struct time_count *alone)
{
	struct window w = open_window(j, s, l);
	struct time_count c = *alone;
	int least, most, unmeasured;

	add_history(&w);
	least = total(&w, "downtime before the period, least", &w.least);
	most = total(&w, "downtime before the period, most", &w.most);
	unmeasured = total(&w, "unmeasured before the period, seconds", &w.unmeasured);
	c.base = c.real = window_length(&w, alone->real);
	c.range.down = derive(j->book, "seconds down in the window", "rolling window", "$1 + $2", 2,
	                      (int[]){ alone->range.down, least });
	c.range.either = derive(j->book, "seconds either up or down in the window", "rolling window",
	                        "$1 + $2 - $3", 3, (int[]){ alone->range.either, most, least });
	c.range.unmeasured = derive(j->book, "seconds unmeasured in the window", "rolling window", "$1 + $2",
	                            2, (int[]){ alone->range.unmeasured, unmeasured });
	c.point.down =
	    derive(j->book, "seconds down in the window, changes at the midpoint", "rolling window",
	           "$1 + ($2 + $3) / 2", 3, (int[]){ alone->point.down, least, most });
	c.point.unmeasured = derive(j->book, "seconds unmeasured in the window", "rolling window", "$1 + $2",
	                            2, (int[]){ alone->point.unmeasured, unmeasured });
	return c;
}
