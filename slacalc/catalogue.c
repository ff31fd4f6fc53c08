/* catalogue: lists, shows and checks the entries of the catalogue that the program carries, and files like them. */
#include "slacalc/catalogue.h"
#include "slacalc/command.h"

#include <string.h>

#define FILES_MOST 256

/* ---- list ---- */

/* Every mark of confidence in an entry, each once, the source's first. */
static void collect_marks(const json_t *value, json_t *marks)
{
	const json_t *mark = json_object_get(value, "confidence");
	const char *key;
	json_t *item;
	size_t i;

	if (mark) {
		json_array_foreach (marks, i, item)
			if (json_equal(item, mark))
				break;
		if (i == json_array_size(marks))
			json_array_append(marks, (json_t *)mark);
	}
	if (json_is_object(value))
		json_object_foreach ((json_t *)value, key, item)
			collect_marks(item, marks);
	else
		json_array_foreach (value, i, item)
			collect_marks(item, marks);
}

static json_t *level_rows(const struct catalogue_entry *e)
{
	const json_t *levels = json_object_get(json_object_get(e->doc.value, "terms"), "levels");
	json_t *rows = json_array(), *level;
	size_t i;

	json_array_foreach (levels, i, level) {
		struct text objective = { 0 };

		catalogue_objective(level, &objective);
		json_array_append_new(rows, json_pack("{s:O, s:O, s:s}", "id", json_object_get(level, "id"),
		                                      "metric", json_object_get(level, "metric"), "objective",
		                                      text_string(&objective)));
		text_release(&objective);
	}
	return rows;
}

static json_t *row_of(const struct catalogue_entry *e)
{
	const json_t *terms = json_object_get(e->doc.value, "terms");
	json_t *marks = json_array();

	collect_marks(terms, marks);
	return json_pack("{s:s, s:s, s:O?, s:s, s:{s:s?, s:s?}, s:o, s:o, s:O, s:s}", "id", e->id, "edition",
	                 e->edition, "title", json_object_get(terms, "title"), "dated_by", e->dated_by,
	                 "effective", "from", e->from, "to", e->to, "confidence", marks, "levels",
	                 level_rows(e), "open", json_object_get(e->doc.value, "open"), "sha256",
	                 e->file->sha256);
}

static void add_joined(const json_t *marks, struct text *out)
{
	json_t *mark;
	size_t i;

	json_array_foreach (marks, i, mark)
		text_printf(out, "%s%s", i ? ", " : "", json_string_value(mark));
}

static void add_row(const struct catalogue_entry *e, struct text *out)
{
	json_t *row = row_of(e), *level;
	struct text marks = { 0 }, name = { 0 };
	size_t i;

	add_joined(json_object_get(row, "confidence"), &marks);
	text_printf(&name, "%s %s", e->id, e->edition);
	text_printf(out, "%-42s %-10s  %-10s  %s\n", text_string(&name), e->from ? e->from : "?",
	            e->to ? e->to : "", text_string(&marks));
	json_array_foreach (json_object_get(row, "levels"), i, level)
		text_printf(out, "    %-24s %-16s %s\n", json_string_value(json_object_get(level, "id")),
		            json_string_value(json_object_get(level, "metric")),
		            json_string_value(json_object_get(level, "objective")));
	if (!e->has_levels)
		text_add(out, "    what this edition promises was not found\n");
	text_release(&marks);
	text_release(&name);
	json_decref(row);
}

static void list_all(const struct catalogue *c, bool json, struct text *out)
{
	json_t *rows = json_array(), *all;
	char *dumped;

	if (!json)
		text_printf(out, "%-42s %-10s  %-10s  %s\n", "entry and edition", "from", "to", "confidence");
	for (size_t i = 0; i < c->count; i++) {
		if (json)
			json_array_append_new(rows, row_of(&c->entries[i]));
		else
			add_row(&c->entries[i], out);
	}
	all = json_pack("{s:s, s:o}", "format", "govsla-catalogue-list/1", "entries", rows);
	dumped = json ? json_dumps(all, JSON_INDENT(2)) : NULL;
	if (dumped)
		text_printf(out, "%s\n", dumped);
	out->failed = out->failed || (json && !dumped);
	free(dumped);
	json_decref(all);
}

