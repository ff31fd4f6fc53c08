/* slacalc verdict: judges a month from the database. */
#include "calc/statement.h"
#include "report/json.h"
#include "report/report.h"
#include "slacalc/month.h"

static int judge(struct store *store, struct arena *a, const struct case_request *request, bool json,
                 struct text *out, struct error *err)
{
	struct loaded_case loaded = { 0 };
	struct statement *s = NULL;
	struct sla_case *c;

	if (month_load(store, a, request, &loaded, &c, err) == 0 && statement_make(a, c, &s, err) == 0) {
		if (json)
			report_json(s, out);
		else
			report_text(s, out);
	}
	statement_free(s);
	json_decref(loaded.document);
	return err->code;
}

int command_verdict(int argc, char **argv, struct error *err)
{
	struct month_options o = { .url = NULL };
	bool json = false;
	const struct command_option options[] = { MONTH_OPTIONS(o),
		                                  { "json", 0, NULL, &json },
		                                  { NULL, 0, NULL, NULL } };
	struct store *store = NULL;
	struct text out = { 0 };
	struct arena a = { 0 };

	if (command_options(argc, argv, options, &o.request.month, 1, 1, err) < 0)
		return err->code;
	if (store_open(&store, o.url, err) == 0 && judge(store, &a, &o.request, json, &out, err) < 0)
		text_clear(&out);
	store_close(store);
	arena_release(&a);
	return command_print(&out, err);
}
