/*
 * cut_off: which of several claims get one unit more, or less, so that whole units come to a given sum.
 *
 * Each claim q first gets max(0, ⌊q⌋). While that is more than the part, one unit is taken from the smallest
 * q - grant that still has a grant; while it is less, one is given to the largest q - grant; a tie favours the lower
 * code. All those steps come to one figure, the cut-off, and one body at which it lies; this module finds it in
 * O(n log n), whatever the amounts. Internal to calc/; apportion.h makes the nodes.
 *
 * given:  every remainder above the cut-off gets one more; one equal to it, up to the border in the order of codes.
 * taken:  ⌊q - cut-off⌋, never less than nothing; one that the cut-off divides exactly gives one more from the
 *         border on in the order of codes.
 */
#ifndef GOVSLA_CALC_CUT_OFF_H
#define GOVSLA_CALC_CUT_OFF_H

#include "base/arena.h"

#include <gmp.h>
#include <stdbool.h>
#include <stddef.h>

#define NO_BORDER ((size_t)-1)

struct cut_off {
	enum cut_kind { CUT_NONE, CUT_GIVE, CUT_TAKE } cut;
	const char *level; /* CUT_TAKE: whole units that everybody gives who still has them */
	size_t
	    border; /* the body whose remainder, beside the level, is the cut-off; NO_BORDER: level alone */
};

/*
 * Claims in the order of their codes, in units; part is whole and not negative. give: whether a rest is given out
 * (part is then at most Σ q). The level lives in the arena.
 */
struct cut_off cut_off_find(struct arena *a, const mpq_srcptr *q, size_t count, mpz_srcptr part, bool give);

#endif
