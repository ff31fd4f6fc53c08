#include "calc/credit/rates.h"
#include "calc/exact.h"
#include "calc/formula.h"

#include <stdlib.h>
#include <string.h>

const char *reading_name(enum money_reading reading)
{
	static const char *const names[] = { "at the point value", "at the best reading",
		                             "at the worst reading" };

	return names[reading];
}

/* ---- the table as a formula over $1 ---- */

static bool more_is_better(const struct level *l)
{
	return l->op == AT_LEAST || l->op == MORE_THAN;
}

/* The function that is its third argument when a value misses the objective. */
static const char *missed(const struct level *l)
{
	static const char *const functions[] = {
		[AT_LEAST] = "lt", [MORE_THAN] = "le", [AT_MOST] = "gt", [LESS_THAN] = "ge"
	};

	return functions[l->op];
}

static char *flat_formula(struct arena *a, const struct level *l)
{
	return arena_printf(a, "%s($1, %s, %s)", missed(l), l->objective, l->credit->flat_rate);
}

static char *proportional_formula(struct arena *a, const struct level *l)
{
	const struct credit_rule *c = l->credit;

	return arena_printf(a, "%s($1, %s, %s) * (%s - %s) / (%s)", missed(l), l->objective,
	                    c->proportional_rate, more_is_better(l) ? l->objective : "$1",
	                    more_is_better(l) ? "$1" : l->objective, c->proportional_per);
}

/*
 * A band that reaches the end of the scale holds that end, whatever its bounds say elsewhere: 0 and 100 per cent are
 * values like others. NULL for a band that lies between two bounds.
 */
static const char *endless(const struct level *l, const struct band *b)
{
	enum band_closed closed = l->credit->closed;

	if (!b->to || (!more_is_better(l) && l->unit == UNIT_PERCENT && exact_compare(b->to, "100") >= 0))
		return closed == CLOSED_FROM ? "ge" : "gt";
	if (more_is_better(l) && closed != CLOSED_FROM && exact_compare(b->from, "0") == 0)
		return closed == CLOSED_TO ? "le" : "lt";
	return NULL;
}

/* rate within an endless band, else 0 */
static char *endless_term(struct arena *a, const struct level *l, const struct band *b, exact rate)
{
	return arena_printf(a, "%s($1, %s, %s)", endless(l, b), more_is_better(l) ? b->to : b->from, rate);
}

static const char *table_function(const struct credit_rule *c)
{
	static const char *const functions[2][3] = { { "rate", "rate_to", "rate_open" },
		                                     { "severest", "severest_to", "severest_open" } };

	return functions[c->band_rule == BANDS_MOST_SEVERE][c->closed];
}

/* step × the whole per's between the better end of the band and the value */
static char *step_term(struct arena *a, const struct level *l, const struct band *b)
{
	char *within = endless(l, b) ? endless_term(a, l, b, b->step)
	                             : arena_printf(a, "%s($1, %s, %s, %s)", table_function(l->credit),
	                                            b->from, b->to, b->step);

	return arena_printf(a, "%s * floor(%s - %s, %s) / (%s)", within, more_is_better(l) ? b->to : "$1",
	                    more_is_better(l) ? "$1" : b->from, b->per, b->per);
}

/* Whether a closed end of the table lies on the objective and the objective itself is met. */
static bool reaches_what_is_met(const struct level *l)
{
	return (l->op == AT_MOST && l->credit->closed == CLOSED_FROM) ||
	       (l->op == AT_LEAST && l->credit->closed == CLOSED_TO);
}

/* The bands between two bounds in one call of the table's function; "" where there are none. */
static char *bounded_formula(struct arena *a, const struct level *l)
{
	const struct credit_rule *c = l->credit;
	char *table = arena_copy(a, "");

	for (size_t i = 0; i < c->band_count; i++)
		if (!endless(l, &c->bands[i]))
			table = arena_printf(a, "%s, %s, %s, %s", table, c->bands[i].from, c->bands[i].to,
			                     c->bands[i].rate);
	return *table ? arena_printf(a, "%s($1%s)", table_function(c), table) : table;
}

