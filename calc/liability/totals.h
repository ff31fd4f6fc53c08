/*
 * totals: what the obligations of a statement come to, by the kinds of the two sides: a picture of a chain with hundreds
 * of bodies, and what the Agency looks at first: recovered, owed, paid, open. Sums of figures that the statement
 * already has, nothing else; an obligation whose figure is not known is left out of that sum.
 */
#ifndef GOVSLA_CALC_TOTALS_H
#define GOVSLA_CALC_TOTALS_H

#include "calc/judge.h"

/* Fills totals of the statement from its obligations, which are complete. */
void judge_totals(struct judge *j, struct statement *s);

#endif
