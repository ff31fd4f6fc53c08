/* Loading a directory as one version of the registry: only what differs becomes a row. */
#include "base/text.h"
#include "slacalc/digest.h"
#include "slacalc/registry.h"
#include "slacalc/slamon_file.h"
#include "slacalc/store_query.h"

#include <stdlib.h>
#include <string.h>

/* One apply at a time; a table lock would ask for more rights than govsla_admin has. Any fixed number does. */
#define APPLY_LOCK "113727466761314"

/*
 * How the rows of the directory (JSON, $2) become rows of a table: rows names the keys of the JSON with their types,
 * select makes the table's key and columns of them.
 */
struct loadable {
	enum registry_table from;
	const char *table, *key, *columns;
	const char *rows, *select;
	const char *label; /* what messages call a row d */
};

/* clang-format off */
static const struct loadable loadables[] = {
	{ TABLE_ORGANISATION, "organisation", "code", "name",
	  "code char(6), name text",
	  "*", "code" },
	{ TABLE_PARTY, "party", "id", "kind, code, name",
	  "id text, kind text, code char(6), name text",
	  "*", "id" },
	{ TABLE_SEGMENT, "segment", "id", "name, party, own",
	  "id text, name text, party text, own boolean",
	  "*", "id" },
	{ TABLE_TARGET, "target", "target", "id, segment, interval_s, timeout_s, vantages, probe, more",
	  "id text, segment text, interval_s int, timeout_s int, vantages jsonb, probe jsonb, more jsonb",
	  "target_number_of(id) AS target, id, segment, interval_s, timeout_s, "
	  "(SELECT array_agg(v.number ORDER BY v.number) FROM vantage v WHERE x.vantages ? v.id) AS vantages, probe, more",
	  "id" },
	{ TABLE_PATH, "path", "target, vantage", "hops",
	  "last text, vantage text, hops jsonb",
	  "target_number_of(last) AS target, vantage_number_of(vantage) AS vantage, "
	  "(SELECT array_agg(target_number_of(h.id) ORDER BY h.at) "
	  "FROM jsonb_array_elements_text(x.hops) WITH ORDINALITY AS h (id, at)) AS hops",
	  "target_id_of(target)" },
	{ TABLE_NAMED_PATH, "named_path", "last, vantage", "hops",
	  "last text, vantage text, hops jsonb",
	  "last, vantage_number_of(vantage) AS vantage, (SELECT array_agg(h.id ORDER BY h.at) "
	  "FROM jsonb_array_elements_text(x.hops) WITH ORDINALITY AS h (id, at)) AS hops",
	  "last" },
	{ TABLE_SERVICE, "service", "id", "name, organisation, provider, terms, quorum_vantages, quorum_targets, more",
	  "id text, name text, organisation char(6), provider text, terms text, quorum_vantages int, quorum_targets text, "
	  "more jsonb",
	  "*", "id" },
	{ TABLE_SERVICE_TARGET, "service_target", "target, service", "position",
	  "target text, service text, position int",
	  "target_number_of(target) AS target, service, position", "service || ' ' || target_id_of(target)" },
	{ TABLE_FEE, "fee", "service, payer, from_month", "to_month, amount, currency, state_share, position, bases, tax",
	  "service text, payer text, from_month date, to_month date, amount exact, currency char(3), state_share exact, "
	  "position int, bases jsonb, tax jsonb",
	  "*", "service || ' ' || payer" },
	{ TABLE_TERMS, "terms", "id, effective_from", "effective_to, sha256, body",
	  "id text, effective_from date, effective_to date, sha256 sha256, body text",
	  "*", "id || ' ' || effective_from" },
	{ TABLE_RECORD, "record", "kind, id", "body",
	  "kind text, id text, body jsonb",
	  "*", "kind || ' ' || id" },
};
/* clang-format on */

/* ---- what changed ---- */

struct changes {
	struct arena *arena;
	struct applied *out;
	size_t room;
};

static void add_change(struct changes *c, const char *how, const char *table, const char *label)
{
	struct applied *out = c->out;

	if (out->change_count == c->room) {
		char **old = out->changes;

		c->room = c->room ? 2 * c->room : 64;
		out->changes = arena_array(c->arena, c->room, sizeof *out->changes);
		if (old)
			memcpy(out->changes, old, out->change_count * sizeof *old);
	}
	out->changes[out->change_count++] = arena_printf(c->arena, "%s %s %s", how, table, label);
}

/* Runs one statement whose rows are (how, label). */
static int collect(struct store *store, struct changes *c, const char *table, const char *sql, size_t count,
                   const char *const *parameters, struct error *err)
{
	PGresult *r;

	if (store_query(store, &r, err, sql, count, parameters) < 0)
		return err->code;
	for (int row = 0; row < PQntuples(r); row++)
		add_change(c, PQgetvalue(r, row, 0), table, PQgetvalue(r, row, 1));
	PQclear(r);
	return 0;
}

