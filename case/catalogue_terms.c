/* catalogue_terms: an entry of the catalogue completed with what the parties agreed, as the terms of a case. */
#include "base/zone.h"
#include "case/catalogue.h"
#include "case/terms.h"

#include <string.h>

/* ---- what the parties agreed ---- */

static bool listed(const json_t *entry, const char *list, const char *path)
{
	const json_t *array = json_object_get(entry, list);
	json_t *item;
	size_t i;

	json_array_foreach (array, i, item)
		if (strcmp(json_string_value(item) ? json_string_value(item) : "", path) == 0)
			return true;
	return false;
}

/* Sets key of the entry's object to what was agreed: objects are completed, null adds nothing. */
static int set_agreed(json_t *object, const char *key, const struct node *agreed, struct error *err)
{
	json_t *stated = json_object_get(object, key), *value;
	const char *name;

	if (json_is_null(agreed->value))
		return 0;
	if (!json_is_object(stated) || !json_is_object(agreed->value)) {
		json_object_set(object, key, agreed->value);
		return 0;
	}
	json_object_foreach (agreed->value, name, value) {
		struct node member = node_member(agreed, name);

		if (json_object_get(stated, name))
			return node_fail(&member, err, "the entry states this itself; it cannot be agreed");
		json_object_set(stated, name, value);
	}
	return 0;
}

static int take_one(const struct catalogue_entry *e, json_t *object, const char *prefix, const char *key,
                    const struct node *agreed, struct error *err)
{
	struct text path = { 0 };
	bool allowed;

	text_printf(&path, "%s%s", prefix, key);
	allowed = listed(e->doc.value, "open", text_string(&path)) ||
	          listed(e->doc.value, "not_found", text_string(&path));
	text_release(&path);
	if (!allowed) {
		node_fail(agreed, err, "'%s' (%s) does not leave this open", e->id, e->edition);
		return error_hint(err, "slacalc catalogue show %s --edition %s", e->id, e->edition);
	}
	return set_agreed(object, key, agreed, err);
}

static json_t *level_of(const json_t *terms, const char *id)
{
	json_t *level;
	size_t i;

	json_array_foreach (json_object_get(terms, "levels"), i, level) {
		const char *own = json_string_value(json_object_get(level, "id"));

		if (own && strcmp(own, id) == 0)
			return level;
	}
	return NULL;
}

/* "levels": { "LEVEL": { "objective": …, "credit": … } } */
static int take_levels(const struct catalogue_entry *e, json_t *terms, const struct node *levels,
                       struct error *err)
{
	const char *id, *key;
	json_t *ignored, *value;

