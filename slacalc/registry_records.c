/* registry: records, any number of files. What they may say is for case/'s own readers to decide. */
#include "case/calendar.h"
#include "case/reader.h"
#include "slacalc/registry_part.h"

#include <stdlib.h>
#include <string.h>

struct file {
	const struct document *doc;
	struct node root;
	json_t
	    *said; /* as it stands in the file: the rows; what case/ reads lacks what only a directory says */
};

/* ---- lists of objects, one row each ---- */

static int read_calendars(struct reader *r, const struct node *root, struct error *err)
{
	struct calendar calendar;
	struct node list, object;

	if (node_array(root, "calendars", OPTIONAL, &list, err) < 0)
		return err->code;
	for (size_t i = 0; i < node_count(&list); i++)
		if (node_item_object(&list, i, &object, err) < 0 ||
		    calendar_read(r->arena, &object, &calendar, err) < 0)
			return err->code;
	return 0;
}

/* The lists that a case has, in the order in which they are read; kind: in the table record, NULL: in each object. */
static const struct list {
	const char *key, *kind;
	int (*read)(struct reader *r, const struct node *root, struct error *err);
} lists[] = {
	{ "exclusions", "exclusion", read_exclusions },    { "incidents", "incident", read_incidents },
	{ "corrections", "correction", read_corrections }, { "history", "history", read_history },
	{ "claims", "claim_made", read_claims },           { "calendars", "calendar", read_calendars },
};
#define LIST_COUNT (sizeof lists / sizeof lists[0])

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

/* What earlier spans came to has no id of its own: what it is about identifies it. */
static const char *id_of(struct registry *r, const char *kind, const json_t *item)
{
	if (strcmp(kind, "history") != 0)
		return text_of(item, "id");
	return arena_printf(&r->arena, "%s %s from %s", text_of(item, "service"), text_of(item, "level"),
	                    text_of(item, "start"));
}

/* Each object of a list that was read, as a row. */
static int add_list(struct registry *r, const struct file *f, const char *key, const char *kind,
                    struct error *err)
{
	json_t *said = json_object_get(f->said, key), *body;
	struct node list = node_member(&f->root, key);
	size_t i;

	json_array_foreach (said, i, body) {
		struct node item = node_item(&list, i);
		const char *of = kind ? kind : text_of(body, "kind"), *id = id_of(r, of, body);
		json_t *row = json_pack("{s:s, s:s, s:O}", "kind", of, "id", id, "body", body);

		registry_add(r, TABLE_RECORD, row);
		if (registry_claim(r, kind ? kind : "record", id, row, &item, err) < 0)
			return err->code;
	}
	return 0;
}

static int add_policies(struct registry *r, const struct node *root, struct error *err)
{
	struct node policies, member;
	const char *name;
	json_t *value;

	if (node_object(root, "policies", OPTIONAL, &policies, err) < 0 || !policies.value)
		return err->code;
	json_object_foreach (policies.value, name, value) {
		json_t *row = json_pack("{s:s, s:s, s:O}", "kind", "policy", "id", name, "body", value);

		member = node_member(&policies, name);
		registry_add(r, TABLE_RECORD, row);
		if (registry_claim(r, "policy", name, row, &member, err) < 0)
			return err->code;
	}
	return 0;
}

/* ---- what a directory says and a case does not: it is of no one month, and of several files ---- */

/* An incident is judged in the months that its times touch: one without any would be in none. */
static int check_incidents(const struct file *f, struct error *err)
{
	static const char *const instants[] = { "start", "known", "reported", "notified", "replaced" };
	struct node list = node_member(&f->root, "incidents");

	for (size_t i = 0; i < node_count(&list); i++) {
		struct node item = node_item(&list, i);
		bool dated = false;

		for (size_t k = 0; k < sizeof instants / sizeof instants[0]; k++)
			dated = dated || text_of(item.value, instants[k]);
		if (!dated)
			return node_fail(
			    &item, err,
			    "states no time, so that it belongs to no month: give 'start' and 'end', "
			    "or another of its times");
	}
	return 0;
}

/* A case is of one month, and so are its claims; here each says which. */
static int cut_months(const struct file *f, struct error *err)
{
	struct node list, object;

	if (node_array(&f->root, "claims", OPTIONAL, &list, err) < 0)
		return err->code;
	for (size_t i = 0; i < node_count(&list); i++) {
		const char *text;
		struct date month;

		if (node_item_object(&list, i, &object, err) < 0 ||
		    node_string(&object, "month", REQUIRED, &text, err) < 0)
			return err->code;
		if (month_parse(&month, text, err) < 0) {
			struct node member = node_member(&object, "month");

			return node_fail_at(&member, err);
		}
		json_object_del(object.value, "month");
	}
	return 0;
}

