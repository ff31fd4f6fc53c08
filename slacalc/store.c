#include "slacalc/store.h"

#include "base/text.h"
#include "slacalc/store_query.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- which database ---- */

/* sql/local-cluster names the folder of its Unix socket in DIR/socket while it runs, and removes the name. */
static bool find_local_cluster(struct text *url)
{
	const char *var = getenv("GOVSLA_VAR");
	char path[4096], folder[256] = "";
	FILE *file;

	snprintf(path, sizeof path, "%s/socket", var && *var ? var : "var");
	file = fopen(path, "re");
	if (!file)
		return false;
	if (!fgets(folder, sizeof folder, file))
		folder[0] = '\0';
	fclose(file);
	folder[strcspn(folder, "\n")] = '\0';
	text_printf(url, "postgresql:///govsla?host=%s&user=govsla", folder);
	return folder[0] != '\0';
}

static bool libpq_is_told(void)
{
	static const char *const variables[] = { "PGHOST", "PGHOSTADDR", "PGSERVICE", "PGDATABASE" };

	for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++)
		if (getenv(variables[i]))
			return true;
	return false;
}

static int choose(const char *option, struct text *url, struct error *err)
{
	const char *environment = getenv("GOVSLA_DB");

	if (option)
		text_add(url, option);
	else if (environment && *environment)
		text_add(url, environment);
	else if (!libpq_is_told() && !find_local_cluster(url)) {
		error_set(err, ERROR_USAGE, "no database is named");
		return error_hint(err, "give --db URL, set GOVSLA_DB, or run 'sql/local-cluster start' here");
	}
	return text_failed(url) ? error_set(err, ERROR_MEMORY, "out of memory") : 0;
}

/* ---- the connection ---- */

static void pass_warning(void *context, const PGresult *result)
{
	const char *severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);

	(void)context;
	if (severity && strcmp(severity, "WARNING") == 0)
		fprintf(stderr, "slacalc: warning: %s\n",
		        PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY));
}

static int connection_failed(PGconn *conn, struct error *err)
{
	const char *message = PQerrorMessage(conn);
	int length = (int)strcspn(message, "\n");

	error_set(err, ERROR_DATABASE, "cannot connect to the database: %.*s", length, message);
	return error_hint(err, "the database comes from --db, GOVSLA_DB, libpq's variables, or var/");
}

int store_open(struct store **out, const char *option, struct error *err)
{
	struct text url = { 0 };
	struct store *store = NULL;

	if (choose(option, &url, err) < 0)
		goto out;
	store = calloc(1, sizeof *store);
	if (!store) {
		error_set(err, ERROR_MEMORY, "out of memory");
		goto out;
	}
	store->conn = PQconnectdbParams(
	    (const char *const[]){ "dbname", "fallback_application_name", "client_encoding", NULL },
	    (const char *const[]){ text_string(&url), "slacalc", "UTF8", NULL }, 1);
	if (PQstatus(store->conn) != CONNECTION_OK) {
		connection_failed(store->conn, err);
		goto out;
	}
	PQsetNoticeReceiver(store->conn, pass_warning, NULL);
	/* jit and constraint_exclusion cost a month's query milliseconds in each partition and gain nothing */
	store_run(store,
	          "SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; SET standard_conforming_strings = on; "
	          "SET jit = off; SET constraint_exclusion = off",
	          err);
out:
	text_release(&url);
	if (err->code != ERROR_NONE) {
		store_close(store);
		store = NULL;
	}
	*out = store;
	return err->code;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	PQfinish(store->conn);
	free(store);
}

/* ---- statements ---- */

int store_failed(struct store *store, const PGresult *result, struct error *err)
{
	const char *message = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
	const char *hint = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL) : NULL;
	const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;

	/* undefined table, column, function */
	if (state && (!strcmp(state, "42P01") || !strcmp(state, "42703") || !strcmp(state, "42883")))
		hint = "the schema is missing or older than this program: slacalc db migrate";
	if (!hint && result)
		hint = PQresultErrorField(result, PG_DIAG_MESSAGE_HINT);
	if (!message)
		message = PQerrorMessage(store->conn);
	error_set(err, ERROR_DATABASE, "the database refused: %.*s", (int)strcspn(message, "\n"), message);
	if (hint)
		error_hint(err, "%s", hint);
	return err->code;
}

int store_query(struct store *store, PGresult **result, struct error *err, const char *sql, size_t count,
                const char *const *parameters)
{
	PGresult *r = PQexecParams(store->conn, sql, (int)count, NULL, parameters, NULL, NULL, 0);
	ExecStatusType status = PQresultStatus(r);

	*result = NULL;
	if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
		store_failed(store, r, err);
		PQclear(r);
		return err->code;
	}
	*result = r;
	return 0;
}

int store_run(struct store *store, const char *sql, struct error *err)
{
	PGresult *r = PQexec(store->conn, sql);
	ExecStatusType status = PQresultStatus(r);

	if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
		store_failed(store, r, err);
	PQclear(r);
	return err->code;
}

void store_rollback(struct store *store)
{
	PGTransactionStatusType state = PQtransactionStatus(store->conn);

	if (state != PQTRANS_IDLE && state != PQTRANS_UNKNOWN)
		PQclear(PQexec(store->conn, "ROLLBACK"));
}

const char *store_field(const PGresult *result, int row, int column)
{
	return PQgetisnull(result, row, column) ? NULL : PQgetvalue(result, row, column);
}

int64_t store_number(const PGresult *result, int row, int column)
{
	const char *field = store_field(result, row, column);

	return field ? strtoll(field, NULL, 10) : 0;
}
