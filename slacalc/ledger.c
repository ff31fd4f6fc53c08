/* slacalc ledger: shows and exports the ledger of a case, of a month of the database, or the one kept there; posts it. */
#include "calc/statement.h"
#include "report/journal.h"
#include "slacalc/judge_file.h"
#include "slacalc/month.h"

#include <string.h>

struct ledger_options {
	struct month_options month;
	const char *format; /* export */
	bool json;
};

/* "2026-10" is a month, anything else a file. */
static bool is_month(const char *text)
{
	struct error ignored = { 0 };
	struct date month;

	return month_parse(&month, text, &ignored) == 0;
}

static int judge_month(struct arena *a, const struct month_options *o, struct loaded_case *loaded,
                       struct statement **out, struct error *err)
{
	struct store *store = NULL;
	struct sla_case *c;

	if (store_open(&store, o->url, err) == 0 && month_load(store, a, &o->request, loaded, &c, err) == 0)
		(void)!statement_make(a, c, out, err);
	store_close(store);
	return err->code;
}

static int write_journal(struct arena *a, const struct journal *j, const struct ledger_options *o,
                         struct text *out, struct error *err)
{
	static const char *const formats[] = {
		[JOURNAL_HLEDGER] = "hledger", [JOURNAL_BEANCOUNT] = "beancount", [JOURNAL_LEDGER] = "ledger"
	};

	if (o->json)
		journal_json(j, out);
	else if (!o->format)
		journal_text(j, out);
	for (size_t i = 0; o->format && i < sizeof formats / sizeof formats[0]; i++)
		if (strcmp(o->format, formats[i]) == 0)
			journal_export(a, j, (enum journal_format)i, out);
	return err->code;
}

static int check_format(const struct ledger_options *o, bool export, struct error *err)
{
	if (!export && o->format)
		error_set(err, ERROR_USAGE, "'ledger show' has no option '--format'");
	else if (export && o->json)
		error_set(err, ERROR_USAGE, "'ledger export' has no option '--json'");
	else if (export && !o->format)
		error_set(err, ERROR_USAGE, "'ledger export' needs --format hledger, beancount or ledger");
	else if (export && strcmp(o->format, "hledger") != 0 && strcmp(o->format, "beancount") != 0 &&
	         strcmp(o->format, "ledger") != 0)
		error_set(err, ERROR_USAGE, "'%s' is not one of: hledger, beancount, ledger", o->format);
	else
		return 0;
	return error_hint(err, "slacalc ledger --help");
}

static int show(const char *of, struct ledger_options *o, struct text *out, struct error *err)
{
	struct loaded_case loaded = { 0 };
	struct statement *s = NULL;
	struct arena a = { 0 };
	struct journal j;

	o->month.request.month = of;
	if ((is_month(of) ? judge_month(&a, &o->month, &loaded, &s, err) : judge_file(&a, of, &s, err)) ==
	    0) {
		journal_of_statement(&a, s, &j);
		(void)!write_journal(&a, &j, o, out, err);
	}
	statement_free(s);
	json_decref(loaded.document);
	arena_release(&a);
	return err->code;
}

int command_ledger(int argc, char **argv, struct error *err)
{
	struct ledger_options o = { .format = NULL };
	const struct command_option options[] = { MONTH_OPTIONS(o.month),
		                                  { "format", 0, &o.format, NULL },
		                                  { "json", 0, NULL, &o.json },
		                                  { NULL, 0, NULL, NULL } };
	const char *operands[2] = { NULL, NULL };
	struct text out = { 0 };
	bool export;

	if (command_options(argc, argv, options, operands, 2, 2, err) < 0)
		return err->code;
	export = strcmp(operands[0], "export") == 0;
	if (!export && strcmp(operands[0], "show") != 0) {
		error_set(err, ERROR_USAGE, "'%s' is not one of: show, export", operands[0]);
		return error_hint(err, "slacalc ledger --help");
	}
	if (check_format(&o, export, err) < 0)
		return err->code;
	(void)!show(operands[1], &o, &out, err);
	return command_print(&out, err);
}
