/*
 * rise: METRIC_LATENCY_RISE, the largest rise of the delay over the baseline that was held for lasting_us.
 *
 * Source: KDDI's flexible wide-area service (transcribed): an increase of the round trip over that of the contract's
 * start by 2 ms or more that lasts 48 hours or more.
 *
 * Definition. The subscribed part of the period is cut into intervals of interval_us from its start; a part interval at
 * the end is left out. The rise of an interval is the mean of the samples received in it less the service's baseline,
 * not below 0. A window is ⌈lasting_us / interval_us⌉ intervals in a row; its rise is that of its lowest interval: a
 * rise that was held throughout. The measure is the largest rise of a window. Hours of another period are not joined.
 *
 * Not known: each sample that was due and is missing may have come back at once or just before its timeout (without a
 * stated timeout: at the longest delay that a sample can hold), which gives the interval a lowest and a highest mean.
 * An interval in which nothing was received, or nothing counts, is open: any mean from 0 to the longest. The best
 * reading takes the lowest means, the worst the highest; the point value takes the mean of what was received and leaves
 * open intervals out. unmeasured_time and obscured_time up: what is not known has not risen; down: it has; remove: it is
 * left out. Intervals outside the time that counts (service hours, deployed) are left out too: the hours of one day follow
 * those of the day before.
 */
#include "calc/measure/counted.h"
#include "calc/measure/delay.h"
#include "calc/measure/method.h"

enum rise_reading { RISE_BEST, RISE_WORST, RISE_POINT };

struct interval {
	int64_t sum_us, received, unknown;
	bool lost;                    /* samples were sent and not received */
	bool outside;                 /* of the time that the level is about: left out */
	bool as_up, as_down, removed; /* something is not known that the terms treat so */
};

struct rise {
	struct judge *judge;
	const struct level *level;
	const struct span_set *counted; /* ticks */
	struct span within;             /* µs */
	struct interval *intervals;
	size_t count, window; /* intervals in all; in a window */
	int64_t longest_us;   /* the longest that an answer can have taken */
	bool has_timeouts;    /* every observation states one */
};

/* The mean of an interval at one reading, µs: sum / count; count 0: left out. */
struct mean {
	int64_t sum, count;
};

/* ---- counting ---- */

static void not_known(struct interval *i, enum unmeasured_time treatment, int64_t count)
{
	if (count == 0)
		return;
	i->unknown += treatment == UNMEASURED_BOUNDS ? count : 0;
	i->as_up = i->as_up || treatment == UNMEASURED_UP;
	i->as_down = i->as_down || treatment == UNMEASURED_DOWN;
	i->removed = i->removed || treatment == UNMEASURED_REMOVE;
}

static void add_sample(void *context, const struct observation *o, const struct sample *s)
{
	struct rise *r = context;
	size_t index = (size_t)((s->scheduled_us - r->within.start) / r->level->rule.interval_us);
	struct interval *i;

	(void)o;
	if (s->scheduled_us < r->within.start || index >= r->count ||
	    !span_set_holds(r->counted, tick_of(s->scheduled_us)))
		return;
	i = &r->intervals[index];
	if (s->outcome == SAMPLE_OBSCURED) {
		not_known(i, r->level->obscured_time, 1);
	} else if (s->outcome == SAMPLE_DOWN) {
		i->lost = true;
	} else if (s->outcome == SAMPLE_MISSED || s->rtt_us < 0) {
		not_known(i, r->level->unmeasured_time, 1);
	} else {
		i->sum_us += s->rtt_us;
		i->received++;
	}
	if (s->rtt_us > r->longest_us) /* the stated timeout was none */
		r->has_timeouts = false;
}

static struct span interval_span(const struct rise *r, size_t index)
{
	int64_t start = r->within.start + (int64_t)index * r->level->rule.interval_us;

	return (struct span){ tick_of(start), tick_of(start + r->level->rule.interval_us) };
}

