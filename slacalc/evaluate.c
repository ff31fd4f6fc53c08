/* evaluate: judges one case file; no database, no clock, no network. */
#include "slacalc/command.h"

#include "case/case.h"
#include "report/json.h"
#include "report/report.h"

#include <string.h>

/* The file's name without folder and ending: what report files are called. */
static const char *base_name(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path, *dot = strrchr(name, '.');

	return dot && dot > name ? arena_printf(a, "%.*s", (int)(dot - name), name) : name;
}

static int show(struct arena *a, const struct statement *s, const char *path, const char *directory,
                bool json, struct error *err)
{
	struct report_options options = {
		.directory = directory, .japanese = true, .english = true, .source = path
	};
	struct text out = { 0 };
	int rc = 0;

	options.base = base_name(a, path);
	if (directory)
		rc = report_write(s, &options, err);
	if (json)
		report_json(s, &out);
	else
		report_text(s, &out);
	if (rc == 0)
		rc = command_print(&out, err);
	text_release(&out);
	return rc;
}

/* Judging knows the key that is wrong, not where it stands: looks the line up in the file. */
static void locate(const char *path, struct error *err)
{
	struct error unread = { 0 };
	struct document doc = { 0 };

	if (!err->file[0] && err->field[0] && document_load(&doc, path, &unread) == 0)
		error_at(err, path, document_line(&doc, err->field), NULL);
	document_release(&doc);
	error_at(err, path, 0, NULL);
}

int command_evaluate(int argc, char **argv, struct error *err)
{
	const char *path = NULL, *directory = NULL;
	bool json = false;
	const struct command_option options[] = { { "json", 0, NULL, &json },
		                                  { "output", 'o', &directory, NULL },
		                                  { NULL, 0, NULL, NULL } };
	struct statement *s = NULL;
	struct arena a = { 0 };
	struct sla_case *c;
	int rc;

	if (command_options(argc, argv, options, &path, 1, 1, err) < 0)
		return err->code;
	rc = case_load(&a, path, &c, err);
	if (rc == 0)
		rc = statement_make(&a, c, &s, err);
	if (rc < 0)
		locate(path, err);
	else
		rc = show(&a, s, path, directory, json, err);
	statement_free(s);
	arena_release(&a);
	return rc;
}
