/*
 * bands: proves that a credit table gives exactly one answer for every percentage below the objective.
 */
#ifndef GOVSLA_CASE_BANDS_H
#define GOVSLA_CASE_BANDS_H

#include "base/document.h"
#include "calc/case.h"

/*
 * Sorts the bands and checks that they cover [0, objective) without a gap and, unless the rule says that the
 * most severe band applies, without an overlap. where is what messages point at.
 */
int bands_check(const struct node *where, struct credit_rule *rule, exact objective,
                struct error *err) MUST_CHECK;

#endif
