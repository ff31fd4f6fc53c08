/*
 * pass_through: 5.2 of the usage standard: what the Agency received as a reduction from a CSP or NSP lowers the fees of
 * the municipalities in response to it. Of calc/. A reduction is never a recovery of 5.3.
 *
 * - The key is the gross fees of the municipalities for the services that were reduced (policy pass_through_key:
 *   gross_fees, ours: 5.2 names none).
 * - Where the State pays a part of a fee, the State's part of the reduction is shown and passed to nobody; under
 *   state_budget none_if_any (the letter of 5.2) such a fee has no pass-through at all.
 * - Reductions of one provider on the same services are one pot (apportion.h): its fractions go on to the next one. It is
 *   shared by the method of the contracts イ, where they name one and the same; else floor.
 * - What comes out lowers the first bills after the reduction of the one whom the municipality pays: DA, or the provider
 *   where the debt was assumed (contract イ in effect on the day of the reduction); what is more than a bill is carried.
 * - A reversal undoes its reduction from its day on: what follows is as if it had not been; what a bill was lowered too
 *   much by then, the next one takes back.
 *
 *     p = pass_through_new(j, s);
 *     for each reduction and each reversal of one, in their order: pass_through_enter(p, r, err) …
 *     pass_through_finish(p);
 *
 * Between ledger_open() and ledger_close() of the record: the reduction that was received and each that is passed on are
 * moved in the ledger (MOVE_REDUCE, basis "5.2"), those in yen.
 */
#ifndef GOVSLA_CALC_PASS_THROUGH_H
#define GOVSLA_CALC_PASS_THROUGH_H

#include "calc/judge.h"

struct pass_work;

struct pass_work *pass_through_new(struct judge *j, struct statement *s);

/* A reduction, or the reversal of one. ERROR_DATA: not from a CSP or NSP to the Agency, no services, no fees of municipalities, no rate of the currency. */
int pass_through_enter(struct pass_work *p, const struct liability_record *r, struct error *err) MUST_CHECK;

/* The bills after the last record; fills s->pass_through and s->reductions. */
void pass_through_finish(struct pass_work *p);

#endif
