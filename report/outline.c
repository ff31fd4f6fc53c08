#include "report/outline.h"
#include "base/text.h"
#include "report/json_part.h"

#include <stdlib.h>
#include <string.h>

#define DEPTH_MOST 16
#define NOT_MAIN   1000

struct walk {
	struct arena *arena;
	const struct statement *s;
	struct outline *out;
	size_t size;
};

/* ---- what a member of a list is called ---- */

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

/* Two parties, and what tells two obligations between them apart. */
static const char *edge_name(struct arena *a, const json_t *object, const char **alias)
{
	const char *basis = text_of(object, "basis"), *incident = text_of(object, "incident");

	*alias = arena_printf(a, "%s-%s", text_of(object, "debtor"), text_of(object, "creditor"));
	return arena_printf(a, "%s%s%s%s%s", *alias, basis ? "/" : "", basis ? basis : "",
	                    incident ? "/" : "", incident ? incident : "");
}

/* Keys of which the first that is there names the member. */
static const char *plain_name(const json_t *object)
{
	static const char *const keys[] = { "id",     "payer", "to",    "party", "body", "account",
		                            "record", "name",  "month", "date",  "start" };

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (text_of(object, keys[i]))
			return text_of(object, keys[i]);
	return text_of(json_object_get(object, "possible"), "start");
}

/* NULL: called by its place. */
static const char *own_name(struct arena *a, const json_t *object, const char **alias)
{
	const char *id = text_of(object, "id"), *what = text_of(object, "without");

	*alias = NULL;
	if (text_of(object, "debtor") && text_of(object, "creditor"))
		return edge_name(a, object, alias);
	if (text_of(object, "debtors") && text_of(object, "creditors"))
		return arena_printf(a, "%s-%s", text_of(object, "debtors"), text_of(object, "creditors"));
	if (id && what)
		return arena_printf(a, "%s:%s", what, id);
	if (text_of(object, "reading")) /* of a level, or of how to claim */
		return text_of(object, "reading");
	*alias = id;
	if (id && text_of(object, "service"))
		return arena_printf(a, "%s@%s", id, text_of(object, "service"));
	if (text_of(object, "what"))
		return arena_printf(a, "%s:%s/%s", text_of(object, "what"), id ? id : "",
		                    text_of(object, "party") ? text_of(object, "party") : "");
	return plain_name(object);
}

/* ---- the walk ---- */

static const char *path_of(struct arena *a, const struct outline_part *part)
{
	if (!part->above)
		return part->name;
	return arena_printf(a, "%s.%s", path_of(a, part->above), part->name);
}

static void add(struct walk *w, const struct outline_part *part, enum outline_kind kind, int node,
                const char *text)
{
	struct outline *o = w->out;

	if (o->count == w->size) {
		size_t size = w->size ? 2 * w->size : 256;
		struct outline_item *items = arena_array(w->arena, size, sizeof *items);

		if (o->count)
			memcpy(items, o->items, o->count * sizeof *items);
		o->items = items;
		w->size = size;
	}
	o->items[o->count++] =
	    (struct outline_item){ path_of(w->arena, part), part, kind, node, arena_copy(w->arena, text) };
}

static void walk(struct walk *w, const struct outline_part *part, const json_t *value);

static void walk_list(struct walk *w, const struct outline_part *above, const json_t *list)
{
	json_t *seen = json_object(), *member; /* how often each name came */
	size_t i;

	json_array_foreach (list, i, member) {
		struct outline_part *part = arena_new(w->arena, struct outline_part);
		const char *name = json_is_object(member) ? own_name(w->arena, member, &part->alias) : NULL;
		json_int_t times;

		part->above = above;
		part->index = (int64_t)i;
		part->alias = arena_copy(w->arena, part->alias);
		name = name ? arena_copy(w->arena, name) : arena_printf(w->arena, "%zu", i);
		times = json_integer_value(json_object_get(seen, name)) + 1;
		json_put(seen, name, json_integer(times));
		part->name = times > 1 ? arena_printf(w->arena, "%s#%lld", name, (long long)times) : name;
		if (times > 1 && !part->alias)
			part->alias = name;
		walk(w, part, member);
	}
	json_decref(seen);
}

