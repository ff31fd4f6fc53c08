/*
 * apportion: an amount in whole yen among several bodies, part by part, carrying what earlier parts left open.
 *
 * Each body has an open claim q: its exact cumulative share less what it already got. It is granted max(0, ⌊q⌋), and
 * nobody ever gives anything back. Where the grants together exceed the part that is to be shared (others are ahead of
 * their share), yen are taken away one by one from the smallest q - grant that still has a grant; where they are less,
 * the method says what becomes of the rest:
 *     floor              it stays in the pot and is shared with the next part (where the contract is silent)
 *     largest_remainder  one yen each to the largest q - grant
 *     equal              the same, of equal shares for all whose weight is above 0
 *     first              all of it to the first body by code whose weight is above 0
 *     webster            no remainders: each next yen goes to the largest weight / (2 × yen already got + 1)
 * On every tie the lower code is favoured. Source: docs/decisions/0006 and 0018, vectors of "Apportionment".
 *
 *     struct pot *pot = apportion_pot(j, "largest_remainder", "別紙3", bodies, count);
 *     … pot->weights[i] = node; …
 *     apportion_share(j, pot, total, false, grants, &residual);      after each part: total is cumulative
 *     apportion_version(j, pot); … other weights …                   what came before stays shared as it was
 *
 * Nodes: of each sharing, for each body its exact share, its open claim and its grant; the cut-off that decides who
 * gets one more or less; and the sums. An independent program checks them from the statement alone.
 */
#ifndef GOVSLA_CALC_APPORTION_H
#define GOVSLA_CALC_APPORTION_H

#include "calc/judge.h"

#include <stddef.h>

/*
 * One pot that is shared in parts. Bodies in the order of their codes. Weights that change without a new version
 * change the shares of the whole total (losses determined late catch up); what was granted stays.
 */
struct pot {
	const char *method; /* "floor", "largest_remainder", "webster", "first", "equal" */
	const char *clause; /* that says so; NULL: the contract is silent (floor) */
	const struct party **bodies;
	int *weights; /* nodes; FIGURE_UNKNOWN: takes no part yet */
	int *granted; /* nodes, cumulative; FIGURE_UNKNOWN: nothing yet */
	int *shares;  /* nodes: exact cumulative share at the last sharing */
	size_t count;
	const char *why;        /* the clause of shares: what the weights are; NULL */
	const char *granted_as; /* how granted is called: "payable to", "granted to" */
	const char *unit;       /* the smallest amount that is granted: "1" yen, "0.01" dollar */
	int given;              /* node: Σ granted; FIGURE_UNKNOWN: nothing yet */
	int shared;             /* node: total at the last sharing; FIGURE_UNKNOWN: none yet */
	/* of the versions of weights before the one in force; NULL: there was none */
	int *before, *granted_before; /* exact shares, grants; FIGURE_UNKNOWN: none */
	int shared_before;
};

/* The smallest amount of a currency that is granted where nothing else is said: whole yen, hundredths of all others. */
const char *apportion_unit(const char *currency);

/* An empty pot; "payable to", unit 1, no weights yet. method NULL: floor. bodies are sorted by code. */
struct pot *apportion_pot(struct judge *j, const char *method, const char *clause,
                          const struct party **bodies, size_t count);

/*
 * Shares what the pot holds in all (node total, cumulative, exact) and adds to granted; grants[] receives the node of each
 * body's new grant (FIGURE_UNKNOWN: none), *residual what could not be given in whole units. hypothetical: the pot stays
 * as it is.
 */
void apportion_share(struct judge *j, struct pot *pot, int total, bool hypothetical, int *grants,
                     int *residual);

/* Opens a new version of the weights: parts from now on are shared by it, what was shared so far stays as it was. */
void apportion_version(struct judge *j, struct pot *pot);

#endif
