#include "slacalc/change.h"
#include "calc/exact.h"
#include "case/catalogue.h"

#include <stdlib.h>
#include <string.h>

struct work {
	struct arena *arena;
	struct document *doc;
	struct change_list *list;
	const struct change *change; /* the one that is being made */
};

/* ---- options ---- */

static const char *const names[] = { "drop", "set", "band", "fault", "policy", "reading", "as-of", NULL };

/* The name of an option of ours that an argument is, and where its value stands in it (NULL: in the next). */
static const char *option_of(const char *argument, const char **value)
{
	if (strncmp(argument, "--", 2) != 0)
		return NULL;
	for (size_t i = 0; names[i]; i++) {
		size_t length = strlen(names[i]);

		if (strncmp(argument + 2, names[i], length) != 0)
			continue;
		*value = argument[2 + length] == '=' ? argument + 3 + length : NULL;
		if (*value || argument[2 + length] == '\0')
			return names[i];
	}
	return NULL;
}

int change_options(struct arena *a, int *argc, char **argv, struct change_list *out, struct error *err)
{
	int kept = 1;

	out->items = arena_array(a, (size_t)*argc, sizeof *out->items);
	for (int i = 1; i < *argc; i++) {
		const char *value = NULL, *name = option_of(argv[i], &value);

		if (!name) {
			argv[kept++] = argv[i];
			continue;
		}
		if (!value && i + 1 == *argc)
			return error_set(err, ERROR_USAGE, "option '--%s' needs a value", name);
		out->items[out->count++] = (struct change){ name, value ? value : argv[++i] };
	}
	*argc = kept;
	argv[kept] = NULL;
	out->done = arena_array(a, 4 * out->count + 1, sizeof *out->done);
	return 0;
}

static void say(struct work *w, const char *text)
{
	w->list->done[w->list->done_count++] = text;
}

static int refuse(const struct work *w, struct error *err, const char *why)
{
	return error_set(err, ERROR_USAGE, "'--%s %s': %s", w->change->option, w->change->value, why);
}

/* The text before the first of a character, and what is behind it in *rest; NULL: it does not hold it. */
static char *cut(struct work *w, const char *text, char at, const char **rest)
{
	const char *found = strchr(text, at);

	if (!found || found == text)
		return NULL;
	*rest = found + 1;
	return arena_printf(w->arena, "%.*s", (int)(found - text), text);
}

/* ---- finding ---- */

json_t *change_member(const json_t *list, const char *id, size_t *index)
{
	json_t *member;
	size_t i;

	json_array_foreach (list, i, member) {
		const char *own = json_string_value(json_object_get(member, "id"));

		if (own && strcmp(own, id) == 0) {
			if (index)
				*index = i;
			return member;
		}
	}
	return NULL;
}

static json_t *list_of(const struct work *w, const char *key)
{
	return json_object_get(w->doc->value, key);
}

/* Terms that refer to the catalogue become what they refer to. */
static int write_out(struct work *w, const char *id, json_t **out, struct error *err)
{
	struct node root = { .doc = w->doc, .value = w->doc->value }, list, object;
	json_t *whole;
	size_t i;

	*out = change_member(list_of(w, "terms"), id, &i);
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

	json_array_foreach (list_of(w, "services"), i, member) {
		const char *id = json_string_value(json_object_get(member, "id"));
		const char *used = json_string_value(json_object_get(member, "terms"));

		if (id && used && strcmp(used, terms) == 0 && strcmp(id, service) != 0)
			return true;
	}
	return false;
}

static int own_terms(struct work *w, const char *service, json_t **out, struct error *err)
{
	json_t *object = change_member(list_of(w, "services"), service, NULL);
	const char *id = json_string_value(json_object_get(object, "terms"));

	*out = NULL;
	if (!id || write_out(w, id, out, err) < 0 || !*out || !is_shared(w, id, service))
		return err->code;
	id = arena_printf(w->arena, "%s (%s)", id, service);
	*out = json_deep_copy(*out);
	json_object_set_new(*out, "id", json_string(id));
	json_array_append_new(list_of(w, "terms"), *out);
	json_object_set_new(object, "terms", json_string(id));
	return 0;
}

int change_own_terms(struct arena *a, struct document *doc, const char *service, json_t **out,
                     struct error *err)
{
	struct work w = { .arena = a, .doc = doc };

	return own_terms(&w, service, out, err);
}

/* ---- --drop ---- */

static int drop(struct work *w, struct error *err)
{
	static const char *const kinds[][2] = {
		{ "exclusion", "exclusions" }, { "correction", "corrections" }, { "incident", "incidents" },
		{ "record", "records" },       { "claim", "claims" },           { "invoice", "invoices" },
		{ "agreement", "agreements" }
	};
	const char *id = NULL, *kind = cut(w, w->change->value, ':', &id), *key = NULL;
	size_t index;

	for (size_t i = 0; kind && i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(kinds[i][0], kind) == 0)
			key = kinds[i][1];
	if (!key) {
		refuse(w, err, "not KIND:ID");
		return error_hint(
		    err, "KIND is exclusion, correction, incident, record, claim, invoice or agreement");
	}
	if (!change_member(list_of(w, key), id, &index))
		return refuse(w, err, arena_printf(w->arena, "the case has no such %s", kind));
	json_array_remove(list_of(w, key), index);
	say(w, arena_printf(w->arena, "%s %s dropped", kind, id));
	return 0;
}