static void walk_object(struct walk *w, const struct outline_part *above, const json_t *object)
{
	const char *key;
	json_t *member;

	json_object_foreach ((json_t *)object, key, member) {
		struct outline_part *part;

		if (strcmp(key, "nodes") == 0 || strcmp(key, "node") == 0)
			continue;
		part = arena_new(w->arena, struct outline_part);
		*part = (struct outline_part){ above, arena_copy(w->arena, key), NULL, -1 };
		walk(w, part, member);
	}
}

static void walk(struct walk *w, const struct outline_part *part, const json_t *value)
{
	int node = json_marked(value);

	if (node >= 0)
		add(w, part, OUTLINE_FIGURE, node, figure_text(w->s, node));
	else if (json_is_array(value))
		walk_list(w, part, value);
	else if (json_is_object(value))
		walk_object(w, part, value);
	else if (json_is_string(value))
		add(w, part, OUTLINE_WORD, FIGURE_UNKNOWN, json_string_value(value));
	else if (json_is_integer(value))
		add(w, part, OUTLINE_COUNT, FIGURE_UNKNOWN,
		    arena_printf(w->arena, "%lld", (long long)json_integer_value(value)));
	else if (json_is_boolean(value))
		add(w, part, OUTLINE_FLAG, FIGURE_UNKNOWN, json_is_true(value) ? "true" : "false");
	else
		add(w, part, OUTLINE_NOTHING, FIGURE_UNKNOWN, NULL);
}

struct outline outline_of(struct arena *a, const struct statement *s)
{
	struct outline o = { 0 };
	struct walk w = { .arena = a, .s = s, .out = &o };
	json_t *root = json_statement(s);

	walk_object(&w, NULL, root);
	json_decref(root);
	return o;
}

/* ---- finding ---- */

static size_t parts_of(const struct outline_item *item, const struct outline_part *parts[DEPTH_MOST])
{
	size_t depth = 0;

	for (const struct outline_part *p = item->part; p; p = p->above)
		depth++;
	if (depth > DEPTH_MOST)
		return 0;
	for (const struct outline_part *p = item->part; p; p = p->above)
		parts[--depth] = p;
	for (const struct outline_part *p = item->part; p; p = p->above)
		depth++;
	return depth;
}

const char *outline_name(const struct outline_item *item, size_t k, int64_t *index)
{
	const struct outline_part *parts[DEPTH_MOST];
	size_t depth = parts_of(item, parts);

	if (k >= depth)
		return NULL;
	if (index)
		*index = parts[k]->index;
	return parts[k]->name;
}

/* What is left of the path behind a name, without the point; NULL: it does not start with it. */
static const char *behind(const char *path, const char *name)
{
	size_t length = name ? strlen(name) : 0;

	if (!name || strncmp(path, name, length) != 0 || (path[length] && path[length] != '.'))
		return NULL;
	return path[length] ? path + length + 1 : path + length;
}

static const char *behind_part(const char *path, const struct outline_part *part)
{
	const char *rest = behind(path, part->name);
	char place[24];

	if (!rest)
		rest = behind(path, part->alias);
	if (!rest && part->index >= 0) {
		snprintf(place, sizeof place, "%lld", (long long)part->index);
		rest = behind(path, place);
	}
	return rest;
}

/* How many parts from first on the path takes up; 0: it does not fit, or goes on behind the leaf. */
static size_t fits(const char *path, const struct outline_part *const *parts, size_t first, size_t depth)
{
	for (size_t k = first; k < depth; k++) {
		path = behind_part(path, parts[k]);
		if (!path)
			return 0;
		if (!*path)
			return k - first + 1;
	}
	return 0;
}

