#include "calc/measure/attempts.h"
#include "calc/observe/corrections.h"
#include "calc/measure/counted.h"
#include "calc/measure/delay.h"
#include "calc/measure/method.h"

#include <stdlib.h>
#include <string.h>

/* One instant of one observation. */
struct entry {
	int64_t at_us;
	size_t watcher; /* index in struct gathering */
	enum state state, point;
};

struct gathering {
	struct judge *judge;
	const struct observation **watchers; /* the observations of the service */
	size_t watcher_count;
	struct entry *entries; /* NULL while they are counted */
	size_t count, now;     /* now: the watcher that is visited; they are visited in their order */
};

static size_t watcher_of(struct gathering *g, const struct observation *o)
{
	while (g->watchers[g->now] != o)
		g->now++;
	return g->now;
}

static void add(struct gathering *g, int64_t at_us, size_t watcher, enum state state, enum state point)
{
	if (g->entries)
		g->entries[g->count] = (struct entry){ at_us, watcher, state, point };
	g->count++;
}

static size_t index_of(const struct judge *j, const struct observation *o)
{
	return (size_t)(o - j->seen);
}

static enum state state_of_outcome(int outcome)
{
	return outcome == SAMPLE_UP         ? STATE_UP
	       : outcome == SAMPLE_DOWN     ? STATE_DOWN
	       : outcome == SAMPLE_OBSCURED ? STATE_OBSCURED
	                                    : STATE_UNMEASURED;
}

/* A failure while the sample of a deeper hop is missing, whose answer would have cleared it. */
static bool is_doubted(const struct judge *j, const struct observation *o, const struct sample *s)
{
	return s->outcome == SAMPLE_DOWN &&
	       span_set_holds(&j->gaps[index_of(j, o)], tick_of(s->scheduled_us)) &&
	       !corrections_hold(j, o, s->scheduled_us);
}

static void gather_sample(void *context, const struct observation *o, const struct sample *s)
{
	struct gathering *g = context;

	enum state seen = state_of_outcome(s->outcome);

	add(g, s->scheduled_us, watcher_of(g, o), is_doubted(g->judge, o, s) ? STATE_EITHER : seen, seen);
}

static void gather_absent(void *context, const struct absent *absent)
{
	struct gathering *g = context;
	struct span s = span_intersect(absent->span, g->judge->c->period.span);
	int64_t step = absent->interval_us, before = (s.start - absent->anchor_us) % step;
	int64_t at = s.start + (before > 0 ? step - before : -before);
	size_t watcher = watcher_of(g, absent->observation);

	for (; at < s.end; at += step)
		add(g, at, watcher, STATE_UNMEASURED, STATE_UNMEASURED);
}

static void add_watcher(void *context, const struct observation *o)
{
	struct gathering *g = context;

	g->watchers[g->watcher_count++] = o;
}

static void gather(struct gathering *g, const struct service *s)
{
	const struct delay_visitor visitor = { g, gather_sample, gather_absent };

	g->count = g->now = 0;
	delay_each(g->judge, s, &visitor);
}

static int by_instant(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;

	if (a->at_us != b->at_us)
		return a->at_us < b->at_us ? -1 : 1;
	return a->watcher < b->watcher ? -1 : a->watcher > b->watcher;
}

/* ---- the quorum at one instant ---- */

struct group { /* the entries of one instant */
	const struct entry *at;
	size_t size;
	bool point;
};

/* What a watcher knows at an instant: by its own record, else by its neighbouring samples. */
static enum state known_at(const struct gathering *g, size_t watcher, const struct group *now)
{
	const struct judge *j = g->judge;
	const struct timeline *all = now->point ? j->midpoint : j->range;

	for (size_t i = 0; i < now->size; i++)
		if (now->at[i].watcher == watcher)
			return now->point ? now->at[i].point : now->at[i].state;
	return timeline_at(&all[index_of(j, g->watchers[watcher])], tick_of(now->at->at_us));
}

static enum state target_at(const struct gathering *g, const struct service *s, const char *target,
                            const struct group *now)
{
	size_t n[STATE_COUNT] = { 0 };

	for (size_t i = 0; i < g->watcher_count; i++)
		if (!g->watchers[i]->requests && strcmp(g->watchers[i]->target, target) == 0)
			n[known_at(g, i, now)]++;
	return state_quorum(n, (size_t)s->quorum.vantages);
}

static enum state service_at(const struct gathering *g, const struct service *s, const struct group *now)
{
	size_t n[STATE_COUNT] = { 0 };

	if (g->watcher_count == 1)
		return now->point ? now->at->point : now->at->state;
	for (size_t i = 0; i < s->target_count; i++)
		n[target_at(g, s, s->targets[i], now)]++;
	return state_quorum(n, s->quorum.all_targets ? s->target_count : 1);
}

/* Entries in order become attempts: requests one by one, probes of one instant together. */
static void put_together(const struct gathering *g, const struct service *s, struct attempts *out)
{
	for (size_t i = 0, size; i < g->count; i += size) {
		const struct entry *e = &g->entries[i];

		size = 1;
		if (g->watchers[e->watcher]->requests) {
			out->at[out->count++] = (struct attempt){ e->at_us, e->state, e->point, false };
			continue;
		}
		while (i + size < g->count && e[size].at_us == e->at_us &&
		       !g->watchers[e[size].watcher]->requests)
			size++;
		out->at[out->count++] =
		    (struct attempt){ e->at_us, service_at(g, s, &(struct group){ e, size, false }),
			              service_at(g, s, &(struct group){ e, size, true }), false };
	}
}