/* ---- --set ---- */

/* One step of a path: a key, or [place] or [id]; NULL at its end. */
static char *step(struct work *w, const char **path, bool *member)
{
	const char *at = *path + (**path == '.');
	size_t length;

	*member = *at == '[';
	at += *member;
	length = strcspn(at, *member ? "]" : ".[");
	*path = at + length + (*member && at[length] == ']');
	return length ? arena_printf(w->arena, "%.*s", (int)length, at) : NULL;
}

static json_t *item_of(json_t *list, const char *name, size_t *index)
{
	char *end;
	unsigned long place = strtoul(name, &end, 10);

	if (*name >= '0' && *name <= '9' && !*end) {
		*index = place;
		return json_array_get(list, place);
	}
	return change_member(list, name, index);
}

/* A value as the key's present one is written; without one: JSON unless it is a number, which may be exact. */
static json_t *value_of(const json_t *present, const char *text, bool is_json)
{
	json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);
	bool fits = value && (json_is_integer(present)   ? json_is_integer(value)
	                      : json_is_string(present)  ? false
	                      : json_is_boolean(present) ? json_is_boolean(value)
	                                                 : !json_is_number(value));

	if (value && (is_json || fits))
		return value;
	json_decref(value);
	return is_json ? NULL : json_string(text);
}

static int put(struct work *w, json_t *holder, const char *name, bool member, const char *text, bool is_json,
               struct error *err)
{
	size_t index = 0;
	json_t *present = member ? item_of(holder, name, &index) : json_object_get(holder, name);
	json_t *value = value_of(present, text, is_json);

	if (!value)
		return refuse(w, err, "the value is not JSON");
	if (member && !present) {
		json_decref(value);
		return refuse(w, err, arena_printf(w->arena, "there is no '[%s]'", name));
	}
	if (member)
		json_array_set_new(holder, index, value);
	else
		json_object_set_new(holder, name, value);
	return 0;
}

/* Terms that are looked into must stand in the case. */
static int enter(struct work *w, const char *first, json_t **value, struct error *err)
{
	const char *id = json_string_value(json_object_get(*value, "id"));

	return strcmp(first, "terms") == 0 && id ? write_out(w, id, value, err) : 0;
}

static int set(struct work *w, struct error *err)
{
	const char *text = NULL, *path = cut(w, w->change->value, '=', &text), *name = NULL, *first = path;
	json_t *holder = w->doc->value;
	bool is_json, member = false;
	size_t ignored, depth = 0;

	if (!path)
		return refuse(w, err, "not KEY=VALUE");
	is_json = path[strlen(path) - 1] == ':';
	if (is_json)
		path = arena_printf(w->arena, "%.*s", (int)strlen(path) - 1, path);
	first = path;
	while ((name = step(w, &path, &member)) && *path) {
		holder = member ? item_of(holder, name, &ignored) : json_object_get(holder, name);
		if (!holder)
			return refuse(w, err, arena_printf(w->arena, "the case has no '%s' there", name));
		if (++depth == 2 && strncmp(first, "terms", 5) == 0 && enter(w, "terms", &holder, err) < 0)
			return err->code;
	}
	if (!name || !(member ? json_is_array(holder) : json_is_object(holder)))
		return refuse(w, err, "no such key");
	if (put(w, holder, name, member, text, is_json, err) == 0)
		say(w, w->change->value);
	return err->code;
}

/* ---- --band ---- */

static int level_of(struct work *w, const char *terms, const char *level, json_t **out, struct error *err)
{
	json_t *object;

	if (write_out(w, terms, &object, err) < 0)
		return err->code;
	if (!object)
		return refuse(w, err, arena_printf(w->arena, "the case has no terms '%s'", terms));
	*out = change_member(json_object_get(object, "levels"), level, NULL);
	if (!*out)
		return refuse(w, err, arena_printf(w->arena, "the terms have no level '%s'", level));
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

	refuse(w, err, "the level has no such band");
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
	const char *to = NULL, *from = cut(w, range, '-', &to);
	size_t i;

	json_array_foreach (bands, i, band)
		if (from && same(band, "from", from) && same(band, "to", to)) {
			json_object_set_new(band, "rate", json_string(rate));
			return 0;
		}
	return no_band(w, bands, err);
}

