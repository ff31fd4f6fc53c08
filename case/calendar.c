#include "case/calendar.h"
#include "case/reader.h"

#include <stdlib.h>
#include <string.h>

#define FOLDER "calendars/"

static int read_source(struct arena *a, const struct node *object, struct calendar *c, struct error *err)
{
	static const char *const keys[] = { "document", "date", "confidence", "note", NULL };
	struct node source;
	const char *note;

	if (node_object(object, "source", OPTIONAL, &source, err) < 0 || !source.value)
		return err->code;
	if (node_check_keys(&source, keys, err) < 0 ||
	    read_text(a, &source, "document", OPTIONAL, &c->document, err) < 0 ||
	    read_text(a, &source, "date", OPTIONAL, &c->document_date, err) < 0 ||
	    read_text(a, &source, "confidence", OPTIONAL, &c->confidence, err) < 0)
		return err->code;
	return read_text(a, &source, "note", OPTIONAL, &note, err);
}

static int by_day(const void *left, const void *right)
{
	const struct holiday *a = left, *b = right;

	return a->day < b->day ? -1 : a->day > b->day;
}

static int read_day_of(struct arena *a, const struct node *days, size_t i, struct calendar *c,
                       struct error *err)
{
	struct holiday *h = &c->holidays[i];
	struct node object, date;

	if (node_item_object(days, i, &object, err) < 0 ||
	    node_check_keys(&object, (const char *const[]){ "date", "name", NULL }, err) < 0 ||
	    read_day(&object, "date", REQUIRED, &h->day, err) < 0 ||
	    read_text(a, &object, "name", OPTIONAL, &h->name, err) < 0)
		return err->code;
	date = node_member(&object, "date");
	if (h->day < c->from_day || h->day > c->to_day)
		return node_fail(&date, err, "lies outside 'from' to 'to' of the calendar");
	return 0;
}

static int read_days(struct arena *a, const struct node *object, struct calendar *c, struct error *err)
{
	struct node days;

	if (node_array(object, "days", REQUIRED, &days, err) < 0)
		return err->code;
	c->count = node_count(&days);
	c->holidays = arena_array(a, c->count, sizeof *c->holidays);
	for (size_t i = 0; i < c->count; i++)
		if (read_day_of(a, &days, i, c, err) < 0)
			return err->code;
	qsort(c->holidays, c->count, sizeof *c->holidays, by_day);
	for (size_t i = 1; i < c->count; i++)
		if (c->holidays[i].day == c->holidays[i - 1].day) {
			struct date d = date_from_days(c->holidays[i].day);

			return node_fail(&days, err, "the day %04d-%02d-%02d is there twice", d.year, d.month,
			                 d.day);
		}
	return 0;
}

int calendar_read(struct arena *a, const struct node *object, struct calendar *out, struct error *err)
{
	static const char *const keys[] = { "id", "title", "edition", "source", "from", "to", "days", NULL };
	struct node to = node_member(object, "to");

	*out = (struct calendar){ 0 };
	if (node_check_keys(object, keys, err) < 0 ||
	    read_text(a, object, "id", REQUIRED, &out->id, err) < 0 ||
	    read_text(a, object, "title", OPTIONAL, &out->title, err) < 0 ||
	    read_text(a, object, "edition", OPTIONAL, &out->edition, err) < 0 ||
	    read_source(a, object, out, err) < 0 ||
	    read_day(object, "from", REQUIRED, &out->from_day, err) < 0 ||
	    read_day(object, "to", REQUIRED, &out->to_day, err) < 0)
		return err->code;
	if (out->to_day < out->from_day)
		return node_fail(&to, err, "'to' is before 'from'");
	return read_days(a, object, out, err);
}

/* ---- shipped ---- */

bool calendar_is(const struct shipped_file *file)
{
	return strncmp(file->name, FOLDER, strlen(FOLDER)) == 0;
}

/* "calendars/jp.json" is jp */
static bool has_id(const struct shipped_file *file, const char *id)
{
	const char *name = calendar_is(file) ? file->name + strlen(FOLDER) : "";

	return strncmp(name, id, strlen(id)) == 0 && strcmp(name + strlen(id), ".json") == 0;
}

const struct shipped_file *calendar_shipped_file(const char *id)
{
	for (size_t i = 0; i < shipped_count; i++)
		if (has_id(&shipped_files[i], id))
			return &shipped_files[i];
	return NULL;
}

const char *calendar_shipped_ids(struct arena *a)
{
	char *ids = arena_copy(a, "");

	for (size_t i = 0; i < shipped_count; i++) {
		const char *name = shipped_files[i].name;

		if (calendar_is(&shipped_files[i]))
			ids =
			    arena_printf(a, "%s%s%.*s", ids, *ids ? ", " : "",
			                 (int)(strlen(name) - strlen(FOLDER ".json")), name + strlen(FOLDER));
	}
	return ids;
}

int calendar_read_shipped(struct arena *a, const struct shipped_file *file, struct calendar *out,
                          struct error *err)
{
	struct document doc = { 0 };
	struct node root;
	int rc = document_parse(&doc, file->name, file->bytes, file->length, err);

	if (rc == 0)
		rc = document_root(&doc, &root, err);
	if (rc == 0)
		rc = calendar_read(a, &root, out, err);
	document_release(&doc);
	return rc;
}

static int compare_day(const void *key, const void *item)
{
	int64_t day = *(const int64_t *)key, other = ((const struct holiday *)item)->day;

	return day < other ? -1 : day > other;
}

const struct holiday *calendar_holiday(const struct calendar *c, int64_t day)
{
	return c->count ? bsearch(&day, c->holidays, c->count, sizeof *c->holidays, compare_day) : NULL;
}