static char *bands_formula(struct arena *a, const struct level *l)
{
	const struct credit_rule *c = l->credit;
	bool severest = c->band_rule == BANDS_MOST_SEVERE;
	char *all = bounded_formula(a, l);
	size_t parts = *all != '\0';

	for (size_t i = 0; i < c->band_count; i++) {
		if (endless(l, &c->bands[i]))
			all = arena_printf(a, "%s%s%s", all,
			                   parts++ == 0 ? ""
			                   : severest   ? ", "
			                                : " + ",
			                   endless_term(a, l, &c->bands[i], c->bands[i].rate));
		if (c->bands[i].step)
			all = arena_printf(a, "%s + %s", all, step_term(a, l, &c->bands[i]));
	}
	if (parts == 0)
		all = arena_copy(a, "0");
	if (severest && parts > 1)
		all = arena_printf(a, "max(%s)", all);
	for (size_t i = 0; i < c->equality_count; i++)
		all = arena_printf(a, "%s + eq($1, %s, %s)", all, c->equalities[i].at, c->equalities[i].rate);
	return reaches_what_is_met(l) ? arena_printf(a, "%s($1, %s, 1) * (%s)", missed(l), l->objective, all)
	                              : all;
}

char *rate_formula(struct arena *a, const struct level *l)
{
	char *formula = l->credit->flat_rate           ? flat_formula(a, l)
	                : l->credit->proportional_rate ? proportional_formula(a, l)
	                                               : bands_formula(a, l);

	return l->credit->per == PER_UNIT ? arena_printf(a, "(%s) * $1", formula) : formula;
}

/* ---- nodes ---- */

static const char *unit_words(const struct credit_rule *c)
{
	static const char *const words[] = {
		[RATE_PERCENT] = "per cent", [RATE_DAYS] = "in days", [RATE_HOURS] = "in hours"
	};

	return words[c->unit];
}

static const char *rule_clause(struct judge *j, const struct terms *t, const struct level *l)
{
	return l->credit->clause ? l->credit->clause
	                         : arena_printf(j->arena, "terms %s, level %s", t->id, l->id);
}

int rate_at(struct judge *j, const struct terms *t, const struct level *l, const char *what, int value,
            enum money_reading reading)
{
	char *label = arena_printf(j->arena, "%s %s, %s", what, reading_name(reading), unit_words(l->credit));

	return derive(j->book, label, rule_clause(j, t, l), rate_formula(j->arena, l), 1, &value);
}

int rate_none(struct judge *j, const struct terms *t, const struct level *l)
{
	return derive_given(j->book, arena_printf(j->arena, "credit rate if met, %s", unit_words(l->credit)),
	                    rule_clause(j, t, l), "0");
}

/* The rate at the worst end of a band with steps; NULL: without limit. */
static char *last_step(struct arena *a, const struct level *l, const struct band *b)
{
	const char *to = b->to ? b->to : more_is_better(l) || l->unit != UNIT_PERCENT ? NULL : "100";

	return to ? arena_printf(a, "%s + %s * floor(%s - %s, %s) / (%s)", b->rate, b->step, to, b->from,
	                         b->per, b->per)
	          : NULL;
}

