#include "slacalc/judged.h"

#include "case/case.h"
#include "slacalc/judge_file.h"

#include <string.h>

static bool is_month(const char *what)
{
	struct error no = { 0 };
	struct date month;

	return month_parse(&month, what, &no) == 0;
}

static int judge_month(struct judged *j, const char *month, struct month_options *o, struct error *err)
{
	o->request.month = month;
	if (store_open(&j->store, o->url, err) < 0 ||
	    month_load(j->store, &j->arena, &o->request, &j->loaded, &j->c, err) < 0)
		return err->code;
	return statement_make(&j->arena, j->c, &j->s, err);
}

/* A case file is judged whole, as it stands. */
static int judge_case(struct judged *j, const char *path, const struct month_options *o, struct error *err)
{
	if (o && month_none_for_file(o, path, err) < 0)
		return err->code;
	return judge_file(&j->arena, path, &j->s, err);
}

int judged_open(struct judged *j, const char *what, struct month_options *o, struct error *err)
{
	int rc = o && is_month(what) ? judge_month(j, what, o, err) : judge_case(j, what, o, err);

	if (rc == 0)
		j->outline = outline_of(&j->arena, j->s);
	return rc;
}

int judged_document(struct judged *j, const struct document *doc, const char *path, bool figures_only,
                    struct error *err)
{
	const char *slash = strrchr(path, '/');
	const char *directory = arena_printf(&j->arena, "%.*s", slash ? (int)(slash - path) + 1 : 0, path);

	if (case_read(&j->arena, doc, directory, NULL, &j->c, err) < 0)
		return err->code;
	j->c->figures_only = figures_only;
	if (statement_make(&j->arena, j->c, &j->s, err) == 0)
		j->outline = outline_of(&j->arena, j->s);
	return error_at(err, doc->name, 0, NULL);
}

void judged_close(struct judged *j)
{
	statement_free(j->s);
	json_decref(j->loaded.document);
	store_close(j->store);
	arena_release(&j->arena);
}
