#include "calc/measure/delay.h"
#include "calc/measure/counted.h"

struct span delay_within(const struct judge *j, const struct service *s)
{
	struct span subscribed = { tick_of(s->subscribed.start), tick_of(s->subscribed.end) };

	return s->has_subscribed ? span_intersect(j->period, subscribed) : j->period;
}

struct span_set delay_counted(struct judge *j, const struct service *s, const struct level *l,
                              const struct span_set *excluded)
{
	struct span_set silent = judge_silent(j, s, l, excluded);

	return span_set_complement(j->arena, &silent, j->period);
}

/* ---- instants that were due ---- */

/* The number of instants k × interval (any k) before limit, counted from a fixed point: only differences mean
 * anything. */
static int64_t steps_before(int64_t limit, int64_t interval)
{
	int64_t steps = limit / interval, rest = limit % interval;

	return rest > 0 ? steps + 1 : steps;
}

int64_t absent_count(const struct absent *absent, struct span within)
{
	/* an instant of µs lies in [start, end) of ticks when it lies in [⌈start / 2⌉, ⌈end / 2⌉) */
	struct span us = { (within.start + 1) / TICKS_PER_US, (within.end + 1) / TICKS_PER_US };
	struct span s = span_intersect(absent->span, us);

	if (span_length(s) == 0)
		return 0;
	return steps_before(s.end - absent->anchor_us, absent->interval_us) -
	       steps_before(s.start - absent->anchor_us, absent->interval_us);
}

/* Records are missing between two samples when the timeline calls the time between them unmeasured. */
static bool is_gap(const struct observation *o, int64_t from, int64_t to)
{
	return to - from > o->gap_limit_us || to - from >= 2 * o->interval_us;
}

bool absent_before(const struct observation *o, size_t i, struct span period, struct absent *out)
{
	size_t n = o->sample_count;

	if (o->requests) /* a whole log of requests lacks none */
		return false;
	if (i > 0 && i < n && !is_gap(o, o->samples[i - 1].scheduled_us, o->samples[i].scheduled_us))
		return false;
	*out = (struct absent){ period.start, o->interval_us, period, o };
	if (n == 0)
		return true;
	out->anchor_us = o->samples[i ? i - 1 : 0].scheduled_us;
	if (i > 0)
		out->span.start = out->anchor_us + 1;
	if (i < n)
		out->span.end = o->samples[i].scheduled_us;
	return true;
}

static void visit_absent(const struct judge *j, const struct observation *o,
                         const struct delay_visitor *visitor)
{
	struct absent gap;

	for (size_t i = 0; i <= o->sample_count; i++)
		if (absent_before(o, i, j->c->period.span, &gap))
			visitor->absent(visitor->context, &gap);
}

struct walk {
	const struct judge *judge;
	const struct delay_visitor *visitor;
};

static void visit(void *context, const struct observation *o)
{
	const struct walk *w = context;

	for (size_t i = 0; i < o->sample_count; i++)
		if (span_holds(w->judge->c->period.span, o->samples[i].scheduled_us))
			w->visitor->sample(w->visitor->context, o, &o->samples[i]);
	visit_absent(w->judge, o, w->visitor);
}

void delay_each(const struct judge *j, const struct service *s, const struct delay_visitor *visitor)
{
	struct walk w = { j, visitor };

	judge_each_observation(j, s, visit, &w);
}

/* ---- coverage ---- */

int delay_coverage(struct judge *j, const struct service *s, const struct span_set *counted)
{
	struct timeline t = judge_service_timeline(j, s, READING_RANGE);
	struct span_set skip = span_set_complement(j->arena, counted, j->period);
	int64_t sums[STATE_COUNT];
	int denominator, unmeasured;

	timeline_sums(&t, &skip, sums);
	denominator = judge_seconds(j, "time not excluded", "period", span_set_length(counted));
	unmeasured =
	    judge_seconds(j, "seconds unmeasured", s->id, sums[STATE_UNMEASURED] + sums[STATE_OBSCURED]);
	return derive(j->book, "coverage", NULL, "($1 - $2) / $1", 2, (int[]){ denominator, unmeasured });
}

bool delay_covers_enough(struct judge *j, const struct terms *t, const struct level *l, int coverage)
{
	int least;

	if (!l->min_coverage)
		return true;
	least = derive_given(j->book, "least coverage", t->id, l->min_coverage);
	return coverage >= 0 && book_compare(j->book, coverage, least) >= 0;
}

int delay_excluded(struct judge *j, const struct level *l, const struct span_set *excluded)
{
	return judge_seconds(j, "seconds excluded", "accepted exclusions",
	                     l->excluded_time == EXCLUDED_IGNORE ? 0 : span_set_length(excluded));
}
