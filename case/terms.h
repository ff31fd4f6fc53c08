/*
 * terms: reads a contract's SLA (the Terms object of docs/manual/case.md) into struct terms, and refuses what
 * would have to be guessed: band tables with gaps or undeclared overlaps, a credit without a rounding rule, a
 * missing unit.
 */
#ifndef GOVSLA_CASE_TERMS_H
#define GOVSLA_CASE_TERMS_H

#include "base/document.h"
#include "calc/case.h"

/* Reads one Terms object; hours gets the fixed hours of its period, 0 when it states none. */
int terms_read(struct arena *a, const struct node *object, struct terms *out, int64_t *hours,
               struct error *err) MUST_CHECK;

/* Whether the terms name a kind of period that is a calendar (billing) month. */
#define TERMS_START_DAY_OPEN 0 /* start_day when the terms do not state one */

#endif