/* Adds what differs, withdraws what is gone; the rows of the result are (how, label). */
static void write_load(const struct loadable *l, struct text *sql)
{
	text_printf(sql, "WITH wanted AS (SELECT %s FROM jsonb_to_recordset($2) AS x (%s)), ", l->select,
	            l->rows);
	text_printf(sql, "before AS MATERIALIZED (SELECT * FROM %s_at($1::int - 1)), ", l->table);
	text_printf(sql,
	            "added AS (INSERT INTO %s (%s, %s, version, withdrawn) SELECT d.*, $1::int, false FROM ",
	            l->table, l->key, l->columns);
	text_printf(sql, "(SELECT %s, %s FROM wanted EXCEPT SELECT %s, %s FROM before) d RETURNING *), ",
	            l->key, l->columns, l->key, l->columns);
	text_printf(sql, "gone AS (INSERT INTO %s (%s, %s, version, withdrawn) SELECT %s, %s, $1::int, true ",
	            l->table, l->key, l->columns, l->key, l->columns);
	text_printf(sql, "FROM before WHERE (%s) NOT IN (SELECT %s FROM wanted) RETURNING *) ", l->key,
	            l->key);
	text_printf(sql, "SELECT CASE WHEN withdrawn THEN 'withdrawn' WHEN (%s) IN (SELECT %s FROM before) ",
	            l->key, l->key);
	text_printf(sql, "THEN 'changed' ELSE 'added' END, %s ", l->label);
	text_add(sql, "FROM (SELECT * FROM added UNION ALL SELECT * FROM gone) d ORDER BY 1, 2");
}

static int load_table(struct store *store, struct changes *c, const struct loadable *l,
                      const struct registry *r, const char *version, struct error *err)
{
	char *rows = json_dumps(r->rows[l->from], JSON_COMPACT);
	struct text sql = { 0 };

	write_load(l, &sql);
	if (!rows || text_failed(&sql))
		error_set(err, ERROR_MEMORY, "out of memory");
	else if (collect(store, c, l->table, text_string(&sql), 2, (const char *const[]){ version, rows },
	                 err) < 0)
		error_at(err, NULL, 0, l->table);
	free(rows);
	text_release(&sql);
	return err->code;
}

/* ---- numbers ---- */

static int number_vantages(struct store *store, struct changes *c, const struct registry *r,
                           struct error *err)
{
	json_t *vantage;
	size_t i;

	json_array_foreach (r->rows[TABLE_VANTAGE], i, vantage) {
		const char *id, *name;

		json_unpack(vantage, "{s:s, s:s}", "id", &id, "name", &name);
		if (collect(store, c, "vantage",
		            "WITH old AS (SELECT number, name FROM vantage WHERE id = $1) "
		            "SELECT CASE WHEN n.old IS NULL THEN 'added' ELSE 'changed' END, $1, "
		            "vantage_register(coalesce(n.old, n.next), $1, $2) FROM "
		            "(SELECT (SELECT number FROM old) AS old, (SELECT coalesce(max(number), 0) + 1 "
		            "FROM vantage) AS "
		            "next) n WHERE NOT EXISTS (SELECT FROM old WHERE name = $2)",
		            2, (const char *const[]){ id, name }, err) < 0)
			return err->code;
	}
	return 0;
}

static int number_targets(struct store *store, const struct registry *r, struct error *err)
{
	char *rows = json_dumps(r->rows[TABLE_TARGET], JSON_COMPACT);
	PGresult *result = NULL;

	if (!rows)
		return error_set(err, ERROR_MEMORY, "out of memory");
	if (store_query(
	        store, &result, err,
	        "INSERT INTO target_number (id) SELECT x->>'id' FROM jsonb_array_elements($1) WITH "
	        "ORDINALITY AS "
	        "e (x, at) WHERE NOT EXISTS (SELECT FROM target_number n WHERE n.id = x->>'id') ORDER BY at",
	        1, (const char *const[]){ rows }) == 0)
		PQclear(result);
	free(rows);
	return err->code;
}

/* ---- versions ---- */

static int begin_version(struct store *store, const struct registry *r, char version[16], struct error *err)
{
	PGresult *result;

	if (store_run(store, "BEGIN; SELECT pg_advisory_xact_lock(" APPLY_LOCK ")", err) < 0 ||
	    store_query(
	        store, &result, err,
	        "INSERT INTO applied_version (number, known_from, directory_sha256) SELECT "
	        "coalesce(max(number), "
	        "0) + 1, greatest(clock_timestamp(), max(known_from) + interval '1 microsecond'), $1 FROM "
	        "applied_version RETURNING number",
	        1, (const char *const[]){ r->directory_sha256 }) < 0)
		return err->code;
	snprintf(version, 16, "%s", PQgetvalue(result, 0, 0));
	PQclear(result);
	return 0;
}

static int keep_files(struct store *store, const struct registry *r, const char *version, struct error *err)
{
	char *rows = json_dumps(r->rows[TABLE_FILE], JSON_COMPACT);
	PGresult *result;

	if (!rows)
		return error_set(err, ERROR_MEMORY, "out of memory");
	if (store_query(store, &result, err,
	                "INSERT INTO applied_file (version, name, sha256) SELECT $1::int, name, sha256 FROM "
	                "jsonb_to_recordset($2) AS x (name text, sha256 text)",
	                2, (const char *const[]){ version, rows }) == 0)
		PQclear(result);
	free(rows);
	return err->code;
}

