/* terms_part: what the files of case/ that read one Terms object share. Internal to them. */
#ifndef GOVSLA_CASE_TERMS_PART_H
#define GOVSLA_CASE_TERMS_PART_H

#include "base/document.h"
#include "calc/case.h"

/* level.c: the levels of the terms. */
int levels_read(struct arena *a, const struct node *object, struct terms *t, struct error *err) MUST_CHECK;

/* level_method.c: metric and method of a level and which keys these have a use for; then the method's parameters. */
int measured_read(const struct node *object, struct level *l, struct error *err) MUST_CHECK;
int rule_read(struct arena *a, const struct node *object, struct level *l, struct error *err) MUST_CHECK;

/* credit.c: the optional credit of a level that is otherwise read. */
int credit_read(struct arena *a, const struct node *object, struct level *l, struct error *err) MUST_CHECK;

/* settlement.c: overlap, caps, rounding, claim, remedy. */
int settlement_read(struct arena *a, const struct node *object, struct terms *t,
                    struct error *err) MUST_CHECK;

/* claim.c: how a credit must be claimed. */
int claim_read(struct arena *a, const struct node *object, struct terms *t, struct error *err) MUST_CHECK;

#endif
