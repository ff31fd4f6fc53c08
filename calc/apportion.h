/*
 * apportion: whole yen among several creditors, carrying what earlier parts left open.
 *
 * Each creditor has a claim q: its exact cumulative share less what it already got. It is granted max(0,
 * ⌊q⌋), and nobody ever gives anything back. Where the grants together exceed the part that is to be shared
 * (others are ahead of their share), yen are taken away one by one from the smallest q - grant that still has
 * a grant; on a tie the lower code keeps its yen. Residuals stay in the pot and are shared with the next
 * part. Source: docs/decisions/0006; `floor` where the contract is silent.
 */
#ifndef GOVSLA_CALC_APPORTION_H
#define GOVSLA_CALC_APPORTION_H

#include "calc/judge.h"

#include <gmp.h>
#include <stddef.h>

/*
 * One pot that is shared in parts. Bodies in the order of their codes. A change of weights between parts is a change of
 * weights[]; what was granted stays.
 */
struct pot {
	const char *method; /* "floor", "largest_remainder", "webster", "first", "equal" */
	const char *clause; /* that says so; NULL: the contract is silent (floor) */
	const struct party **bodies;
	int *weights; /* nodes; FIGURE_UNKNOWN: takes no part yet */
	int *granted; /* nodes, cumulative; FIGURE_UNKNOWN: nothing yet */
	int *shares;  /* nodes: exact cumulative share at the last sharing */
	size_t count;
};

/*
 * Shares what the pot holds in all (node total, cumulative, exact) and adds to granted; grants[] receives the node of each
 * body's new grant (FIGURE_UNKNOWN: none), *residual what whole yen could not be given. hypothetical: granted stays.
 */
void apportion_share(struct judge *j, struct pot *pot, int total, bool hypothetical, int *grants,
                     int *residual);

/*
 * Lowers the grants (each max(0, ⌊q⌋), whole) until their sum is at most part (≥ 0). Creditors are in the
 * order of their codes. Takes a number of steps that does not depend on the amounts.
 */
void apportion_trim(struct arena *a, mpz_t *grants, const mpq_srcptr *q, size_t count, mpz_srcptr part);

#endif
