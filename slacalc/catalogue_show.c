/* catalogue_show: an entry of the catalogue for a person to read. */
#include "calc/exact.h"
#include "slacalc/catalogue.h"

#include <string.h>

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

/* ---- objectives and bands ---- */

static const char *const units[] = { "percent", "ms", "s", "min", "h", "d", "count" };

#define UNIT_COUNT (sizeof units / sizeof *units)

/* The sign of the unit that an objective states; *value gets its text. */
static const char *unit_of(const json_t *objective, const char **value)
{
	for (size_t i = 0; i < UNIT_COUNT; i++) {
		*value = text_of(objective, units[i]);
		if (*value)
			return i == 0 ? "%" : i == UNIT_COUNT - 1 ? "" : units[i];
	}
	return "";
}

void catalogue_objective(const json_t *level, struct text *out)
{
	static const char *const words[][2] = {
		{ ">=", "at least" }, { ">", "more than" }, { "<=", "at most" }, { "<", "less than" }
	};
	const json_t *objective = json_object_get(level, "objective");
	const char *op = text_of(objective, "op"), *value = NULL, *unit;

	if (!objective || !op) {
		text_add(out, "not found");
		return;
	}
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(op, words[i][0]) == 0)
			text_add(out, words[i][1]);
	unit = unit_of(objective, &value);
	text_printf(out, " %s%s%s", value ? value : "?", *unit ? " " : "", unit);
}

/* "99 <= x < 99.99", closed as the table is. */
static void add_bounds(const json_t *band, const char *closed, struct text *out)
{
	const char *from = text_of(band, "from"), *to = text_of(band, "to");
	bool lower = !closed || strcmp(closed, "from") == 0, upper = closed && strcmp(closed, "to") == 0;

	text_printf(out, "%s %s x", from ? from : "0", lower ? "<=" : "<");
	if (to)
		text_printf(out, " %s %s", upper ? "<=" : "<", to);
}

/* ---- any value: keys in the document's order, the mark of what is known beside every figure ---- */

static void add_value(const char *key, const json_t *value, const char *mark, int depth, struct text *out);

static void indent(int depth, struct text *out)
{
	text_printf(out, "%*s", 2 * depth, "");
}

static bool is_figure(const json_t *value)
{
	return json_is_integer(value) || (json_is_string(value) && exact_check(json_string_value(value)));
}

static void add_scalar(const json_t *value, struct text *out)
{
	if (json_is_string(value))
		text_add(out, json_string_value(value));
	else if (json_is_integer(value))
		text_printf(out, "%lld", (long long)json_integer_value(value));
	else
		text_add(out, json_is_true(value) ? "yes" : json_is_false(value) ? "no" : "none");
}

static void add_band(const json_t *band, const char *closed, const char *unit, const char *mark, int depth,
                     struct text *out)
{
	const char *own = text_of(band, "confidence"), *step = text_of(band, "step");
	const char *gap = text_of(band, "gap"), *source = text_of(band, "source");
	struct text bounds = { 0 };

	indent(depth, out);
	add_bounds(band, closed, &bounds);
	text_printf(out, "%-20s %s", text_string(&bounds), text_of(band, "rate"));
	text_release(&bounds);
	if (step)
		text_printf(out, " + %s for each whole %s", step, text_of(band, "per"));
	text_printf(out, "%s [%s]", unit, own ? own : mark);
	if (source)
		text_printf(out, " (%s)", source);
	if (gap)
		text_printf(out, " (a hole in the source: %s)", gap);
	text_add(out, "\n");
}

static void add_credit(const json_t *credit, const char *mark, int depth, struct text *out)
{
	const char *unit = text_of(credit, "unit"), *closed = text_of(credit, "closed"), *key;
	const json_t *value;
	json_t *band;
	size_t i;

	unit = !unit || strcmp(unit, "percent") == 0 ? " %" : strcmp(unit, "days") == 0 ? " days" : " hours";
	json_object_foreach ((json_t *)credit, key, value) {
		if (strcmp(key, "bands") != 0) {
			add_value(key, value, mark, depth, out);
			continue;
		}
		json_array_foreach (value, i, band)
			add_band(band, closed, unit, mark, depth, out);
	}
}

static bool all_scalars(const json_t *array)
{
	json_t *item;
	size_t i;

	json_array_foreach (array, i, item)
		if (json_is_object(item) || json_is_array(item))
			return false;
	return true;
}

