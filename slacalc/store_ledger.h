/*
 * store_ledger: the ledger that the database keeps: append-only, one for the installation.
 *
 * What is posted never changes. A ledger that was computed anew must begin with what is posted, entry by entry and
 * posting by posting; what it has more is added. The invariants of calc/liability/ledger.h are constraints of the tables as well
 * (sql/migrations/0007_ledger.sql).
 *
 *     if (store_ledger_lock(store, &err) < 0) …        before the records are read: posters do not meet
 *     … load, judge, journal_of_statement(&arena, s, &now) …
 *     if (store_ledger_post(store, &arena, &now, last_day, &added, &err) < 0) …
 */
#ifndef GOVSLA_SLACALC_STORE_LEDGER_H
#define GOVSLA_SLACALC_STORE_LEDGER_H

#include "report/journal.h"
#include "slacalc/store.h"

/* Waits for the other posters. Until the connection is closed. */
int store_ledger_lock(struct store *store, struct error *err) MUST_CHECK;

/* What is posted, from one snapshot. The texts are in the arena. */
int store_ledger_read(struct store *store, struct arena *a, struct journal *out,
                      struct error *err) MUST_CHECK;

/*
 * Adds to what is posted; all of it in one transaction. last_day: the last one whose records are in now. Returns
 * ERROR_DATA, with nothing added, when what is posted is not the beginning of now.
 */
int store_ledger_post(struct store *store, struct arena *a, const struct journal *now, int64_t last_day,
                      size_t *added, struct error *err) MUST_CHECK;

#endif
