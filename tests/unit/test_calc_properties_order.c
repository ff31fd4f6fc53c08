/*
 * Laws of whole cases, at random: the order in which facts stand does not matter; more failures never lower a credit;
 * no credit is above its cap; an effect is the figure without; other readings never change a total.
 *
 * Where more failures may well lower a figure is said beside the law.
 */
#include "tests/unit/random_case.h"

/* ---- order ---- */

static void same(struct random *r, const struct statement *s, int x, const struct statement *t, int y,
                 const char *what)
{
	law(r, figure_order(s, x, t, y) == 0, "%s: %s and %s", what, shown(s, x), shown(t, y));
}

static void same_level(struct random *r, const struct random_case *w, const struct statement *s,
                       const struct level_result *x, const struct statement *t, const struct level_result *y)
{
	const char *what = level_text(w, x);

	law(r, x->verdict == y->verdict, "%s", what);
	same(r, s, x->measure.best, t, y->measure.best, what);
	same(r, s, x->measure.worst, t, y->measure.worst, what);
	same(r, s, x->measure.point, t, y->measure.point, what);
	law(r, x->credit.due == y->credit.due && x->part_count == y->part_count, "%s", what);
	if (!x->credit.due)
		return;
	same(r, s, x->credit.amount, t, y->credit.amount, what);
	same(r, s, x->credit.least, t, y->credit.least, what);
	same(r, s, x->credit.most, t, y->credit.most, what);
}

static const struct payable *payable_to(const struct service_result *v, const char *payer)
{
	for (size_t i = 0; i < v->payable_count; i++)
		if (strcmp(v->payable[i].fee->payer->id, payer) == 0)
			return &v->payable[i];
	ck_abort_msg("nothing for %s", payer);
}

static void same_service(struct random *r, const struct random_case *w, const struct statement *s,
                         const struct service_result *x, const struct statement *t)
{
	const struct service_result *y = service_named(t, x->service->id);

	for (size_t l = 0; l < x->level_count; l++)
		same_level(r, w, s, &x->levels[l], t, &y->levels[l]);
	for (size_t p = 0; p < x->payable_count; p++) {
		const struct payable *mine = &x->payable[p], *other = payable_to(y, mine->fee->payer->id);

		same(r, s, mine->amount, t, other->amount, mine->fee->payer->id);
		same(r, s, mine->least, t, other->least, mine->fee->payer->id);
		same(r, s, mine->most, t, other->most, mine->fee->payer->id);
	}
	same(r, s, x->credit_total, t, y->credit_total, "total");
	law(r, x->outage_count == y->outage_count && x->minority_count == y->minority_count, "%s",
	    x->service->id);
}

START_TEST(the_order_of_facts_does_not_matter)
{
	EACH_ROUND(round, 400)
	{
		struct random r = random_start(round);
		struct random_case w = random_case(&r, &(struct wish){ 0 });
		struct arena a = { 0 };
		struct statement *s = judge_random(&a, &w), *t;

		w.turned = true;
		t = judge_random(&a, &w);
		for (size_t i = 0; i < s->service_count; i++)
			same_service(&r, &w, s, &s->services[i], t);
		statement_free(s);
		statement_free(t);
		arena_release(&a);
	}
}
END_TEST

/* ---- more failures ---- */

/*
 * Left out, because failing more may truly be cheaper there:
 *   latency_rise, share_over_limit   a lost sample has no delay
 *   retry with back-off              what comes too soon after a failure no longer counts, and may have failed
 *   part_minute round_up             two outages may round up to more than the one that they become
 *   clock known, reported            an outage that nobody knew of joins one whose clock starts late
 *   per outage                       two outages may pay more than the one that they become
 */
static bool falls_with_failures(const struct level_result *l)
{
	const struct level *v = l->level;

	return v->metric != METRIC_LATENCY_RISE && v->metric != METRIC_SHARE_OVER_LIMIT &&
	       v->rule.retry != RETRY_BACKOFF && v->rule.part_minute != PART_MINUTE_ROUND_UP &&
	       v->rule.clock == CLOCK_ONSET;
}

