/*
 * Laws of paths, quorum, the monitor's own side, exclusions and corrections, on random cases that go the whole way
 * from JSON to the statement.
 *
 * A world is two hours, a sample each minute: own router, gate, line and cloud from one vantage, and further vantages
 * of the line that no path joins.
 */
#include "tests/unit/build_case.h"
#include "tests/unit/random.h"

#define MINUTES  120
#define VANTAGES 4
#define ROUNDS   40

enum hop { ROUTER, GATE, LINE, CLOUD, HOPS };

static const char *const hop_names[HOPS] = { "router", "gate", "line", "cloud" };

struct world {
	enum sample_outcome hops[HOPS][MINUTES];
	enum sample_outcome others[VANTAGES][MINUTES]; /* of the line */
	size_t vantages;                               /* how many of others */
	int quorum;
	const char *obscured_time;
	const char *excluded_time;
	const char *exclusions, *corrections; /* NULL none */
};

static void random_course(struct random *r, enum sample_outcome *course)
{
	enum sample_outcome now = SAMPLE_UP;

	for (int i = 0; i < MINUTES; i++) {
		if (random_one_of(r, 12))
			now = (enum sample_outcome)random_in(r, SAMPLE_UP, SAMPLE_MISSED);
		course[i] = now;
	}
}

static struct world random_world(struct random *r)
{
	static const char *const rules[] = { "bounds", "down", "up", "remove" };
	struct world w = { .vantages = (size_t)random_in(r, 1, VANTAGES - 1) };

	for (int h = 0; h < HOPS; h++)
		random_course(r, w.hops[h]);
	for (size_t v = 0; v < VANTAGES; v++)
		random_course(r, w.others[v]);
	w.quorum = (int)random_in(r, 1, (int64_t)w.vantages + 1);
	w.obscured_time = rules[random_in(r, 0, 3)];
	w.excluded_time = "count_as_up";
	return w;
}

static const char *instant_at(struct arena *a, int minute, int second)
{
	return arena_printf(a, "2026-10-10T%02d:%02d:%02d+09:00", 10 + minute / 60, minute % 60, second);
}

static const char *observation(struct arena *a, const char *target, const char *vantage,
                               const enum sample_outcome *course)
{
	char *list = arena_copy(a, "");

	for (int i = 0; i < MINUTES; i++)
		if (course[i] != SAMPLE_UP)
			list = arena_printf(a, "%s%s{ 'from': '%s', 'to': '%s', 'outcome': '%s' }", list,
			                    *list ? ", " : "", instant_at(a, i, 0), instant_at(a, i + 1, 0),
			                    sample_outcome_name(course[i]));
	return arena_printf(
	    a,
	    "{ 'target': '%s', 'vantage': '%s', 'interval_s': 60, 'samples': { 'all_up': true, "
	    "'except': [ %s ] } }",
	    target, vantage, list);
}

static struct statement *judge_world(struct arena *a, const struct world *w)
{
	struct case_parts p = { 0 };
	char *seen = arena_copy(a, "[ ");

	for (int h = 0; h < HOPS; h++)
		seen = arena_printf(a, "%s%s, ", seen, observation(a, hop_names[h], "v0", w->hops[h]));
	for (size_t v = 0; v < w->vantages; v++)
		seen = arena_printf(a, "%s%s%s", seen, v ? ", " : "",
		                    observation(a, "line", arena_printf(a, "v%zu", v + 1), w->others[v]));
	p.observations = arena_printf(a, "%s ]", seen);
	p.period = "{ 'start': '2026-10-10T10:00:00+09:00', 'end': '2026-10-10T12:00:00+09:00' }";
	p.seen = arena_printf(a, "'targets': [ 'line' ], 'quorum': { 'vantages': %d }", w->quorum);
	p.level = arena_printf(a, "'obscured_time': '%s', 'excluded_time': '%s',", w->obscured_time,
	                       w->excluded_time);
	p.more = arena_printf(a,
	                      "'paths': [ { 'vantage': 'v0', 'hops': [ { 'target': 'router', 'own': true }, "
	                      "'gate', 'line', 'cloud' ] } ], 'exclusions': [ %s ], 'corrections': [ %s ]",
	                      w->exclusions ? w->exclusions : "", w->corrections ? w->corrections : "");
	return judged(a, &p);
}

static const struct service_result *line_of(const struct statement *s)
{
	return &s->services[0];
}

