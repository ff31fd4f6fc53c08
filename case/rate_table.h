/*
 * rate_table: rates of late interest by date: of a case, or shipped (contracts/rates, govsla-rates/1). Of case/.
 *
 * A table says nothing of a day that is in none of its periods; what nobody found is left out of it, never guessed. Each
 * period carries its source, a shipped one with how well it is known.
 */
#ifndef GOVSLA_CASE_RATE_TABLE_H
#define GOVSLA_CASE_RATE_TABLE_H

#include "calc/money.h"
#include "case/reader.h"

/* The "rates" of a late payment: the id of a shipped table, or periods. Fills rates, rate_count and rate_table. */
int rate_table_read(struct arena *a, const struct node *object, struct late_payment *out,
                    struct error *err) MUST_CHECK;

#endif