/* ---- what counts ---- */

static void leave_out(struct attempts *all, const struct span_set *up)
{
	for (size_t i = 0; i < all->count; i++) {
		int64_t tick = tick_of(all->at[i].at_us);

		all->at[i].dropped = span_set_holds(&all->dropped, tick);
		if (span_set_holds(up, tick))
			all->at[i].state = all->at[i].point = STATE_UP;
	}
}

struct attempts judge_attempts(struct judge *j, const struct service *s, const struct level *l,
                               const struct span_set *excluded)
{
	struct gathering g = { .judge = j };
	struct counted counted = judge_counted(j, s, l);
	struct attempts all = { .dropped = counted.uncounted, .complete = true };
	struct span_set up = counted.idle;

	g.watchers = arena_array(j->arena, j->c->observation_count, sizeof *g.watchers);
	judge_each_observation(j, s, add_watcher, &g);
	gather(&g, s);
	g.entries = arena_array(j->arena, g.count, sizeof *g.entries);
	gather(&g, s);
	if (g.count)
		qsort(g.entries, g.count, sizeof *g.entries, by_instant);
	all.at = arena_array(j->arena, g.count, sizeof *all.at);
	put_together(&g, s, &all);
	if (l->excluded_time == EXCLUDED_REMOVE)
		all.dropped = span_set_union(j->arena, &all.dropped, excluded);
	if (l->excluded_time == EXCLUDED_COUNT_AS_UP)
		up = span_set_union(j->arena, &up, excluded);
	leave_out(&all, &up);
	for (size_t i = 0; i < g.watcher_count; i++)
		all.complete = all.complete && g.watchers[i]->requests;
	return all;
}

/* ---- counting ---- */

static enum outcome by_terms(enum unmeasured_time rule)
{
	switch (rule) {
	case UNMEASURED_UP:
		return OUTCOME_GOOD;
	case UNMEASURED_DOWN:
		return OUTCOME_FAILED;
	case UNMEASURED_REMOVE:
		return OUTCOME_NONE;
	default:
		return OUTCOME_OPEN;
	}
}

enum outcome attempt_outcome(const struct level *l, enum state state)
{
	switch (state) {
	case STATE_UP:
		return OUTCOME_GOOD;
	case STATE_DOWN:
		return OUTCOME_FAILED;
	case STATE_UNMEASURED:
		return by_terms(l->unmeasured_time);
	case STATE_OBSCURED:
		return by_terms(l->obscured_time);
	default:
		return OUTCOME_OPEN;
	}
}

void tally_add(struct tally *t, enum outcome outcome)
{
	t->good += outcome == OUTCOME_GOOD;
	t->failed += outcome == OUTCOME_FAILED;
	t->open += outcome == OUTCOME_OPEN;
	t->none += outcome == OUTCOME_NONE;
}

size_t interval_tallies(struct judge *j, const struct level *l, const struct attempts *all,
                        enum reading reading, struct tally **out)
{
	int64_t start = j->c->period.span.start, length = span_length(j->c->period.span);
	size_t count = (size_t)((length + l->rule.interval_us - 1) / l->rule.interval_us);
	struct tally *tallies = arena_array(j->arena, count, sizeof *tallies);

	for (size_t i = 0; i < all->count; i++) {
		struct tally *t = &tallies[(all->at[i].at_us - start) / l->rule.interval_us];

		if (all->at[i].dropped)
			t->dropped++;
		else
			tally_add(t, attempt_outcome(l, reading == READING_MIDPOINT ? all->at[i].point
			                                                            : all->at[i].state));
	}
	*out = tallies;
	return count;
}

struct span interval_span(const struct judge *j, const struct level *l, size_t index)
{
	int64_t length = tick_of(l->rule.interval_us), start = j->period.start + (int64_t)index * length;

	return span_intersect((struct span){ start, start + length }, j->period);
}

/* Over a path an attempt may be open in the range and known at the point value, which is then held in the range. */
static int within_range(struct judge *j, const struct level *l, const struct measure *m)
{
	if (m->best < 0 || m->worst < 0 || m->point < 0 ||
	    (book_compare(j->book, m->point, m->worst) >= 0 && book_compare(j->book, m->point, m->best) <= 0))
		return m->point;
	return derive(j->book, "availability by the contract's method, within the range", method_clause(j, l),
	              "max($2, min($1, $3))", 3, (int[]){ m->point, m->worst, m->best });
}

void attempt_figures(struct judge *j, struct level_result *r, const struct tally *sum, struct measure percent,
                     const struct span_set *excluded)
{
	int64_t known = sum->good + sum->failed;
	int inputs[2] = {
		derive_given_int(j->book, "attempts known", "attempts", known),
		derive_given_int(j->book, "attempts made or due", "attempts", known + sum->open),
	};

	percent.point = within_range(j, r->level, &percent);
	r->availability =
	    (struct availability_figures){ FIGURE_UNKNOWN,
		                           FIGURE_UNKNOWN,
		                           FIGURE_UNKNOWN,
		                           FIGURE_UNKNOWN,
		                           delay_excluded(j, r->level, excluded),
		                           FIGURE_UNKNOWN,
		                           percent.worst,
		                           percent.best,
		                           percent.point,
		                           derive(j->book, "coverage", NULL, "$1 / $2", 2, inputs),
		                           FIGURE_UNKNOWN };
	r->measure = percent;
}
