/*
 * Unknown is never zero: on random worlds of every metric and method, losing an hour of data only widens what is said
 * of it, and what was said with all of the data lies inside. And the point value lies between the readings.
 *
 * latency_mean is left out: it is by definition the mean of what was received (docs/decisions/0016).
 */
#include "tests/unit/random_case.h"

static bool up_is_better(const struct level_result *l)
{
	return l->level->metric == METRIC_AVAILABILITY;
}

/* Positive: x is better than y. An unknown best reading is as good as can be, an unknown worst as bad. */
static int better(const struct level_result *l, const struct statement *s, int x, const struct statement *t,
                  int y)
{
	return figure_order(s, x, t, y) * (up_is_better(l) ? 1 : -1);
}

/* ---- losing data ---- */

static void lose_sample(struct random *r, struct sample *s, int way, size_t *kept, struct sample *out)
{
	struct sample x = *s;

	if (way == 0)
		return;
	if (way == 1)
		x = (struct sample){ x.scheduled_us, -1, SAMPLE_MISSED, 0 };
	if (way == 2 && random_one_of(r, 2))
		x.rtt_us = -1;
	out[(*kept)++] = x;
}

/*
 * A log of requests is whole by definition. On a path only the nearest hop loses data: an answer from behind clears the
 * hops before it, and without it what they saw themselves stands (docs/decisions/0016).
 */
static bool may_lose(const struct random_case *w, const struct watch *o)
{
	bool nearest = strcmp(o->target, "router") == 0 ||
	               (strcmp(o->target, "gate") == 0 && o->vantage[1] == '1') ||
	               (o->vantage[1] == '1' && w->paths.count == 1);

	return !o->requests && (w->paths.count == 0 || nearest);
}

/* An hour, or a part of it, of one watcher or of all. */
static void lose_an_hour(struct random *r, struct random_case *w)
{
	size_t only = (size_t)random_in(r, 0, 2 * (int64_t)w->watch_count);
	int64_t from = world_start_us + random_in(r, -60, w->length_us / US_PER_S) * US_PER_S;
	int64_t to = from + (random_one_of(r, 2) ? 60 : random_in(r, 1, 12)) * US_PER_MINUTE;
	int way = (int)random_in(r, 0, 2);

	for (size_t i = 0; i < w->watch_count; i++) {
		struct watch *o = &w->watches[i];
		size_t kept = 0;

		if (!may_lose(w, o) || (only < w->watch_count && only != i))
			continue;
		for (size_t k = 0; k < o->count; k++) {
			bool inside = o->samples[k].scheduled_us >= from && o->samples[k].scheduled_us < to;

			lose_sample(r, &o->samples[k], inside ? way : 3, &kept, o->samples);
		}
		o->count = kept;
	}
}

static void compare_money(struct random *r, const struct statement *s, const struct credit_figures *before,
                          const struct statement *t, const struct credit_figures *after)
{
	if (!before->due || before->amount < 0)
		return;
	law(r, after->least < 0 || figure_order(t, after->least, s, before->least) <= 0, "least %s of %s",
	    shown(t, after->least), shown(s, before->least));
	law(r, after->most < 0 || (before->most >= 0 && figure_order(t, after->most, s, before->most) >= 0),
	    "most %s of %s", shown(t, after->most), shown(s, before->most));
}

static void compare_level(struct random *r, const struct random_case *w, const struct statement *s,
                          const struct level_result *b, const struct statement *t,
                          const struct level_result *a)
{
	const struct measure *x = &b->measure, *y = &a->measure;

	law(r, a->verdict == VERDICT_NOT_PROVABLE || a->verdict == b->verdict, "%s: verdict %s after %s",
	    level_text(w, b), verdict_name(a->verdict), verdict_name(b->verdict));
	/* a share of nothing that came back is no number: lost samples may be anything, from none to all */
	if (!a->unbounded && y->best >= 0 && (x->best >= 0 || b->verdict != VERDICT_NOT_PROVABLE)) {
		law(r, x->best >= 0, "%s: the best reading %s was unknown", level_text(w, b),
		    shown(t, y->best));
		law(r, better(b, t, y->best, s, x->best) >= 0, "%s: best %s after %s", level_text(w, b),
		    shown(t, y->best), shown(s, x->best));
	}
	if (!a->unbounded && y->worst >= 0 && (x->worst >= 0 || b->verdict != VERDICT_NOT_PROVABLE)) {
		law(r, x->worst >= 0, "%s: the worst reading %s was unknown", level_text(w, b),
		    shown(t, y->worst));
		law(r, better(b, t, y->worst, s, x->worst) <= 0, "%s: worst %s after %s", level_text(w, b),
		    shown(t, y->worst), shown(s, x->worst));
	}
	compare_money(r, s, &b->credit, t, &a->credit);
}

