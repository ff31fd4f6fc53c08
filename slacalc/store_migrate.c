/* Migrations: what the database has, what this program brings, and bringing the two together. */
#include "base/text.h"
#include "slacalc/digest.h"
#include "slacalc/migration.h"
#include "slacalc/store_query.h"

#include <stdlib.h>
#include <string.h>

/* Any fixed number does; this one is "govsla" in ASCII. */
#define LOCK_KEY "113727466761313"

static int table_exists(struct store *store, bool *exists, struct error *err)
{
	PGresult *r;

	if (store_query(store, &r, err, "SELECT to_regclass('schema_migration') IS NOT NULL", 0, NULL) < 0)
		return err->code;
	*exists = strcmp(PQgetvalue(r, 0, 0), "t") == 0;
	PQclear(r);
	return 0;
}

static void state_of_program(struct arena *a, const struct migration *m, struct migration_state *out)
{
	char hash[DIGEST_TEXT_SIZE];

	*out = (struct migration_state){ .number = m->number,
		                         .name = m->name,
		                         .sha256 = arena_copy(a, digest_sha256(m->bytes, m->length, hash)) };
}

/* Enters one record of the database into the list; unknown to the program, it goes to the end. */
static void merge(struct arena *a, const PGresult *r, int row, struct migration_state *list, size_t *count)
{
	int number = (int)store_number(r, row, 0);
	struct migration_state *at = list;

	while (at < list + *count && at->number != number)
		at++;
	if (at == list + *count) {
		(*count)++;
		*at = (struct migration_state){ .number = number,
			                        .name = arena_copy(a, store_field(r, row, 1)),
			                        .sha256 = arena_copy(a, store_field(r, row, 2)),
			                        .problem = "applied, and unknown to this program" };
	} else if (strcmp(at->sha256, PQgetvalue(r, row, 2)) != 0) {
		at->problem = "changed since it was applied";
	}
	at->applied_at = arena_copy(a, store_field(r, row, 3));
}

static void find_skipped(struct migration_state *list, size_t count)
{
	bool later = false;

	for (size_t i = count; i-- > 0;) {
		if (list[i].applied_at)
			later = true;
		else if (later)
			list[i].problem = "not applied, though a later one is";
	}
}

int store_migrations(struct store *store, struct arena *a, struct migration_state **out, size_t *count,
                     struct error *err)
{
	PGresult *r = NULL;
	bool exists = false;
	int rows = 0;

	if (table_exists(store, &exists, err) < 0)
		return err->code;
	if (exists && store_query(store, &r, err,
	                          "SELECT number, name, sha256, to_char(applied_at AT TIME ZONE 'UTC', "
	                          "'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') FROM schema_migration ORDER BY number",
	                          0, NULL) < 0)
		return err->code;
	rows = r ? PQntuples(r) : 0;
	*out = arena_array(a, migration_count + (size_t)rows, sizeof **out);
	*count = migration_count;
	for (size_t i = 0; i < migration_count; i++)
		state_of_program(a, &migration_table[i], &(*out)[i]);
	for (int row = 0; row < rows; row++)
		merge(a, r, row, *out, count);
	find_skipped(*out, *count);
	PQclear(r);
	return 0;
}

static int refuse_problems(const struct migration_state *list, size_t count, struct error *err)
{
	for (size_t i = 0; i < count; i++) {
		if (!list[i].problem)
			continue;
		error_set(err, ERROR_DATA, "migration '%04d_%s' is %s", list[i].number, list[i].name,
		          list[i].problem);
		return error_hint(
		    err, "nothing was changed; use the program that made this database, or a new database");
	}
	return 0;
}

static int apply_one(struct store *store, const struct migration *m, const char *sha256, struct error *err)
{
	struct text sql = { 0 };
	char number[16];
	PGresult *r = NULL;

	snprintf(number, sizeof number, "%d", m->number);
	text_append(&sql, m->bytes, m->length);
	if (text_failed(&sql))
		error_set(err, ERROR_MEMORY, "out of memory");
	else if (store_run(store, "BEGIN", err) == 0 && store_run(store, text_string(&sql), err) == 0 &&
	         store_query(store, &r, err,
	                     "INSERT INTO schema_migration (number, name, sha256) VALUES ($1, $2, $3)", 3,
	                     (const char *const[]){ number, m->name, sha256 }) == 0)
		store_run(store, "COMMIT", err);
	PQclear(r);
	text_release(&sql);
	store_rollback(store);
	if (err->code != ERROR_NONE)
		error_at(err, NULL, 0, m->name);
	return err->code;
}

static int apply_missing(struct store *store, size_t *applied, struct error *err)
{
	struct arena a = { 0 };
	struct migration_state *list;
	size_t count = 0;

	if (store_run(
	        store,
	        "CREATE TABLE IF NOT EXISTS schema_migration (number int PRIMARY KEY, name text NOT NULL, "
	        "sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT clock_timestamp(), "
	        "applied_by text NOT NULL DEFAULT session_user)",
	        err) == 0 &&
	    store_migrations(store, &a, &list, &count, err) == 0 && refuse_problems(list, count, err) == 0)
		for (size_t i = 0; i < migration_count && err->code == ERROR_NONE; i++)
			if (!list[i].applied_at &&
			    apply_one(store, &migration_table[i], list[i].sha256, err) == 0)
				(*applied)++;
	arena_release(&a);
	return err->code;
}

int store_migrate(struct store *store, size_t *applied, struct error *err)
{
	*applied = 0;
	if (store_run(store, "SELECT pg_advisory_lock(" LOCK_KEY ")", err) < 0)
		return err->code;
	apply_missing(store, applied, err);
	PQclear(PQexec(store->conn, "SELECT pg_advisory_unlock(" LOCK_KEY ")"));
	return err->code;
}