/* Main figures of an object, the first that is there. */
static int rank_of(const struct outline_part *const *parts, size_t first, size_t depth)
{
	static const char *const main_figures[] = { "amount",          "payable",
		                                    "by_method",       "percent.by_method",
		                                    "latency_ms.mean", "measure.by_method",
		                                    "credit_total",    "credit",
		                                    "interest",        "granted",
		                                    "determined",      "on_bill",
		                                    "value",           "rate",
		                                    "first",           "in_yen" };

	if (first == depth)
		return 0;
	for (size_t i = 0; i < sizeof main_figures / sizeof *main_figures; i++) {
		size_t taken = fits(main_figures[i], parts, first, depth);

		if (taken && first + taken == depth)
			return (int)i + 1;
	}
	return NOT_MAIN;
}

struct search {
	const struct outline_item *best;
	const struct outline_part *at; /* the object or leaf that the path names */
	int rank;
	const struct outline_item *second; /* another figure there that is no main one either */
	const struct outline_part *other;  /* another place: the path means several */
	bool whole;                        /* fits from the first part on */
};

static void consider(struct search *s, const struct outline_item *item, const char *path)
{
	const struct outline_part *parts[DEPTH_MOST];
	size_t depth = parts_of(item, parts);

	for (size_t first = 0; first < depth; first++) {
		size_t taken = fits(path, parts, first, depth);
		const struct outline_part *at = taken ? parts[first + taken - 1] : NULL;
		int rank;

		if (!taken || (s->whole && first > 0))
			continue;
		rank = rank_of(parts, first + taken, depth);
		if (first == 0 && !s->whole)
			*s = (struct search){ .whole = true };
		if (at == s->at && rank == NOT_MAIN && s->rank == NOT_MAIN && !s->second)
			s->second = item;
		if (!s->best || (at == s->at && rank < s->rank)) {
			s->best = item;
			s->at = at;
			s->rank = rank;
		} else if (at != s->at) {
			s->other = s->other ? s->other : at;
		}
		return;
	}
}

static void write_path(struct text *out, const struct outline_part *part)
{
	if (part->above)
		write_path(out, part->above);
	text_printf(out, "%s%s", part->above ? "." : "", part->name);
}

static int several(const struct search *s, const char *path, struct error *err)
{
	struct text one = { 0 }, other = { 0 };

	write_path(&one, s->at);
	write_path(&other, s->other);
	error_set(err, ERROR_USAGE, "'%s' may be '%s' or '%s'", path, text_string(&one), text_string(&other));
	text_release(&one);
	text_release(&other);
	return error_hint(err, "write more of it");
}

static int none(const struct outline *o, const char *path, struct error *err)
{
	const char *last = strrchr(path, '.');
	const struct outline_item *near = NULL;

	error_set(err, ERROR_USAGE, "the statement has no figure '%s'", path);
	last = last ? last + 1 : path;
	for (size_t i = 0; *last && i < o->count && !near; i++)
		if (o->items[i].kind == OUTLINE_FIGURE && strstr(o->items[i].path, last))
			near = &o->items[i];
	if (near)
		return error_hint(err, "slacalc explain --list shows all; '%s' is one", near->path);
	return error_hint(err, "slacalc explain --list shows all");
}

int outline_find(const struct outline *o, const char *path, const struct outline_item **out,
                 struct error *err)
{
	struct search s = { .best = NULL };

	for (size_t i = 0; i < o->count; i++)
		if (o->items[i].kind == OUTLINE_FIGURE)
			consider(&s, &o->items[i], path);
	if (!s.best)
		return none(o, path, err);
	if (s.other)
		return several(&s, path, err);
	if (s.rank == NOT_MAIN && s.second) {
		error_set(err, ERROR_USAGE, "'%s' holds several figures: '%s', '%s', …", path, s.best->path,
		          s.second->path);
		return error_hint(err, "write more of it");
	}
	*out = s.best;
	return 0;
}

const struct outline_item *outline_at(const struct outline *o, const char *path)
{
	for (size_t i = 0; i < o->count; i++)
		if (strcmp(o->items[i].path, path) == 0)
			return &o->items[i];
	return NULL;
}

const struct outline_item *outline_of_node(const struct outline *o, int node)
{
	for (size_t i = 0; i < o->count && node >= 0; i++)
		if (o->items[i].node == node)
			return &o->items[i];
	return NULL;
}
