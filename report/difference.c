#include "report/difference.h"
#include "calc/exact.h"

#include <jansson.h>
#include <string.h>

/* ---- which items are compared ---- */

static const char *leaf(const struct outline_item *item)
{
	return item->part->name;
}

static bool is_finding(const struct outline_item *item)
{
	static const char *const findings[] = { "verdict", "accepted", "why",    "in_effect",   "why_not",
		                                "settle",  "counted",  "counts", "credit_note", "not_covered",
		                                "in_time", "deadline", "alone" };

	for (size_t i = 0; i < sizeof findings / sizeof *findings; i++)
		if (strcmp(leaf(item), findings[i]) == 0)
			return true;
	return false;
}

static bool is_compared(const struct outline_item *item)
{
	return item->kind == OUTLINE_FIGURE || item->kind == OUTLINE_NOTHING || is_finding(item);
}

/* ---- joining ---- */

static json_t *places_of(const struct outline *o)
{
	json_t *places = json_object();

	for (size_t i = 0; i < o->count; i++)
		if (is_compared(&o->items[i]))
			json_object_set_new(places, o->items[i].path, json_integer((json_int_t)i));
	return places;
}

static const struct outline_item *find(const struct outline *o, const json_t *places, const char *path)
{
	const json_t *place = json_object_get(places, path);

	return place ? &o->items[json_integer_value(place)] : NULL;
}

const char *difference_change(struct arena *a, const char *before, const char *after)
{
	const char *change;
	mpq_t left, right;

	if (!before || !after)
		return NULL;
	mpq_inits(left, right, NULL);
	exact_read(left, before);
	exact_read(right, after);
	mpq_sub(right, right, left);
	change = exact_write(a, right);
	mpq_clears(left, right, NULL);
	return change;
}

static void add(struct arena *a, struct difference_list *out, const char *path,
                const struct outline_item *before, const struct outline_item *after)
{
	struct difference d = { .path = path,
		                .before = before ? before->text : NULL,
		                .after = after ? after->text : NULL,
		                .figure = (before && before->kind == OUTLINE_FIGURE) ||
		                          (after && after->kind == OUTLINE_FIGURE) };

	if ((!d.before && !d.after) || (d.before && d.after && strcmp(d.before, d.after) == 0))
		return;
	if (d.figure)
		d.change = difference_change(a, d.before, d.after);
	out->items[out->count++] = d;
}

struct difference_list differences_of(struct arena *a, const struct outline *before,
                                      const struct outline *after)
{
	json_t *old = places_of(before), *new = places_of(after);
	struct difference_list out = { arena_array(a, before->count + after->count + 1, sizeof *out.items),
		                       0 };

	for (size_t i = 0; i < before->count; i++)
		if (is_compared(&before->items[i]))
			add(a, &out, before->items[i].path, &before->items[i],
			    find(after, new, before->items[i].path));
	for (size_t i = 0; i < after->count; i++)
		if (is_compared(&after->items[i]) && !json_object_get(old, after->items[i].path))
			add(a, &out, after->items[i].path, NULL, &after->items[i]);
	json_decref(old);
	json_decref(new);
	return out;
}

/* ---- totals ---- */

static bool of_currency(const struct outline *o, const struct outline_item *item, const char *currency)
{
	size_t length = strlen(item->path) - strlen(leaf(item));
	size_t at = (size_t)(item - o->items);

	/* the key beside it stands close by */
	for (size_t i = at > 8 ? at - 8 : 0; i < o->count && i < at + 8; i++)
		if (strncmp(o->items[i].path, item->path, length) == 0 &&
		    strcmp(o->items[i].path + length, "currency") == 0)
			return o->items[i].text && strcmp(o->items[i].text, currency) == 0;
	return false;
}

const char *difference_total(struct arena *a, const struct outline *o, const char *first, const char *last,
                             const char *currency)
{
	const char *total;
	mpq_t sum, one;

	mpq_inits(sum, one, NULL);
	for (size_t i = 0; i < o->count; i++) {
		const struct outline_item *item = &o->items[i];

		if (item->kind != OUTLINE_FIGURE || strcmp(leaf(item), last) != 0 ||
		    strcmp(outline_name(item, 0, NULL), first) != 0 || outline_name(item, 3, NULL) ||
		    (currency && !of_currency(o, item, currency)))
			continue;
		exact_read(one, item->text);
		mpq_add(sum, sum, one);
	}
	total = exact_write(a, sum);
	mpq_clears(sum, one, NULL);
	return total;
}
