#include "slacalc/change.h"
#include "slacalc/change_part.h"

#include <stdlib.h>
#include <string.h>

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

void change_say(struct work *w, const char *text)
{
	w->list->done[w->list->done_count++] = text;
}

int change_refuse(const struct work *w, struct error *err, const char *why)
{
	return error_set(err, ERROR_USAGE, "'--%s %s': %s", w->change->option, w->change->value, why);
}

/* The text before the first of a character, and what is behind it in *rest; NULL: it does not hold it. */
char *change_cut(struct work *w, const char *text, char at, const char **rest)
{
	const char *found = strchr(text, at);

	if (!found || found == text)
		return NULL;
	*rest = found + 1;
	return arena_printf(w->arena, "%.*s", (int)(found - text), text);
}

/* ---- finding ---- */
json_t *change_list_of(const struct work *w, const char *key)
{
	return json_object_get(w->doc->value, key);
}

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

/* ---- --drop ---- */

static int drop(struct work *w, struct error *err)
{
	static const char *const kinds[][2] = {
		{ "exclusion", "exclusions" }, { "correction", "corrections" }, { "incident", "incidents" },
		{ "record", "records" },       { "claim", "claims" },           { "invoice", "invoices" },
		{ "agreement", "agreements" }
	};
	const char *id = NULL, *kind = change_cut(w, w->change->value, ':', &id), *key = NULL;
	size_t index;

	for (size_t i = 0; kind && i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(kinds[i][0], kind) == 0)
			key = kinds[i][1];
	if (!key) {
		change_refuse(w, err, "not KIND:ID");
		return error_hint(
		    err, "KIND is exclusion, correction, incident, record, claim, invoice or agreement");
	}
	if (!change_member(change_list_of(w, key), id, &index))
		return change_refuse(w, err, arena_printf(w->arena, "the case has no such %s", kind));
	json_array_remove(change_list_of(w, key), index);
	change_say(w, arena_printf(w->arena, "%s %s dropped", kind, id));
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
		return change_refuse(w, err, "the value is not JSON");
	if (member && !present) {
		json_decref(value);
		return change_refuse(w, err, arena_printf(w->arena, "there is no '[%s]'", name));
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

	return strcmp(first, "terms") == 0 && id ? change_write_out(w, id, value, err) : 0;
}

static int set(struct work *w, struct error *err)
{
	const char *text = NULL, *path = change_cut(w, w->change->value, '=', &text), *name = NULL,
	           *first = path;
	json_t *holder = w->doc->value;
	bool is_json, member = false;
	size_t ignored, depth = 0;

	if (!path)
		return change_refuse(w, err, "not KEY=VALUE");
	is_json = path[strlen(path) - 1] == ':';
	if (is_json)
		path = arena_printf(w->arena, "%.*s", (int)strlen(path) - 1, path);
	first = path;
	while ((name = step(w, &path, &member)) && *path) {
		holder = member ? item_of(holder, name, &ignored) : json_object_get(holder, name);
		if (!holder)
			return change_refuse(w, err,
			                     arena_printf(w->arena, "the case has no '%s' there", name));
		if (++depth == 2 && strncmp(first, "terms", 5) == 0 && enter(w, "terms", &holder, err) < 0)
			return err->code;
	}
	if (!name || !(member ? json_is_array(holder) : json_is_object(holder)))
		return change_refuse(w, err, "no such key");
	if (put(w, holder, name, member, text, is_json, err) == 0)
		change_say(w, w->change->value);
	return err->code;
}

/* ---- --fault, --policy ---- */

static json_t *policies_of(struct work *w)
{
	json_t *policies = change_list_of(w, "policies");

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
	change_say(w, arena_printf(w->arena, "policy %s turned on: the shares of fault need it", policy));
}

static int fault(struct work *w, struct error *err)
{
	const char *shares = NULL, *loss = change_cut(w, w->change->value, ':', &shares), *sufferer;
	json_t *record = loss ? change_member(change_list_of(w, "records"), loss, NULL) : NULL,
	       *parties = json_object();

	sufferer = json_string_value(json_object_get(record, "sufferer"));
	while (sufferer && shares && *shares) {
		size_t length = strcspn(shares, ",");
		const char *share = NULL, *one = arena_printf(w->arena, "%.*s", (int)length, shares);
		const char *party = change_cut(w, one, '=', &share);

		if (!party || json_object_get(parties, party))
			break;
		json_object_set_new(parties, party, json_string(share));
		shares += length + (shares[length] == ',');
	}
	if (!sufferer || !shares || *shares || json_object_size(parties) == 0) {
		json_decref(parties);
		return change_refuse(w, err,
		                     sufferer ? "not LOSS:PARTY=SHARE,…" : "the case has no such loss");
	}
	change_say(w, w->change->value);
	if (json_object_get(parties, sufferer))
		turn_on(w, "contributory_fault");
	if (json_object_size(parties) > (json_object_get(parties, sufferer) ? 2u : 1u))
		turn_on(w, "shared_fault");
	json_object_set_new(record, "fault", parties);
	return 0;
}

static int policy(struct work *w, struct error *err)
{
	const char *value = NULL, *name = change_cut(w, w->change->value, '=', &value);

	if (!name)
		return change_refuse(w, err, "not NAME=VALUE");
	json_object_set_new(policies_of(w), name,
	                    strcmp(value, "true") == 0    ? json_true()
	                    : strcmp(value, "false") == 0 ? json_false()
	                                                  : json_string(value));
	change_say(w, w->change->value);
	return 0;
}

/* ---- all of them ---- */

static int as_of(struct work *w, struct error *err)
{
	(void)err;
	json_object_set_new(w->doc->value, "as_of", json_string(w->change->value));
	change_say(w, arena_printf(w->arena, "as of %s", w->change->value));
	return 0;
}

int change_apply(struct arena *a, struct document *doc, struct change_list *changes, struct error *err)
{
	int (*const makers[])(struct work * w, struct error * err) = { drop,  set,    change_band,
		                                                       fault, policy, change_reading,
		                                                       as_of };
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
