/* catalogue_check: proves of an entry, or of a file of terms, what it promises about itself. */
#include "case/bands.h"
#include "case/terms.h"
#include "slacalc/catalogue.h"

#include <string.h>

struct check {
	struct arena arena;
	struct text *out;
	const char *subject; /* what lines begin with */
	const json_t *declared;
	size_t wrong;
};

static void say(struct check *c, const char *format, ...) PRINTF_LIKE(2, 3);

static void say(struct check *c, const char *format, ...)
{
	char line[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof line, format, args);
	va_end(args);
	text_printf(c->out, "%s: %s\n", c->subject, line);
}

#define WRONG(c, ...) (say(c, __VA_ARGS__), (c)->wrong++)

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

/* ---- the tables ---- */

/* Why the entry says that a property does not hold for a level; NULL when it does not say so. */
static const char *declared_why(const struct check *c, const char *level, const char *property)
{
	json_t *item;
	size_t i;

	json_array_foreach (c->declared, i, item) {
		const char *of = text_of(item, "level"), *not = text_of(item, "not");

		if (of && not &&strcmp(of, level) == 0 && strcmp(not, property) == 0)
			return text_of(item, "why");
	}
	return NULL;
}

/* One line for each property that does not hold by itself, and one with those that do. */
static void check_table(struct check *c, const struct terms *t, const struct level *l, bool *used)
{
	const char *name =
	    l->reading ? arena_printf(&c->arena, "%s, read as '%s'", l->id, l->reading) : l->id;
	bool refuted[BANDS_PROPERTY_COUNT] = { false };
	struct bands_findings found = { NULL, 0, 0 };
	struct text holds = { 0 };

	bands_examine(&c->arena, l, t, &found);
	for (size_t i = 0; i < found.count; i++) {
		const struct bands_finding *f = &found.list[i];
		const char *property = bands_property_name(f->property);
		const char *own = declared_why(c, l->id, property), *why = f->declared ? f->declared : own;

		refuted[f->property] = true;
		used[f->property] = used[f->property] || (own && !f->declared);
		if (why)
			say(c, "%s: not %s: %s (declared: %s)", name, property, f->text, why);
		else
			WRONG(c, "%s: not %s: %s", name, property, f->text);
	}
	for (int p = 0; p < BANDS_PROPERTY_COUNT; p++)
		if (!refuted[p])
			text_printf(&holds, "%s%s", holds.length ? ", " : "",
			            bands_property_name((enum bands_property)p));
	if (holds.length)
		say(c, "%s: %s", name, text_string(&holds));
	text_release(&holds);
}

static void check_tables(struct check *c, const struct terms *t)
{
	for (size_t i = 0; i < t->level_count; i++) {
		const struct level *l = &t->levels[i];
		bool used[BANDS_PROPERTY_COUNT] = { false };

		if (!l->credit) {
			say(c, "%s: no credit", l->id);
			continue;
		}
		check_table(c, t, l, used);
		for (size_t k = 0; k < l->reading_count; k++)
			if (l->readings[k].credit)
				check_table(c, t, &l->readings[k], used);
		for (int p = 0; p < BANDS_PROPERTY_COUNT; p++) {
			const char *property = bands_property_name((enum bands_property)p);

			if (!used[p] && declared_why(c, l->id, property))
				WRONG(c, "%s: declared not %s, but it is", l->id, property);
		}
	}
}

static void check_readable(struct check *c, const struct node *object)
{
	struct error err = { 0 };
	struct terms t = { 0 };
	int64_t hours;

	if (terms_read(&c->arena, object, &t, &hours, &err) < 0)
		WRONG(c, "%s%s%s", err.field, err.field[0] ? ": " : "", err.text);
	else
		check_tables(c, &t);
}

/* ---- entries ---- */

static const char *const marks[] = { "official", "transcribed", "summary", "unverified" };

static void check_marks(struct check *c, const json_t *value)
{
	const json_t *mark = json_object_get(value, "confidence");
	const char *key;
	bool known = !mark;
	json_t *item;
	size_t i;

	for (i = 0; i < sizeof marks / sizeof *marks; i++)
		known = known || (json_is_string(mark) && strcmp(json_string_value(mark), marks[i]) == 0);
	if (!known)
		WRONG(c, "'%s' is no confidence", json_string_value(mark) ? json_string_value(mark) : "that");
	if (json_is_object(value))
		json_object_foreach ((json_t *)value, key, item)
			check_marks(c, item);
	else
		json_array_foreach (value, i, item)
			check_marks(c, item);
}

static const json_t *level_of(const json_t *terms, const char *id, size_t length)
{
	json_t *level;
	size_t i;

	json_array_foreach (json_object_get(terms, "levels"), i, level) {
		const char *own = text_of(level, "id");

		if (own && strlen(own) == length && strncmp(own, id, length) == 0)
			return level;
	}
	return NULL;
}

/* The paths of "open" and "not_found" name something that a contract has and the entry has not. */
static void check_paths(struct check *c, const struct catalogue_entry *e, const json_t *terms,
                        const char *list)
{
	static const char *const keys[] = { "period", "rounding", "claim", "minimum", "notice" };
	json_t *item;
	size_t i;

	json_array_foreach (json_object_get(e->doc.value, list), i, item) {
		const char *path = json_string_value(item), *dot = path ? strrchr(path, '.') : NULL;
		const json_t *stated = NULL;
		bool known = false;

		for (size_t k = 0; path && k < sizeof keys / sizeof *keys; k++)
			known = known || strcmp(path, keys[k]) == 0;
		if (known)
			stated = strcmp(path, "period") == 0 ? NULL : json_object_get(terms, path);
		if (dot && strncmp(path, "levels.", 7) == 0 && dot > path + 7) {
			const json_t *level = level_of(terms, path + 7, (size_t)(dot - path) - 7);

			known = level && (strcmp(dot, ".objective") == 0 || strcmp(dot, ".credit") == 0);
			stated = json_object_get(level, dot + 1);
		}
		if (!known)
			WRONG(c, "%s: '%s' is nothing that can be agreed", list, path ? path : "?");
		else if (stated)
			WRONG(c, "%s: '%s' is stated", list, path);
	}
}

