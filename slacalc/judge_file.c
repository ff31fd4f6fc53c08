#include "slacalc/judge_file.h"
#include "base/document.h"
#include "case/case.h"

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

int judge_file(struct arena *a, const char *path, struct statement **out, struct error *err)
{
	struct sla_case *c;

	if (case_load(a, path, &c, err) == 0)
		(void)!statement_make(a, c, out, err);
	if (err->code != ERROR_NONE)
		locate(path, err);
	return err->code;
}