static void add_absent(void *context, const struct absent *absent)
{
	struct rise *r = context;
	struct span s = span_intersect(absent->span, r->within);
	size_t index;

	if (span_length(s) == 0)
		return;
	index = (size_t)((s.start - r->within.start) / r->level->rule.interval_us);
	for (; index < r->count && interval_span(r, index).start < tick_of(s.end); index++)
		for (size_t k = 0; k < r->counted->count; k++)
			not_known(
			    &r->intervals[index], r->level->unmeasured_time,
			    absent_count(absent, span_intersect(interval_span(r, index), r->counted->at[k])));
}

static void longest(void *context, const struct observation *o)
{
	struct rise *r = context;

	r->has_timeouts = r->has_timeouts && o->timeout_us > 0;
	r->longest_us = o->timeout_us > r->longest_us ? o->timeout_us : r->longest_us;
}

/* ---- means ---- */

static struct mean mean_of(const struct rise *r, const struct interval *i, enum rise_reading reading)
{
	const struct mean nothing = { 0, 1 }, most = { r->longest_us, 1 }, left_out = { 0, 0 };
	int64_t known_or_not = i->received + i->unknown;

	if (i->outside)
		return left_out;
	if (i->as_down)
		return most;
	if (known_or_not == 0 && (i->as_up || (!i->lost && r->level->excluded_time == EXCLUDED_COUNT_AS_UP)))
		return nothing;
	if (known_or_not == 0 && i->removed)
		return left_out;
	if (i->received == 0)
		return reading == RISE_BEST ? nothing : reading == RISE_WORST ? most : left_out;
	if (reading == RISE_POINT)
		return (struct mean){ i->sum_us, i->received };
	if (reading == RISE_BEST)
		return (struct mean){ i->sum_us, known_or_not };
	if (i->unknown > (INT64_MAX - i->sum_us) / r->longest_us)
		return most;
	return (struct mean){ i->sum_us + i->unknown * r->longest_us, known_or_not };
}

static bool is_less(struct mean a, struct mean b)
{
	return (__int128)a.sum * b.count < (__int128)b.sum * a.count;
}

/* ---- windows ---- */

/*
 * The interval that decides: the lowest of the window whose lowest is highest; count when no window fits. A queue of
 * candidates, rising from front to back, gives the lowest of each window in one pass.
 */
static size_t decisive(const struct rise *r, enum rise_reading reading)
{
	size_t *used = arena_array(r->judge->arena, r->count, sizeof *used), *queue, count = 0;
	struct mean *means = arena_array(r->judge->arena, r->count, sizeof *means);
	size_t front = 0, back = 0, best = r->count;

	queue = arena_array(r->judge->arena, r->count, sizeof *queue);
	for (size_t i = 0; i < r->count; i++) {
		means[count] = mean_of(r, &r->intervals[i], reading);
		used[count] = i;
		count += means[count].count > 0;
	}
	for (size_t i = 0; i < count; i++) {
		while (back > front && !is_less(means[queue[back - 1]], means[i]))
			back--;
		queue[back++] = i;
		if (i + 1 < r->window)
			continue;
		if (queue[front] + r->window <= i)
			front++;
		if (best == r->count || is_less(means[best], means[queue[front]]))
			best = queue[front];
	}
	return best == r->count ? r->count : used[best];
}

static int given(struct rise *r, const char *what, size_t index, int64_t value)
{
	char at[INSTANT_TEXT_SIZE];

	instant_format(interval_span(r, index).start / TICKS_PER_US, at);
	return derive_given_int(r->judge->book,
	                        arena_printf(r->judge->arena, "%s in the interval from %s", what, at),
	                        "samples", value);
}

