/* The table of commands: names, summaries and the text of --help. docs/man/slacalc.1 says more. */
#include "slacalc/command.h"

#include <string.h>

#define DATABASE                                                                                             \
	"--db URL  libpq URI or connection string; default: GOVSLA_DB, libpq's own variables,\n"             \
	"          or the private cluster (sql/local-cluster) under var/ if it runs\n"

const struct command command_table[] = {
	{ "db", "create and upgrade the database's schema",
	  "usage: slacalc db migrate [--db URL]\n"
	  "       slacalc db status [--db URL] [--json]\n"
	  "\n"
	  "migrate   apply the migrations that are missing, each in one transaction\n"
	  "status    list the migrations, and which are applied\n"
	  "\n" DATABASE,
	  command_db },
	{ NULL, NULL, NULL, NULL },
};

const struct command *command_find(const char *name)
{
	for (const struct command *c = command_table; c->name; c++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}
