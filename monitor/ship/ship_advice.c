#include "monitor/ship/ship_advice.h"

#include <stddef.h>
#include <string.h>

/* The first that the code begins with counts. */
static const struct {
	const char *code, *advice;
} table[] = {
	{ "25006", "the server only reads (a standby, or default_transaction_read_only): let 'database' name "
	           "the primary, "
	           "or several hosts with target_session_attrs=read-write" },
	{ "53100", "free space on the server's disk" },
	{ "53200", "the server is out of memory: look at its log" },
	{ "53300", "raise max_connections, or end other sessions: select * from pg_stat_activity" },
	{ "53", "the server lacks something: look at its log" },
	{ "55P03", "another session has the table locked: select pid, query from pg_stat_activity where "
	           "pg_blocking_pids(pid) <> '{}', and pg_terminate_backend of what blocks" },
	{ "23514", "the day's partition of sample is missing, and the default one: CREATE TABLE "
	           "sample_default PARTITION OF "
	           "sample DEFAULT" },
	{ "28P01", "check the password: ~/.pgpass, PGPASSWORD, or ALTER ROLE ... PASSWORD" },
	{ "28", "pg_hba.conf must let the vantage's role in, and the role must exist: slacalc apply DIR" },
	{ "3D000", "the database does not exist: check 'database', or make it and run slacalc db migrate" },
	{ "42501", "give the role its rights back: slacalc db migrate, then slacalc apply DIR; and check "
	           "that 'database' does "
	           "not name the role of another vantage" },
	{ "42", "the database is of another version: slacalc db migrate" },
	{ "57014", "somebody cancelled the statement: look at the server's log" },
	{ "57", NULL }, /* stopping, starting, recovering: it comes back */
	{ "", NULL },
};

/* Without a code: the first whose word is in the text. */
static const struct {
	const char *word, *advice;
} wordless[] = {
	{ "certificate",
	  "the server's certificate must be valid, for the host's name in 'database', and its issuer in "
	  "sslrootcert" },
	{ "SSL", "server and 'database' must agree on TLS: ssl = on there, sslmode here" },
	{ "", "check that PostgreSQL runs and that 'database' leads to it" },
};

const char *ship_advice(const char *sqlstate, const char *text)
{
	size_t i = 0;

	if (sqlstate[0]) {
		while (strncmp(sqlstate, table[i].code, strlen(table[i].code)) != 0)
			i++;
		return table[i].advice;
	}
	while (!strstr(text, wordless[i].word))
		i++;
	return wordless[i].advice;
}