static void fail_some(struct random *r, struct random_case *w)
{
	for (size_t i = 0; i < w->watch_count; i++)
		for (size_t k = 0; k < w->watches[i].count; k++) {
			struct sample *s = &w->watches[i].samples[k];

			if (s->outcome == SAMPLE_UP && random_one_of(r, 10))
				*s = (struct sample){ s->scheduled_us, -1, SAMPLE_DOWN, FAILURE_TIMEOUT };
		}
}

static void no_better(struct random *r, const struct random_case *w, const struct statement *s,
                      const struct level_result *x, const struct statement *t, const struct level_result *y)
{
	int sign = x->level->metric == METRIC_AVAILABILITY ? 1 : -1;
	const char *what = level_text(w, x);

	if (!falls_with_failures(x) || x->measure.best < 0)
		return;
	law(r, figure_order(t, y->measure.best, s, x->measure.best) * sign <= 0, "%s: best %s after %s", what,
	    shown(t, y->measure.best), shown(s, x->measure.best));
	law(r, figure_order(t, y->measure.worst, s, x->measure.worst) * sign <= 0, "%s: worst %s after %s",
	    what, shown(t, y->measure.worst), shown(s, x->measure.worst));
	if (x->measure.point >= 0 && y->measure.point >= 0)
		law(r, figure_order(t, y->measure.point, s, x->measure.point) * sign <= 0,
		    "%s: point %s after %s", what, shown(t, y->measure.point), shown(s, x->measure.point));
	if (!x->credit.due || x->level->credit->per == PER_OUTAGE || x->credit.amount < 0)
		return;
	law(r, figure_order(t, y->credit.amount, s, x->credit.amount) >= 0, "%s: credit %s after %s", what,
	    shown(t, y->credit.amount), shown(s, x->credit.amount));
	law(r, figure_order(t, y->credit.least, s, x->credit.least) >= 0, "%s: least %s after %s", what,
	    shown(t, y->credit.least), shown(s, x->credit.least));
	law(r, figure_order(t, y->credit.most, s, x->credit.most) >= 0, "%s: most %s after %s", what,
	    shown(t, y->credit.most), shown(s, x->credit.most));
}

/*
 * Of one watcher: on a path a nearer failure takes the blame from what lies behind, and in a quorum one failure more may
 * make undecided what was up, which counts as the terms say.
 */
START_TEST(more_failures_never_lower_a_credit)
{
	EACH_ROUND(round, 400)
	{
		struct random r = random_start(round);
		struct random_case w =
		    random_case(&r, &(struct wish){ .one_watch = true, .monotone_money = true });
		struct arena a = { 0 };
		struct statement *s = judge_random(&a, &w), *t;

		fail_some(&r, &w);
		t = judge_random(&a, &w);
		for (size_t i = 0; i < s->service_count; i++)
			for (size_t l = 0; l < s->services[i].level_count; l++)
				no_better(&r, &w, s, &s->services[i].levels[l], t, &t->services[i].levels[l]);
		statement_free(s);
		statement_free(t);
		arena_release(&a);
	}
}
END_TEST

/* ---- caps ---- */

/* percent of the fees of one service (or all), or the amount; "" when there is none. */
static const char *cap_of_case(struct arena *a, const struct statement *s, exact percent, exact amount,
                               bool all, const struct service_result *one)
{
	long long fees = 0;

	for (size_t i = 0; i < s->service_count; i++)
		for (size_t p = 0; p < s->services[i].payable_count; p++)
			if (all || &s->services[i] == one)
				fees += atoll(s->services[i].payable[p].fee->amount);
	return percent ? arena_printf(a, "%lld/100", fees * atoll(percent)) : amount;
}