char *rate_largest_formula(struct arena *a, const struct level *l)
{
	const struct credit_rule *c = l->credit;
	char *formula = arena_copy(a, "max(0");

	if (c->per == PER_UNIT)
		return NULL;
	if (c->flat_rate)
		return arena_copy(a, c->flat_rate);
	if (c->proportional_rate)
		return l->unit != UNIT_PERCENT
		           ? NULL
		           : arena_printf(a, "%s * (%s - %s) / (%s)", c->proportional_rate,
		                          more_is_better(l) ? l->objective : "100",
		                          more_is_better(l) ? "0" : l->objective, c->proportional_per);
	for (size_t i = 0; i < c->band_count; i++) {
		char *rate =
		    c->bands[i].step ? last_step(a, l, &c->bands[i]) : arena_copy(a, c->bands[i].rate);

		if (!rate)
			return NULL;
		formula = arena_printf(a, "%s, %s", formula, rate);
	}
	for (size_t i = 0; i < c->equality_count; i++)
		formula = arena_printf(a, "%s, %s", formula, c->equalities[i].rate);
	return arena_printf(a, "%s)", formula);
}

int rate_largest(struct judge *j, const struct terms *t, const struct level *l)
{
	char *formula = rate_largest_formula(j->arena, l);
	char *label = arena_printf(j->arena, "credit rate if missed, %s", unit_words(l->credit));

	if (!formula)
		return FIGURE_UNKNOWN;
	return l->credit->flat_rate ? derive_given(j->book, label, rule_clause(j, t, l), formula)
	                            : derive(j->book, label, rule_clause(j, t, l), formula, 0, NULL);
}

/* ---- tables that are not monotone: what lies between two readings ---- */

struct bound {
	mpq_t at;
};

static int by_value(const void *left, const void *right)
{
	return mpq_cmp(((const struct bound *)left)->at, ((const struct bound *)right)->at);
}

static size_t add_bound(struct bound *bounds, size_t count, exact at, mpq_srcptr low, mpq_srcptr high)
{
	if (!at)
		return count;
	mpq_init(bounds[count].at);
	exact_read(bounds[count].at, at);
	if (mpq_cmp(bounds[count].at, low) > 0 && mpq_cmp(bounds[count].at, high) < 0)
		return count + 1;
	mpq_clear(bounds[count].at);
	return count;
}

/* The bounds of the table strictly between low and high, sorted, with low and high themselves at the ends. */
static size_t bounds_between(struct arena *a, const struct credit_rule *c, mpq_srcptr low, mpq_srcptr high,
                             struct bound **out)
{
	struct bound *bounds = arena_array(a, 2 * c->band_count + c->equality_count + 3, sizeof *bounds);
	size_t count = 0;

	for (size_t i = 0; i < c->band_count; i++) {
		count = add_bound(bounds, count, c->bands[i].from, low, high);
		count = add_bound(bounds, count, c->bands[i].to, low, high);
	}
	for (size_t i = 0; i < c->equality_count; i++)
		count = add_bound(bounds, count, c->equalities[i].at, low, high);
	mpq_init(bounds[count].at);
	mpq_set(bounds[count++].at, low);
	mpq_init(bounds[count].at);
	mpq_set(bounds[count++].at, high);
	qsort(bounds, count, sizeof *bounds, by_value);
	*out = bounds;
	return count;
}

struct extreme {
	const char *formula;
	mpq_t found; /* the most extreme rate so far */
	int sign;    /* 1: the largest is sought, -1: the least */
	bool beyond; /* it lies beyond that at the end */
};

static void consider(struct extreme *e, mpq_srcptr x)
{
	mpq_t rate;

	mpq_init(rate);
	if (formula_evaluate(e->formula, &x, 1, rate) && mpq_cmp(rate, e->found) * e->sign > 0) {
		mpq_set(e->found, rate);
		e->beyond = true;
	}
	mpq_clear(rate);
}

/* Rates are constant between bounds; where they climb by steps, they climb towards the worse end: see both sides. */
static void consider_all(struct extreme *e, const struct bound *bounds, size_t count)
{
	static const unsigned long near[] = { 1, 500000000, 999999999 };
	mpq_t x, share;

	mpq_inits(x, share, NULL);
	/* the other reading may be the extreme one: an equality has a rate at a single value */
	consider(e, bounds[0].at);
	for (size_t i = 1; i < count; i++) {
		consider(e, bounds[i].at);
		for (size_t k = 0; k < sizeof near / sizeof *near; k++) {
			mpq_set_ui(share, near[k], 1000000000);
			mpq_canonicalize(share);
			mpq_sub(x, bounds[i].at, bounds[i - 1].at);
			mpq_mul(x, x, share);
			mpq_add(x, x, bounds[i - 1].at);
			consider(e, x);
		}
	}
	mpq_clears(x, share, NULL);
}

