/* The table of commands: names, summaries and the text of --help. docs/man/slacalc.1 says more. */
#include "slacalc/command.h"

#include <string.h>

#define DATABASE                                                                                             \
	"--db URL          libpq URI or connection string; default: GOVSLA_DB, libpq's own variables,\n"     \
	"                  or the private cluster (sql/local-cluster) under var/ if it runs\n"

const struct command command_table[] = {
	{ "evaluate", "judge a case file: no database needed",
	  "usage: slacalc evaluate FILE [--json] [-o DIR]\n"
	  "\n"
	  "FILE              a case (govsla-case/1)\n"
	  "--json            print the statement as JSON (govsla-statement/1)\n"
	  "-o, --output DIR  also write the page (HTML in Japanese and English), JSON and CSV into DIR\n",
	  command_evaluate },
	{ "apply", "load a registry directory, write each vantage's slamon configuration",
	  "usage: slacalc apply DIR [--slamon-dir DIR] [--check] [--db URL]\n"
	  "\n"
	  "DIR               holds registry.json, terms/, records/ (see docs/registry.md)\n"
	  "--slamon-dir DIR  where VANTAGE.json of each vantage is written; default: DIR/slamon\n"
	  "--check           read and check the directory only; no database needed\n" DATABASE,
	  command_apply },
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
