#include "calc/observe/timeline.h"
#include "calc/observe/timeline_builder.h"

#include <assert.h>
#include <string.h>

/* ---- one observation ---- */

/* An answer after which it is not known to be up: what is before it and after it are two stretches. */
static void keep_answer(struct timeline_builder *b, const struct sample *s)
{
	if (s->outcome == SAMPLE_UP)
		timeline_extend(b, tick_of(s->scheduled_us) + 1, STATE_UP);
}

static enum state between(const struct observation *o, const struct sample *p, const struct sample *q)
{
	int64_t distance = q->scheduled_us - p->scheduled_us;

	/* twice the interval apart: a scheduled instant between them has no record, so it counts as missed */
	if (!o->requests && (distance > o->gap_limit_us || distance >= 2 * o->interval_us))
		return STATE_UNMEASURED;
	if (p->outcome == SAMPLE_MISSED || q->outcome == SAMPLE_MISSED)
		return STATE_UNMEASURED;
	if (p->outcome == SAMPLE_OBSCURED || q->outcome == SAMPLE_OBSCURED)
		return STATE_OBSCURED;
	if (p->outcome != q->outcome)
		return STATE_EITHER;
	return p->outcome == SAMPLE_UP ? STATE_UP : STATE_DOWN;
}

/*
 * The last of the samples that follow the one at i without a gap and with its outcome: nothing changes up to there. Most
 * samples of a month are in a few such stretches, which are passed over here.
 */
static size_t last_alike(const struct observation *o, size_t i)
{
	int64_t longest = o->gap_limit_us < 2 * o->interval_us ? o->gap_limit_us : 2 * o->interval_us - 1;
	const struct sample *s = o->samples;

	if (o->requests)
		longest = INT64_MAX;
	while (i + 1 < o->sample_count && s[i + 1].outcome == s[i].outcome &&
	       s[i + 1].scheduled_us - s[i].scheduled_us <= longest)
		i++;
	return i;
}

struct timeline timeline_of_samples(struct arena *a, const struct observation *o, struct span within,
                                    enum reading reading)
{
	struct timeline_builder b = timeline_start(a, within);

	if (o->sample_count)
		timeline_extend(&b, tick_of(o->samples[0].scheduled_us), STATE_UNMEASURED);
	for (size_t i = 1; i < o->sample_count; i++) {
		const struct sample *p = &o->samples[i - 1], *q = &o->samples[i];
		enum state state = between(o, p, q);
		int64_t start = tick_of(p->scheduled_us), end = tick_of(q->scheduled_us);

		if (reading == READING_INSTANTS)
			keep_answer(&b, p);
		if (state == STATE_EITHER && reading == READING_MIDPOINT) {
			timeline_extend(&b, start + (end - start) / 2,
			                p->outcome == SAMPLE_UP ? STATE_UP : STATE_DOWN);
			state = q->outcome == SAMPLE_UP ? STATE_UP : STATE_DOWN;
		}
		if (state == STATE_UP || state == STATE_DOWN)
			i = last_alike(o, i);
		timeline_extend(&b, tick_of(o->samples[i].scheduled_us), state);
	}
	if (o->sample_count && reading == READING_INSTANTS)
		keep_answer(&b, &o->samples[o->sample_count - 1]);
	timeline_extend(&b, within.end, STATE_UNMEASURED);
	return b.t;
}

struct timeline timeline_of_outages(struct arena *a, const struct span *outages, size_t count,
                                    struct span within)
{
	struct span *ticks = arena_array(a, count, sizeof *ticks);
	struct timeline up = { within, arena_new(a, struct run), 1 };
	struct span_set set;

	up.runs[0] = (struct run){ within, STATE_UP };
	for (size_t i = 0; i < count; i++)
		ticks[i] = (struct span){ tick_of(outages[i].start), tick_of(outages[i].end) };
	set = span_set_of(a, ticks, count, within);
	return timeline_overlay(a, &up, &set, STATE_DOWN);
}

/* ---- several timelines at once: walk them together, piece by piece in which none changes ---- */

struct walk {
	const struct timeline *const *timelines;
	size_t *at; /* the current run of each */
	size_t count;
	int64_t position, end;
};

