/* evaluate: judges one case file; no database, no clock, no network. */
#include "slacalc/command.h"

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

static int show(struct arena *a, const struct statement *s, const char *path, const char *directory,
                bool json, struct error *err)
{
	struct report_options options = {
		.directory = directory, .japanese = true, .english = true, .each_body = true, .source = path
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

int command_evaluate(int argc, char **argv, struct error *err)
{
	const char *path = NULL, *directory = NULL;
	bool json = false;
	const struct command_option options[] = { { "json", 0, NULL, &json },
		                                  { "output", 'o', &directory, NULL },
		                                  { NULL, 0, NULL, NULL } };
	struct statement *s = NULL;
	struct arena a = { 0 };
	int rc;

	if (command_options(argc, argv, options, &path, 1, 1, err) < 0)
		return err->code;
	rc = judge_file(&a, path, &s, err);
	if (rc == 0)
		rc = show(&a, s, path, directory, json, err);
	statement_free(s);
	arena_release(&a);
	return rc;
}
