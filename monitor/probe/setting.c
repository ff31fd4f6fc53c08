#include "monitor/probe/setting.h"

#include <stdlib.h>
#include <string.h>

#define KEYS_MOST 64

static void *member(void *config, const struct setting *row)
{
	return (char *)config + row->place;
}

static int word_index(const struct setting *row, const char *word)
{
	for (int i = 0; row->words[i]; i++)
		if (strcmp(row->words[i], word) == 0)
			return i;
	return 0;
}

static void set_standard(const struct setting *row, void *config)
{
	const char *text = row->standard;

	if (!text)
		return;
	if (row->type == SETTING_STRING)
		*(const char **)member(config, row) = text;
	else if (row->type == SETTING_INTEGER)
		*(int64_t *)member(config, row) = strtoll(text, NULL, 10);
	else if (row->type == SETTING_BOOLEAN)
		*(bool *)member(config, row) = strcmp(text, "true") == 0;
	else if (row->type == SETTING_WORD)
		*(int *)member(config, row) = word_index(row, text);
}

int setting_check_filled(const char *value, struct error *err)
{
	return *value ? 0 : error_set(err, ERROR_DATA, "must not be empty");
}

/* A zero byte (\u0000) would silently cut the string short. */
static int check_string(const struct setting *row, const struct node *node, const char *value,
                        struct error *err)
{
	if (strlen(value) != json_string_length(node->value))
		return node_fail(node, err, "must not contain a zero byte");
	if (row->required && !*value)
		return node_fail(node, err, "must not be empty");
	if (row->check && row->check(value, err) < 0)
		return node_fail_at(node, err);
	return 0;
}

static int read_string(const struct setting *row, const struct node *object, enum presence presence,
                       struct arena *arena, const char **out, struct error *err)
{
	struct node node = node_member(object, row->key);
	const char *value;

	if (node_string(object, row->key, presence, &value, err) < 0 || !value)
		return err->code;
	if (check_string(row, &node, value, err) < 0)
		return err->code;
	*out = arena_copy(arena, value);
	return 0;
}

static int read_strings(const struct setting *row, const struct node *object, enum presence presence,
                        struct arena *arena, struct setting_strings *out, struct error *err)
{
	struct node array;

	if (node_array(object, row->key, presence, &array, err) < 0 || !array.value)
		return err->code;
	out->count = node_count(&array);
	out->at = arena_array(arena, out->count + 1, sizeof *out->at);
	for (size_t i = 0; i < out->count; i++) {
		struct node item = node_item(&array, i);
		const char *value;

		if (node_item_string(&array, i, &value, err) < 0 || check_string(row, &item, value, err) < 0)
			return err->code;
		out->at[i] = arena_copy(arena, value);
	}
	return 0;
}

static int read_rows(const struct setting *table, const struct node *object, struct arena *arena,
                     void *config, struct error *err);

static int read_row(const struct setting *row, const struct node *object, struct arena *arena, void *config,
                    struct error *err)
{
	enum presence presence = row->required ? REQUIRED : OPTIONAL;
	struct node node;

	switch (row->type) {
	case SETTING_STRING:
		return read_string(row, object, presence, arena, member(config, row), err);
	case SETTING_STRINGS:
		return read_strings(row, object, presence, arena, member(config, row), err);
	case SETTING_INTEGER:
		return node_integer(object, row->key, presence, row->least, row->most, member(config, row),
		                    err);
	case SETTING_BOOLEAN:
		return node_boolean(object, row->key, presence, member(config, row), err);
	case SETTING_WORD:
		return node_word(object, row->key, presence, row->words, member(config, row), err);
	case SETTING_OBJECT:
		return node_object(object, row->key, presence, &node, err);
	case SETTING_ARRAY:
		return node_array(object, row->key, presence, &node, err);
	case SETTING_SHARED:
		return read_rows(row->shared, object, arena, member(config, row), err);
	case SETTING_CHOICE:
		break;
	}
	return 0;
}

static int read_rows(const struct setting *table, const struct node *object, struct arena *arena,
                     void *config, struct error *err)
{
	for (const struct setting *row = table; row->key; row++) {
		set_standard(row, config);
		if (read_row(row, object, arena, config, err) < 0)
			return err->code;
	}
	return 0;
}

