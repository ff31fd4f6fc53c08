/*
 * Laws of timelines and of what is made of them, on random ones.
 *
 * A world is a true course of up and down with samples of it: between two samples the truth flips at most once,
 * which is the assumption that a statement states.
 */
#include "calc/exact.h"
#include "calc/statement.h"
#include "calc/observe/timeline.h"

#include "tests/unit/build_judged.h"
#include "tests/unit/random.h"
#include "tests/unit/suite.h"

#define SAMPLES_MOST 60
#define INTERVAL_US  US_PER_MINUTE

struct world {
	int64_t flips[SAMPLES_MOST]; /* instants at which the truth changes; it starts up or down */
	size_t flip_count;
	bool starts_up;
	struct sample samples[SAMPLES_MOST];
	size_t sample_count;
	struct span us; /* from the first to the last sample */
};

static struct world random_world(struct random *r)
{
	struct world w = { .starts_up = !random_one_of(r, 4) };
	size_t n = (size_t)random_in(r, 2, SAMPLES_MOST);
	int64_t start = random_in(r, 0, 1000000) * US_PER_S;
	bool up = w.starts_up;

	for (size_t i = 0; i < n; i++) {
		int64_t at = start + (int64_t)i * INTERVAL_US;

		w.samples[w.sample_count++] =
		    (struct sample){ at, up ? 1000 : -1, up ? SAMPLE_UP : SAMPLE_DOWN, 0 };
		if (i + 1 < n && random_one_of(r, up ? 5 : 3)) {
			w.flips[w.flip_count++] = at + random_in(r, 1, INTERVAL_US - 1);
			up = !up;
		}
	}
	w.us = (struct span){ start, start + (int64_t)(n - 1) * INTERVAL_US };
	return w;
}

static int64_t true_downtime_us(const struct world *w, struct span within)
{
	int64_t sum = 0, from = w->us.start;
	bool up = w->starts_up;

	for (size_t i = 0; i <= w->flip_count; i++) {
		int64_t to = i < w->flip_count ? w->flips[i] : w->us.end;

		if (!up)
			sum += span_length(span_intersect((struct span){ from, to }, within));
		from = to;
		up = !up;
	}
	return sum;
}

static struct span random_span(struct random *r, struct span within)
{
	int64_t p = random_in(r, within.start, within.end - 1), q = random_in(r, p + 1, within.end);

	return (struct span){ p, q };
}

/* Makes some of the samples missed, and removes others. */
static void lose_some(struct random *r, struct world *w)
{
	size_t kept = 0;

	for (size_t i = 0; i < w->sample_count; i++) {
		if (random_one_of(r, 8))
			continue;
		w->samples[kept] = w->samples[i];
		if (random_one_of(r, 8)) {
			w->samples[kept].outcome = SAMPLE_MISSED;
			w->samples[kept].rtt_us = -1;
		}
		kept++;
	}
	w->sample_count = kept;
}

/* ---- a statement about a world ---- */

/* Judges the samples of the world over the span, under the level's method and treatments. */
static void judge_world(struct judgement *j, struct level level, struct world *w, struct span us,
                        struct span excluded)
{
	judgement_lay_out(j, level, 1);
	judgement_observe(j, 0, w->samples, w->sample_count, INTERVAL_US);
	j->c.period.span = us;
	j->exclusion.span = excluded;
	j->c.exclusion_count = span_length(excluded) > 0;
	judgement_make(j);
}

static struct level random_level(struct random *r)
{
	return (struct level){ .id = "l",
		               .metric = METRIC_AVAILABILITY,
		               .method = random_one_of(r, 3) ? METHOD_MINUTE_BUCKET_ALL_FAIL
		                                             : METHOD_DURATION_RATIO,
		               .objective = "99",
		               .excluded_time = (enum excluded_time)random_in(r, 0, 2),
		               .unmeasured_time = (enum unmeasured_time)random_in(r, 0, 3),
		               .obscured_time = (enum unmeasured_time)random_in(r, 0, 3) };
}

