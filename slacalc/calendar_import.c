#include "slacalc/calendar_import.h"
#include "base/instant.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

int import_fail(struct import *in, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	error_set_va(in->err, ERROR_DATA, format, args);
	va_end(args);
	return error_at(in->err, in->file, in->line, NULL);
}

int import_add(struct import *in, int64_t day, const char *name)
{
	struct imported *out = in->out;

	if (!*name)
		return import_fail(in, "the day has no name");
	if (text_has_control(name))
		return import_fail(in, "the name holds control characters");
	if (out->count == in->room) {
		struct imported_day *more = arena_array(in->arena, 2 * in->room + 64, sizeof *more);

		if (out->count)
			memcpy(more, out->days, out->count * sizeof *more);
		out->days = more;
		in->room = 2 * in->room + 64;
	}
	out->days[out->count++] = (struct imported_day){ day, name };
	return 0;
}

bool import_day(int year, int month, int day, int64_t *out)
{
	struct date d = { year, month, day }, back;

	if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31)
		return false;
	*out = date_to_days(d);
	back = date_from_days(*out);
	return back.month == month && back.day == day;
}

const char *import_utf8(struct import *in, const char *bytes, size_t length)
{
	json_t *checked = json_stringn(bytes, length); /* NULL unless it is UTF-8 */
	const char *text = NULL;

	if (checked && strlen(json_string_value(checked)) == length)
		text = arena_copy(in->arena, json_string_value(checked));
	json_decref(checked);
	return text;
}

static int by_day(const void *left, const void *right)
{
	const struct imported_day *a = left, *b = right;

	return a->day != b->day ? (a->day < b->day ? -1 : 1) : strcmp(a->name, b->name);
}

/* One day may be two holidays: then it has both names. */
static void join_days(struct arena *a, struct imported *out)
{
	size_t count = 0;

	for (size_t i = 0; i < out->count; i++) {
		struct imported_day *last = count ? &out->days[count - 1] : NULL;

		if (!last || last->day != out->days[i].day)
			out->days[count++] = out->days[i];
		else if (strcmp(last->name, out->days[i].name) != 0)
			last->name = arena_printf(a, "%s / %s", last->name, out->days[i].name);
	}
	out->count = count;
}

#define BOM      "\xef\xbb\xbf"
#define CALENDAR "BEGIN:VCALENDAR"

int calendar_import(struct arena *a, const char *file, const struct text *bytes, struct imported *out,
                    struct error *err)
{
	struct import in = { a, file, 0, out, 0, err };
	const char *at = text_string(bytes);
	size_t length = bytes->length;
	int rc;

	*out = (struct imported){ 0 };
	if (length >= strlen(BOM) && memcmp(at, BOM, strlen(BOM)) == 0) {
		at += strlen(BOM);
		length -= strlen(BOM);
	}
	rc = length >= strlen(CALENDAR) && memcmp(at, CALENDAR, strlen(CALENDAR)) == 0
	         ? import_ics(&in, at, length)
	         : import_csv(&in, at, length);
	if (rc < 0)
		return rc;
	in.line = 0;
	if (out->count == 0)
		return import_fail(&in, "there is no holiday in it");
	qsort(out->days, out->count, sizeof *out->days, by_day);
	join_days(a, out);
	return 0;
}