static struct walk walk_start(struct arena *a, const struct timeline *const *timelines, size_t count)
{
	struct walk w = { timelines, arena_array(a, count, sizeof(size_t)), count, 0, 0 };

	w.position = timelines[0]->span.start;
	w.end = timelines[0]->span.end;
	return w;
}

static enum state walk_state(const struct walk *w, size_t i)
{
	return w->timelines[i]->runs[w->at[i]].state;
}

/* The end of the piece that starts at the position. */
static int64_t walk_piece_end(const struct walk *w)
{
	int64_t end = w->end;

	for (size_t i = 0; i < w->count; i++) {
		int64_t run_end = w->timelines[i]->runs[w->at[i]].span.end;

		end = run_end < end ? run_end : end;
	}
	return end;
}

static void walk_next(struct walk *w, int64_t piece_end)
{
	w->position = piece_end;
	for (size_t i = 0; i < w->count; i++)
		if (w->timelines[i]->runs[w->at[i]].span.end <= piece_end &&
		    w->at[i] + 1 < w->timelines[i]->count)
			w->at[i]++;
}

enum state state_quorum(const size_t n[STATE_COUNT], size_t k)
{
	size_t missing = n[STATE_UNMEASURED] + n[STATE_OBSCURED];
	bool may_be_down_without, surely_down_with;

	if (n[STATE_DOWN] >= k)
		return STATE_DOWN;
	if (n[STATE_DOWN] + n[STATE_EITHER] + missing < k)
		return STATE_UP;
	may_be_down_without = n[STATE_DOWN] + n[STATE_EITHER] >= k;
	surely_down_with = n[STATE_DOWN] + missing >= k;
	if (missing == 0 || (may_be_down_without && !surely_down_with))
		return STATE_EITHER;
	return n[STATE_UNMEASURED] ? STATE_UNMEASURED : STATE_OBSCURED;
}

struct timeline timeline_quorum(struct arena *a, const struct timeline *timelines, size_t count, size_t k)
{
	const struct timeline **pointers = arena_array(a, count, sizeof *pointers);
	struct timeline_builder b = timeline_start(a, timelines[0].span);
	struct walk w;

	for (size_t i = 0; i < count; i++)
		pointers[i] = &timelines[i];
	w = walk_start(a, pointers, count);
	while (w.position < w.end) {
		int64_t piece_end = walk_piece_end(&w);
		size_t n[STATE_COUNT] = { 0 };

		for (size_t i = 0; i < count; i++)
			n[walk_state(&w, i)]++;
		timeline_extend(&b, piece_end, state_quorum(n, k));
		walk_next(&w, piece_end);
	}
	return b.t;
}

/* ---- paths ---- */

static void imply_up(enum state *hops, const bool *own, size_t count)
{
	bool answered = false;

	(void)own;
	for (size_t i = count; i-- > 0;) {
		if (answered)
			hops[i] = STATE_UP;
		else
			answered = hops[i] == STATE_UP;
	}
}

static void obscure(enum state *hops, const bool *own, size_t count)
{
	bool down = false, doubtful = false, failed = false, by_own = false;

	for (size_t i = 0; i < count; i++) {
		enum state here = hops[i];

		if (down || (doubtful && here != STATE_UP && here != STATE_UNMEASURED))
			hops[i] = by_own ? STATE_UNMEASURED : STATE_OBSCURED;
		else if (here == STATE_DOWN)
			down = true;
		if (here != STATE_UP && !failed) {
			failed = true;
			by_own = own && own[i];
		}
		doubtful = doubtful || (here != STATE_UP && here != STATE_DOWN);
	}
}

static void change_path(struct arena *a, struct timeline **hops, const bool *own, size_t count,
                        void (*change)(enum state *, const bool *, size_t))
{
	const struct timeline *const *before = (const struct timeline *const *)hops;
	struct timeline_builder *after = arena_array(a, count, sizeof *after);
	enum state *states = arena_array(a, count, sizeof *states);
	struct walk w;

	if (count == 0)
		return;
	for (size_t i = 0; i < count; i++)
		after[i] = timeline_start(a, hops[i]->span);
	for (w = walk_start(a, before, count); w.position < w.end;) {
		int64_t piece_end = walk_piece_end(&w);

		for (size_t i = 0; i < count; i++)
			states[i] = walk_state(&w, i);
		change(states, own, count);
		for (size_t i = 0; i < count; i++)
			timeline_extend(&after[i], piece_end, states[i]);
		walk_next(&w, piece_end);
	}
	for (size_t i = 0; i < count; i++)
		*hops[i] = after[i].t;
}