/* -1, 0, 1 as figure is below, at or above the other; both must be known. */
static int order(const struct judgement *p, int left, const struct judgement *q, int right)
{
	int c = exact_compare(figure_text(p->s, left), figure_text(q->s, right));

	return (c > 0) - (c < 0);
}

static const struct availability_figures *figures_of(const struct judgement *j)
{
	return &j->s->services[0].levels[0].availability;
}

/* ---- the laws ---- */

START_TEST(the_range_holds_the_truth)
{
	EACH_ROUND(round, 800)
	{
		struct random r = random_start(round);
		struct world w = random_world(&r);
		struct span us = random_span(&r, w.us);
		struct level level = random_level(&r);
		struct judgement j;
		char truth[64];
		int64_t down = true_downtime_us(&w, us);

		lose_some(&r, &w);
		level.method = METHOD_DURATION_RATIO;
		level.unmeasured_time = level.obscured_time = UNMEASURED_BOUNDS;
		judge_world(&j, level, &w, us, (struct span){ 0, 0 });
		snprintf(truth, sizeof truth, "%lld/1000000", (long long)down);
		law(&r, exact_compare(figure_text(j.s, figures_of(&j)->downtime_least), truth) <= 0,
		    "least %s, true %s", figure_text(j.s, figures_of(&j)->downtime_least), truth);
		law(&r, exact_compare(figure_text(j.s, figures_of(&j)->downtime_most), truth) >= 0,
		    "most %s, true %s", figure_text(j.s, figures_of(&j)->downtime_most), truth);
		snprintf(truth, sizeof truth, "%lld/%lld", (long long)(span_length(us) - down) * 100,
		         (long long)span_length(us));
		law(&r, exact_compare(figure_text(j.s, figures_of(&j)->worst), truth) <= 0,
		    "worst against %s", truth);
		law(&r, exact_compare(figure_text(j.s, figures_of(&j)->best), truth) >= 0, "best against %s",
		    truth);
		judgement_end(&j);
	}
}
END_TEST

/* One more failed sample, whatever the method and the treatments: no reading rises. */
START_TEST(more_downtime_never_raises_availability)
{
	EACH_ROUND(round, 800)
	{
		struct random r = random_start(round);
		struct world w = random_world(&r);
		struct span us = random_span(&r, w.us), excluded = random_span(&r, w.us);
		struct level level = random_level(&r);
		struct judgement before, after;
		const struct availability_figures *b, *f;

		if (random_one_of(&r, 2))
			excluded = (struct span){ 0, 0 };
		lose_some(&r, &w);
		judge_world(&before, level, &w, us, excluded);
		for (size_t i = 0; i < w.sample_count; i++)
			if (w.samples[i].outcome == SAMPLE_UP && random_one_of(&r, 4))
				w.samples[i].outcome = SAMPLE_DOWN;
		judge_world(&after, level, &w, us, excluded);
		b = figures_of(&before);
		f = figures_of(&after);
		law(&r, (b->best < 0) == (f->best < 0) && (b->by_method < 0) == (f->by_method < 0), "known");
		if (b->best >= 0) {
			law(&r, order(&after, f->best, &before, b->best) <= 0, "best");
			law(&r, order(&after, f->worst, &before, b->worst) <= 0, "worst");
			law(&r, order(&after, f->worst, &after, f->best) <= 0, "worst is above best");
		}
		if (b->by_method >= 0)
			law(&r, order(&after, f->by_method, &before, b->by_method) <= 0, "by method");
		judgement_end(&before);
		judgement_end(&after);
	}
}
END_TEST