static int change_band(struct work *w, struct error *err)
{
	const char *rate = NULL, *level = NULL, *range = NULL, *head = cut(w, w->change->value, '=', &rate);
	const char *terms, *name;
	json_t *object = NULL, *credit;

	name = head ? cut(w, head, ':', &range) : NULL;
	name = name ? name : head;
	terms = name ? cut(w, name, '/', &level) : NULL;
	for (const char *more; level && (more = strchr(level, '/')); level = more + 1)
		terms = arena_printf(w->arena, "%s/%.*s", terms, (int)(more - level), level);
	if (!terms)
		return refuse(w, err, "not TERMS/LEVEL:FROM-TO=RATE");
	if (level_of(w, terms, level, &object, err) < 0)
		return err->code;
	credit = json_object_get(object, "credit");
	if (range ? set_band(w, object, range, rate, err) < 0 : !json_object_get(credit, "rate"))
		return err->code ? err->code : refuse(w, err, "the level has no rate of its own");
	if (!range)
		json_object_set_new(credit, "rate", json_string(rate));
	say(w, w->change->value);
	return 0;
}

/* ---- --fault, --policy ---- */

static json_t *policies_of(struct work *w)
{
	json_t *policies = list_of(w, "policies");

	if (!json_is_object(policies)) {
		policies = json_object();
		json_object_set_new(w->doc->value, "policies", policies);
	}
	return policies;
}

static void turn_on(struct work *w, const char *policy)
{
	json_t *policies = policies_of(w), *stated = json_object_get(policies, policy);

	if (json_is_object(stated))
		stated = json_object_get(stated, "value");
	if (json_is_true(stated))
		return;
	json_object_set_new(policies, policy, json_true());
	say(w, arena_printf(w->arena, "policy %s turned on: the shares of fault need it", policy));
}

static int fault(struct work *w, struct error *err)
{
	const char *shares = NULL, *loss = cut(w, w->change->value, ':', &shares), *sufferer;
	json_t *record = loss ? change_member(list_of(w, "records"), loss, NULL) : NULL,
	       *parties = json_object();

	sufferer = json_string_value(json_object_get(record, "sufferer"));
	while (sufferer && shares && *shares) {
		size_t length = strcspn(shares, ",");
		const char *share = NULL, *one = arena_printf(w->arena, "%.*s", (int)length, shares);
		const char *party = cut(w, one, '=', &share);

		if (!party)
			break;
		json_object_set_new(parties, party, json_string(share));
		shares += length + (shares[length] == ',');
	}
	if (!sufferer || !shares || *shares || json_object_size(parties) == 0) {
		json_decref(parties);
		return refuse(w, err, sufferer ? "not LOSS:PARTY=SHARE,…" : "the case has no such loss");
	}
	say(w, w->change->value);
	if (json_object_get(parties, sufferer))
		turn_on(w, "contributory_fault");
	if (json_object_size(parties) > (json_object_get(parties, sufferer) ? 2u : 1u))
		turn_on(w, "shared_fault");
	json_object_set_new(record, "fault", parties);
	return 0;
}

static int policy(struct work *w, struct error *err)
{
	const char *value = NULL, *name = cut(w, w->change->value, '=', &value);

	if (!name)
		return refuse(w, err, "not NAME=VALUE");
	json_object_set_new(policies_of(w), name,
	                    strcmp(value, "true") == 0    ? json_true()
	                    : strcmp(value, "false") == 0 ? json_false()
	                                                  : json_string(value));
	say(w, w->change->value);
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

static int reading(struct work *w, struct error *err)
{
	const char *name = NULL, *head = cut(w, w->change->value, '=', &name),
	           *slash = head ? strrchr(head, '/') : NULL;
	json_t *terms, *level, *other;

	if (!slash || slash == head)
		return refuse(w, err, "not SERVICE/LEVEL=READING");
	if (own_terms(w, arena_printf(w->arena, "%.*s", (int)(slash - head), head), &terms, err) < 0)
		return err->code;
	if (!terms)
		return refuse(w, err, "the case has no such service");
	level = change_member(json_object_get(terms, "levels"), slash + 1, NULL);
	other = named_reading(level, name);
	if (!level || !other)
		return refuse(w, err,
		              level ? "the level has no such reading" : "the service has no such level");
	become(level, other);
	say(w, w->change->value);
	return 0;
}

/* ---- all of them ---- */

static int as_of(struct work *w, struct error *err)
{
	(void)err;
	json_object_set_new(w->doc->value, "as_of", json_string(w->change->value));
	say(w, arena_printf(w->arena, "as of %s", w->change->value));
	return 0;
}

int change_apply(struct arena *a, struct document *doc, struct change_list *changes, struct error *err)
{
	int (*const makers[])(struct work * w, struct error * err) = { drop,   set,     change_band, fault,
		                                                       policy, reading, as_of };
	struct work w = { .arena = a, .doc = doc, .list = changes };

	if (!json_is_object(doc->value)) /* which the reader says */
		return 0;
	for (size_t i = 0; i < changes->count; i++) {
		w.change = &changes->items[i];
		for (size_t k = 0; names[k]; k++)
			if (strcmp(names[k], w.change->option) == 0 && makers[k](&w, err) < 0)
				return err->code;
	}
	return 0;
}