int rate_between(struct judge *j, const struct level *l, int end_rate, int best, int worst,
                 enum money_reading reading)
{
	struct extreme e = { .formula = rate_formula(j->arena, l), .sign = reading == AT_WORST ? 1 : -1 };
	bool falls = book_compare(j->book, best, worst) > 0;
	struct bound *bounds;
	size_t count;
	int beyond;

	if (!l->credit->bands || end_rate < 0)
		return end_rate;
	count = bounds_between(j->arena, l->credit, book_value(j->book, falls ? worst : best),
	                       book_value(j->book, falls ? best : worst), &bounds);
	mpq_init(e.found);
	mpq_set(e.found, book_value(j->book, end_rate));
	consider_all(&e, bounds, count);
	if (e.beyond) {
		beyond = derive_given(j->book, "rate between the readings",
		                      "the table is not monotone between the readings",
		                      exact_write(j->arena, e.found));
		end_rate = derive(j->book, book_at(j->book, end_rate)->label,
		                  "the table is not monotone between the readings",
		                  e.sign > 0 ? "max($1, $2)" : "min($1, $2)", 2, (int[]){ end_rate, beyond });
	}
	mpq_clear(e.found);
	for (size_t i = 0; i < count; i++)
		mpq_clear(bounds[i].at);
	return end_rate;
}

/* ---- a level ---- */

static int end_rate(struct judge *j, const struct terms *t, struct level_result *r, const char *what,
                    enum money_reading reading, int point_rate)
{
	int value = reading == AT_BEST ? r->measure.best : r->measure.worst, rate;

	if (r->unbounded || value < 0) /* what was not measured may be anything */
		return reading == AT_BEST ? rate_none(j, t, r->level) : rate_largest(j, t, r->level);
	rate = value == r->measure.point ? point_rate : rate_at(j, t, r->level, what, value, reading);
	return r->measure.best < 0 || r->measure.worst < 0
	           ? rate
	           : rate_between(j, r->level, rate, r->measure.best, r->measure.worst, reading);
}

static void rates_of_measure(struct judge *j, const struct terms *t, struct level_result *r,
                             int rates[READING_COUNT])
{
	char *what = arena_printf(j->arena, "credit rate of %s", r->level->id);

	rates[AT_POINT] = rate_at(j, t, r->level, what, r->measure.point, AT_POINT);
	rates[AT_BEST] = end_rate(j, t, r, what, AT_BEST, rates[AT_POINT]);
	rates[AT_WORST] = end_rate(j, t, r, what, AT_WORST, rates[AT_POINT]);
}

/* A miss that counts only after others. */
static void hold(struct judge *j, const struct terms *t, const struct level_result *r,
                 int rates[READING_COUNT])
{
	int none;

	if (r->held == HELD_NO)
		return;
	none = derive_given(j->book,
	                    arena_printf(j->arena, "credit rate of a miss that does not count, %s",
	                                 unit_words(r->level->credit)),
	                    rule_clause(j, t, r->level), "0");
	rates[AT_POINT] = rates[AT_BEST] = none;
	if (r->held == HELD_YES)
		rates[AT_WORST] = none;
}

void rates_of_level(struct judge *j, const struct service *s, struct level_result *r,
                    int rates[READING_COUNT])
{
	if (r->level->credit->per == PER_OUTAGE)
		rates_of_parts(j, s, r, rates);
	else
		rates_of_measure(j, s->terms, r, rates);
	hold(j, s->terms, r, rates);
}