static void compare_services(struct random *r, const struct random_case *w, const struct statement *s,
                             const struct statement *t)
{
	for (size_t i = 0; i < s->service_count; i++) {
		const struct service_result *b = &s->services[i], *a = &t->services[i];

		for (size_t l = 0; l < b->level_count; l++)
			compare_level(r, w, s, &b->levels[l], t, &a->levels[l]);
		for (size_t p = 0; p < b->payable_count; p++) {
			const struct payable *x = &b->payable[p], *y = &a->payable[p];

			law(r, y->least < 0 || figure_order(t, y->least, s, x->least) <= 0,
			    "payable least %s of %s", shown(t, y->least), shown(s, x->least));
			law(r, y->most < 0 || (x->most >= 0 && figure_order(t, y->most, s, x->most) >= 0),
			    "payable most %s of %s", shown(t, y->most), shown(s, x->most));
		}
	}
}

static void losing(int rounds, const struct wish *wish)
{
	EACH_ROUND(round, rounds)
	{
		struct random r = random_start(round);
		struct random_case w = random_case(&r, wish);
		struct arena a = { 0 };
		struct statement *before = judge_random(&a, &w), *after;

		for (int64_t n = random_in(&r, 1, 3); n > 0; n--)
			lose_an_hour(&r, &w);
		after = judge_random(&a, &w);
		compare_services(&r, &w, before, after);
		statement_free(before);
		statement_free(after);
		arena_release(&a);
	}
}

START_TEST(losing_an_hour_of_one_watcher_only_widens)
{
	losing(300, &(struct wish){ .bounds_only = true, .one_watch = true, .samples_alone = true });
}
END_TEST

START_TEST(losing_an_hour_only_widens_with_records)
{
	losing(300, &(struct wish){ .bounds_only = true, .one_watch = true });
}
END_TEST

START_TEST(losing_an_hour_only_widens_with_a_quorum)
{
	losing(300, &(struct wish){ .bounds_only = true, .no_path = true });
}
END_TEST

START_TEST(losing_an_hour_only_widens_on_paths)
{
	losing(300, &(struct wish){ .bounds_only = true, .no_corrections = true });
}
END_TEST

/* ---- the three readings ---- */

static void order_of_level(struct random *r, const struct random_case *w, const struct statement *s,
                           const struct level_result *l)
{
	const struct measure *m = &l->measure;
	const struct credit_figures *c = &l->credit;

	if (m->best >= 0 && m->point >= 0)
		law(r, better(l, s, m->best, s, m->point) >= 0, "%s: best %s, point %s", level_text(w, l),
		    shown(s, m->best), shown(s, m->point));
	if (m->worst >= 0 && m->point >= 0)
		law(r, better(l, s, m->worst, s, m->point) <= 0, "%s: worst %s, point %s", level_text(w, l),
		    shown(s, m->worst), shown(s, m->point));
	if (!c->due || c->amount < 0)
		return;
	law(r, c->least < 0 || figure_order(s, c->least, s, c->amount) <= 0, "%s: credit least %s, point %s",
	    level_text(w, l), shown(s, c->least), shown(s, c->amount));
	law(r, c->most < 0 || figure_order(s, c->most, s, c->amount) >= 0, "%s: credit most %s, point %s",
	    level_text(w, l), shown(s, c->most), shown(s, c->amount));
}

START_TEST(the_point_lies_between_the_readings)
{
	EACH_ROUND(round, 400)
	{
		struct random r = random_start(round);
		struct random_case w = random_case(&r, &(struct wish){ .bounds_only = true });
		struct arena a = { 0 };
		struct statement *s = judge_random(&a, &w);

		for (size_t i = 0; i < s->service_count; i++)
			for (size_t l = 0; l < s->services[i].level_count; l++)
				order_of_level(&r, &w, s, &s->services[i].levels[l]);
		statement_free(s);
		arena_release(&a);
	}
}
END_TEST

int main(void)
{
	return run_suite("properties of what is not known",
	                 (const TTest *const[]){ losing_an_hour_of_one_watcher_only_widens,
	                                         losing_an_hour_only_widens_with_records,
	                                         losing_an_hour_only_widens_with_a_quorum,
	                                         losing_an_hour_only_widens_on_paths,
	                                         the_point_lies_between_the_readings, NULL });
}