static void add_list(const char *key, const json_t *list, const char *mark, int depth, struct text *out)
{
	bool notes = strcmp(key, "notes") == 0;
	json_t *item;
	size_t i;

	indent(depth, out);
	text_printf(out, "%s%s", key, json_array_size(list) ? ":" : ": none");
	if (all_scalars(list) && !notes) {
		json_array_foreach (list, i, item) {
			text_add(out, i ? ", " : " ");
			add_scalar(item, out);
		}
		text_add(out, "\n");
		return;
	}
	text_add(out, "\n");
	json_array_foreach (list, i, item) {
		if (!json_is_object(item)) {
			indent(depth + 1, out);
			text_add(out, "- ");
			add_scalar(item, out);
			text_add(out, "\n");
			continue;
		}
		add_value("-", item, mark, depth + 1, out);
	}
}

static void add_object(const char *key, const json_t *object, const char *mark, int depth, struct text *out)
{
	const json_t *source = json_object_get(object, "source"), *value;
	const char *own = text_of(object, "confidence"), *name;

	if (!own && json_is_object(source))
		own = text_of(source, "confidence");
	indent(depth, out);
	text_printf(out, "%s\n", key);
	json_object_foreach ((json_t *)object, name, value)
		add_value(name, value, own ? own : mark, depth + 1, out);
}

static void add_value(const char *key, const json_t *value, const char *mark, int depth, struct text *out)
{
	if (strcmp(key, "credit") == 0 && json_is_object(value)) {
		indent(depth, out);
		text_add(out, "credit\n");
		add_credit(value, mark, depth + 1, out);
	} else if (json_is_object(value)) {
		add_object(key, value, mark, depth, out);
	} else if (json_is_array(value)) {
		add_list(key, value, mark, depth, out);
	} else {
		indent(depth, out);
		text_printf(out, "%s: ", key);
		add_scalar(value, out);
		text_printf(out, is_figure(value) ? " [%s]\n" : "\n", mark);
	}
}

/* ---- the whole ---- */

static void add_level(const json_t *level, const char *mark, struct text *out)
{
	const char *own = text_of(level, "confidence"), *method = text_of(level, "method"), *key;
	const json_t *value;

	mark = own ? own : mark;
	text_printf(out, "\nlevel %s: %s%s%s, ", text_of(level, "id"), text_of(level, "metric"),
	            method ? " by " : "", method ? method : "");
	catalogue_objective(level, out);
	text_printf(out, " [%s]\n", mark);
	json_object_foreach ((json_t *)level, key, value)
		if (strcmp(key, "id") != 0 && strcmp(key, "metric") != 0 && strcmp(key, "method") != 0 &&
		    strcmp(key, "objective") != 0)
			add_value(key, value, mark, 1, out);
}

static void add_others(const struct catalogue *c, const struct catalogue_entry *e, struct text *out)
{
	const char *before = "other editions: ";

	for (size_t i = 0; i < c->count; i++)
		if (strcmp(c->entries[i].id, e->id) == 0 && strcmp(c->entries[i].edition, e->edition) != 0) {
			text_printf(out, "%s%s", before, c->entries[i].edition);
			before = ", ";
		}
	if (*before == ',')
		text_add(out, "\n");
}

void catalogue_show(const struct catalogue *c, const struct catalogue_entry *e, struct text *out)
{
	const json_t *terms = json_object_get(e->doc.value, "terms"), *value;
	const char *mark = text_of(json_object_get(terms, "source"), "confidence"), *key;
	json_t *level;
	size_t i;

	mark = mark ? mark : "not stated";
	text_printf(out, "%s, edition %s: %s\n", e->id, e->edition, text_of(terms, "title"));
	add_others(c, e, out);
	if (e->file)
		text_printf(out, "sha256: %s\n", e->file->sha256);
	json_object_foreach (e->doc.value, key, value)
		if (strcmp(key, "format") != 0 && strcmp(key, "id") != 0 && strcmp(key, "edition") != 0 &&
		    strcmp(key, "terms") != 0 && strcmp(key, "notes") != 0)
			add_value(key, value, mark, 0, out);
	json_object_foreach ((json_t *)terms, key, value)
		if (strcmp(key, "id") != 0 && strcmp(key, "title") != 0 && strcmp(key, "levels") != 0)
			add_value(key, value, mark, 0, out);
	if (!e->has_levels)
		text_add(out, "\nno level: what this edition promises was not found\n");
	json_array_foreach (json_object_get(terms, "levels"), i, level)
		add_level(level, mark, out);
	text_add(out, "\n");
	add_value("notes", json_object_get(e->doc.value, "notes"), mark, 0, out);
}