	json_object_foreach (levels->value, id, ignored) {
		struct node keys, named = node_member(levels, id);
		json_t *level = level_of(terms, id);
		struct text prefix = { 0 };
		int rc = 0;

		if (!level)
			return node_fail(&named, err, "'%s' (%s) has no level '%s'", e->id, e->edition, id);
		if (node_object(levels, id, REQUIRED, &keys, err) < 0)
			return err->code;
		text_printf(&prefix, "levels.%s.", id);
		json_object_foreach (keys.value, key, value) {
			struct node member = node_member(&keys, key);

			if (rc == 0)
				rc = take_one(e, level, text_string(&prefix), key, &member, err);
		}
		text_release(&prefix);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int take_agreed(const struct catalogue_entry *e, json_t *terms, const struct node *agreed,
                       struct error *err)
{
	const char *key;
	json_t *ignored;

	json_object_foreach (agreed->value, key, ignored) {
		struct node levels, member = node_member(agreed, key);

		if (strcmp(key, "levels") == 0) {
			if (node_object(agreed, key, REQUIRED, &levels, err) < 0 ||
			    take_levels(e, terms, &levels, err) < 0)
				return err->code;
		} else if (take_one(e, terms, "", key, &member, err) < 0) {
			return err->code;
		}
	}
	return 0;
}

/* Whether agreed says something, null included, of a path such as "rounding" or "levels.line.credit". */
static bool agreed_on(const json_t *agreed, const char *path)
{
	const char *end = strrchr(path, '.');
	char level[128];
	size_t length;

	if (!end)
		return json_object_get(agreed, path) != NULL;
	path += strlen("levels.");
	length = (size_t)(end - path);
	if (length >= sizeof level)
		return false;
	memcpy(level, path, length);
	level[length] = '\0';
	return json_object_get(json_object_get(json_object_get(agreed, "levels"), level), end + 1) != NULL;
}

static int check_open(const struct catalogue_entry *e, const struct node *object, const struct node *agreed,
                      struct error *err)
{
	json_t *item;
	size_t i;

	json_array_foreach (json_object_get(e->doc.value, "open"), i, item) {
		const char *path = json_string_value(item);

		if (!path || agreed_on(agreed->value, path))
			continue;
		node_fail(agreed->value ? agreed : object, err,
		          "'%s' (%s) leaves '%s' open: the parties must agree it", e->id, e->edition, path);
		return error_hint(err, "say it under 'agreed'; null where nothing is agreed");
	}
	return 0;
}

static int check_objectives(const struct catalogue_entry *e, const struct node *object, const json_t *terms,
                            struct error *err)
{
	json_t *level;
	size_t i;

	json_array_foreach (json_object_get(terms, "levels"), i, level) {
		const char *id = json_string_value(json_object_get(level, "id"));

		if (json_object_get(level, "objective") || !id)
			continue;
		node_fail(object, err, "what '%s' (%s) promises for the level '%s' was not found", e->id,
		          e->edition, id);
		return error_hint(
		    err, "take it from the contract: \"agreed\": { \"levels\": { \"%s\": { \"objective\" …",
		    id);
	}
	return 0;
}

/* ---- the reference ---- */

/* The days of the case's period as far as the case states them; false where it does not, which its reader says. */
static bool period_days(const struct node *root, const json_t *agreed, struct span *out)
{
	struct error ignored = { 0 };
	const json_t *period = json_object_get(root->value, "period"),
	             *own = json_object_get(agreed, "period");
	const json_t *day = json_object_get(period, "start_day");
	const char *month = json_string_value(json_object_get(period, "month"));
	const char *name = json_string_value(json_object_get(period, "time_zone"));
	int start_day = (int)json_integer_value(day ? day : json_object_get(own, "start_day"));
	struct date first = { 0 }, last = { 0 };
	struct zone *zone;
	int64_t start, end;
	bool found;

	if (!name)
		name = json_string_value(json_object_get(own, "time_zone"));
	if (month && month_parse(&first, month, &ignored) == 0) {
		last =
		    (struct date){ first.month == 12 ? first.year + 1 : first.year, first.month % 12 + 1, 1 };
		first.day = last.day = start_day > 0 ? start_day : 1;
		*out = (struct span){ date_to_days(first), date_to_days(last) };
		return true;
	}
	if (month || !json_is_string(json_object_get(period, "start")) ||
	    !json_is_string(json_object_get(period, "end")) ||
	    instant_parse(&start, json_string_value(json_object_get(period, "start")), &ignored) < 0 ||
	    instant_parse(&end, json_string_value(json_object_get(period, "end")), &ignored) < 0 ||
	    zone_open(&zone, name ? name : "Asia/Tokyo", &ignored) < 0)
		return false;
	found =
	    zone_date(zone, start, &first, &ignored) == 0 && zone_date(zone, end - 1, &last, &ignored) == 0;
	zone_free(zone);
	*out = (struct span){ date_to_days(first), date_to_days(last) + 1 };
	return found;
}

/* The entry's terms with the reference's id and what was agreed; the caller owns *out. */
static int complete(const struct catalogue_entry *e, const struct node *object, const char *id, json_t **out,
                    struct error *err)
{
	json_t *terms = json_deep_copy(json_object_get(e->doc.value, "terms"));
	struct node agreed = { .value = NULL };

	json_object_set_new(terms, "id", json_string(id));
	if (node_object(object, "agreed", OPTIONAL, &agreed, err) < 0 ||
	    check_open(e, object, &agreed, err) < 0 ||
	    (agreed.value && take_agreed(e, terms, &agreed, err) < 0) ||
	    check_objectives(e, object, terms, err) < 0) {
		json_decref(terms);
		return err->code;
	}
	*out = terms;
	return 0;
}

/* The entry that the reference names, completed; the caller owns *whole. */
static int write_out(const struct catalogue *c, const struct node *object, const struct node *root,
                     json_t **whole, const struct catalogue_entry **out, struct error *err)
{
	static const char *const keys[] = { "id", "catalogue", "edition", "agreed", NULL };
	const struct node where = node_member(object, "catalogue"), named = node_member(object, "edition");
	const char *id, *name, *edition = NULL;
	const struct catalogue_entry *e;
	struct span days;
	bool known;

	if (node_check_keys(object, keys, err) < 0 || node_string(object, "id", REQUIRED, &id, err) < 0 ||
	    node_string(object, "catalogue", REQUIRED, &name, err) < 0 ||
	    node_string(object, "edition", OPTIONAL, &edition, err) < 0)
		return err->code;
	known = root && period_days(root, json_object_get(object->value, "agreed"), &days);
	if (catalogue_pick(c, edition ? &named : &where, name, edition, known ? &days : NULL, &e, err) < 0)
		return err->code;
	if (!e->has_levels) {
		node_fail(&where, err, "what '%s' promised in the edition '%s' was not found", e->id,
		          e->edition);
		return error_hint(err, "slacalc catalogue show %s --edition %s", e->id, e->edition);
	}
	*out = e;
	return complete(e, object, id, whole, err);
}

static int read_reference(struct arena *a, const struct catalogue *c, const struct node *object,
                          const struct node *root, struct terms *t, int64_t *hours, struct error *err)
{
	const struct catalogue_entry *e;
	struct node whole = *object;

	if (write_out(c, object, root, &whole.value, &e, err) < 0)
		return err->code;
	if (terms_read(a, &whole, t, hours, err) == 0) {
		t->catalogue = arena_copy(a, e->id);
		t->edition = arena_copy(a, e->edition);
		t->sha256 = arena_copy(a, e->file ? e->file->sha256 : NULL);
	}
	json_decref(whole.value);
	return err->code;
}

int terms_write_out(const struct node *object, const struct node *root, json_t **out, struct error *err)
{
	const struct catalogue_entry *e;
	struct catalogue c;
	const char *id;

	if (node_string(object, "catalogue", REQUIRED, &id, err) < 0 || catalogue_open(&c, id, err) < 0)
		return err->code;
	(void)!write_out(&c, object, root, out, &e, err);
	catalogue_release(&c);
	return err->code;
}

int terms_resolve(struct arena *a, const struct node *object, const struct node *root, struct terms *t,
                  int64_t *hours, struct error *err)
{
	struct catalogue c;
	const char *id;
	int rc;

	if (!node_member(object, "catalogue").value)
		return terms_read(a, object, t, hours, err);
	if (node_string(object, "catalogue", REQUIRED, &id, err) < 0 || catalogue_open(&c, id, err) < 0)
		return err->code;
	rc = read_reference(a, &c, object, root, t, hours, err);
	catalogue_release(&c);
	return rc;
}