START_TEST(losing_rows_only_widens_the_range)
{
	EACH_ROUND(round, 800)
	{
		struct random r = random_start(round);
		struct world w = random_world(&r);
		struct span us = random_span(&r, w.us);
		struct level level = random_level(&r);
		struct judgement before, after;
		const struct availability_figures *b, *f;

		level.unmeasured_time = UNMEASURED_BOUNDS;
		judge_world(&before, level, &w, us, (struct span){ 0, 0 });
		lose_some(&r, &w);
		judge_world(&after, level, &w, us, (struct span){ 0, 0 });
		b = figures_of(&before);
		f = figures_of(&after);
		law(&r, order(&after, f->downtime_least, &before, b->downtime_least) <= 0, "least");
		law(&r, order(&after, f->downtime_most, &before, b->downtime_most) >= 0, "most");
		law(&r, order(&after, f->best, &before, b->best) >= 0, "best");
		law(&r, order(&after, f->worst, &before, b->worst) <= 0, "worst");
		law(&r, order(&after, f->coverage, &before, b->coverage) <= 0, "coverage");
		judgement_end(&before);
		judgement_end(&after);
	}
}
END_TEST

/* A period cut in two: with all samples the parts sum up; with only its own samples each part knows less. */
START_TEST(splitting_sums_up_or_widens)
{
	EACH_ROUND(round, 2000)
	{
		struct random r = random_start(round);
		struct world w = random_world(&r);
		struct span us = random_span(&r, w.us);
		int64_t cut = random_in(&r, us.start, us.end), whole[STATE_COUNT], first[STATE_COUNT],
		        second[STATE_COUNT];
		enum reading reading = random_one_of(&r, 2) ? READING_RANGE : READING_MIDPOINT;
		struct span ticks = { tick_of(us.start), tick_of(us.end) };
		struct arena a = { 0 };
		struct observation o = { "t", "v", INTERVAL_US, INTERVAL_US * 3 / 2, w.samples, 0, "" }, own;
		struct timeline t;

		lose_some(&r, &w);
		own = o;
		o.sample_count = w.sample_count;
		t = timeline_of_samples(&a, &o, ticks, reading);
		timeline_sums(&t, NULL, whole);
		t = timeline_of_samples(&a, &o, (struct span){ ticks.start, tick_of(cut) }, reading);
		timeline_sums(&t, NULL, first);
		t = timeline_of_samples(&a, &o, (struct span){ tick_of(cut), ticks.end }, reading);
		timeline_sums(&t, NULL, second);
		for (int i = 0; i < STATE_COUNT; i++)
			law(&r, whole[i] == first[i] + second[i], "state %d", i);
		while (own.sample_count < w.sample_count && w.samples[own.sample_count].scheduled_us < cut)
			own.sample_count++;
		t = timeline_of_samples(&a, &own, (struct span){ ticks.start, tick_of(cut) }, reading);
		timeline_sums(&t, NULL, second);
		law(&r, second[STATE_UP] <= first[STATE_UP] && second[STATE_DOWN] <= first[STATE_DOWN],
		    "knows more");
		arena_release(&a);
	}
}
END_TEST

/* ---- quorum and paths, on one instant: timelines of one run ---- */

static struct timeline one_run(struct run *run, enum state state)
{
	*run = (struct run){ { 0, 2 }, state };
	return (struct timeline){ { 0, 2 }, run, 1 };
}

static enum state quorum_of(const enum state *states, size_t n, size_t k)
{
	struct arena a = { 0 };
	struct run runs[8];
	struct timeline t[8], q;
	enum state state;

	for (size_t i = 0; i < n; i++)
		t[i] = one_run(&runs[i], states[i]);
	q = timeline_quorum(&a, t, n, k);
	state = q.runs[0].state;
	ck_assert_uint_eq(q.count, 1);
	arena_release(&a);
	return state;
}

/* Whether so many can be down, over every way of reading the open states: bit 0 no, bit 1 yes. */
static int possibilities(const enum state *states, size_t n, size_t k)
{
	int possible = 0;

	for (unsigned reading = 0; reading < 1u << n; reading++) {
		size_t down = 0;

		for (size_t i = 0; i < n; i++)
			down += states[i] == STATE_DOWN || (states[i] != STATE_UP && (reading >> i & 1));
		possible |= down >= k ? 2 : 1;
	}
	return possible;
}

