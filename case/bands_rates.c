/*
 * bands_rates: whether a worse value ever has a lower rate, and whether the rates end: by the very formula that judges.
 */
#include "calc/exact.h"
#include "calc/formula.h"
#include "calc/credit/rates.h"
#include "case/bands_part.h"

#include <string.h>

/* ---- monotone ---- */

/* A value of an element: its point, or a share of the way through the interval (of 1 where it has no end). */
static void value_in(const struct table *t, size_t element, unsigned long numerator,
                     unsigned long denominator, mpq_ptr x)
{
	mpq_t width, share;

	exact_read(x, t->bounds[element / 2]);
	if (element % 2 == 0)
		return;
	mpq_inits(width, share, NULL);
	mpq_set_ui(width, 1, 1);
	if (element / 2 + 1 < t->bound_count) {
		exact_read(width, t->bounds[element / 2 + 1]);
		mpq_sub(width, width, x);
	}
	mpq_set_ui(share, numerator, denominator);
	mpq_canonicalize(share);
	mpq_mul(width, width, share);
	mpq_add(x, x, width);
	mpq_clears(width, share, NULL);
}

struct walk {
	const char *formula;
	mpq_t x, rate, before;
	size_t element; /* of the rate before */
	bool started;
};

static void step(struct table *t, struct walk *w, size_t element, unsigned long part)
{
	mpq_srcptr x = w->x;
	const char *from, *to;

	value_in(t, element, part, 1000000000, w->x);
	if (!formula_evaluate(w->formula, &x, 1, w->rate))
		return;
	if (w->started && mpq_cmp(w->rate, w->before) < 0) {
		from = exact_write(t->arena, w->before);
		to = exact_write(t->arena, w->rate);
		bands_add(t, BANDS_MONOTONE, bands_interval(t, element, element),
		          arena_printf(t->arena, "the rate falls from %s in %s to %s in %s", from,
		                       bands_interval(t, w->element, w->element), to,
		                       bands_interval(t, element, element)));
	}
	mpq_set(w->before, w->rate);
	w->element = element;
	w->started = true;
}

/* From the objective to the worst: each bound, and each interval near both of its ends (rates climb by steps). */
void bands_examine_order(struct table *t)
{
	struct walk w = { .formula = rate_formula(t->arena, t->level) };

	mpq_inits(w.x, w.rate, w.before, NULL);
	for (size_t i = 0; i < t->element_count; i++) {
		size_t element = t->falls ? t->element_count - 1 - i : i;
		unsigned long better = t->falls ? 999999999 : 1, worse = t->falls ? 1 : 999999999;

		if (!bands_misses(t, element))
			continue;
		step(t, &w, element, better);
		if (element % 2)
			step(t, &w, element, worse);
	}
	mpq_clears(w.x, w.rate, w.before, NULL);
}

/* ---- capped ---- */

/* What caps the credit of the level whatever its rate; NULL: nothing. */
static const char *capped_by(const struct terms *t, const struct level *l)
{
	if (!t)
		return NULL;
	if (t->cap_percent || t->cap_amount)
		return "the cap of the terms";
	for (size_t i = 0; i < t->cap_count; i++)
		if (t->caps[i].of != CAP_LEVEL || strcmp(t->caps[i].level, l->id) == 0)
			return "a cap of the terms";
	return NULL;
}

/* The whole base in the unit of the rate: the shortest month has 28 days. */
static const char *whole_base(enum rate_unit unit)
{
	static const char *const bases[] = {
		[RATE_PERCENT] = "100", [RATE_DAYS] = "28", [RATE_HOURS] = "672"
	};

	return bases[unit];
}

void bands_examine_cap(struct table *t)
{
	const struct credit_rule *c = t->level->credit;
	const char *formula = rate_largest_formula(t->arena, t->level),
	           *declared = capped_by(t->terms, t->level);
	mpq_t largest, whole;

	if (c->per == PER_OUTAGE && !c->largest_only) {
		bands_add(t, BANDS_CAPPED, NULL, "the rates of several outages add up without limit")
		    ->declared = declared;
		return;
	}
	if (!formula) {
		bands_add(t, BANDS_CAPPED, NULL, "the rate grows without limit")->declared = declared;
		return;
	}
	mpq_inits(largest, whole, NULL);
	exact_read(whole, whole_base(c->unit));
	if (formula_evaluate(formula, NULL, 0, largest) && mpq_cmp(largest, whole) > 0)
		bands_add(t, BANDS_CAPPED, NULL,
		          arena_printf(t->arena, "the rate reaches %s, more than the whole base",
		                       exact_write(t->arena, largest)))
		    ->declared = declared;
	mpq_clears(largest, whole, NULL);
}