static bool in_list(const struct catalogue_entry *e, const char *list, const char *path)
{
	json_t *item;
	size_t i;

	json_array_foreach (json_object_get(e->doc.value, list), i, item)
		if (json_is_string(item) && strcmp(json_string_value(item), path) == 0)
			return true;
	return false;
}

static void check_file_name(struct check *c, const struct catalogue_entry *e)
{
	const char *name = arena_printf(&c->arena, "catalogue/%s-%s.json", e->id, e->edition);

	if (e->file && strcmp(e->file->name, name) != 0)
		WRONG(c, "stands in '%s', not in '%s'", e->file->name, name);
}

/* Editions of one id do not hold at the same time, and the one that follows is there. */
static void check_editions(struct check *c, const struct catalogue *all, const struct catalogue_entry *e)
{
	for (size_t i = 0; i < all->count; i++) {
		const struct catalogue_entry *o = &all->entries[i];

		if (strcmp(o->id, e->id) != 0 || strcmp(o->edition, e->edition) == 0 || !o->from || !e->from)
			continue;
		if (strcmp(e->from, o->from) <= 0 && (!e->to || strcmp(o->from, e->to) < 0))
			WRONG(c, "in force at the same time as '%s'", o->edition);
	}
}

/* Any objective, so that the rest of a level whose own was not found can be read. */
static json_t *any_objective(const json_t *level)
{
	const char *metric = text_of(level, "metric");
	const char *key = "h";

	if (metric && (strcmp(metric, "availability") == 0 || strcmp(metric, "loss") == 0 ||
	               strcmp(metric, "share_over_limit") == 0))
		key = "percent";
	else if (metric && strncmp(metric, "latency", 7) == 0)
		key = "ms";
	else if (metric && strcmp(metric, "bad_hours") == 0)
		key = "count";
	else if (metric && strcmp(metric, "opening_delay") == 0)
		key = "d";
	return json_pack("{s:s, s:s}", "op", metric && strcmp(metric, "availability") == 0 ? ">=" : "<=", key,
	                 "1");
}

/*
 * The terms as a case could have them: with any objective where none was found, with a rounding where the parties must
 * agree one. Only for reading: no money is made of it.
 */
static json_t *stand_in(struct check *c, const struct catalogue_entry *e)
{
	json_t *terms = json_deep_copy(json_object_get(e->doc.value, "terms"));
	json_t *levels = json_object_get(terms, "levels"), *level;

	size_t i;

	json_array_foreach (levels, i, level) {
		const char *id = text_of(level, "id");
		const char *path = arena_printf(&c->arena, "levels.%s.objective", id ? id : "?");

		if (json_object_get(level, "objective"))
			continue;
		if (in_list(e, "not_found", path) || in_list(e, "open", path))
			say(c, "%s: %s", id, in_list(e, "open", path) ? "left open" : "not found");
		else
			WRONG(c, "%s: no objective, and not said to be open or not found", id ? id : "?");
		json_object_set_new(level, "objective", any_objective(level));
	}
	if (!json_object_get(terms, "rounding"))
		json_object_set_new(
		    terms, "rounding",
		    json_pack("{s:s, s:s, s:s}", "rule", "floor", "unit", "1", "of", "credit"));
	return terms;
}

static void check_terms_of(struct check *c, const struct catalogue_entry *e)
{
	struct document doc = { 0 };
	struct error err = { 0 };
	struct node root;
	json_t *terms = stand_in(c, e);

	if (document_take(&doc, "terms", terms, &err) < 0 || document_root(&doc, &root, &err) < 0)
		WRONG(c, "%s", err.text);
	else
		check_readable(c, &root);
	document_release(&doc);
}

size_t catalogue_check(const struct catalogue *all, const struct catalogue_entry *e, struct text *out)
{
	struct check c = { .out = out };
	const json_t *terms = json_object_get(e->doc.value, "terms");

	c.subject = arena_printf(&c.arena, "%s %s", e->id, e->edition);
	c.declared = json_object_get(e->doc.value, "declared");
	if (!text_of(json_object_get(terms, "source"), "confidence"))
		WRONG(&c, "the source has no confidence");
	check_marks(&c, terms);
	check_file_name(&c, e);
	check_editions(&c, all, e);
	check_paths(&c, e, terms, "open");
	check_paths(&c, e, terms, "not_found");
	if (e->has_levels)
		check_terms_of(&c, e);
	else
		say(&c, "no level: what this edition promises was not found");
	arena_release(&c.arena);
	return c.wrong;
}

size_t catalogue_check_terms(const struct document *doc, struct text *out)
{
	struct check c = { .out = out, .subject = doc->name };
	struct error err = { 0 };
	struct node root;

	if (document_root(doc, &root, &err) < 0)
		WRONG(&c, "%s", err.text);
	else
		check_readable(&c, &root);
	arena_release(&c.arena);
	return c.wrong;
}
