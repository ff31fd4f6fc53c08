/* change_terms: changes of what the terms say: bands, readings; and terms of a service's own. */
#include "calc/exact.h"
#include "case/catalogue.h"
#include "slacalc/change_part.h"

#include <string.h>

/* Terms that refer to the catalogue become what they refer to. */
int change_write_out(struct work *w, const char *id, json_t **out, struct error *err)
{
	struct node root = { .doc = w->doc, .value = w->doc->value }, list, object;
	json_t *whole;
	size_t i;

	*out = change_member(change_list_of(w, "terms"), id, &i);
	if (!*out || !json_object_get(*out, "catalogue"))
		return 0;
	list = node_member(&root, "terms");
	object = node_item(&list, i);
	if (terms_write_out(&object, &root, &whole, err) < 0)
		return err->code;
	json_array_set_new(list.value, i, whole);
	*out = whole;
	return 0;
}

static bool is_shared(const struct work *w, const char *terms, const char *service)
{
	json_t *member;
	size_t i;

	json_array_foreach (change_list_of(w, "services"), i, member) {
		const char *id = json_string_value(json_object_get(member, "id"));
		const char *used = json_string_value(json_object_get(member, "terms"));

		if (id && used && strcmp(used, terms) == 0 && strcmp(id, service) != 0)
			return true;
	}
	return false;
}

static int own_terms(struct work *w, const char *service, json_t **out, struct error *err)
{
	json_t *object = change_member(change_list_of(w, "services"), service, NULL);
	const char *id = json_string_value(json_object_get(object, "terms"));

	*out = NULL;
	if (!id || change_write_out(w, id, out, err) < 0 || !*out || !is_shared(w, id, service))
		return err->code;
	id = arena_printf(w->arena, "%s (%s)", id, service);
	*out = json_deep_copy(*out);
	json_object_set_new(*out, "id", json_string(id));
	json_array_append_new(change_list_of(w, "terms"), *out);
	json_object_set_new(object, "terms", json_string(id));
	return 0;
}

int change_own_terms(struct arena *a, struct document *doc, const char *service, json_t **out,
                     struct error *err)
{
	struct work w = { .arena = a, .doc = doc };

	return own_terms(&w, service, out, err);
}

/* ---- --band ---- */

static int level_of(struct work *w, const char *terms, const char *level, json_t **out, struct error *err)
{
	json_t *object;

	if (change_write_out(w, terms, &object, err) < 0)
		return err->code;
	if (!object)
		return change_refuse(w, err, arena_printf(w->arena, "the case has no terms '%s'", terms));
	*out = change_member(json_object_get(object, "levels"), level, NULL);
	if (!*out)
		return change_refuse(w, err, arena_printf(w->arena, "the terms have no level '%s'", level));
	return 0;
}

static bool same(const json_t *band, const char *key, const char *want)
{
	const char *text = json_string_value(json_object_get(band, key));

	if (!text || !*want)
		return !text && !*want;
	return exact_check(text) && exact_check(want) && exact_compare(text, want) == 0;
}

static int no_band(const struct work *w, const json_t *bands, struct error *err)
{
	struct text have = { 0 };
	json_t *band;
	size_t i;

	change_refuse(w, err, "the level has no such band");
	json_array_foreach (bands, i, band) {
		const char *from = json_string_value(json_object_get(band, "from"));
		const char *to = json_string_value(json_object_get(band, "to"));

		text_printf(&have, "%s%s-%s", i ? ", " : "", from ? from : "", to ? to : "");
	}
	error_hint(err, have.length ? "it has %s" : "it has one rate: TERMS/LEVEL=RATE%s",
	           text_string(&have));
	text_release(&have);
	return err->code;
}

static int set_band(struct work *w, json_t *level, const char *range, const char *rate, struct error *err)
{
	json_t *bands = json_object_get(json_object_get(level, "credit"), "bands"), *band;
	const char *to = NULL, *from = change_cut(w, range, '-', &to);
	size_t i;

	json_array_foreach (bands, i, band)
		if (from && same(band, "from", from) && same(band, "to", to)) {
			json_object_set_new(band, "rate", json_string(rate));
			return 0;
		}
	return no_band(w, bands, err);
}

int change_band(struct work *w, struct error *err)
{
	const char *rate = NULL, *level = NULL, *range = NULL,
	           *head = change_cut(w, w->change->value, '=', &rate);
	const char *terms, *name;
	json_t *object = NULL, *credit;

	name = head ? change_cut(w, head, ':', &range) : NULL;
	name = name ? name : head;
	terms = name ? change_cut(w, name, '/', &level) : NULL;
	for (const char *more; level && (more = strchr(level, '/')); level = more + 1)
		terms = arena_printf(w->arena, "%s/%.*s", terms, (int)(more - level), level);
	if (!terms)
		return change_refuse(w, err, "not TERMS/LEVEL:FROM-TO=RATE");
	if (level_of(w, terms, level, &object, err) < 0)
		return err->code;
	credit = json_object_get(object, "credit");
	if (range ? set_band(w, object, range, rate, err) < 0 : !json_object_get(credit, "rate"))
		return err->code ? err->code : change_refuse(w, err, "the level has no rate of its own");
	if (!range)
		json_object_set_new(credit, "rate", json_string(rate));
	change_say(w, w->change->value);
	return 0;
}

/* ---- --reading ---- */

static json_t *named_reading(const json_t *level, const char *name)
{
	json_t *reading;
	size_t i;

	json_array_foreach (json_object_get(level, "readings"), i, reading) {
		const char *own = json_string_value(json_object_get(reading, "reading"));

		if (own && strcmp(own, name) == 0)
			return reading;
	}
	return NULL;
}

/* The reading's keys replace the level's; a key that it sets to null goes; the readings go, as they were of the other. */
static void become(json_t *level, const json_t *reading)
{
	json_t *keys = json_deep_copy(reading), *value;
	const char *key;

	json_object_del(level, "readings");
	json_object_foreach (keys, key, value)
		if (json_is_null(value))
			json_object_del(level, key);
		else
			json_object_set(level, key, value);
	json_decref(keys);
}

int change_reading(struct work *w, struct error *err)
{
	const char *name = NULL, *head = change_cut(w, w->change->value, '=', &name),
	           *slash = head ? strrchr(head, '/') : NULL;
	json_t *terms, *level, *other;

	if (!slash || slash == head)
		return change_refuse(w, err, "not SERVICE/LEVEL=READING");
	if (own_terms(w, arena_printf(w->arena, "%.*s", (int)(slash - head), head), &terms, err) < 0)
		return err->code;
	if (!terms)
		return change_refuse(w, err, "the case has no such service");
	level = change_member(json_object_get(terms, "levels"), slash + 1, NULL);
	other = named_reading(level, name);
	if (!level || !other)
		return change_refuse(
		    w, err, level ? "the level has no such reading" : "the service has no such level");
	become(level, other);
	change_say(w, w->change->value);
	return 0;
}
