/* slacalc ledger: shows and exports the ledger of a case, of a month of the database, or the one kept there; posts it. */
#include "base/instant.h"
#include "calc/statement.h"
#include "report/journal.h"
#include "slacalc/judge_file.h"
#include "slacalc/month.h"
#include "slacalc/store_ledger.h"

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

/* enum journal_format, or -1. */
static int format_of(const char *name)
{
	static const char *const formats[] = {
		[JOURNAL_HLEDGER] = "hledger", [JOURNAL_BEANCOUNT] = "beancount", [JOURNAL_LEDGER] = "ledger"
	};

	for (int i = 0; i < 3; i++)
		if (strcmp(name, formats[i]) == 0)
			return i;
	return -1;
}

static void write_journal(struct arena *a, const struct journal *j, const struct ledger_options *o,
                          struct text *out)
{
	if (o->json)
		journal_json(j, out);
	else if (o->format)
		journal_export(a, j, (enum journal_format)format_of(o->format), out);
	else
		journal_text(j, out);
}

/* What is posted in the database. */
static int read_posted(struct arena *a, const struct month_options *o, struct journal *out, struct error *err)
{
	struct store *store = NULL;

	if (o->request.organisation || o->request.service || o->request.as_of) {
		error_set(
		    err, ERROR_USAGE,
		    "what is posted is shown whole: --organisation, --service and --as-of are of a month");
		return error_hint(err, "name the month, such as 2026-10");
	}
	if (store_open(&store, o->url, err) == 0)
		(void)!store_ledger_read(store, a, out, err);
	store_close(store);
	return err->code;
}

static int judge_whole(struct arena *a, const char *path, const struct month_options *o,
                       struct statement **out, struct error *err)
{
	return month_none_for_file(o, path, err) < 0 ? err->code : judge_file(a, path, out, err);
}

static int show(const char *of, struct ledger_options *o, struct text *out, struct error *err)
{
	struct loaded_case loaded = { 0 };
	struct statement *s = NULL;
	struct arena a = { 0 };
	struct journal j;

	o->month.request.month = of;
	if (!of)
		(void)!read_posted(&a, &o->month, &j, err);
	else if ((is_month(of) ? judge_month(&a, &o->month, &loaded, &s, err)
	                       : judge_whole(&a, of, &o->month, &s, err)) == 0)
		journal_of_statement(&a, s, &j);
	if (err->code == ERROR_NONE)
		write_journal(&a, &j, o, out);
	statement_free(s);
	json_decref(loaded.document);
	arena_release(&a);
	return err->code;
}

/* ---- post ---- */

static int post_statement(struct store *store, struct arena *a, const struct statement *s, struct text *out,
                          struct error *err)
{
	struct journal j;
	size_t added;

	journal_of_statement(a, s, &j);
	if (store_ledger_post(store, a, &j, s->the_case->zone_days->as_of_day, &added, err) < 0)
		return err->code;
	for (size_t i = j.entry_count - added; i < j.entry_count; i++) {
		char day[DATE_TEXT_SIZE];

		text_printf(out, "posted %s %s %s\n", date_format(j.entries[i].day, day), j.entries[i].kind,
		            j.entries[i].record);
	}
	if (added == 0)
		text_add(out, "nothing new\n");
	return 0;
}

static int post(const struct ledger_options *o, struct text *out, struct error *err)
{
	struct loaded_case loaded = { 0 };
	struct statement *s = NULL;
	struct store *store = NULL;
	struct arena a = { 0 };
	struct sla_case *c;

	if (store_open(&store, o->month.url, err) == 0 && store_ledger_lock(store, err) == 0 &&
	    month_load(store, &a, &o->month.request, &loaded, &c, err) == 0 &&
	    statement_make(&a, c, &s, err) == 0)
		(void)!post_statement(store, &a, s, out, err);
	store_close(store);
	statement_free(s);
	json_decref(loaded.document);
	arena_release(&a);
	return err->code;
}

/* ---- the command ---- */

static int check_usage(const struct ledger_options *o, const char *verb, const char *of, struct error *err)
{
	bool export = strcmp(verb, "export") == 0, posts = strcmp(verb, "post") == 0;

	if (!export && !posts && strcmp(verb, "show") != 0)
		error_set(err, ERROR_USAGE, "'%s' is not one of: show, export, post", verb);
	else if (posts && (!of || !is_month(of)))
		error_set(err, ERROR_USAGE, "'ledger post' needs a month such as 2026-10");
	else if (!export && o->format)
		error_set(err, ERROR_USAGE, "'ledger %s' has no option '--format'", verb);
	else if (o->json && strcmp(verb, "show") != 0)
		error_set(err, ERROR_USAGE, "'ledger %s' has no option '--json'", verb);
	else if (export && !o->format)
		error_set(err, ERROR_USAGE, "'ledger export' needs --format hledger, beancount or ledger");
	else if (export && format_of(o->format) < 0)
		error_set(err, ERROR_USAGE, "'%s' is not one of: hledger, beancount, ledger", o->format);
	else
		return 0;
	return error_hint(err, "slacalc ledger --help");
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

	if (command_options(argc, argv, options, operands, 1, 2, err) < 0 ||
	    check_usage(&o, operands[0], operands[1], err) < 0)
		return err->code;
	o.month.request.month = operands[1];
	if (strcmp(operands[0], "post") == 0)
		(void)!post(&o, &out, err);
	else
		(void)!show(operands[1], &o, &out, err);
	return command_print(&out, err);
}
