/*
 * store_query: how the files store_*.c talk to libpq. Not for other files: see store.h.
 *
 * Results are released with PQclear(). Errors carry PostgreSQL's own primary message; its detail or hint
 * becomes the hint.
 */
#ifndef GOVSLA_SLACALC_STORE_QUERY_H
#define GOVSLA_SLACALC_STORE_QUERY_H

#include "slacalc/store.h"

#include <libpq-fe.h>

struct store {
	PGconn *conn;
};

/*
 * One statement with text parameters $1 … (NULL for an SQL null). Returns 0
 * with *result, or ERROR_DATABASE with *result NULL.
 */
int store_query(struct store *store, PGresult **result, struct error *err, const char *sql, size_t count,
                const char *const *parameters) MUST_CHECK;

/* One or more statements without parameters and without a result that matters. */
int store_run(struct store *store, const char *sql, struct error *err); /* or look at err->code */

/* Rolls back, whatever the state: for the way out after an error. */
void store_rollback(struct store *store);

/* Fills err from a failed result (or, with NULL, from the connection). Returns err->code. */
int store_failed(struct store *store, const PGresult *result, struct error *err);

/* A field as text, NULL for an SQL null. Borrowed from the result. */
const char *store_field(const PGresult *result, int row, int column);

/* A field of type bigint or smaller; 0 for an SQL null. */
int64_t store_number(const PGresult *result, int row, int column);

/* store_samples.c: fetches the samples of these series (those of one target together) with from <= scheduled < to (µs), adds a series for
 * each further vantage that has any (vantage_id NULL), and puts each in order. *count grows within the arena. */
int store_fetch_samples(struct store *store, struct arena *a, struct series **series, size_t *count,
                        int64_t from_us, int64_t to_us, struct error *err) MUST_CHECK;

#endif
