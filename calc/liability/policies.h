/*
 * policies: which readings of what the usage standard leaves open the statement rests on. Internal to calc/.
 *
 * Not the switches themselves: these are data of the case (contract.h).
 */
#ifndef GOVSLA_CALC_POLICIES_H
#define GOVSLA_CALC_POLICIES_H

#include "calc/judge.h"

/* Fills s->policies, when everything is judged. A policy that nothing hung on is not listed. */
void judge_policies(struct judge *j, struct statement *s);

#endif
