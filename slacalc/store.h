/*
 * store: the database as slacalc sees it. All SQL of the program is in the files store_*.c; there is no
 * general query function outside them, and no rule of judging inside them: SQL keeps and constrains, calc/
 * judges.
 *
 * A store is one connection to PostgreSQL 15 or later. Calls are synchronous. Every call that changes
 * something does so in one transaction of its own: it is done, or nothing happened. A store is not for use by
 * several threads.
 *
 *     struct store *store;
 *     if (store_open(&store, url, &err) < 0) ...
 *     ... store_migrate(), store_apply(), store_load_case(), store_status() ...
 *     store_close(store);
 */
#ifndef GOVSLA_SLACALC_STORE_H
#define GOVSLA_SLACALC_STORE_H

#include "base/arena.h"
#include "base/error.h"
#include "base/sample.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;

/*
 * Connects to the first of these that is given: url (a libpq URI or connection string; NULL: not given), the
 * environment variable GOVSLA_DB, libpq's own variables (PGHOST, PGHOSTADDR, PGSERVICE, PGDATABASE), and the
 * private cluster (sql/local-cluster) under GOVSLA_VAR, by default var/ of the current directory, if it runs.
 * Returns 0, ERROR_USAGE when there is none of these, or ERROR_DATABASE.
 */
int store_open(struct store **out, const char *url, struct error *err) MUST_CHECK;

/* Closes the connection; an open transaction is rolled back. NULL is allowed. */
void store_close(struct store *store);

/* ---- migrations (store_migrate.c) ---- */

struct migration_state {
	int number;
	const char *name, *sha256; /* of the file in this program; of the record if the program has no file */
	const char *applied_at;    /* RFC 3339; NULL: not applied yet */
	const char *problem;       /* NULL: none; else why this database and this program do not fit */
};

/* What is applied and what is not, in order. The texts are in the arena. Needs no migration to be applied. */
int store_migrations(struct store *store, struct arena *a, struct migration_state **out, size_t *count,
                     struct error *err) MUST_CHECK;

/*
 * Applies what is missing, each migration in one transaction, under an advisory lock, so that two that run at
 * once do not meet. *applied counts them. Returns ERROR_DATA, with nothing done, when a migration that was
 * applied differs from the one in this program, or is unknown to it, or was skipped.
 */
int store_migrate(struct store *store, size_t *applied, struct error *err) MUST_CHECK;

/* ---- the registry (store_apply.c) ---- */

struct registry;

struct slamon_file { /* what one vantage is to run */
	const char *vantage;
	int number;
	char *text; /* the whole file; NULL: it has nothing to watch */
};

struct applied {
	int version;         /* the version now in force; 0: none */
	size_t change_count; /* 0: the directory is what is in force */
	char **changes;      /* "added target t1", in order */
	struct slamon_file *files;
	size_t file_count;
};

/*
 * Loads a checked directory as one version: rows that differ are added, keys that are gone are withdrawn;
 * when nothing differs there is no new version. New vantages and targets get numbers that are never given
 * again. The transaction stays open, so that the caller can try the slamon files first: then
 * store_apply_commit(), or store_close(), which undoes it. Texts are in the arena.
 */
int store_apply(struct store *store, struct arena *a, const struct registry *r, struct applied *out,
                struct error *err) MUST_CHECK;
int store_apply_commit(struct store *store, struct error *err) MUST_CHECK;

/* ---- a month as a case (store_case.c, store_samples.c) ---- */

struct case_request {
	const char *month;        /* "2026-10" */
	const char *organisation; /* its code; NULL: all */
	const char *service;      /* only this one; NULL: all */
	const char *as_of;        /* RFC 3339; NULL: what is known now, see store_load_case() */
	const char *const *only;  /* of these services none but those named here; NULL: all of them */
	size_t only_count;
};

struct series { /* the samples of one target from one vantage, in the order of the case's observations */
	int target, vantage; /* numbers */
	const char *target_id, *vantage_id;
	struct sample *samples; /* sorted by scheduled_us, no two at one instant */
	size_t count, room;
};

struct loaded_case {
	json_t *
	    document; /* a case (docs/manual/case.md) whose observations have no "samples"; release: json_decref() */
	struct series *series;
	size_t series_count;
	const char **asked_for; /* ids of the services that were, without those that stand beside them */
	size_t asked_for_count;
	bool no_service,
	    no_terms; /* after ERROR_DATA: for want of a service, or of terms in force, in that month */
};

/*
 * Reads a month from one snapshot of the database. The registry and the records are those known as of the
 * instant; without one, as of the last change of the registry or the end of the month, whichever is later (but
 * not later than now), so that the same database gives the same case at any time. The month is that of the
 * terms' time zone and start day, by default Asia/Tokyo and 1; terms that disagree are refused.
 *
 * The case holds the services asked for; the targets they rest on, with those on the same paths; the exclusions
 * that touch the month; and all contracts and records, because municipalities share one recovery. Samples reach
 * one gap limit beyond both ends, since a neighbour decides on the time between. Of several samples of one
 * target, vantage and instant (two streams, a clock set back) the least favourable is kept: down before up
 * before missed.
 *
 * Everything but the document is in the arena. Returns 0, ERROR_USAGE (month, code), ERROR_DATA (nothing
 * known, no such organisation or service) or ERROR_DATABASE.
 */
int store_load_case(struct store *store, struct arena *a, const struct case_request *request,
                    struct loaded_case *out, struct error *err) MUST_CHECK;

/* The codes of the organisations that have services, in order. */
int store_organisations(struct store *store, struct arena *a, const char *as_of, char ***codes, size_t *count,
                        struct error *err) MUST_CHECK;

/* ---- status (store_status.c) ---- */

/*
 * What the reader's views say now, as govsla-status/1: "at", "today" (since when), "registry" (version,
 * known_from), "vantages" (vantage_status) and "targets" (target_status). New reference in *out.
 */
int store_status(struct store *store, json_t **out, struct error *err) MUST_CHECK;

#endif
