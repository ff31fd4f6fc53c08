/* The table of commands: names, summaries and the text of --help. docs/man/slacalc.1 says more. */
#include "slacalc/command.h"

#include <string.h>

#define DATABASE                                                                                             \
	"--db URL          libpq URI or connection string; default: GOVSLA_DB, libpq's own variables,\n"     \
	"                  or the private cluster (sql/local-cluster) under var/ if it runs\n"

#define MONTH                                                                                                \
	"--organisation CODE  only the services of this organisation (six digits)\n"                         \
	"--service ID         only this service\n"                                                           \
	"--as-of INSTANT      with what was known then (RFC 3339); default: what is known now\n"             \
	"--db URL             libpq URI or connection string; default: GOVSLA_DB, libpq's own variables,\n"  \
	"                     or the private cluster (sql/local-cluster) under var/ if it runs\n"

const struct command command_table[] = {
	{ "evaluate", "judge a case file: no database needed",
	  "usage: slacalc evaluate FILE [--json] [-o DIR] [--organisation CODE]\n"
	  "\n"
	  "FILE              a case (govsla-case/1)\n"
	  "--json            print the statement as JSON (govsla-statement/1)\n"
	  "-o, --output DIR  also write the page (HTML in Japanese and English), JSON and CSV into DIR; "
	  "with\n"
	  "                  several municipalities a page for each, and one for the Agency\n"
	  "--organisation CODE  only what concerns this municipality (six digits), nothing of others\n",
	  command_evaluate },
	{ "explain", "a figure down to clauses and samples; why, and why not more",
	  "usage: slacalc explain FIGURE CASE|MONTH [--why | --why-not] [--lang ja|en] [--depth N] [--most "
	  "N]\n"
	  "                       [--json] [--organisation CODE] [--service ID] [--as-of INSTANT] [--db "
	  "URL]\n"
	  "       slacalc explain --list CASE|MONTH [--json]\n"
	  "\n"
	  "FIGURE            a path such as services.line-1.levels.availability.credit, of which leading "
	  "parts\n"
	  "                  may be left out, or a node such as n17; --list shows all\n"
	  "CASE|MONTH        a case file (govsla-case/1), or a month of the database such as 2026-10\n"
	  "--why             what decided it, and how it was computed (the default)\n"
	  "--why-not         why there is no credit or no more, why less is payable: each rule that stands "
	  "in "
	  "the way\n"
	  "--lang ja|en      default: en\n"
	  "--depth N         so many steps down; default: all\n"
	  "--most N          so many inputs of one figure; default: 40, 0 for all\n"
	  "--json            nodes and evidence as JSON\n" MONTH,
	  command_explain },
	{ "whatif", "a case with one fact otherwise, and all that this changes",
	  "usage: slacalc whatif CASE CHANGE... [--lang ja|en] [--all] [--json]\n"
	  "\n"
	  "CASE                             a case file (govsla-case/1)\n"
	  "--drop KIND:ID                   without an exclusion, correction, incident, record, claim, "
	  "invoice,\n"
	  "                                 agreement\n"
	  "--set KEY=VALUE                  another value of a key, such as "
	  "services[line-1].fees[0].amount;\n"
	  "                                 KEY:=JSON for a value that is no text\n"
	  "--band TERMS/LEVEL:FROM-TO=RATE  another rate of a band; TERMS/LEVEL=RATE: of any miss\n"
	  "--fault LOSS:csp=1/2,da=1/2      other shares of fault; turns on the policies that they need\n"
	  "--policy NAME=VALUE\n"
	  "--reading SERVICE/LEVEL=READING  another reading of the wording becomes the level\n"
	  "--as-of INSTANT                  with what was entered by then\n"
	  "--lang ja|en                     default: en\n"
	  "--all                            the ledger and the effects of exclusions too\n"
	  "--json                           all differences as JSON\n",
	  command_whatif },
	{ "compare", "our figures and a provider's: where each part of the difference comes from",
	  "usage: slacalc compare CASE PROVIDER [--lang ja|en] [--json]\n"
	  "\n"
	  "CASE              a case file (govsla-case/1)\n"
	  "PROVIDER          what the provider states (govsla-provider/1), or its statement "
	  "(govsla-statement/1)\n"
	  "--lang ja|en      default: en\n"
	  "--json            all parts as JSON (govsla-comparison/1)\n",
	  command_compare },
	{ "catalogue", "list, show and check the public SLAs that govsla knows",
	  "usage: slacalc catalogue list [--liability] [--json]\n"
	  "       slacalc catalogue show ID [--edition EDITION | --liability] [--json]\n"
	  "       slacalc catalogue check [FILE...]\n"
	  "\n"
	  "list                 every entry and edition: since when, how well known, its levels\n"
	  "show                 one entry in full, beside every figure how well it is known; --json: the "
	  "entry\n"
	  "check                prove that every table of credits is total, disjoint, monotone and capped, "
	  "or say\n"
	  "                     where it is not and whether that is declared; FILE: terms or entries instead "
	  "of\n"
	  "                     those of the catalogue\n"
	  "--edition EDITION    default: the newest\n"
	  "--liability          the forms of liability that a contract may name, instead of SLAs\n",
	  command_catalogue },
	{ "apply", "load a registry directory, write each vantage's slamon configuration",
	  "usage: slacalc apply DIR [--slamon-dir DIR] [--check] [--db URL]\n"
	  "\n"
	  "DIR               holds registry.json, terms/, records/ (see docs/registry.md)\n"
	  "--slamon-dir DIR  where VANTAGE.json of each vantage is written; default: DIR/slamon\n"
	  "--check           read and check the directory only, with slamon trying each vantage's "
	  "configuration;\n"
	  "                  no database needed\n" DATABASE,
	  command_apply },
	{ "db", "create and upgrade the database's schema",
	  "usage: slacalc db migrate [--db URL]\n"
	  "       slacalc db status [--db URL] [--json]\n"
	  "\n"
	  "migrate   apply the migrations that are missing, each in one transaction\n"
	  "status    list the migrations, and which are applied\n"
	  "\n" DATABASE,
	  command_db },
	{ "verdict", "judge a month from the database",
	  "usage: slacalc verdict MONTH [--organisation CODE] [--service ID] [--as-of INSTANT] [--json]\n"
	  "                       [--timing] [--db URL]\n"
	  "\n"
	  "MONTH                such as 2026-10; counted in the terms' time zone and from their start day\n"
	  "--json               print the statement as JSON (govsla-statement/1)\n"
	  "--timing             say on standard error how long each part took\n" MONTH,
	  command_verdict },
	{ "report", "write a month's page for each organisation",
	  "usage: slacalc report MONTH -o DIR [--organisation CODE] [--service ID] [--as-of INSTANT]\n"
	  "                      [--lang ja|en|both] [--db URL]\n"
	  "\n"
	  "MONTH                such as 2026-10\n"
	  "-o, --output DIR     where the pages go, each with its statement as JSON and CSV\n"
	  "--lang ja|en|both    language of the pages; default: both\n" MONTH,
	  command_report },
	{ "export-case", "write a month as a case file for evaluate",
	  "usage: slacalc export-case MONTH -o DIR [--organisation CODE] [--service ID] [--as-of INSTANT]\n"
	  "                           [--db URL]\n"
	  "\n"
	  "MONTH                such as 2026-10\n"
	  "-o, --output DIR     gets case.json and one CSV for each target and vantage;\n"
	  "                     slacalc evaluate DIR/case.json gives the statement that verdict "
	  "gives\n" MONTH,
	  command_export },
	{ "ledger", "who owes whom in double entry: show, export, post",
	  "usage: slacalc ledger show [CASE|MONTH] [--json]\n"
	  "       slacalc ledger export [CASE|MONTH] --format hledger|beancount|ledger\n"
	  "       slacalc ledger post MONTH\n"
	  "                      [--organisation CODE] [--service ID] [--as-of INSTANT] [--db URL]\n"
	  "\n"
	  "CASE                 a case file; MONTH, such as 2026-10: as the database gives it; neither: what "
	  "is "
	  "posted\n"
	  "show                 entries and balances; --json: as JSON (govsla-ledger/1)\n"
	  "export               a journal that the other program balances; at its end the balances are "
	  "asserted\n"
	  "post                 add to the ledger of the database what is not posted yet; what is posted "
	  "never "
	  "changes\n"
	  "--format FORMAT      hledger, beancount or ledger\n" MONTH,
	  command_ledger },
	{ "calendar", "calendars of holidays: list, show, import",
	  "usage: slacalc calendar list\n"
	  "       slacalc calendar show ID\n"
	  "       slacalc calendar import FILE [--id ID] [--from DATE] [--to DATE]\n"
	  "\n"
	  "list         the calendars that are shipped\n"
	  "show         print a shipped calendar\n"
	  "import       print a calendar made from FILE: the Cabinet Office's list of holidays (CSV, "
	  "Shift_JIS or\n"
	  "             UTF-8) or iCalendar; it goes into a case's 'calendars'\n"
	  "--id ID      what terms call it; default: the file's name\n"
	  "--from DATE  the first day of which it speaks; default: the start of the list's first year\n"
	  "--to DATE    the last one; default: the end of the list's last year\n",
	  command_calendar },
	{ "status", "targets, last samples, coverage today, lag of each vantage",
	  "usage: slacalc status [--json] [--db URL]\n"
	  "\n"
	  "--json            print it as JSON (govsla-status/1)\n" DATABASE,
	  command_status },
	{ NULL, NULL, NULL, NULL },
};

const struct command *command_find(const char *name)
{
	for (const struct command *c = command_table; c->name; c++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}