static bool has_id(const json_t *list, const char *id)
{
	json_t *item;
	size_t i;

	json_array_foreach (list, i, item) {
		const char *own = text_of(item, "id");

		if (own && strcmp(own, id) == 0)
			return true;
	}
	return false;
}

/* A correction may supersede one of another file, which case/ does not see: see check_superseded(). */
static void cut_superseded(const struct file *f)
{
	json_t *list = json_object_get(f->root.value, "corrections"), *item;
	size_t i;

	json_array_foreach (list, i, item) {
		const char *other = text_of(item, "supersedes");

		if (other && !has_id(list, other))
			json_object_del(item, "supersedes");
	}
}

static int check_superseded(const struct registry *r, const struct file *f, struct error *err)
{
	struct node list = node_member(&f->root, "corrections");

	for (size_t i = 0; i < node_count(&list); i++) {
		struct node item = node_item(&list, i), member = node_member(&item, "supersedes");
		json_t *said = json_array_get(json_object_get(f->said, "corrections"), i), *other;
		const char *id = text_of(said, "supersedes");
		int64_t at = 0, before = 0;

		if (!id || member.value)
			continue;
		other = json_object_get(registry_find(r, "correction", id), "body");
		if (!other)
			return node_fail(&member, err, "no correction '%s'", id);
		if (instant_parse(&at, text_of(said, "entered"), err) < 0 ||
		    instant_parse(&before, text_of(other, "entered"), err) < 0)
			return err->code;
		if (before >= at)
			return node_fail(&member, err,
			                 "'%s' was not entered before '%s', which supersedes it", id,
			                 text_of(said, "id"));
	}
	return 0;
}

/* ---- reading ---- */

static int read_header(const struct document *doc, struct file *f, struct error *err)
{
	static const char *const formats[] = { "govsla-records/1", NULL };
	static const char *const keys[] = { "format",      "exclusions",     "incidents", "corrections",
		                            "history",     "claims",         "calendars", "contracts",
		                            "agreements",  "exchange",       "invoices",  "late_payments",
		                            "instalments", "apportionments", "records",   "policies",
		                            NULL };
	int format;

	f->doc = doc;
	if (document_root(doc, &f->root, err) < 0 ||
	    node_word(&f->root, "format", REQUIRED, formats, &format, err) < 0 ||
	    node_check_keys(&f->root, keys, err) < 0)
		return err->code;
	f->said = json_deep_copy(f->root.value);
	return f->said ? 0 : error_set(err, ERROR_MEMORY, "out of memory");
}

/* Each file's own lists. */
static int read_own(struct registry *r, struct reader *reader, struct file *f, struct error *err)
{
	cut_superseded(f);
	if (cut_months(f, err) < 0)
		return err->code;
	for (size_t i = 0; i < LIST_COUNT; i++)
		if (lists[i].read(reader, &f->root, err) < 0 ||
		    add_list(r, f, lists[i].key, lists[i].kind, err) < 0)
			return err->code;
	return check_incidents(f, err);
}

/* ---- lists that are read as one: what stands in one file refers to what stands in another ---- */

/* kind: in the table record, NULL: in each object */
static const struct shared_list {
	const char *key, *kind;
} shared_lists[] = {
	{ "contracts", "contract" },
	{ "agreements", "agreement" },
	{ "exchange", "exchange" },
	{ "invoices", "invoice" },
	{ "late_payments", "late_payment" },
	{ "instalments", "instalment" },
	{ "apportionments", "apportionment" },

	{ "records", NULL },
};
#define SHARED_COUNT (sizeof shared_lists / sizeof shared_lists[0])

static int gather(const struct file *f, json_t *all, struct error *err)
{
	struct node list, policies;

	for (size_t i = 0; i < SHARED_COUNT; i++) {
		if (node_array(&f->root, shared_lists[i].key, OPTIONAL, &list, err) < 0)
			return err->code;
		if (!json_object_get(all, shared_lists[i].key))
			json_object_set_new(all, shared_lists[i].key, json_array());
		json_array_extend(json_object_get(all, shared_lists[i].key), list.value);
	}
	if (node_object(&f->root, "policies", OPTIONAL, &policies, err) < 0)
		return err->code;
	json_object_update(json_object_get(all, "policies"), policies.value);
	return 0;
}

