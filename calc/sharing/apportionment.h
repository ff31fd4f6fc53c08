/*
 * apportionment: the costs and recoveries of a case that bodies share, as money.h has them. Of calc/.
 *
 * Each is a pot (apportion.h) of its own. Parts are shared by the version of the weights that is in force on their day;
 * a new version recomputes nothing: what was shared by an earlier one stays, and only what it left in fractions goes on
 * with the pot. Staged costs are shared exactly from stage to stage and rounded once, at the end.
 */
#ifndef GOVSLA_CALC_APPORTIONMENT_H
#define GOVSLA_CALC_APPORTIONMENT_H

#include "calc/judge.h"

/* Fills s->apportionments; after exchange_open(). */
int judge_apportionments(struct judge *j, struct statement *s, struct error *err) MUST_CHECK;

/* One party or more in the order of their codes; of their ids where there is none. */
void parties_by_code(const struct party **parties, size_t count);

#endif