static size_t collect_keys(const struct setting *table, const char **known, size_t count)
{
	for (const struct setting *row = table; row->key && count < KEYS_MOST; row++)
		if (row->type == SETTING_SHARED)
			count = collect_keys(row->shared, known, count);
		else
			known[count++] = row->key;
	return count;
}

int setting_read(const struct setting *table, const struct node *object, struct arena *arena, void *config,
                 struct error *err)
{
	const char *known[KEYS_MOST + 1] = { NULL };

	(void)collect_keys(table, known, 0);
	if (node_check_keys(object, known, err) < 0)
		return error_hint(err, "`slamon config` lists the keys");
	return read_rows(table, object, arena, config, err);
}

static bool same_string(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

const char *setting_fixed_change(const struct setting *table, const void *old, const void *new)
{
	for (const struct setting *row = table; row->key; row++) {
		const void *a = (const char *)old + row->place, *b = (const char *)new + row->place;
		const char *key =
		    row->type == SETTING_SHARED ? setting_fixed_change(row->shared, a, b) : NULL;

		if (key)
			return key;
		if (!row->restart)
			continue;
		if (row->type == SETTING_STRING &&
		    !same_string(*(const char *const *)a, *(const char *const *)b))
			return row->key;
		if (row->type == SETTING_INTEGER && *(const int64_t *)a != *(const int64_t *)b)
			return row->key;
		if (row->type == SETTING_BOOLEAN && *(const bool *)a != *(const bool *)b)
			return row->key;
	}
	return NULL;
}

static const char *type_name(const struct setting *row)
{
	static const char *const names[] = {
		[SETTING_STRING] = "string",
		[SETTING_INTEGER] = "whole number",
		[SETTING_BOOLEAN] = "true or false",
		[SETTING_WORD] = "one word of",
		[SETTING_STRINGS] = "list of strings",
		[SETTING_OBJECT] = "object",
		[SETTING_ARRAY] = "list",
		[SETTING_CHOICE] = "word",
	};

	return names[row->type];
}

void setting_describe(const struct setting *table, const char *indent, struct text *out)
{
	for (const struct setting *row = table; row->key; row++) {
		if (row->type == SETTING_SHARED) {
			setting_describe(row->shared, indent, out);
			continue;
		}
		text_printf(out, "%s%s: %s", indent, row->key, type_name(row));
		for (size_t i = 0; row->type == SETTING_WORD && row->words[i]; i++)
			text_printf(out, "%s%s", i ? ", " : " ", row->words[i]);
		if (row->type == SETTING_INTEGER)
			text_printf(out, ", %lld to %lld", (long long)row->least, (long long)row->most);
		if (row->unit)
			text_printf(out, " %s", row->unit);
		if (row->standard)
			text_printf(out, "; default %s", *row->standard ? row->standard : "\"\"");
		text_printf(out, "%s%s\n%s    %s\n", row->required ? "; required" : "",
		            row->restart ? "" : "; reloadable", indent, row->help);
	}
}

static json_t *describe_row(const struct setting *row)
{
	json_t *object = json_pack("{s:s, s:s, s:b, s:s?, s:s?, s:b, s:s}", "key", row->key, "type",
	                           type_name(row), "required", row->required, "unit", row->unit, "default",
	                           row->standard, "reload", !row->restart, "help", row->help);

	if (object && row->type == SETTING_INTEGER) {
		json_object_set_new(object, "least", json_integer(row->least));
		json_object_set_new(object, "most", json_integer(row->most));
	}
	for (size_t i = 0; object && row->type == SETTING_WORD && row->words[i]; i++) {
		if (i == 0)
			json_object_set_new(object, "words", json_array());
		json_array_append_new(json_object_get(object, "words"), json_string(row->words[i]));
	}
	return object;
}

static void describe_rows(const struct setting *table, json_t *array)
{
	for (const struct setting *row = table; row->key; row++)
		if (row->type == SETTING_SHARED)
			describe_rows(row->shared, array);
		else
			json_array_append_new(array, describe_row(row));
}

json_t *setting_describe_json(const struct setting *table)
{
	json_t *array = json_array();

	if (array)
		describe_rows(table, array);
	return array;
}