/* In the order in which one part of a case refers to another. */
static int read_gathered(struct registry *r, json_t *all, struct error *err)
{
	static int (*const read[])(struct reader *, const struct node *, struct error *) = {
		read_exchanges, read_policies, read_contracts,      read_agreements,
		read_money,     read_records,  read_apportionments,
	};
	struct reader reader = { .arena = &r->arena, .c = &r->outline };
	struct document doc = { 0 };
	struct node root;

	if (document_take(&doc, "", json_incref(all), err) == 0 && document_root(&doc, &root, err) == 0)
		for (size_t i = 0; i < sizeof read / sizeof read[0] && err->code == ERROR_NONE; i++)
			(void)!read[i](&reader, &root, err);
	document_release(&doc);
	return err->code;
}

/* The file and the path in it of a key of all files together: records[7].amount is that file's records[2].amount. */
static const struct file *find_place(struct arena *a, const struct file *files, size_t count,
                                     const char *field, const char **path)
{
	size_t length = strcspn(field, "[."), index, own;
	const char *key = arena_printf(a, "%.*s", (int)length, field), *rest = field + length;

	*path = field;
	index = *rest == '[' ? strtoul(rest + 1, NULL, 10) : 0;
	for (size_t i = 0; i < count; i++) {
		const json_t *list = json_object_get(files[i].root.value, key);

		own = json_array_size(list);
		if (*rest == '[' && index < own) {
			*path = arena_printf(a, "%s[%zu%s", key, index, strchr(rest, ']'));
			return &files[i];
		}
		if (*rest == '.' &&
		    json_object_get(list, arena_printf(a, "%.*s", (int)strcspn(rest + 1, ".["), rest + 1)))
			return &files[i];
		index -= own;
	}
	return NULL;
}

static void locate(struct arena *a, const struct file *files, size_t count, struct error *err)
{
	const char *path;
	const struct file *f = find_place(a, files, count, arena_copy(a, err->field), &path);

	if (!f)
		return;
	snprintf(err->field, sizeof err->field, "%s", path);
	snprintf(err->file, sizeof err->file, "%s", f->doc->name);
	err->line = document_line(f->doc, err->field);
}

static int read_shared(struct registry *r, const struct file *files, size_t count, struct error *err)
{
	json_t *all = json_pack("{s:{}}", "policies");

	for (size_t i = 0; i < count; i++)
		if (gather(&files[i], all, err) < 0)
			goto out;
	if (read_gathered(r, all, err) < 0)
		locate(&r->arena, files, count, err);
out:
	json_decref(all);
	return err->code;
}

/* ---- all files ---- */

static int read_files(struct registry *r, struct file *files, const struct document *docs, size_t count,
                      struct error *err)
{
	struct reader reader = { .arena = &r->arena, .c = &r->outline };

	for (size_t i = 0; i < count; i++)
		if (read_header(&docs[i], &files[i], err) < 0 || read_own(r, &reader, &files[i], err) < 0)
			return error_at(err, docs[i].name, 0, NULL);
	if (read_shared(r, files, count, err) < 0)
		return err->code;
	for (size_t i = 0; i < count; i++) {
		if (check_superseded(r, &files[i], err) < 0 || add_policies(r, &files[i].root, err) < 0)
			return error_at(err, docs[i].name, 0, NULL);
		for (size_t k = 0; k < SHARED_COUNT; k++)
			if (add_list(r, &files[i], shared_lists[k].key, shared_lists[k].kind, err) < 0)
				return error_at(err, docs[i].name, 0, NULL);
	}
	return 0;
}

int registry_read_records(struct registry *r, const struct document *docs, size_t count, struct error *err)
{
	struct file *files = arena_array(&r->arena, count, sizeof *files);
	struct zone_days *days = arena_new(&r->arena, struct zone_days);

	/* as of a period after everything: history is of spans before it */
	r->outline.period.span = (struct span){ END_OF_TIME_US, END_OF_TIME_US + US_PER_S };
	r->outline.as_of_us = INT64_MAX;
	days->as_of_day = INT64_MAX;
	r->outline.zone_days = days;
	r->outline.zone_days_count = 1;
	(void)!read_files(r, files, docs, count, err);
	for (size_t i = 0; i < count; i++)
		json_decref(files[i].said);
	return err->code;
}
