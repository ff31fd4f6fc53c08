#include "slacalc/credit_table.h"
#include "calc/exact.h"

#include <gmp.h>
#include <stdlib.h>
#include <string.h>

#define STEPS_MOST 1000 /* of one band; the rest goes on alike */

const char *table_property_name(enum table_property p)
{
	static const char *const names[TABLE_PROPERTIES] = { "total", "disjoint", "monotone", "capped" };

	return names[p];
}

/* ---- the values that are tried ---- */

struct values {
	mpq_t *at;
	size_t count, size;
};

static void add_value(struct values *v, mpq_srcptr q)
{
	if (v->count == v->size) {
		v->size = v->size ? 2 * v->size : 64;
		v->at = realloc(v->at, v->size * sizeof *v->at);
		if (!v->at)
			abort();
	}
	mpq_init(v->at[v->count]);
	mpq_set(v->at[v->count++], q);
}

static void add_exact(struct values *v, exact text)
{
	mpq_t q;

	mpq_init(q);
	exact_read(q, text);
	add_value(v, q);
	mpq_clear(q);
}

static void release_values(struct values *v)
{
	for (size_t i = 0; i < v->count; i++)
		mpq_clear(v->at[i]);
	free(v->at);
}

/* Where the rate of a band with steps changes. */
static void add_steps(struct values *v, const struct band *b)
{
	mpq_t x, per, to;

	mpq_inits(x, per, to, NULL);
	exact_read(x, b->from);
	exact_read(per, b->per);
	if (b->to)
		exact_read(to, b->to);
	for (int i = 0; i < STEPS_MOST; i++) {
		mpq_add(x, x, per);
		if (b->to && mpq_cmp(x, to) >= 0)
			break;
		add_value(v, x);
	}
	mpq_clears(x, per, to, NULL);
}

static int ascending(const void *left, const void *right)
{
	return mpq_cmp(*(const mpq_t *)left, *(const mpq_t *)right);
}

static int descending(const void *left, const void *right)
{
	return ascending(right, left);
}

/* One value between each two, and one beyond the last. */
static void add_between(struct values *v)
{
	size_t count = v->count;
	mpq_t x, one;

	mpq_inits(x, one, NULL);
	mpq_set_ui(one, 1, 1);
	qsort(v->at, count, sizeof *v->at, ascending);
	for (size_t i = 0; i + 1 < count; i++) {
		mpq_add(x, v->at[i], v->at[i + 1]);
		mpq_div_2exp(x, x, 1);
		add_value(v, x);
	}
	if (count) {
		mpq_add(x, v->at[count - 1], one);
		add_value(v, x);
	}
	mpq_clears(x, one, NULL);
}

static bool worse_is_less(const struct level *l)
{
	return l->op == AT_LEAST || l->op == MORE_THAN;
}

/* All values, from the best to the worst. */
static struct values values_of(const struct level *l)
{
	const struct credit_rule *rule = l->credit;
	struct values v = { NULL, 0, 0 };

	add_exact(&v, "0");
	add_exact(&v, l->objective);
	for (size_t i = 0; i < rule->band_count; i++) {
		add_exact(&v, rule->bands[i].from);
		if (rule->bands[i].to)
			add_exact(&v, rule->bands[i].to);
		if (rule->bands[i].step)
			add_steps(&v, &rule->bands[i]);
	}
	for (size_t i = 0; i < rule->equality_count; i++)
		add_exact(&v, rule->equalities[i].at);
	add_between(&v);
	qsort(v.at, v.count, sizeof *v.at, worse_is_less(l) ? descending : ascending);
	return v;
}

static bool misses(const struct level *l, mpq_srcptr objective, mpq_srcptr x)
{
	int order = mpq_cmp(x, objective);

	switch (l->op) {
	case AT_LEAST:
		return order < 0;
	case MORE_THAN:
		return order <= 0;
	case AT_MOST:
		return order > 0;
	default:
		return order >= 0;
	}
}

/* ---- the rate at a value ---- */

static bool covers(const struct credit_rule *rule, const struct band *b, mpq_srcptr x)
{
	int from, to = -1;
	mpq_t bound;

	mpq_init(bound);
	exact_read(bound, b->from);
	from = mpq_cmp(x, bound);
	if (b->to) {
		exact_read(bound, b->to);
		to = mpq_cmp(x, bound);
	}
	mpq_clear(bound);
	return (rule->closed == CLOSED_FROM ? from >= 0 : from > 0) &&
	       (rule->closed == CLOSED_TO ? to <= 0 : to < 0);
}

static void rate_in(const struct band *b, mpq_srcptr x, mpq_ptr rate)
{
	mpq_t steps, q;

	exact_read(rate, b->rate);
	if (!b->step)
		return;
	mpq_inits(steps, q, NULL);
	exact_read(q, b->from);
	mpq_sub(steps, x, q);
	exact_read(q, b->per);
	mpq_div(steps, steps, q);
	mpz_fdiv_q(mpq_numref(steps), mpq_numref(steps), mpq_denref(steps));
	mpz_set_ui(mpq_denref(steps), 1);
	exact_read(q, b->step);
	mpq_mul(steps, steps, q);
	mpq_add(rate, rate, steps);
	mpq_clears(steps, q, NULL);
}

