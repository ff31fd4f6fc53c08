/*
 * ship: carries records from the spool to PostgreSQL, each exactly once.
 *
 * Works on the caller's libuv loop by libpq's asynchronous calls; reading the spool and encoding happens on
 * libuv's thread pool, so that the loop never waits. Not a general database client: all SQL of slamon is
 * here.
 *
 * How exactly once is kept: every shipping transaction first locks the stream's mark, the highest number that
 * PostgreSQL has of this stream; it copies only numbers above it and advances it in the same transaction; the
 * spool is told to delete only after COMMIT is confirmed. After a lost connection nothing is assumed: the
 * mark is asked again, behind the lock, so behind whatever the old session still did. An old session that
 * keeps the lock (half-open connection) is terminated.
 *
 *     init ── start ──► resolving ► connecting ► opening ► marking ► waiting ◄─────────────┐
 *                          ▲                                 │          │ rows in the spool │
 *                          │                                 │          ▼                   │
 *                       backing off ◄──── any failure ───────┴─── locking ► copying ► committing
 *
 *     ship_init(&ship, loop, &options, &err);  ship_start(ship);
 *     ...                                      the loop runs
 *     ship_close(ship, closed, context);       ship may not be used any more; freed before closed() is called
 *
 * The role: connected as any role but govsla_vantage_N (a superuser of the private cluster), the session
 * takes that role itself; so the database keeps a monitor from writing for another vantage in either case.
 */
#ifndef GOVSLA_MONITOR_SHIP_H
#define GOVSLA_MONITOR_SHIP_H

#include "base/error.h"
#include "base/progress.h"
#include "monitor/spool/spool.h"

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

struct ship;

struct ship_options {
	struct spool *spool;  /* borrowed until closed; its vantage is the one shipped for */
	const char *database; /* libpq connection string or URI; "" or NULL: libpq's environment; copied */
	int32_t interval_ms;  /* how long records may wait before a transaction is begun; 0: 1000 */
	int32_t batch_rows;   /* most rows in a transaction; 0: 50,000 */
	int32_t back_off_ms;  /* first wait after a failure, doubled up to 60 times that; 0: 500 */
	int32_t stall_ms;     /* a connection or transaction without any progress is given up; 0: 30,000 */
	spool_report *report; /* may be NULL; called on the loop */
	void *report_context;
	struct progress
	    *progress; /* ship_drain: records shipped, of those in the spool at its start; may be NULL */
};

struct ship_counters {
	int64_t rows;         /* committed by us since the start */
	int64_t transactions; /* committed since the start */
	int64_t connections;  /* connections that came up */
	int64_t failures;     /* connections or transactions that failed */
	int64_t terminated;   /* old sessions that were in the way and terminated */
	int64_t mark;         /* highest number of the stream known to be in PostgreSQL; -1 not known yet */
	bool connected;
	const char *state;    /* "idle", "connecting", ...; static storage */
	char last_error[512]; /* "" when the last thing done succeeded */
};

/*
 * Whether libpq understands a connection string or URI, and ship can use it; by libpq's environment too. Returns 0,
 * ERROR_DATA with its message, ERROR_MEMORY.
 */
int ship_check_database(const char *database, struct error *err) MUST_CHECK;

/* Checks the connection string; does not connect. Returns 0, ERROR_DATA for a string that libpq refuses,
 * ERROR_MEMORY. */
int ship_init(struct ship **out, uv_loop_t *loop, const struct ship_options *options,
              struct error *err) MUST_CHECK;

/* Begins, and goes on until ship_close. */
void ship_start(struct ship *ship);

/* Ships what waits now, without regard to interval_ms. */
void ship_hurry(struct ship *ship);

void ship_count(const struct ship *ship, struct ship_counters *out);

/*
 * Abandons what is under way (nothing is lost: it is in the spool) and frees ship once libuv has let go of
 * its handles, then calls closed (may be NULL). The loop must run until then.
 */
void ship_close(struct ship *ship, void (*closed)(void *context), void *context);

/*
 * Ships everything that is in the spool now, on a loop of its own; returns when the spool is empty in
 * PostgreSQL and on disk, or after timeout_ms. *rows (may be NULL) gets what was committed, also on failure.
 * Returns 0; ERROR_RETRY when time ran out, with the last cause in the text; ERROR_DATA, ERROR_MEMORY as
 * ship_init. For slamon ship, slamon once, and the end of slamon run.
 */
int ship_drain(const struct ship_options *options, int64_t timeout_ms, int64_t *rows,
               struct error *err) MUST_CHECK;

#endif