/* ---- what each vantage runs ---- */

static void add_quoted(struct text *out, const char *key, const char *value)
{
	text_printf(out, "%s%s='", out->length ? " " : "", key);
	for (; *value; value++)
		text_printf(out, "%s%c", *value == '\'' || *value == '\\' ? "\\" : "", *value);
	text_add(out, "'");
}

/* Where the vantage ships to when the registry does not say: this database, as the vantage's own role. */
static json_t *own_database(const struct store *store, int vantage)
{
	struct text url = { 0 };
	char role[64];
	json_t *value;

	snprintf(role, sizeof role, "govsla_vantage_%d", vantage);
	if (PQhost(store->conn))
		add_quoted(&url, "host", PQhost(store->conn));
	add_quoted(&url, "port", PQport(store->conn));
	add_quoted(&url, "dbname", PQdb(store->conn));
	add_quoted(&url, "user", role);
	value = json_string(text_string(&url));
	text_release(&url);
	return value;
}

static int read_slamon(struct store *store, struct arena *a, const json_t *vantage, struct slamon_file *out,
                       struct error *err)
{
	PGresult *r;
	json_t *targets, *database;

	out->vantage = arena_copy(a, json_string_value(json_object_get(vantage, "id")));
	if (store_query(
	        store, &r, err,
	        "SELECT v.number, coalesce(json_agg(json_build_object('number', t.target, 'id', t.id, "
	        "'interval_s', t.interval_s, 'timeout_s', t.timeout_s, 'probe', t.probe, 'slamon', "
	        "t.more->'slamon') ORDER BY t.target) "
	        "FILTER (WHERE t.target IS NOT NULL), '[]') FROM vantage v LEFT JOIN target_now t ON "
	        "v.number = ANY (t.vantages) AND t.probe->>'kind' <> 'requests' WHERE v.id = $1 GROUP BY "
	        "v.number",
	        1, (const char *const[]){ out->vantage }) < 0)
		return err->code;
	out->number = (int)store_number(r, 0, 0);
	targets = json_loads(PQgetvalue(r, 0, 1), 0, NULL);
	PQclear(r);
	if (targets && json_array_size(targets) == 0) {
		json_decref(targets);
		return 0;
	}
	database = own_database(store, out->number);
	out->text = slamon_file_text(a, vantage, out->number, json_string_value(database), targets);
	json_decref(database);
	return out->text ? 0 : error_set(err, ERROR_MEMORY, "out of memory");
}

static int keep_slamon(struct store *store, const struct slamon_file *file, struct error *err)
{
	char hash[DIGEST_TEXT_SIZE], number[16];
	PGresult *r;

	if (!file->text)
		return 0;
	snprintf(number, sizeof number, "%d", file->number);
	digest_sha256(file->text, strlen(file->text), hash);
	if (store_query(
	        store, &r, err,
	        "INSERT INTO slamon_file (vantage, version, sha256) SELECT $1::int, (SELECT max(number) FROM "
	        "applied_version), $2::text WHERE $2 IS DISTINCT FROM (SELECT sha256 FROM slamon_file WHERE "
	        "vantage = $1::int ORDER BY written_at DESC LIMIT 1)",
	        2, (const char *const[]){ number, hash }) < 0)
		return err->code;
	PQclear(r);
	return 0;
}

static int make_slamon_files(struct store *store, struct arena *a, const struct registry *r,
                             struct applied *out, struct error *err)
{
	json_t *vantage;
	size_t i;

	out->file_count = json_array_size(r->rows[TABLE_VANTAGE]);
	out->files = arena_array(a, out->file_count, sizeof *out->files);
	json_array_foreach (r->rows[TABLE_VANTAGE], i, vantage)
		if (read_slamon(store, a, vantage, &out->files[i], err) < 0 ||
		    keep_slamon(store, &out->files[i], err) < 0)
			return err->code;
	return 0;
}

/* ---- the whole ---- */

int store_apply(struct store *store, struct arena *a, const struct registry *r, struct applied *out,
                struct error *err)
{
	struct changes changes = { .arena = a, .out = out };
	char version[16];

	memset(out, 0, sizeof *out);
	if (begin_version(store, r, version, err) < 0 || number_vantages(store, &changes, r, err) < 0 ||
	    number_targets(store, r, err) < 0)
		return err->code;
	for (size_t i = 0; i < sizeof loadables / sizeof loadables[0]; i++)
		if (load_table(store, &changes, &loadables[i], r, version, err) < 0)
			return err->code;
	out->version = (int)strtol(version, NULL, 10);
	if (out->change_count == 0) {
		out->version--;
		store_rollback(store);
		store_run(store, "BEGIN", err);
	} else if (keep_files(store, r, version, err) < 0) {
		return err->code;
	}
	return err->code == ERROR_NONE && out->version > 0 ? make_slamon_files(store, a, r, out, err)
	                                                   : err->code;
}

int store_apply_commit(struct store *store, struct error *err)
{
	return store_run(store, "COMMIT", err);
}