static void below(struct random *r, struct arena *a, const struct statement *s,
                  const struct service_result *v)
{
	const struct terms *t = v->service->terms;
	const char *resource = cap_of_case(a, s, t->cap_percent, t->cap_amount, false, v);

	for (size_t c = 0; c < t->cap_count; c++) {
		const char *cap = cap_of_case(a, s, t->caps[c].percent_of_fee, t->caps[c].amount, true, v);

		law(r, v->credit_total < 0 || exact_compare(figure_text(s, v->credit_total), cap) <= 0,
		    "cap %s", cap);
		law(r, v->credit_least < 0 || exact_compare(figure_text(s, v->credit_least), cap) <= 0,
		    "cap %s", cap);
		law(r, v->credit_most >= 0 && exact_compare(figure_text(s, v->credit_most), cap) <= 0,
		    "cap %s", cap);
	}
	if (!resource)
		return;
	law(r, exact_compare(figure_text(s, v->credit_total), resource) <= 0, "%s", resource);
	law(r, exact_compare(figure_text(s, v->credit_least), resource) <= 0, "%s", resource);
	law(r, exact_compare(figure_text(s, v->credit_most), resource) <= 0, "%s of %s",
	    shown(s, v->credit_most), resource);
}

START_TEST(no_credit_is_above_its_cap)
{
	EACH_ROUND(round, 400)
	{
		struct random r = random_start(round);
		struct random_case w = random_case(&r, &(struct wish){ 0 });
		struct arena a = { 0 };
		struct statement *s = judge_random(&a, &w);

		for (size_t i = 0; i < s->service_count; i++)
			if (s->services[i].credit_total >= 0)
				below(&r, &a, s, &s->services[i]);
		statement_free(s);
		arena_release(&a);
	}
}
END_TEST

/* ---- effects ---- */

static void as_without(struct random *r, const struct random_case *w, const struct statement *s,
                       const struct service_result *v, const char *id, const struct statement *t)
{
	const struct service_result *other = service_named(t, v->service->id);

	for (size_t l = 0; l < v->level_count; l++)
		for (size_t e = 0; e < v->levels[l].effect_count; e++) {
			const struct effect *x = &v->levels[l].effects[e];
			const struct level_result *y = &other->levels[l];
			const char *what = level_text(w, y);

			if (strcmp(x->id, id) != 0)
				continue;
			law(r, x->verdict == y->verdict, "without %s: %s", id, what);
			same(r, s, x->measure.best, t, y->measure.best, what);
			same(r, s, x->measure.worst, t, y->measure.worst, what);
			same(r, s, x->measure.point, t, y->measure.point, what);
			if (y->credit.due)
				same(r, s, x->amount, t, y->credit.amount, what);
		}
}

START_TEST(an_effect_is_the_case_without_the_fact)
{
	static const char *const ids[] = { "x1", "x2", "x3", "c1", "c2" };

	EACH_ROUND(round, 150)
	{
		struct random r = random_start(round);
		struct random_case w = random_case(&r, &(struct wish){ 0 });
		struct arena a = { 0 };
		struct statement *s = judge_random(&a, &w);

		for (size_t k = 0; k < ROWS(ids); k++) {
			struct statement *t;

			w.drop = ids[k];
			t = judge_random(&a, &w);
			for (size_t i = 0; i < s->service_count; i++)
				as_without(&r, &w, s, &s->services[i], ids[k], t);
			statement_free(t);
		}
		statement_free(s);
		arena_release(&a);
	}
}
END_TEST

/* ---- readings ---- */

START_TEST(readings_change_no_total)
{
	EACH_ROUND(round, 200)
	{
		struct random r = random_start(round);
		struct random_case w = random_case(&r, &(struct wish){ 0 });
		struct arena a = { 0 };
		struct statement *s = judge_random(&a, &w), *t;

		for (size_t i = 0; i < w.levels.count; i++)
			add_text(w.levels.items[i], ", 'reading': 'a', 'wording': 'w', 'readings': [ { "
			                            "'reading': 'b', 'excluded_time': "
			                            "'ignore' }, { 'reading': 'c', 'credit': null } ]");
		t = judge_random(&a, &w);
		for (size_t i = 0; i < s->service_count; i++) {
			same_service(&r, &w, s, &s->services[i], t);
			law(&r, t->services[i].levels[0].reading_count == 2, "readings");
		}
		statement_free(s);
		statement_free(t);
		arena_release(&a);
	}
}
END_TEST

int main(void)
{
	return run_suite(
	    "properties of whole cases",
	    (const TTest *const[]){ the_order_of_facts_does_not_matter, more_failures_never_lower_a_credit,
	                            no_credit_is_above_its_cap, an_effect_is_the_case_without_the_fact,
	                            readings_change_no_total, NULL });
}
