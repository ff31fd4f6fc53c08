/*
 * past: what earlier months came to, for levels that look back: several months running, a rolling window, a cap over
 * twelve months.
 *
 * Each earlier month that such a service needs is judged from the database as it is known at the case's as_of, by the
 * same code as any month but without a past of its own, and becomes an entry of the case's `history`: an exported case
 * holds it like any other. What people have entered of the same level and time (history of the registry) goes before it.
 * A month without samples of the service, or without terms in force, gives no entry: nothing is known of it.
 *
 *     if (past_add(store, &request, &loaded, c, &added, &err) < 0) ...
 *     if (added) ... read the case again ...
 */
#ifndef GOVSLA_SLACALC_PAST_H
#define GOVSLA_SLACALC_PAST_H

#include "calc/case.h"
#include "slacalc/store.h"

#include <stdbool.h>

/* c is the case read from loaded. *added: the document got entries. */
int past_add(struct store *store, const struct case_request *request, struct loaded_case *loaded,
             const struct sla_case *c, bool *added, struct error *err) MUST_CHECK;

#endif
