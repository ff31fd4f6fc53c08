/*
 * Laws of credits, on random contracts: never above a cap, the same in any order, never less for more downtime, and
 * never off the truth for want of data.
 */
#include "calc/exact.h"
#include "calc/statement.h"

#include "tests/unit/random.h"
#include "tests/unit/suite.h"

#include <string.h>

#define SERVICES_MOST 4
#define LEVELS_MOST   3
#define PAYERS_MOST   3
#define OUTAGES_MOST  6
#define SAMPLES       432
#define INTERVAL_US   (10 * US_PER_MINUTE)
#define START_US      (INT64_C(1791126000) * US_PER_S) /* 2026-10-05T00:00+09:00, a Monday */
#define PERIOD_US     (SAMPLES * INTERVAL_US)          /* three days */

struct world {
	struct arena arena;
	struct sla_case c;
	struct party parties[2 + PAYERS_MOST];
	struct terms terms;
	struct level levels[LEVELS_MOST];
	struct credit_rule rules[LEVELS_MOST];
	struct rounding rounding;
	struct cap caps[3];
	struct minimum minimum;
	struct service services[SERVICES_MOST];
	struct fee fees[SERVICES_MOST][PAYERS_MOST];
	struct span outages[SERVICES_MOST][OUTAGES_MOST];
	struct observation observation;
	struct sample samples[SAMPLES];
	const char *target;
};

static exact number(struct world *w, int64_t n)
{
	return arena_printf(&w->arena, "%lld", (long long)n);
}

/* ---- random contracts ---- */

/* Bounds from the objective on, rates that never fall towards the worse, steps that stay below the next rate. */
static void random_bands(struct random *r, struct world *w, struct level *l, struct credit_rule *c)
{
	size_t count = (size_t)random_in(r, 1, 4);
	bool falls = l->op == AT_LEAST || l->op == MORE_THAN;
	int64_t objective = strtoll(l->objective, NULL, 10), at = objective, rate = random_in(r, 0, 10);

	c->bands = arena_array(&w->arena, count, sizeof *c->bands);
	c->equalities = arena_array(&w->arena, count + 1, sizeof *c->equalities);
	c->band_count = count;
	c->closed = falls ? (l->op == MORE_THAN ? CLOSED_TO : CLOSED_FROM)
	                  : (l->op == AT_MOST && random_one_of(r, 2) ? CLOSED_TO : CLOSED_FROM);
	if (random_one_of(r, 4))
		c->closed = CLOSED_NEITHER;
	for (size_t i = 0; i < count; i++) { /* from the objective to the worst */
		int64_t next =
		    falls ? random_in(r, (int64_t)(count - i - 1), at - 1) : at + random_in(r, 1, 300);
		struct band *b = &c->bands[falls ? count - 1 - i : i];
		bool last = i + 1 == count, misses = i > 0 || l->op == MORE_THAN || l->op == LESS_THAN;

		*b = (struct band){ number(w, at), last ? NULL : number(w, next), number(w, rate) };
		if (falls)
			*b = (struct band){ last ? "0" : number(w, next), number(w, at), number(w, rate) };
		if (c->closed == CLOSED_NEITHER && misses)
			c->equalities[c->equality_count++] =
			    (struct equality){ number(w, at), number(w, rate), "why" };
		if (!last && random_one_of(r, 3)) {
			b->step = number(w, random_in(r, 1, 2));
			b->per = "100";
			rate += 2 * (labs((long)(next - at)) / 100 + 1);
		}
		rate += random_in(r, 0, 20);
		at = next;
	}
}

static void random_rule(struct random *r, struct world *w, struct level *l, struct credit_rule *c)
{
	int64_t shape = random_in(r, 0, 2);

	*c = (struct credit_rule){ .base = "monthly_fee",
		                   .unit = random_one_of(r, 5) ? RATE_DAYS : RATE_PERCENT };
	if (shape == 0)
		c->flat_rate = number(w, random_in(r, 1, 120));
	else if (shape == 1) {
		c->proportional_rate = number(w, random_in(r, 1, 30));
		c->proportional_per = number(w, random_in(r, 1, 60));
	} else
		random_bands(r, w, l, c);
	if (l->metric != METRIC_RECOVERY_TIME)
		return;
	c->per = PER_OUTAGE;
	c->largest_only = random_one_of(r, 3);
	if (!c->largest_only && random_one_of(r, 3))
		c->most_per_day = random_in(r, 1, 2);
	if (!c->largest_only && random_one_of(r, 3))
		c->week_cap = number(w, random_in(r, 1, 100));
}