void timeline_imply_up(struct arena *a, struct timeline **hops, size_t count)
{
	change_path(a, hops, NULL, count, imply_up);
}

void timeline_obscure(struct arena *a, struct timeline **hops, const bool *own, size_t count)
{
	change_path(a, hops, own, count, obscure);
}

/* ---- sets over a timeline ---- */

struct timeline timeline_overlay(struct arena *a, const struct timeline *t, const struct span_set *set,
                                 enum state state)
{
	struct timeline_builder b = timeline_start(a, t->span);
	size_t next = 0;

	for (size_t i = 0; i < t->count; i++) {
		struct run run = t->runs[i];

		while (b.at < run.span.end) {
			while (next < set->count && set->at[next].end <= b.at)
				next++;
			if (next < set->count && set->at[next].start <= b.at)
				timeline_extend(
				    &b, set->at[next].end < run.span.end ? set->at[next].end : run.span.end,
				    state);
			else if (next < set->count && set->at[next].start < run.span.end)
				timeline_extend(&b, set->at[next].start, run.state);
			else
				timeline_extend(&b, run.span.end, run.state);
		}
	}
	return b.t;
}

struct timeline timeline_recolour(struct arena *a, const struct timeline *t, const enum state to[STATE_COUNT])
{
	struct timeline_builder b = timeline_start(a, t->span);

	for (size_t i = 0; i < t->count; i++)
		timeline_extend(&b, t->runs[i].span.end, to[t->runs[i].state]);
	return b.t;
}

struct timeline timeline_doubt(struct arena *a, const struct timeline *t, const struct span_set *set)
{
	struct timeline_builder b = timeline_start(a, t->span);
	size_t next = 0;

	for (size_t i = 0; i < t->count; i++) {
		struct run run = t->runs[i];
		enum state doubted = run.state == STATE_DOWN ? STATE_EITHER : run.state;

		while (next < set->count && set->at[next].end <= run.span.start)
			next++;
		for (size_t k = next; k < set->count && set->at[k].start < run.span.end; k++) {
			timeline_extend(&b, set->at[k].start, run.state);
			timeline_extend(&b, set->at[k].end < run.span.end ? set->at[k].end : run.span.end,
			                doubted);
		}
		timeline_extend(&b, run.span.end, run.state);
	}
	return b.t;
}

struct timeline timeline_replace(struct arena *a, const struct timeline *t, const struct span_set *set,
                                 const struct timeline *other)
{
	struct run whole = { t->span, STATE_UP };
	const struct timeline everywhere = { t->span, &whole, 1 };
	const struct timeline mask = timeline_overlay(a, &everywhere, set, STATE_DOWN);
	const struct timeline *all[] = { &mask, t, other };
	struct timeline_builder b = timeline_start(a, t->span);
	struct walk w;

	for (w = walk_start(a, all, 3); w.position < w.end;) {
		int64_t piece_end = walk_piece_end(&w);

		timeline_extend(&b, piece_end, walk_state(&w, walk_state(&w, 0) == STATE_DOWN ? 2 : 1));
		walk_next(&w, piece_end);
	}
	return b.t;
}

enum state timeline_at(const struct timeline *t, int64_t tick)
{
	size_t low = 0, high = t->count - 1;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (t->runs[middle].span.end > tick)
			high = middle;
		else
			low = middle + 1;
	}
	if (low > 0 && tick == t->runs[low].span.start && t->runs[low].state != STATE_DOWN &&
	    t->runs[low - 1].state == STATE_UP)
		return STATE_UP;
	return t->runs[low].state;
}

void timeline_sums(const struct timeline *t, const struct span_set *outside, int64_t sums[STATE_COUNT])
{
	memset(sums, 0, STATE_COUNT * sizeof *sums);
	for (size_t i = 0; i < t->count; i++) {
		struct span s = t->runs[i].span;

		sums[t->runs[i].state] += span_length(s) - (outside ? span_set_overlap(outside, s) : 0);
	}
}