/* How many bands say a rate for x; rate gets the highest of them. */
static size_t rate_at(const struct credit_rule *rule, mpq_srcptr x, mpq_ptr rate)
{
	size_t count = 0;
	mpq_t q;

	mpq_init(q);
	for (size_t i = 0; i < rule->band_count; i++) {
		if (!covers(rule, &rule->bands[i], x))
			continue;
		rate_in(&rule->bands[i], x, q);
		if (count++ == 0 || mpq_cmp(q, rate) > 0)
			mpq_set(rate, q);
	}
	for (size_t i = 0; i < rule->equality_count; i++) {
		exact_read(q, rule->equalities[i].at);
		if (mpq_equal(q, x)) {
			exact_read(rate, rule->equalities[i].rate);
			count = 1;
		}
	}
	mpq_clear(q);
	return count;
}

/* ---- the properties ---- */

static void refute(struct table_finding *f, const char *witness)
{
	if (f->holds)
		*f = (struct table_finding){ false, witness, f->declared };
}

static void look_at(struct arena *a, const struct credit_rule *rule, mpq_srcptr x, mpq_ptr highest,
                    mpq_ptr highest_at, struct table_finding *found)
{
	const char *text = exact_write(a, x);
	mpq_t rate;
	size_t count;

	mpq_init(rate);
	count = rate_at(rule, x, rate);
	if (count == 0)
		refute(&found[TABLE_TOTAL], arena_printf(a, "%s has no rate", text));
	if (count > 1)
		refute(&found[TABLE_DISJOINT], arena_printf(a, "%s is in %zu bands", text, count));
	if (count && mpq_cmp(rate, highest) < 0)
		refute(&found[TABLE_MONOTONE],
		       arena_printf(a, "%s pays %s, %s pays %s", exact_write(a, highest_at),
		                    exact_write(a, highest), text, exact_write(a, rate)));
	if (count && mpq_cmp(rate, highest) > 0) {
		mpq_set(highest, rate);
		mpq_set(highest_at, x);
	}
	mpq_clear(rate);
}

static bool has_cap(const struct terms *t, const struct level *l)
{
	for (size_t i = 0; i < t->cap_count; i++)
		if (t->caps[i].of != CAP_LEVEL || strcmp(t->caps[i].level, l->id) == 0)
			return true;
	return t->cap_percent || t->cap_amount;
}

/* Whether the highest rate of the table is the highest that a period can pay, and at most the base. */
static void check_cap(struct arena *a, const struct terms *t, const struct level *l, mpq_srcptr highest,
                      bool endless, struct table_finding *f)
{
	const struct credit_rule *rule = l->credit;

	if (has_cap(t, l))
		return;
	if (rule->per == PER_UNIT)
		refute(f, "the rate is paid for each unit of the measure");
	else if (rule->per == PER_OUTAGE && !rule->largest_only)
		refute(f, "the rates of several outages add up");
	else if (endless)
		refute(f, "the rate grows without end");
	else if (rule->unit != RATE_PERCENT)
		refute(f, "days or hours may be more than the period has");
	else if (mpq_cmp_ui(highest, 100, 1) > 0)
		refute(f, arena_printf(a, "up to %s %% of the base", exact_write(a, highest)));
}

static const char *first_gap(struct arena *a, const struct credit_rule *rule)
{
	for (size_t i = 0; i < rule->band_count; i++)
		if (rule->bands[i].gap)
			return arena_printf(a, "hole in the source from %s to %s: %s", rule->bands[i].from,
			                    rule->bands[i].to ? rule->bands[i].to : "no end",
			                    rule->bands[i].gap);
	return NULL;
}

static void examine_bands(struct arena *a, const struct terms *t, const struct level *l,
                          struct table_finding *found)
{
	struct values v = values_of(l);
	mpq_t highest, highest_at, objective;
	bool endless = false;

	mpq_inits(highest, highest_at, objective, NULL);
	exact_read(objective, l->objective);
	for (size_t i = 0; i < v.count; i++)
		if (misses(l, objective, v.at[i]) &&
		    (l->unit != UNIT_PERCENT || mpq_cmp_ui(v.at[i], 100, 1) <= 0))
			look_at(a, l->credit, v.at[i], highest, highest_at, found);
	for (size_t i = 0; i < l->credit->band_count; i++)
		endless = endless || (l->credit->bands[i].step && !l->credit->bands[i].to);
	check_cap(a, t, l, highest, endless, &found[TABLE_CAPPED]);
	if (l->credit->band_rule == BANDS_MOST_SEVERE)
		found[TABLE_DISJOINT].declared = "the most severe band applies";
	found[TABLE_TOTAL].declared = first_gap(a, l->credit);
	mpq_clears(highest, highest_at, objective, NULL);
	release_values(&v);
}

/* One rate, or one that grows with the shortfall: total, disjoint and monotone as it stands. */
static void examine_formula(struct arena *a, const struct terms *t, const struct level *l,
                            struct table_finding *found)
{
	const struct credit_rule *rule = l->credit;
	mpq_t highest, q;

	mpq_inits(highest, q, NULL);
	if (rule->flat_rate) {
		exact_read(highest, rule->flat_rate);
	} else {
		exact_read(highest, rule->proportional_rate);
		exact_read(q, rule->proportional_per);
		mpq_div(highest, highest, q);
		exact_read(q, l->objective);
		mpq_mul(highest, highest, q);
	}
	check_cap(a, t, l, highest, !rule->flat_rate && !worse_is_less(l), &found[TABLE_CAPPED]);
	mpq_clears(highest, q, NULL);
}

void credit_table_examine(struct arena *a, const struct terms *t, const struct level *l,
                          struct table_finding found[TABLE_PROPERTIES])
{
	for (int p = 0; p < TABLE_PROPERTIES; p++)
		found[p] = (struct table_finding){ true, NULL, NULL };
	if (l->credit->band_count)
		examine_bands(a, t, l, found);
	else
		examine_formula(a, t, l, found);
}