static void random_level(struct random *r, struct world *w, size_t i)
{
	struct level *l = &w->levels[i];
	int64_t kind = random_in(r, 0, 2);

	*l = (struct level){ .id = number(w, (int64_t)i), .credit = &w->rules[i], .months_running = 1 };
	if (kind == 0) {
		l->metric = METRIC_AVAILABILITY;
		l->method = METHOD_DURATION_RATIO;
		l->op = random_one_of(r, 2) ? AT_LEAST : MORE_THAN;
		l->unit = UNIT_PERCENT;
		l->objective = number(w, random_in(r, 50, 99));
	} else {
		l->metric = kind == 1 ? METRIC_DOWNTIME : METRIC_RECOVERY_TIME;
		l->method = kind == 1 ? METHOD_CUMULATIVE_OUTAGE_BANDS : METHOD_PER_OUTAGE_BANDS;
		l->op = random_one_of(r, 2) ? AT_MOST : LESS_THAN;
		l->unit = UNIT_MIN;
		l->objective = number(w, random_in(r, 1, 120));
	}
	random_rule(r, w, l, &w->rules[i]);
}

static void random_settlement(struct random *r, struct world *w)
{
	static const char *const units[] = { "1", "10", "0.01", "1/3" };
	struct terms *t = &w->terms;

	w->rounding = (struct rounding){ (enum rounding_rule)random_in(r, 0, 3), units[random_in(r, 0, 3)],
		                         (enum rounding_of)random_in(r, 0, 1),
		                         (enum rounding_side)random_in(r, 0, 2), "clause" };
	t->rounding = &w->rounding;
	t->overlap = (enum overlap_rule)random_in(r, 0, 2);
	if (random_one_of(r, 2))
		t->cap_percent = number(w, random_in(r, 1, 150));
	if (random_one_of(r, 3))
		t->cap_amount = number(w, random_in(r, 0, 100000));
	t->caps = w->caps;
	if (random_one_of(r, 2))
		w->caps[t->cap_count++] =
		    (struct cap){ CAP_SERVICE, NULL, number(w, random_in(r, 1, 60)), NULL, "s" };
	if (random_one_of(r, 2))
		w->caps[t->cap_count++] =
		    (struct cap){ CAP_MONTH, NULL, NULL, number(w, random_in(r, 0, 200000)), "m" };
	if (random_one_of(r, 3))
		w->caps[t->cap_count++] =
		    (struct cap){ CAP_LEVEL, w->levels[0].id, number(w, random_in(r, 1, 60)), NULL, "l" };
	if (random_one_of(r, 4)) {
		w->minimum = (struct minimum){ number(w, random_in(r, 0, 3000)), MORE_THAN, NULL, NULL };
		t->minimum = &w->minimum;
	}
}

static void random_service(struct random *r, struct world *w, size_t i, size_t payers)
{
	struct service *s = &w->services[i];

	*s = (struct service){ .id = arena_printf(&w->arena, "s%zu", i),
		               .provider = &w->parties[random_in(r, 0, 1)],
		               .terms = &w->terms,
		               .known_outages = true,
		               .outages = w->outages[i],
		               .outage_count = (size_t)random_in(r, 0, OUTAGES_MOST),
		               .quorum = { 1, false },
		               .fees = w->fees[i],
		               .fee_count = payers,
		               .period_days = 3,
		               .subscribed_days = 3 };
	for (size_t p = 0; p < payers; p++)
		w->fees[i][p] =
		    (struct fee){ &w->parties[2 + p], number(w, random_in(r, 0, 300000)), "JPY", "0" };
	for (size_t o = 0; o < s->outage_count; o++) {
		int64_t start = START_US + random_in(r, 0, PERIOD_US - 1);

		w->outages[i][o] = (struct span){ start, start + random_in(r, 1, PERIOD_US / 8) };
	}
}

