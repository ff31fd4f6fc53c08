/* slacalc calendar: calendars of holidays: those that are shipped, and new ones from public lists. */
#include "case/calendar.h"
#include "base/instant.h"
#include "slacalc/calendar_import.h"
#include "slacalc/command.h"
#include "slacalc/digest.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define EDITION_DIGITS 12

struct import_options {
	const char *id, *from, *to;
};

/* ---- list, show ---- */

static int list(struct text *out, struct error *err)
{
	struct arena a = { 0 };

	for (size_t i = 0; i < shipped_count; i++) {
		char from[DATE_TEXT_SIZE], to[DATE_TEXT_SIZE];
		struct calendar c;

		if (!calendar_is(&shipped_files[i]))
			continue;
		if (calendar_read_shipped(&a, &shipped_files[i], &c, err) < 0)
			break;
		text_printf(out, "%-8s  %s to %s  %4zu days  %s\n", c.id, date_format(c.from_day, from),
		            date_format(c.to_day, to), c.count, c.title ? c.title : "");
	}
	arena_release(&a);
	return err->code;
}

static int show(const char *id, struct text *out, struct error *err)
{
	const struct shipped_file *file = calendar_shipped_file(id);
	struct arena a = { 0 };

	if (file)
		text_append(out, file->bytes, file->length);
	else {
		error_set(err, ERROR_DATA, "no calendar '%s' is shipped", id);
		error_hint(err, "shipped: %s", calendar_shipped_ids(&a));
	}
	arena_release(&a);
	return err->code;
}

/* ---- import ---- */

static void add_string(struct text *out, const char *text)
{
	json_t *value = json_string(text);
	char *dump = json_dumps(value, JSON_ENCODE_ANY);

	text_add(out, dump ? dump : "null");
	free(dump);
	json_decref(value);
}

/* The first and the last day of which the new calendar speaks: as asked, or the whole years of the list. */
static int coverage(const struct imported *in, const struct import_options *o, int64_t *from, int64_t *to,
                    struct error *err)
{
	struct date first = date_from_days(in->days[0].day > 0 ? in->days[0].day : 0);
	struct date last = date_from_days(in->days[in->count - 1].day);

	if (in->days[in->count - 1].day < 0)
		return error_set(err, ERROR_DATA, "the list ends before 1970");
	first.month = first.day = 1;
	last.month = 12;
	last.day = 31;
	if ((o->from && date_parse(&first, o->from, err) < 0) || (o->to && date_parse(&last, o->to, err) < 0))
		return err->code;
	*from = date_to_days(first);
	*to = date_to_days(last);
	return *to < *from ? error_set(err, ERROR_USAGE, "--to is before --from") : 0;
}

/* The file's name without its folder and its ending. */
static const char *id_of(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	const char *dot = strchr(name, '.');

	return arena_printf(a, "%.*s", (int)(dot && dot > name ? (size_t)(dot - name) : strlen(name)), name);
}

static void write_calendar(struct text *out, const struct imported *in, const char *id, const char *path,
                           const char *sha256, int64_t from, int64_t to)
{
	const char *slash = strrchr(path, '/'), *separator = "";
	char date[DATE_TEXT_SIZE];

	text_add(out, "{\n  \"id\": ");
	add_string(out, id);
	text_printf(out, ",\n  \"edition\": \"sha256 %.*s\",\n  \"source\": { \"document\": ", EDITION_DIGITS,
	            sha256);
	add_string(out, slash ? slash + 1 : path);
	text_printf(out, ", \"note\": \"made by slacalc calendar import\" },\n  \"from\": \"%s\",\n",
	            date_format(from, date));
	text_printf(out, "  \"to\": \"%s\",\n  \"days\": [", date_format(to, date));
	for (size_t i = 0; i < in->count; i++) {
		if (in->days[i].day < from || in->days[i].day > to)
			continue;
		text_printf(out, "%s\n    { \"date\": \"%s\", \"name\": ", separator,
		            date_format(in->days[i].day, date));
		add_string(out, in->days[i].name);
		text_add(out, " }");
		separator = ",";
	}
	text_add(out, "\n  ]\n}\n");
}

static int import(struct arena *a, const char *path, const struct import_options *o, struct text *out,
                  struct error *err)
{
	struct text bytes = { 0 };
	char sha256[DIGEST_TEXT_SIZE];
	struct imported in;
	int64_t from = 0, to = 0;

	if (text_read_file(&bytes, path, err) == 0 && calendar_import(a, path, &bytes, &in, err) == 0 &&
	    coverage(&in, o, &from, &to, err) == 0)
		write_calendar(out, &in, o->id ? o->id : id_of(a, path), path,
		               digest_sha256(bytes.bytes, bytes.length, sha256), from, to);
	text_release(&bytes);
	return err->code;
}

/* What is printed must be what evaluate reads. */
static int check(struct arena *a, const struct text *made, struct error *err)
{
	struct document doc = { 0 };
	struct calendar c;
	struct node root;

	if (document_parse(&doc, "the calendar made", text_string(made), made->length, err) == 0 &&
	    document_root(&doc, &root, err) == 0)
		(void)!calendar_read(a, &root, &c, err);
	document_release(&doc);
	return err->code;
}

static int usage(struct error *err, const char *text, const char *what)
{
	error_set(err, ERROR_USAGE, text, what);
	return error_hint(err, "slacalc calendar --help");
}

int command_calendar(int argc, char **argv, struct error *err)
{
	struct import_options o = { NULL, NULL, NULL };
	const struct command_option options[] = { { "id", 0, &o.id, NULL },
		                                  { "from", 0, &o.from, NULL },
		                                  { "to", 0, &o.to, NULL },
		                                  { NULL, 0, NULL, NULL } };
	const char *operands[2] = { NULL, NULL };
	struct arena a = { 0 };
	struct text out = { 0 };

	if (command_options(argc, argv, options, operands, 1, 2, err) < 0)
		return err->code;
	if (strcmp(operands[0], "import") != 0 && (o.id || o.from || o.to))
		return usage(err, "options are for 'import', not for '%s'", operands[0]);
	if (strcmp(operands[0], "list") == 0 && !operands[1])
		(void)!list(&out, err);
	else if (strcmp(operands[0], "show") == 0 && operands[1])
		(void)!show(operands[1], &out, err);
	else if (strcmp(operands[0], "import") == 0 && operands[1]) {
		if (import(&a, operands[1], &o, &out, err) == 0)
			(void)!check(&a, &out, err);
	} else
		usage(err, "'%s' is not understood: list, show ID or import FILE", operands[0]);
	arena_release(&a);
	return command_print(&out, err);
}
