/*
 * corrections: which of the later findings about a target hold.
 *
 * A correction is in effect when it was entered by the case's as_of and nothing that was entered by then supersedes
 * it. What is superseded stays so, even when its successor is superseded in turn: of a chain only the last holds.
 * Nothing is erased; the statement lists all of them. Where two in effect overlap, the one entered later is followed
 * (at the same instant: the one whose id comes later).
 *
 * Not the overlay itself: that is part of observing (observe.c).
 */
#ifndef GOVSLA_CALC_CORRECTIONS_H
#define GOVSLA_CALC_CORRECTIONS_H

#include "calc/case.h"

/* Why x is not in effect, had without (NULL: none) never been entered; NULL when it is in effect. */
const char *correction_why_not(struct arena *a, const struct sla_case *c, const struct correction *x,
                               const struct correction *without);

/* Whether it is. */
bool correction_in_effect(const struct sla_case *c, const struct correction *x,
                          const struct correction *without);

/* Whether it is about this observation. */
bool correction_concerns(const struct correction *x, const struct observation *o);

/* Order in which they are followed, the last wins: negative when x comes before y. */
int correction_order(const struct correction *x, const struct correction *y);

#endif