static void random_world(struct random *r, struct world *w)
{
	static const char *const ids[] = { "p", "q", "a", "b", "c" };
	size_t payers = (size_t)random_in(r, 1, PAYERS_MOST);

	for (size_t i = 0; i < 2 + PAYERS_MOST; i++)
		w->parties[i] = (struct party){ .id = ids[i], .kind = i < 2 ? PARTY_NSP : PARTY_LG };
	w->terms = (struct terms){ .id = "t",
		                   .levels = w->levels,
		                   .level_count = (size_t)random_in(r, 1, LEVELS_MOST),
		                   .maintenance_notice_days = -1 };
	for (size_t i = 0; i < w->terms.level_count; i++)
		random_level(r, w, i);
	random_settlement(r, w);
	w->c = (struct sla_case){ .as_of_us = INT64_MAX,
		                  .period = { .span = { START_US, START_US + PERIOD_US },
		                              .zone_offset_s = 32400 },
		                  .parties = w->parties,
		                  .party_count = 2 + PAYERS_MOST,
		                  .terms = &w->terms,
		                  .terms_count = 1,
		                  .services = w->services,
		                  .service_count = (size_t)random_in(r, 1, SERVICES_MOST) };
	for (size_t i = 0; i < w->c.service_count; i++)
		random_service(r, w, i, payers);
}

static struct statement *made(struct world *w)
{
	struct error err = { 0 };
	struct statement *s = NULL;

	ck_assert_msg(statement_make(&w->arena, &w->c, &s, &err) == 0, "%s", err.text);
	return s;
}

/* ---- never above a cap ---- */

static void add(mpq_t sum, const struct statement *s, int figure)
{
	if (figure >= 0)
		mpq_add(sum, sum, book_value(s->book, figure));
}

/* sum <= percent of fees / 100, sum <= amount */
static void check_under(struct random *r, const mpq_t sum, const mpq_t fees, exact percent, exact amount,
                        const char *what)
{
	mpq_t most, hundred;

	mpq_inits(most, hundred, NULL);
	mpq_set_ui(hundred, 100, 1);
	if (percent) {
		exact_read(most, percent);
		mpq_mul(most, most, fees);
		mpq_div(most, most, hundred);
		law(r, mpq_cmp(sum, most) <= 0, "%s: over %s per cent of the fee", what, percent);
	}
	if (amount) {
		exact_read(most, amount);
		law(r, mpq_cmp(sum, most) <= 0, "%s: over %s", what, amount);
	}
	mpq_clears(most, hundred, NULL);
}

static void sum_fees(const struct service *s, mpq_t fees)
{
	mpq_t fee;

	mpq_init(fee);
	for (size_t p = 0; p < s->fee_count; p++) {
		exact_read(fee, s->fees[p].amount);
		mpq_add(fees, fees, fee);
	}
	mpq_clear(fee);
}

static void check_entry(struct random *r, const struct statement *s, const struct service_result *e)
{
	const struct terms *t = e->service->terms;
	const int totals[] = { e->credit_total, e->credit_least, e->credit_most };
	mpq_t sum, fees;

	mpq_inits(sum, fees, NULL);
	sum_fees(e->service, fees);
	for (size_t i = 0; i < ROWS(totals); i++) {
		law(r, totals[i] >= 0, "unknown total of %s", e->service->id);
		law(r, book_sign(s->book, totals[i]) >= 0, "negative credit %s", figure_text(s, totals[i]));
		mpq_set(sum, book_value(s->book, totals[i]));
		check_under(r, sum, fees, t->cap_percent, t->cap_amount, e->service->id);
	}
	mpq_clears(sum, fees, NULL);
}

/* Entries of a group at the point value together; each at its best and worst alone. */
static void check_group(struct random *r, const struct statement *s, const struct cap *cap,
                        const struct party *provider)
{
	mpq_t sum, all, fees;

	mpq_inits(sum, all, fees, NULL);
	for (size_t i = 0; i < s->service_count; i++)
		if (!provider || s->services[i].service->provider == provider)
			sum_fees(s->services[i].service, fees);
	for (size_t i = 0; i < s->service_count; i++) {
		const struct service_result *e = &s->services[i];

		if (provider && e->service->provider != provider)
			continue;
		add(all, s, e->credit_total);
		mpq_set(sum, book_value(s->book, e->credit_most));
		check_under(r, sum, fees, cap->percent_of_fee, cap->amount, "the most of an entry");
	}
	check_under(r, all, fees, cap->percent_of_fee, cap->amount, "all entries");
	mpq_clears(sum, all, fees, NULL);
}