static enum state state_at(const struct timeline *t, int64_t tick)
{
	for (size_t i = 0; i < t->count; i++)
		if (span_holds(t->runs[i].span, tick))
			return t->runs[i].state;
	ck_abort_msg("outside the timeline");
}

/* The instant in the middle between two samples, and three in each minute: where states can differ. */
#define EACH_INSTANT(s, tick)                                                                                \
	for (int64_t tick = line_of(s)->timeline.span.start + TICKS_PER_S;                                   \
	     tick < line_of(s)->timeline.span.end; tick += 20 * TICKS_PER_S)

static bool decided(enum state state)
{
	return state == STATE_UP || state == STATE_DOWN;
}

/* Fills a course that agrees wherever the service is decided. */
static void agree(struct random *r, const struct statement *s, enum sample_outcome *course)
{
	const struct timeline *t = &line_of(s)->timeline;

	random_course(r, course);
	for (int i = 0; i < MINUTES; i++) {
		int64_t at = t->span.start + i * 60 * TICKS_PER_S;
		enum state before = state_at(t, i ? at - 1 : at), after = state_at(t, at);

		if (decided(before) || decided(after))
			course[i] = (decided(after) ? after : before) == STATE_UP ? SAMPLE_UP : SAMPLE_DOWN;
	}
}

START_TEST(an_agreeing_vantage_changes_nothing_decided)
{
	EACH_ROUND(round, ROUNDS)
	{
		struct random r = random_start(round);
		struct arena a = { 0 };
		struct world w = random_world(&r);
		struct statement *before = judge_world(&a, &w), *after;

		agree(&r, before, w.others[w.vantages++]);
		after = judge_world(&a, &w);
		EACH_INSTANT(before, tick)
		{
			enum state was = state_at(&line_of(before)->timeline, tick);
			enum state is = state_at(&line_of(after)->timeline, tick);

			law(&r, !decided(was) || was == is, "state %d became %d at tick %lld", was, is,
			    (long long)tick);
		}
		statement_free(before);
		statement_free(after);
		arena_release(&a);
	}
}
END_TEST

/* Where two neighbouring samples of the cloud answered, all before it was up, so that vantage cannot say down. */
START_TEST(a_deeper_answer_clears)
{
	EACH_ROUND(round, ROUNDS)
	{
		struct random r = random_start(round);
		struct arena a = { 0 };
		struct world w = random_world(&r);
		struct statement *s;

		w.vantages = 1;
		w.quorum = 2; /* without v0 nothing is down */
		s = judge_world(&a, &w);
		for (int i = 0; i + 1 < MINUTES; i++) {
			int64_t tick = line_of(s)->timeline.span.start + (i * 60 + 30) * TICKS_PER_S;

			law(&r,
			    w.hops[CLOUD][i] != SAMPLE_UP || w.hops[CLOUD][i + 1] != SAMPLE_UP ||
			        state_at(&line_of(s)->timeline, tick) == STATE_UP,
			    "minute %d is not up", i);
		}
		statement_free(s);
		arena_release(&a);
	}
}
END_TEST

static int compare(const struct statement *s, int x, const struct statement *t, int y)
{
	return exact_compare(figure_text(s, x), figure_text(t, y));
}

START_TEST(a_failure_of_the_own_side_charges_nobody)
{
	EACH_ROUND(round, ROUNDS)
	{
		struct random r = random_start(round);
		struct arena a = { 0 };
		struct world w = random_world(&r);
		struct statement *before, *after;
		int from = (int)random_in(&r, 0, MINUTES - 1), to = (int)random_in(&r, from + 1, MINUTES);
		const struct level_result *x, *y;

		w.obscured_time = round % 2 ? "down" : "bounds";
		for (int i = 0; i < MINUTES;
		     i++) /* what it hides must not have been obscured by somebody else */
			w.hops[ROUTER][i] = w.hops[GATE][i] = SAMPLE_UP;
		before = judge_world(&a, &w);
		for (int h = 0; h < HOPS; h++)
			for (int i = from; i < to; i++)
				w.hops[h][i] = SAMPLE_DOWN;
		after = judge_world(&a, &w);
		x = &line_of(before)->levels[0];
		y = &line_of(after)->levels[0];
		law(&r,
		    compare(before, x->availability.downtime_least, after, y->availability.downtime_least) >=
		        0,
		    "%s s of downtime became %s", figure_text(before, x->availability.downtime_least),
		    figure_text(after, y->availability.downtime_least));
		law(&r,
		    compare(before, x->availability.downtime_most, after, y->availability.downtime_most) <= 0,
		    "the range lost what it held");
		law(&r, compare(before, x->measure.best, after, y->measure.best) <= 0,
		    "the best reading fell");
		law(&r, compare(before, x->credit.least, after, y->credit.least) >= 0, "a credit rose");
		law(&r, y->verdict != VERDICT_BREACHED || x->verdict == VERDICT_BREACHED,
		    "a breach appeared");
		statement_free(before);
		statement_free(after);
		arena_release(&a);
	}
}
END_TEST

