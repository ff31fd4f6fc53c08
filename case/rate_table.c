#include "case/rate_table.h"
#include "calc/exact.h"
#include "case/shipped.h"

#include <stdlib.h>
#include <string.h>

#define FOLDER "rates/"

static int by_day(const void *left, const void *right)
{
	const struct rate_period *a = left, *b = right;

	return (a->from_day > b->from_day) - (a->from_day < b->from_day);
}

static int read_period_of(struct arena *a, const struct node *object, struct rate_period *out,
                          struct error *err)
{
	static const char *const keys[] = { "from", "to", "percent", "source", "confidence", NULL };
	struct node to = node_member(object, "to");
	const char *source, *confidence;

	out->from_day = INT64_MIN;
	out->to_day = INT64_MAX;
	if (node_check_keys(object, keys, err) < 0 ||
	    read_day(object, "from", OPTIONAL, &out->from_day, err) < 0 ||
	    read_day(object, "to", OPTIONAL, &out->to_day, err) < 0 ||
	    read_exact(a, object, "percent", REQUIRED, &out->percent, err) < 0 ||
	    read_text(a, object, "source", OPTIONAL, &source, err) < 0 ||
	    read_text(a, object, "confidence", OPTIONAL, &confidence, err) < 0)
		return err->code;
	if (out->to_day <= out->from_day)
		return node_fail(&to, err, "'to' is the day after the last: it must be after 'from'");
	out->source = source && confidence ? arena_printf(a, "%s (%s)", source, confidence) : source;
	return 0;
}

static int read_periods(struct arena *a, const struct node *list, struct late_payment *out, struct error *err)
{
	size_t count = node_count(list);

	out->rates = arena_array(a, count, sizeof *out->rates);
	out->rate_count = count;
	for (size_t i = 0; i < count; i++) {
		struct node object;

		if (node_item_object(list, i, &object, err) < 0 ||
		    read_period_of(a, &object, &out->rates[i], err) < 0)
			return err->code;
	}
	if (count > 1)
		qsort(out->rates, count, sizeof *out->rates, by_day);
	for (size_t i = 1; i < count; i++)
		if (out->rates[i].from_day < out->rates[i - 1].to_day)
			return node_fail(list, err, "two rates hold on one day: %s and %s per cent",
			                 out->rates[i - 1].percent, out->rates[i].percent);
	return count ? 0 : node_fail(list, err, "at least one rate is needed");
}

/* ---- shipped ---- */

static const struct shipped_file *shipped_table(const char *id)
{
	for (size_t i = 0; i < shipped_count; i++) {
		const char *name = shipped_files[i].name;

		if (strncmp(name, FOLDER, strlen(FOLDER)) != 0)
			continue;
		name += strlen(FOLDER);
		if (strncmp(name, id, strlen(id)) == 0 && strcmp(name + strlen(id), ".json") == 0)
			return &shipped_files[i];
	}
	return NULL;
}

static const char *shipped_ids(struct arena *a)
{
	const char *ids = "";

	for (size_t i = 0; i < shipped_count; i++) {
		const char *name = shipped_files[i].name;

		if (strncmp(name, FOLDER, strlen(FOLDER)) == 0)
			ids =
			    arena_printf(a, "%s%s%.*s", ids, *ids ? ", " : "",
			                 (int)(strlen(name) - strlen(FOLDER ".json")), name + strlen(FOLDER));
	}
	return ids;
}

static int read_shipped(struct arena *a, const struct shipped_file *file, struct late_payment *out,
                        struct error *err)
{
	static const char *const keys[] = { "format", "id", "title", "law", "notes", "rates", NULL };
	struct document doc = { 0 };
	struct node root, list;
	int rc = document_parse(&doc, file->name, file->bytes, file->length, err);

	if (rc == 0)
		rc = document_root(&doc, &root, err);
	if (rc == 0)
		rc = node_check_keys(&root, keys, err);
	if (rc == 0)
		rc = node_array(&root, "rates", REQUIRED, &list, err);
	if (rc == 0)
		rc = read_periods(a, &list, out, err);
	document_release(&doc);
	return rc;
}

int rate_table_read(struct arena *a, const struct node *object, struct late_payment *out, struct error *err)
{
	struct node rates = node_member(object, "rates"), list;
	const struct shipped_file *file;

	if (!json_is_string(rates.value))
		return node_array(object, "rates", REQUIRED, &list, err) < 0
		           ? err->code
		           : read_periods(a, &list, out, err);
	if (read_text(a, object, "rates", REQUIRED, &out->rate_table, err) < 0)
		return err->code;
	file = shipped_table(out->rate_table);
	if (!file) {
		node_fail(&rates, err, "no table of rates '%s' is shipped", out->rate_table);
		return error_hint(err, "shipped: %s", shipped_ids(a));
	}
	return read_shipped(a, file, out, err);
}