START_TEST(no_credit_is_above_a_cap)
{
	EACH_ROUND(round, 1500)
	{
		struct random r = random_start(round);
		struct world w = { 0 };
		struct statement *s;

		random_world(&r, &w);
		s = made(&w);
		for (size_t i = 0; i < s->service_count; i++)
			check_entry(&r, s, &s->services[i]);
		for (size_t c = 0; c < w.terms.cap_count; c++)
			if (w.caps[c].of == CAP_SERVICE)
				check_group(&r, s, &w.caps[c], NULL);
			else if (w.caps[c].of == CAP_MONTH)
				for (size_t p = 0; p < 2; p++)
					check_group(&r, s, &w.caps[c], &w.parties[p]);
		statement_free(s);
		arena_release(&w.arena);
	}
}
END_TEST

/* ---- the same in any order ---- */

static void reverse(void *items, size_t count, size_t size)
{
	char *bytes = items, swap[512];

	ck_assert_uint_le(size, sizeof swap);
	for (size_t i = 0; i < count / 2; i++) {
		memcpy(swap, bytes + i * size, size);
		memcpy(bytes + i * size, bytes + (count - 1 - i) * size, size);
		memcpy(bytes + (count - 1 - i) * size, swap, size);
	}
}

static bool same(const struct statement *s, int left, const struct statement *t, int right)
{
	return left < 0 || right < 0 ? left == right
	                             : mpq_equal(book_value(s->book, left), book_value(t->book, right)) != 0;
}

static void check_same(struct random *r, const struct statement *s, const struct statement *t)
{
	for (size_t i = 0; i < s->service_count; i++) {
		const struct service_result *a = &s->services[i], *b = &t->services[s->service_count - 1 - i];

		law(r, strcmp(a->service->id, b->service->id) == 0, "%s, %s", a->service->id, b->service->id);
		law(r, same(s, a->credit_total, t, b->credit_total), "total of %s", a->service->id);
		for (size_t p = 0; p < a->payable_count; p++) {
			const struct payable *x = &a->payable[p], *y = &b->payable[a->payable_count - 1 - p];

			law(r, x->fee->payer == y->fee->payer, "payers");
			law(r,
			    same(s, x->amount, t, y->amount) && same(s, x->least, t, y->least) &&
			        same(s, x->most, t, y->most),
			    "%s of %s: %s, then %s", x->fee->payer->id, a->service->id,
			    figure_text(s, x->amount), figure_text(t, y->amount));
		}
	}
}

START_TEST(order_does_not_matter)
{
	EACH_ROUND(round, 700)
	{
		struct random r = random_start(round);
		struct world w = { 0 };
		struct service services[SERVICES_MOST];
		struct fee fees[SERVICES_MOST][PAYERS_MOST];
		struct statement *s, *t;

		random_world(&r, &w);
		s = made(&w);
		memcpy(services, w.services, sizeof services); /* the first statement still looks at them */
		memcpy(fees, w.fees, sizeof fees);
		for (size_t i = 0; i < w.c.service_count; i++) {
			services[i].fees = fees[i];
			reverse(fees[i], services[i].fee_count, sizeof fees[i][0]);
			reverse(w.outages[i], services[i].outage_count, sizeof w.outages[i][0]);
		}
		reverse(services, w.c.service_count, sizeof services[0]);
		w.c.services = services;
		t = made(&w);
		check_same(&r, s, t);
		statement_free(t);
		reverse(w.levels, w.terms.level_count, sizeof w.levels[0]);
		t = made(&w);
		check_same(&r, s, t);
		statement_free(t);
		statement_free(s);
		arena_release(&w.arena);
	}
}
END_TEST

/* ---- never less for more downtime ---- */

static int order_of(const struct statement *s, int left, const struct statement *t, int right)
{
	return mpq_cmp(book_value(s->book, left), book_value(t->book, right));
}