START_TEST(a_quorum_is_decided_exactly_when_every_reading_agrees)
{
	EACH_ROUND(round, 3000)
	{
		struct random r = random_start(round);
		size_t n = (size_t)random_in(&r, 1, 6), k = (size_t)random_in(&r, 1, (int64_t)n);
		enum state states[8], got, swapped;
		size_t p = (size_t)random_in(&r, 0, (int64_t)n - 1);
		int possible;

		for (size_t i = 0; i < n; i++)
			states[i] = (enum state)random_in(&r, 0, STATE_COUNT - 1);
		got = quorum_of(states, n, k);
		possible = possibilities(states, n, k);
		law(&r, (got == STATE_DOWN) == (possible == 2) && (got == STATE_UP) == (possible == 1),
		    "n %zu k %zu: %d", n, k, (int)got);
		swapped = states[0]; /* symmetric */
		states[0] = states[p];
		states[p] = swapped;
		law(&r, quorum_of(states, n, k) == got, "order matters");
		if (got == STATE_UP || got == STATE_DOWN) { /* one more that agrees changes nothing */
			states[n] = got;
			law(&r, quorum_of(states, n + 1, k) == got, "an agreeing vantage");
		}
		if (got == STATE_DOWN && k > 1)
			law(&r, quorum_of(states, n, k - 1) == STATE_DOWN, "fewer needed");
		states[p] = STATE_DOWN; /* one more that is down never makes it up */
		law(&r, got == STATE_UP || quorum_of(states, n, k) != STATE_UP, "monotone");
		law(&r, got != STATE_DOWN || quorum_of(states, n, k) == STATE_DOWN, "monotone");
	}
}
END_TEST

START_TEST(paths_blame_the_nearest_and_never_the_obscured)
{
	EACH_ROUND(round, 3000)
	{
		struct random r = random_start(round);
		size_t n = (size_t)random_in(&r, 1, 6), down = 0;
		struct arena a = { 0 };
		struct timeline t[6], *hops[6];
		struct run runs[6];
		enum state before[6], after[6];
		bool answered = false;

		for (size_t i = 0; i < n; i++) {
			before[i] = (enum state)random_in(&r, 0, STATE_UNMEASURED);
			t[i] = one_run(&runs[i], before[i]);
			hops[i] = &t[i];
		}
		timeline_imply_up(&a, hops, n);
		timeline_obscure(&a, hops, NULL, n);
		for (size_t i = 0; i < n; i++)
			after[i] = t[i].runs[0].state;
		for (size_t i = n; i-- > 0;) {
			answered = answered || before[i] == STATE_UP;
			law(&r, !answered || after[i] == STATE_UP, "hop %zu lies before an answer", i);
			law(&r, after[i] != STATE_UP || answered, "hop %zu was made up", i);
			law(&r, after[i] != STATE_DOWN || before[i] == STATE_DOWN, "hop %zu was made down",
			    i);
			down += after[i] == STATE_DOWN;
		}
		law(&r, down <= 1, "%zu hops of one path are down at once", down);
		for (size_t i = 0, behind = 0; i < n; i++) {
			law(&r, !behind || after[i] == STATE_OBSCURED, "hop %zu is behind a hop that is down",
			    i);
			behind |= after[i] == STATE_DOWN;
		}
		arena_release(&a);
	}
}
END_TEST

int main(void)
{
	printf("seed %llu\n", (unsigned long long)random_start(0).seed);
	fflush(stdout);
	return run_suite(
	    "properties of timelines",
	    (const TTest *const[]){ the_range_holds_the_truth, more_downtime_never_raises_availability,
	                            losing_rows_only_widens_the_range, splitting_sums_up_or_widens,
	                            a_quorum_is_decided_exactly_when_every_reading_agrees,
	                            paths_blame_the_nearest_and_never_the_obscured, NULL });
}
