#include "calc/apportion.h"

#include <stdlib.h>

/* Σ min(grant, level): what taking up to level yen from everybody takes in all. */
static void taken_at(mpz_ptr sum, mpz_t *grants, size_t count, mpz_srcptr level)
{
	mpz_set_ui(sum, 0);
	for (size_t i = 0; i < count; i++)
		mpz_add(sum, sum, mpz_cmp(grants[i], level) < 0 ? grants[i] : level);
}

/* The largest level at which no more than excess is taken. */
static void find_level(mpz_ptr level, mpz_t *grants, size_t count, mpz_srcptr excess)
{
	mpz_t low, high, taken;

	mpz_inits(low, taken, NULL);
	mpz_init_set(high,
	             excess); /* with one creditor at least, level excess takes no more than needed or all */
	while (mpz_cmp(low, high) < 0) {
		mpz_add(level, low, high);
		mpz_add_ui(level, level, 1);
		mpz_fdiv_q_2exp(level, level, 1);
		taken_at(taken, grants, count, level);
		if (mpz_cmp(taken, excess) <= 0)
			mpz_set(low, level);
		else
			mpz_sub_ui(high, level, 1);
	}
	mpz_set(level, low);
	mpz_clears(low, high, taken, NULL);
}

struct candidate {
	mpq_t fraction; /* q - ⌊q⌋: the smallest gives first */
	size_t index;
};

static int gives_first(const void *left, const void *right)
{
	const struct candidate *a = left, *b = right;
	int order = mpq_cmp(a->fraction, b->fraction);

	if (order)
		return order;
	return a->index < b->index ? 1 : -1; /* the lower code is favoured: it gives last */
}

/* One more yen each from the first of those that still have a grant. */
static void take_rest(struct arena *a, mpz_t *grants, const mpq_srcptr *q, size_t count, size_t rest)
{
	struct candidate *order = arena_array(a, count, sizeof *order);
	size_t n = 0;
	mpz_t whole;

	mpz_init(whole);
	for (size_t i = 0; i < count; i++) {
		if (mpz_sgn(grants[i]) <= 0)
			continue;
		mpq_init(order[n].fraction);
		mpz_fdiv_r(whole, mpq_numref(q[i]), mpq_denref(q[i]));
		mpz_set(mpq_numref(order[n].fraction), whole);
		mpz_set(mpq_denref(order[n].fraction), mpq_denref(q[i]));
		order[n++].index = i;
	}
	qsort(order, n, sizeof *order, gives_first);
	for (size_t i = 0; i < n; i++) {
		if (i < rest)
			mpz_sub_ui(grants[order[i].index], grants[order[i].index], 1);
		mpq_clear(order[i].fraction);
	}
	mpz_clear(whole);
}

void apportion_trim(struct arena *a, mpz_t *grants, const mpq_srcptr *q, size_t count, mpz_srcptr part)
{
	mpz_t excess, level, taken;

	mpz_inits(excess, level, taken, NULL);
	for (size_t i = 0; i < count; i++)
		mpz_add(excess, excess, grants[i]);
	mpz_sub(excess, excess, part);
	if (mpz_sgn(excess) > 0) {
		find_level(level, grants, count, excess);
		taken_at(taken, grants, count, level);
		mpz_sub(excess, excess, taken);
		for (size_t i = 0; i < count; i++)
			mpz_sub(grants[i], grants[i], mpz_cmp(grants[i], level) < 0 ? grants[i] : level);
		take_rest(a, grants, q, count, mpz_get_ui(excess));
	}
	mpz_clears(excess, level, taken, NULL);
}