/* ---- show ---- */

static int show_one(const struct catalogue *c, const char *id, const char *edition, bool json,
                    struct text *out, struct error *err)
{
	const struct catalogue_entry *e;

	if (catalogue_pick(c, NULL, id, edition, NULL, &e, err) < 0)
		return err->code;
	if (json)
		text_append(out, e->file->bytes, e->file->length);
	else
		catalogue_show(c, e, out);
	return 0;
}

/* ---- check ---- */

static int check_file(const struct catalogue *c, const char *path, size_t *wrong, struct text *out,
                      struct error *err)
{
	struct catalogue_entry e = { .file = NULL };
	int rc = document_load(&e.doc, path, err);

	if (rc == 0 && !json_object_get(e.doc.value, "format"))
		*wrong += catalogue_check_terms(&e.doc, out);
	else if (rc == 0 && (rc = catalogue_entry_read(&e, err)) == 0)
		*wrong += catalogue_check(c, &e, out);
	document_release(&e.doc);
	return rc;
}

static int check_all(const struct catalogue *c, const char **files, struct text *out, struct error *err)
{
	size_t wrong = 0;

	for (size_t i = 0; !files[0] && i < c->count; i++)
		wrong += catalogue_check(c, &c->entries[i], out);
	for (size_t i = 0; files[i]; i++)
		if (check_file(c, files[i], &wrong, out, err) < 0)
			return err->code;
	if (wrong == 0)
		return 0;
	command_print(out, err);
	return error_set(err, ERROR_DATA, "%zu of what was checked %s wrong and not declared", wrong,
	                 wrong == 1 ? "is" : "are");
}

/* ---- the command ---- */

static int run(const char *what, const char **operands, const char *edition, bool json, struct text *out,
               struct error *err)
{
	struct catalogue c;
	int rc;

	if (catalogue_open(&c, NULL, err) < 0)
		return err->code;
	if (strcmp(what, "list") == 0)
		list_all(&c, json, out), rc = 0;
	else if (strcmp(what, "show") == 0)
		rc = show_one(&c, operands[0], edition, json, out, err);
	else
		rc = check_all(&c, operands, out, err);
	catalogue_release(&c);
	return rc;
}

/* id NULL: list them. */
static int run_forms(const char *id, bool json, struct text *out, struct error *err)
{
	return id ? catalogue_show_form(id, json, out, err) : catalogue_list_forms(json, out, err);
}

int command_catalogue(int argc, char **argv, struct error *err)
{
	const char *operands[FILES_MOST + 2] = { NULL }, *edition = NULL, *what;
	bool json = false, forms = false;
	const struct command_option options[] = { { "json", 0, NULL, &json },
		                                  { "edition", 0, &edition, NULL },
		                                  { "liability", 0, NULL, &forms },
		                                  { NULL, 0, NULL, NULL } };
	struct text out = { 0 };
	bool show, list;

	if (command_options(argc, argv, options, operands, 1, FILES_MOST, err) < 0)
		return err->code;
	what = operands[0];
	show = strcmp(what, "show") == 0;
	list = strcmp(what, "list") == 0;
	if (!show && !list && strcmp(what, "check") != 0)
		error_set(err, ERROR_USAGE, "'%s' is none of list, show, check", what);
	else if (show && (!operands[1] || operands[2]))
		error_set(err, ERROR_USAGE, "'show' needs one id");
	else if (list && operands[1])
		error_set(err, ERROR_USAGE, "unexpected argument '%s'", operands[1]);
	else if (edition && !show)
		error_set(err, ERROR_USAGE, "'--edition' goes with 'show' only");
	else if (json && !show && !list)
		error_set(err, ERROR_USAGE, "'--json' goes with 'list' and 'show' only");
	else if (forms && ((!show && !list) || edition))
		error_set(err, ERROR_USAGE,
		          "'--liability' goes with 'list' and 'show' only, without an edition");
	if (err->code != ERROR_NONE)
		return error_hint(err, "slacalc catalogue --help");
	if ((forms ? run_forms(operands[1], json, &out, err)
	           : run(what, operands + 1, edition, json, &out, err)) < 0) {
		text_release(&out);
		return err->code;
	}
	return command_print(&out, err);
}