static int rise_figure(struct rise *r, enum rise_reading reading, int baseline)
{
	static const char *const labels[] = { "rise held, best reading, ms", "rise held, worst reading, ms",
		                              "rise held by the contract's method, ms" };
	static const char *const formulas[] = { "max(0, $1 / ($2 + $3) / 1000 - $5)",
		                                "max(0, ($1 + $3 * $4) / ($2 + $3) / 1000 - $5)",
		                                "max(0, $1 / $2 / 1000 - $5)" };
	size_t index = decisive(r, reading);
	const char *formula = formulas[reading];
	const struct interval *i;
	struct mean mean;

	if (index == r->count)
		return FIGURE_UNKNOWN;
	i = &r->intervals[index];
	mean = mean_of(r, i, reading);
	if (mean.count == 1 && mean.sum == r->longest_us)
		formula = "max(0, $4 / 1000 - $5)";
	else if (mean.sum == 0)
		formula = "max(0, 0 - $5)";
	return derive(
	    r->judge->book, labels[reading], method_clause(r->judge, r->level), formula, 5,
	    (int[]){ given(r, "sum of round trips, µs,", index, i->sum_us),
	             given(r, "samples received", index, i->received),
	             given(r, "samples due and not known", index, i->unknown),
	             derive_given_int(r->judge->book, "longest that an answer can take, µs",
	                              r->has_timeouts ? "timeout of the samples" : "no timeout is stated",
	                              r->longest_us),
	             baseline });
}

/* ---- the method ---- */

/* Hours without service, or in which the resource was not deployed. */
static void leave_out(struct rise *r, struct span_set time)
{
	for (size_t i = 0; i < r->count; i++)
		r->intervals[i].outside = span_set_overlap(&time, interval_span(r, i)) == 0;
}

static struct rise collect(struct judge *j, const struct service *s, const struct level *l,
                           const struct span_set *counted)
{
	struct span within = delay_within(j, s);
	struct rise r = { .judge = j, .level = l, .counted = counted, .has_timeouts = true };
	int64_t interval = l->rule.interval_us;

	r.within = (struct span){ within.start / TICKS_PER_US, within.end / TICKS_PER_US };
	r.count = (size_t)(span_length(r.within) / interval);
	r.window = (size_t)((l->rule.lasting_us + interval - 1) / interval);
	r.intervals = arena_array(j->arena, r.count, sizeof *r.intervals);
	leave_out(&r, judge_counted(j, s, l).time);
	judge_each_observation(j, s, longest, &r);
	delay_each(j, s, &(struct delay_visitor){ &r, add_sample, add_absent });
	if (!r.has_timeouts || r.longest_us == 0)
		r.longest_us = INT32_MAX;
	return r;
}

static size_t with_samples(const struct rise *r)
{
	size_t count = 0;

	for (size_t i = 0; i < r->count; i++)
		count += r->intervals[i].received > 0;
	return count;
}

void method_latency_rise(struct judge *j, const struct service *s, struct level_result *r,
                         const struct span_set *excluded)
{
	const struct level *l = r->level;
	struct span_set counted = delay_counted(j, s, l, excluded);
	struct rise rise = collect(j, s, l, &counted);
	int baseline = derive_given(j->book, "baseline of the delay, ms",
	                            arena_printf(j->arena, "service %s", s->id), s->baseline_ms);

	r->measure = (struct measure){ rise_figure(&rise, RISE_BEST, baseline),
		                       rise_figure(&rise, RISE_WORST, baseline),
		                       rise_figure(&rise, RISE_POINT, baseline) };
	r->counted =
	    derive_given_int(j->book, "intervals with an answer", s->id, (long long)with_samples(&rise));
	r->latency = (struct latency_figures){ FIGURE_UNKNOWN,
		                               FIGURE_UNKNOWN,
		                               FIGURE_UNKNOWN,
		                               FIGURE_UNKNOWN,
		                               FIGURE_UNKNOWN,
		                               FIGURE_UNKNOWN,
		                               FIGURE_UNKNOWN,
		                               delay_coverage(j, s, &counted),
		                               delay_excluded(j, l, excluded),
		                               FIGURE_UNKNOWN };
	r->unbounded = r->measure.best < 0 || !delay_covers_enough(j, s->terms, l, r->latency.coverage);
}