START_TEST(more_downtime_is_never_cheaper)
{
	EACH_ROUND(round, 1500)
	{
		struct random r = random_start(round);
		struct world w = { 0 };
		struct statement *s, *t;
		size_t first;

		random_world(&r, &w);
		w.c.service_count = 1;
		w.services[0].outage_count = (size_t)random_in(&r, 1, OUTAGES_MOST);
		for (size_t o = 0; o < w.services[0].outage_count;
		     o++) { /* apart: growing together may be cheaper */
			int64_t slot = PERIOD_US / OUTAGES_MOST, start = START_US + (int64_t)o * slot;

			w.outages[0][o] = (struct span){ start, start + random_in(&r, 1, slot / 2) };
		}
		s = made(&w);
		first = (size_t)random_in(&r, 0, (int64_t)w.services[0].outage_count - 1);
		w.outages[0][first].end += random_in(&r, 1, PERIOD_US / OUTAGES_MOST / 2 - 1);
		t = made(&w);
		law(&r, order_of(s, s->services[0].credit_total, t, t->services[0].credit_total) <= 0,
		    "%s, then %s", figure_text(s, s->services[0].credit_total),
		    figure_text(t, t->services[0].credit_total));
		statement_free(s);
		statement_free(t);
		arena_release(&w.arena);
	}
}
END_TEST

/* ---- never off the truth for want of data ---- */

static void observe(struct random *r, struct world *w)
{
	bool up = true;

	for (size_t i = 0; i < SAMPLES; i++) {
		if (random_one_of(r, up ? 60 : 8))
			up = !up;
		w->samples[i] = (struct sample){ START_US + (int64_t)i * INTERVAL_US, up ? 1000 : -1,
			                         up ? SAMPLE_UP : SAMPLE_DOWN, 0 };
	}
	w->target = "t";
	w->observation =
	    (struct observation){ "t", "v", INTERVAL_US, INTERVAL_US * 3 / 2, w->samples, SAMPLES, "" };
	w->c.observations = &w->observation;
	w->c.observation_count = 1;
	w->services[0].known_outages = false;
	w->services[0].outage_count = 0;
	w->services[0].targets = &w->target;
	w->services[0].target_count = 1;
}

static void lose(struct random *r, struct world *w)
{
	size_t from = (size_t)random_in(r, 0, SAMPLES - 1), count = (size_t)random_in(r, 1, 40);

	for (size_t i = from; i < SAMPLES && i < from + count; i++) {
		w->samples[i].outcome = SAMPLE_MISSED;
		w->samples[i].rtt_us = -1;
	}
}

/* The range holds that of more data, of each entry: those that share a cap move with it. A most that is unknown has no end. */
static void check_holds(struct random *r, const struct statement *all, const struct statement *part)
{
	for (size_t i = 0; i < all->service_count; i++) {
		const struct service_result *a = &all->services[i], *b = &part->services[i];

		law(r, b->credit_least >= 0, "no least of %s", a->service->id);
		law(r, order_of(part, b->credit_least, all, a->credit_least) <= 0, "%s: at least %s, then %s",
		    a->service->id, figure_text(all, a->credit_least), figure_text(part, b->credit_least));
		if (b->credit_most < 0)
			continue;
		law(r, a->credit_most >= 0, "the most of %s got an end", a->service->id);
		law(r, order_of(part, b->credit_most, all, a->credit_most) >= 0, "%s: at most %s, then %s",
		    a->service->id, figure_text(all, a->credit_most), figure_text(part, b->credit_most));
		if (a->credit_total >= 0) {
			law(r,
			    order_of(part, b->credit_least, all, a->credit_total) <= 0 &&
			        order_of(part, b->credit_most, all, a->credit_total) >= 0,
			    "%s: %s, then %s to %s", a->service->id, figure_text(all, a->credit_total),
			    figure_text(part, b->credit_least), figure_text(part, b->credit_most));
		}
	}
}

START_TEST(losing_data_only_widens)
{
	EACH_ROUND(round, 600)
	{
		struct random r = random_start(round);
		struct world w = { 0 };
		struct statement *all, *part;

		random_world(&r, &w);
		observe(&r, &w);
		if (random_one_of(&r, 2))
			lose(&r, &w);
		all = made(&w);
		for (int64_t n = random_in(&r, 1, 3); n > 0; n--)
			lose(&r, &w);
		part = made(&w);
		check_holds(&r, all, part);
		statement_free(all);
		statement_free(part);
		arena_release(&w.arena);
	}
}
END_TEST

int main(void)
{
	printf("seed %llu\n", (unsigned long long)random_start(0).seed);
	fflush(stdout);
	return run_suite("properties of credits",
	                 (const TTest *const[]){ no_credit_is_above_a_cap, order_does_not_matter,
	                                         more_downtime_is_never_cheaper, losing_data_only_widens,
	                                         NULL });
}