/* Whatever is not known any more, from whichever hop or vantage, the range still holds the figure. */
START_TEST(a_missing_stretch_only_widens)
{
	EACH_ROUND(round, 3 * ROUNDS)
	{
		struct random r = random_start(round);
		struct arena a = { 0 };
		struct world w = random_world(&r);
		struct statement *before, *after;
		int from = (int)random_in(&r, 0, MINUTES - 1), to = (int)random_in(&r, from + 1, MINUTES);
		size_t lost = (size_t)random_in(&r, 0, HOPS + (int64_t)w.vantages - 1);
		const struct availability_figures *x, *y;

		w.obscured_time = "bounds";
		before = judge_world(&a, &w);
		for (int i = from; i < to; i++)
			*(lost < HOPS ? &w.hops[lost][i] : &w.others[lost - HOPS][i]) = SAMPLE_MISSED;
		after = judge_world(&a, &w);
		x = &line_of(before)->levels[0].availability;
		y = &line_of(after)->levels[0].availability;
		law(&r, compare(before, x->downtime_least, after, y->downtime_least) >= 0,
		    "%zu lost: least %s became %s", lost, figure_text(before, x->downtime_least),
		    figure_text(after, y->downtime_least));
		law(&r, compare(before, x->downtime_most, after, y->downtime_most) <= 0,
		    "%zu lost: most %s became %s", lost, figure_text(before, x->downtime_most),
		    figure_text(after, y->downtime_most));
		statement_free(before);
		statement_free(after);
		arena_release(&a);
	}
}
END_TEST

static const char *random_exclusions(struct arena *a, struct random *r)
{
	char *list = arena_copy(a, "");

	for (int i = 0, n = (int)random_in(r, 1, 3); i < n; i++) {
		int from = (int)random_in(r, 0, MINUTES - 2), to = (int)random_in(r, from + 1, MINUTES - 1);

		list =
		    arena_printf(a,
		                 "%s%s{ 'id': 'x%d', 'services': [ 'line' ], 'kind': 'other', 'start': '%s', "
		                 "'end': '%s' }",
		                 list, i ? ", " : "", i, instant_at(a, from, (int)random_in(r, 0, 59)),
		                 instant_at(a, to, 59));
	}
	return list;
}

/* Time that counts as up can only help; without one of them the figure is not better, without any the worst. */
START_TEST(an_exclusion_that_counts_as_up_never_harms)
{
	EACH_ROUND(round, ROUNDS)
	{
		struct random r = random_start(round);
		struct arena a = { 0 };
		struct world w = random_world(&r);
		struct statement *s;
		const struct level_result *l;

		if (strcmp(w.obscured_time, "remove") ==
		    0) /* then T shrinks by what is hidden, excluded or not */
			w.obscured_time = "bounds";
		w.exclusions = random_exclusions(&a, &r);
		s = judge_world(&a, &w);
		l = &line_of(s)->levels[0];
		law(&r, l->effect_count == s->exclusion_count, "%zu effects", l->effect_count);
		for (size_t i = 0; i < l->effect_count; i++) {
			const struct measure *m = &l->effects[i].measure;

			law(&r, compare(s, l->measure.best, s, m->best) >= 0, "best without %s",
			    l->effects[i].id);
			law(&r, compare(s, l->measure.worst, s, m->worst) >= 0, "worst without %s",
			    l->effects[i].id);
			law(&r, compare(s, m->worst, s, l->unexcluded_measure.worst) >= 0, "without any");
			law(&r, compare(s, s->exclusions[i].overlap_s, s, s->period_s) <= 0, "overlap");
		}
		statement_free(s);
		arena_release(&a);
	}
}
END_TEST

