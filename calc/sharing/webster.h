/*
 * webster: whole units by the highest quotients (Webster, Sainte-Laguë): each next unit goes to the largest
 * weight / (2 × units already held + 1); a tie favours the lower code.
 *
 * With weights that stay it never takes anything back, and has no paradox of a body that gets less because there is
 * more; it may stray more than one unit from the exact share. All the steps come to one divisor: a body holds its
 * weight / divisor, rounded to the nearest; a quotient at a half goes up as far as the border in the order of codes.
 * Found in O(n log n), whatever the amounts. Internal to calc/; apportion.h makes the nodes.
 */
#ifndef GOVSLA_CALC_WEBSTER_H
#define GOVSLA_CALC_WEBSTER_H

#include "base/arena.h"

#include <gmp.h>
#include <stddef.h>

struct webster {
	size_t border;    /* the body that gets the last unit */
	const char *held; /* the units that it holds then; divisor = its weight / (held - 1/2) */
};

/*
 * Weights and whole units held, in the order of codes; part is whole and above 0, one weight at least is above 0. The
 * text lives in the arena.
 */
struct webster webster_find(struct arena *a, const mpq_srcptr *weights, const mpq_srcptr *held, size_t count,
                            mpz_srcptr part);

#endif
