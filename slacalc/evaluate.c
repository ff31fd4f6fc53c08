/* evaluate: judges one case file; no database, no clock, no network. */
#include "slacalc/command.h"

#include "report/excerpt.h"
#include "report/json.h"
#include "report/report.h"
#include "slacalc/judge_file.h"

#include <string.h>

/* The file's name without folder and ending: what report files are called. */
static const char *base_name(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path, *dot = strrchr(name, '.');

	return dot && dot > name ? arena_printf(a, "%.*s", (int)(dot - name), name) : name;
}

struct wanted { /* what is to be written */
	const char *directory, *organisation;
	bool json;
};

static int show(struct arena *a, const struct statement *s, const char *path, const struct wanted *w,
                struct error *err)
{
	struct report_options options = { .directory = w->directory,
		                          .japanese = true,
		                          .english = true,
		                          .each_body = true,
		                          .source = path };
	struct text out = { 0 };
	int rc = 0;

	options.base = base_name(a, path);
	if (w->directory)
		rc = report_write(s, &options, err);
	if (w->json)
		report_json(s, &out);
	else
		report_text(s, &out);
	if (rc == 0)
		rc = command_print(&out, err);
	text_release(&out);
	return rc;
}

/* The whole, or what concerns one municipality. */
static int show_of(struct arena *a, const struct statement *whole, const char *path, const struct wanted *w,
                   struct error *err)
{
	struct excerpts *e = w->organisation ? excerpts_new(whole) : NULL;
	const struct statement *s = e ? excerpt_of_code(e, a, w->organisation, NULL, 0) : whole;
	int rc;

	if (s)
		rc = show(a, s, path, w, err);
	else
		rc = error_set(err, ERROR_DATA, "no municipality of the case has the code '%.40s'",
		               w->organisation);
	excerpts_free(e);
	return rc;
}

int command_evaluate(int argc, char **argv, struct error *err)
{
	struct wanted w = { .json = false };
	const char *path = NULL;
	const struct command_option options[] = { { "json", 0, NULL, &w.json },
		                                  { "output", 'o', &w.directory, NULL },
		                                  { "organisation", 0, &w.organisation, NULL },
		                                  { NULL, 0, NULL, NULL } };
	struct statement *s = NULL;
	struct arena a = { 0 };
	int rc;

	if (command_options(argc, argv, options, &path, 1, 1, err) < 0)
		return err->code;
	rc = judge_file(&a, path, &s, err);
	if (rc == 0)
		rc = show_of(&a, s, path, &w, err);
	statement_free(s);
	arena_release(&a);
	return rc;
}