/* A correction that says what was observed changes nothing; the effects of it are none. */
START_TEST(a_correction_that_agrees_changes_nothing)
{
	EACH_ROUND(round, ROUNDS)
	{
		struct random r = random_start(round);
		struct arena a = { 0 };
		struct world w = random_world(&r);
		struct statement *before, *after;
		int from = (int)random_in(&r, 0, MINUTES - 5), to = from + (int)random_in(&r, 1, 4);
		const struct level_result *x, *y;

		for (int h = ROUTER; h <= LINE;
		     h++) /* nothing hides the line, and nothing behind clears it */
			for (int i = from; i <= to; i++)
				w.hops[h][i] = h == LINE ? w.hops[LINE][from] : SAMPLE_UP;
		if (w.hops[LINE][from] != SAMPLE_UP)
			for (int i = from; i <= to; i++)
				w.hops[CLOUD][i] = SAMPLE_DOWN;
		before = judge_world(&a, &w);
		w.corrections = arena_printf(
		    &a,
		    "{ 'id': 'c', 'target': 'line', 'vantage': 'v0', 'start': '%s', 'end': '%s', 'outcome': "
		    "'%s', "
		    "'author': 'a', 'reason': 'b', 'document': 'd', 'entered': '2026-11-01T00:00:00Z' }",
		    instant_at(&a, from, 0), instant_at(&a, to, 0),
		    sample_outcome_name((int)w.hops[LINE][from]));
		after = judge_world(&a, &w);
		x = &line_of(before)->levels[0];
		y = &line_of(after)->levels[0];
		law(&r,
		    compare(before, x->measure.best, after, y->measure.best) == 0 &&
		        compare(before, x->measure.worst, after, y->measure.worst) == 0,
		    "another figure");
		law(&r,
		    y->effect_count == 1 &&
		        compare(after, y->effects[0].measure.worst, before, x->measure.worst) == 0,
		    "an effect");
		statement_free(before);
		statement_free(after);
		arena_release(&a);
	}
}
END_TEST

/* What a correction did is the difference to the case in which it was never entered. */
START_TEST(an_effect_is_the_figure_without)
{
	EACH_ROUND(round, ROUNDS)
	{
		struct random r = random_start(round);
		struct arena a = { 0 };
		struct world w = random_world(&r);
		struct statement *before, *after;
		int from = (int)random_in(&r, 0, MINUTES - 3), to = (int)random_in(&r, from + 1, MINUTES - 1);
		const struct level_result *x, *y;

		w.exclusions = random_exclusions(&a, &r);
		w.excluded_time = "remove";
		before = judge_world(&a, &w);
		w.corrections = arena_printf(
		    &a,
		    "{ 'id': 'c', 'target': 'line', 'start': '%s', 'end': '%s', 'outcome': '%s', "
		    "'author': 'a', 'reason': 'b', 'document': 'd', 'entered': '2026-11-01T00:00:00Z' }",
		    instant_at(&a, from, (int)random_in(&r, 0, 59)),
		    instant_at(&a, to, (int)random_in(&r, 0, 59)),
		    sample_outcome_name((int)random_in(&r, SAMPLE_UP, SAMPLE_MISSED)));
		after = judge_world(&a, &w);
		x = &line_of(before)->levels[0];
		y = &line_of(after)->levels[0];
		law(&r, y->effect_count == x->effect_count + 1, "%zu effects", y->effect_count);
		if (x->measure.worst >= 0) {
			const struct effect *e = &y->effects[y->effect_count - 1];

			law(&r, compare(before, x->measure.worst, after, e->measure.worst) == 0, "worst");
			law(&r, compare(before, x->measure.best, after, e->measure.best) == 0, "best");
			law(&r, x->verdict == e->verdict, "verdict");
			law(&r, compare(before, x->credit.amount, after, e->amount) == 0, "amount");
		}
		statement_free(before);
		statement_free(after);
		arena_release(&a);
	}
}
END_TEST

int main(void)
{
	return run_suite(
	    "properties of causes",
	    (const TTest *const[]){ an_agreeing_vantage_changes_nothing_decided, a_deeper_answer_clears,
	                            a_failure_of_the_own_side_charges_nobody, a_missing_stretch_only_widens,
	                            an_exclusion_that_counts_as_up_never_harms,
	                            a_correction_that_agrees_changes_nothing, an_effect_is_the_figure_without,
	                            NULL });
}
