/* slacalc report: one page for each organisation and one for the Agency, each with its statement as JSON and CSV. */
#include "report/excerpt.h"
#include "report/report.h"
#include "base/progress.h"
#include "calc/statement.h"
#include "slacalc/month.h"

#include <string.h>

struct reporting {
	struct store *store;
	struct case_request request;
	struct report_options options;
	struct text *out;
	bool no_service; /* the last organisation has none in the month */
};

static const char *name_of(const struct sla_case *c, const char *code)
{
	for (size_t i = 0; i < c->party_count; i++)
		if (c->parties[i].code && strcmp(c->parties[i].code, code) == 0)
			return c->parties[i].name;
	return NULL;
}

static void tell_files(const struct reporting *r)
{
	const struct report_options *o = &r->options;

	if (o->japanese)
		text_printf(r->out, "%s/%s.ja.html\n", o->directory, o->base);
	if (o->english)
		text_printf(r->out, "%s/%s.en.html\n", o->directory, o->base);
	text_printf(r->out, "%s/%s.json\n", o->directory, o->base);
}

/* What concerns the organisation, nothing of others. */
static int write_of(struct reporting *r, struct arena *a, const struct statement *whole,
                    const struct loaded_case *loaded, struct error *err)
{
	struct excerpts *e = excerpts_new(whole);
	const struct statement *s =
	    excerpt_of_code(e, a, r->options.organisation_code, loaded->asked_for, loaded->asked_for_count);

	if (report_write(s, &r->options, err) == 0)
		tell_files(r);
	excerpts_free(e);
	return err->code;
}

static int report_one(struct reporting *r, const char *code, struct error *err)
{
	struct loaded_case loaded = { 0 };
	struct statement *s = NULL;
	struct arena a = { 0 };
	struct sla_case *c;

	r->request.organisation = code;
	if (month_load(r->store, &a, &r->request, &loaded, &c, err) == 0 &&
	    statement_make(&a, c, &s, err) == 0) {
		r->options.base = arena_printf(&a, "%s-%s", code, r->request.month);
		r->options.organisation_code = code;
		r->options.organisation_name = name_of(c, code);
		(void)!write_of(r, &a, s, &loaded, err);
	}
	if (loaded.no_service)
		r->no_service = true;
	else if (err->code != ERROR_NONE)
		error_hint(err, "while reporting to the organisation '%s'", code);
	statement_free(s);
	json_decref(loaded.document);
	arena_release(&a);
	return err->code;
}

/* The whole month as the Agency sees it, where it owes, is owed or passes on anything. */
static int report_agency(struct reporting *r, struct error *err)
{
	struct loaded_case loaded = { 0 };
	struct excerpts *e = NULL;
	struct statement *s = NULL;
	struct arena a = { 0 };
	struct sla_case *c;

	r->request.organisation = NULL;
	if (month_load(r->store, &a, &r->request, &loaded, &c, err) == 0 &&
	    statement_make(&a, c, &s, err) == 0 && report_concerns_agency(s)) {
		r->options.base = arena_printf(&a, "da-%s", r->request.month);
		r->options.organisation_code = r->options.organisation_name = NULL;
		e = excerpts_new(s);
		if (report_write(excerpt_agency(e, &a), &r->options, err) == 0)
			tell_files(r);
	}
	if (err->code != ERROR_NONE)
		error_hint(err, "while reporting to the Agency");
	excerpts_free(e);
	statement_free(s);
	json_decref(loaded.document);
	arena_release(&a);
	return err->code;
}

/* Who has no service in the month is not reported to, and that is said; it is no mistake. */
static void leave_out(struct reporting *r, const char *code, struct error *err)
{
	if (r->no_service) {
		text_printf(r->out, "%s: %s\n", code, err->text);
		*err = (struct error){ 0 };
	}
	r->no_service = false;
}

static int report_all(struct reporting *r, struct error *err)
{
	struct arena a = { 0 };
	char **codes;
	size_t count = 0;
	struct progress progress = progress_begin("organisations written", true);

	if (store_organisations(r->store, &a, r->request.as_of, &codes, &count, err) == 0 && count == 0)
		error_set(err, ERROR_DATA, "no organisation has a service");
	for (size_t i = 0; i < count && err->code == ERROR_NONE; i++) {
		report_one(r, codes[i], err);
		leave_out(r, codes[i], err);
		progress_show(&progress, (int64_t)i + 1, (int64_t)count);
	}
	progress_end(&progress);
	if (err->code == ERROR_NONE && !r->request.service)
		(void)!report_agency(r, err);
	arena_release(&a);
	return err->code;
}

static int choose_languages(struct reporting *r, const char *language, struct error *err)
{
	bool both = !language || strcmp(language, "both") == 0;

	r->options.japanese = both || strcmp(language, "ja") == 0;
	r->options.english = both || strcmp(language, "en") == 0;
	if (r->options.japanese || r->options.english)
		return 0;
	return error_set(err, ERROR_USAGE, "'%s' is not one of: ja, en, both", language);
}

int command_report(int argc, char **argv, struct error *err)
{
	struct month_options o = { .url = NULL };
	const char *language = NULL;
	struct text out = { 0 };
	struct reporting r = { .out = &out };
	const struct command_option options[] = { MONTH_OPTIONS(o),
		                                  { "lang", 0, &language, NULL },
		                                  { "output", 'o', &r.options.directory, NULL },
		                                  { NULL, 0, NULL, NULL } };

	if (command_options(argc, argv, options, &o.request.month, 1, 1, err) < 0 ||
	    choose_languages(&r, language, err) < 0)
		return err->code;
	if (!r.options.directory) {
		error_set(err, ERROR_USAGE, "'report' needs -o DIR");
		return error_hint(err, "slacalc report --help");
	}
	r.request = o.request;
	if (store_open(&r.store, o.url, err) == 0) {
		if (o.request.organisation)
			report_one(&r, o.request.organisation, err);
		else
			report_all(&r, err);
	}
	store_close(r.store);
	return command_print(&out, err);
}
