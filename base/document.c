#include "base/document.h"

#include <stdlib.h>
#include <string.h>

#define DEPTH_MOST 64

/* ---- where a node stands: its path, and its line, found by walking the text, which jansson has validated
 * ---- */

static void write_path(const struct node *node, struct text *out)
{
	if (!node->parent)
		return;
	write_path(node->parent, out);
	if (node->key)
		text_printf(out, "%s%s", out->length ? "." : "", node->key);
	else
		text_printf(out, "[%zu]", node->index);
}

static const char *skip_space(const char *at)
{
	return at + strspn(at, " \t\r\n");
}

static const char *skip_string(const char *at)
{
	for (at++; *at && *at != '"'; at++)
		if (*at == '\\' && at[1])
			at++;
	return *at ? at + 1 : at;
}

static const char *skip_value(const char *at)
{
	int depth = 0;

	do {
		at = skip_space(at);
		if (*at == '"')
			at = skip_string(at);
		else if (*at == '{' || *at == '[')
			depth++, at++;
		else if (*at == '}' || *at == ']')
			depth--, at++;
		else if (*at == ',' || *at == ':')
			at++;
		else
			at += strcspn(at, " \t\r\n,:]}\"");
	} while (*at && depth > 0);
	return at;
}

static bool is_key(const char *at, const char *key)
{
	char quoted[256];
	json_t *decoded;
	size_t length = (size_t)(skip_string(at) - at);
	bool same;

	if (length >= sizeof quoted)
		return false;
	memcpy(quoted, at, length);
	quoted[length] = '\0';
	decoded = json_loads(quoted, JSON_DECODE_ANY, NULL);
	same = decoded && strcmp(json_string_value(decoded), key) == 0;
	json_decref(decoded);
	return same;
}

/* The text of a member of the container that starts at 'at'; NULL when it is not there. */
static const char *find_child(const char *at, const struct node *child)
{
	bool object = *at == '{';

	at = skip_space(at + 1);
	for (size_t i = 0; *at && *at != '}' && *at != ']'; i++) {
		bool found = object ? child->key && is_key(at, child->key) : i == child->index;

		if (object && found)
			return at;
		if (object)
			at = skip_space(skip_string(at)) + 1;
		at = skip_space(at);
		if (found)
			return at;
		at = skip_space(skip_value(at));
		if (*at == ',')
			at = skip_space(at + 1);
	}
	return NULL;
}

static const char *find_text(const struct node *node)
{
	const char *at;

	if (!node->doc->text.length)
		return NULL;
	if (!node->parent)
		return skip_space(text_string(&node->doc->text));
	at = find_text(node->parent);
	if (at && *at == '"' && node->parent->parent) { /* the parent's key: go on to its value */
		at = skip_space(skip_string(at));
		at = *at == ':' ? skip_space(at + 1) : at;
	}
	return at && (*at == '{' || *at == '[') ? find_child(at, node) : NULL;
}

static int line_of(const struct node *node)
{
	const char *at = find_text(node);
	int line = 1;

	while (!at && node->parent) {
		node = node->parent;
		at = find_text(node);
	}
	if (!at)
		return 0;
	for (const char *c = text_string(&node->doc->text); c < at; c++)
		line += *c == '\n';
	return line;
}

/* Cuts the next part off a path: a key, or an index in brackets. False at its end. */
static bool next_part(const char **path, char key[256], size_t *index, bool *is_index)
{
	size_t length;

	*path += **path == '.';
	*is_index = **path == '[';
	if (*is_index) {
		*index = strtoul(*path + 1, NULL, 10);
		*path += strcspn(*path, "]");
		*path += **path == ']';
		return true;
	}
	length = strcspn(*path, ".[");
	if (length == 0 || length >= 256)
		return false;
	memcpy(key, *path, length);
	key[length] = '\0';
	*path += length;
	return true;
}

int document_line(const struct document *doc, const char *path)
{
	struct node nodes[16] = { { doc, doc->value, NULL, NULL, 0 } };
	char keys[16][256];
	size_t depth = 0, index;
	bool is_index;

	while (*path && depth + 1 < 16 && next_part(&path, keys[depth], &index, &is_index)) {
		struct node child =
		    is_index ? node_item(&nodes[depth], index) : node_member(&nodes[depth], keys[depth]);

		if (!child.value)
			break;
		nodes[++depth] = child;
	}
	return line_of(&nodes[depth]);
}

int node_fail_at(const struct node *node, struct error *err)
{
	struct text path = { 0 };

	write_path(node, &path);
	error_at(err, node->doc->name, line_of(node), text_string(&path));
	text_release(&path);
	return err->code;
}

int node_fail(const struct node *node, struct error *err, const char *format, ...)
{
	va_list args;

	if (err->code != ERROR_NONE)
		return err->code;
	va_start(args, format);
	error_set_va(err, ERROR_DATA, format, args);
	va_end(args);
	return node_fail_at(node, err);
}

/* ---- documents ---- */

static int check_numbers(const struct node *node, int depth, struct error *err)
{
	const char *key;
	json_t *value;
	size_t i;

	if (depth > DEPTH_MOST)
		return node_fail(node, err, "nested deeper than %d", DEPTH_MOST);
	if (json_is_real(node->value))
		return node_fail(
		    node, err,
		    "a number must be whole; where a fraction is allowed, it is a string like \"99.99\"");
	if (json_is_array(node->value))
		json_array_foreach (node->value, i, value) {
			struct node item = { node->doc, value, node, NULL, i };

			if (check_numbers(&item, depth + 1, err) < 0)
				return err->code;
		}
	if (json_is_object(node->value))
		json_object_foreach (node->value, key, value) {
			struct node member = { node->doc, value, node, key, 0 };

			if (check_numbers(&member, depth + 1, err) < 0)
				return err->code;
		}
	return 0;
}

static int name_document(struct document *doc, const char *name, struct error *err)
{
	doc->name = strdup(name);
	return doc->name ? 0 : error_set(err, ERROR_MEMORY, "out of memory");
}

/* What to do about text that is no JSON; NULL where the problem says it. */
static const char *advice(const char *text, const char *problem)
{
	if (strncmp(text, "\xef\xbb\xbf", 3) == 0 || strstr(problem, "unable to decode"))
		return "save it as UTF-8, without a byte order mark";
	if (strstr(problem, "end of file"))
		return NULL;
	if (strstr(problem, "expected near") || strstr(problem, "unexpected token near"))
		return "JSON has a comma between entries, none after the last, and no comments";
	return NULL;
}

static int parse_text(struct document *doc, struct error *err)
{
	struct node root = { doc, NULL, NULL, NULL, 0 };
	json_error_t problem;
	const char *hint;

	if (text_failed(&doc->text))
		return error_set(err, ERROR_MEMORY, "out of memory");
	doc->value = json_loadb(text_string(&doc->text), doc->text.length, JSON_REJECT_DUPLICATES, &problem);
	if (!doc->value) {
		error_set(err, ERROR_DATA, "%s", problem.text);
		hint = advice(text_string(&doc->text), problem.text);
		if (hint)
			error_hint(err, "%s", hint);
		return error_at(err, doc->name, problem.line > 0 ? problem.line : 0, NULL);
	}
	root.value = doc->value;
	return check_numbers(&root, 0, err);
}

int document_load(struct document *doc, const char *path, struct error *err)
{
	int rc = name_document(doc, path, err);

	if (rc == 0)
		rc = text_read_file(&doc->text, path, err);
	return rc < 0 ? rc : parse_text(doc, err);
}

int document_parse(struct document *doc, const char *name, const char *bytes, size_t length,
                   struct error *err)
{
	if (name_document(doc, name, err) < 0)
		return err->code;
	text_append(&doc->text, bytes, length);
	return parse_text(doc, err);
}

int document_take(struct document *doc, const char *name, json_t *value, struct error *err)
{
	doc->value = value;
	if (!value)
		return error_set(err, ERROR_MEMORY, "out of memory");
	return name_document(doc, name, err);
}

void document_release(struct document *doc)
{
	free(doc->name);
	text_release(&doc->text);
	json_decref(doc->value);
	memset(doc, 0, sizeof *doc);
}

int document_root(const struct document *doc, struct node *out, struct error *err)
{
	*out = (struct node){ doc, doc->value, NULL, NULL, 0 };
	return json_is_object(doc->value) ? 0 : node_fail(out, err, "must be an object");
}

/* ---- getters ---- */

static bool listed(const char *word, const char *const *list)
{
	for (; *list; list++)
		if (strcmp(word, *list) == 0)
			return true;
	return false;
}

/*
 * Whether one is the beginning of the other; or the other but for two letters that changed places, or one or two that are
 * otherwise, missing or too many, while twice as many agree. Not the first one, of which only the case is mistyped:
 * 'indirect' is no 'direct'.
 */
static bool alike(const char *a, const char *b)
{
	size_t la = strlen(a), lb = strlen(b), front = 0, back = 0, shorter = la < lb ? la : lb, other;

	while (front < shorter && a[front] == b[front])
		front++;
	while (back < shorter - front && a[la - 1 - back] == b[lb - 1 - back])
		back++;
	if (front == shorter)
		return front >= 3;
	other = (la > lb ? la : lb) - front - back;
	if (la == lb && other == 2 && a[front] == b[front + 1] && a[front + 1] == b[front])
		return true;
	return ((a[0] ^ b[0]) & ~0x20) == 0 && other <= 2 && front + back >= 2 * other;
}

int node_check_keys(const struct node *object, const char *const *known, struct error *err)
{
	const char *key;
	json_t *value;

	json_object_foreach (object->value, key, value) {
		struct node member = { object->doc, value, object, key, 0 };

		if (listed(key, known))
			continue;
		node_fail(&member, err, "unknown key '%s'", key);
		for (const char *const *near = known; *near; near++)
			if (alike(key, *near))
				return error_hint(err, "did you mean '%s'?", *near);
		return err->code;
	}
	return 0;
}

struct node node_member(const struct node *object, const char *key)
{
	struct node member = { object->doc, json_object_get(object->value, key), object, key, 0 };

	return member;
}

/* Looks key up; *absent tells the caller to return 0 at once. */
static int find(const struct node *object, const char *key, enum presence presence, struct node *out,
                bool *absent, struct error *err)
{
	*out = node_member(object, key);
	*absent = !out->value || json_is_null(out->value);
	if (!*absent)
		return 0;
	if (presence == OPTIONAL) {
		out->value = NULL;
		return 0;
	}
	if (out->value)
		return node_fail(out, err, "must not be null");
	return node_fail(object, err, "the key '%s' is missing", key);
}

int node_string(const struct node *object, const char *key, enum presence presence, const char **out,
                struct error *err)
{
	struct node member;
	bool absent;

	*out = NULL;
	if (find(object, key, presence, &member, &absent, err) < 0 || absent)
		return err->code;
	if (!json_is_string(member.value))
		return node_fail(&member, err, "must be a string");
	*out = json_string_value(member.value);
	return 0;
}

int node_integer(const struct node *object, const char *key, enum presence presence, int64_t least,
                 int64_t most, int64_t *out, struct error *err)
{
	struct node member;
	int64_t value;
	bool absent;

	if (find(object, key, presence, &member, &absent, err) < 0 || absent)
		return err->code;
	if (!json_is_integer(member.value))
		return node_fail(&member, err, "must be a whole number");
	value = json_integer_value(member.value);
	if (value < least || value > most)
		return node_fail(&member, err, "%lld is not in %lld to %lld", (long long)value,
		                 (long long)least, (long long)most);
	*out = value;
	return 0;
}

int node_boolean(const struct node *object, const char *key, enum presence presence, bool *out,
                 struct error *err)
{
	struct node member;
	bool absent;

	if (find(object, key, presence, &member, &absent, err) < 0 || absent)
		return err->code;
	if (!json_is_boolean(member.value))
		return node_fail(&member, err, "must be true or false");
	*out = json_is_true(member.value);
	return 0;
}

int node_object(const struct node *object, const char *key, enum presence presence, struct node *out,
                struct error *err)
{
	bool absent;

	if (find(object, key, presence, out, &absent, err) < 0 || absent)
		return err->code;
	return json_is_object(out->value) ? 0 : node_fail(out, err, "must be an object");
}

int node_array(const struct node *object, const char *key, enum presence presence, struct node *out,
               struct error *err)
{
	bool absent;

	if (find(object, key, presence, out, &absent, err) < 0 || absent)
		return err->code;
	return json_is_array(out->value) ? 0 : node_fail(out, err, "must be an array");
}

static int unknown_word(const struct node *member, const char *word, const char *const *words,
                        struct error *err)
{
	struct text list = { 0 };

	for (; *words; words++)
		text_printf(&list, "%s%s", list.length ? ", " : "", *words);
	node_fail(member, err, "'%s' is not one of: %s", word, text_string(&list));
	text_release(&list);
	return err->code;
}

int node_word(const struct node *object, const char *key, enum presence presence, const char *const *words,
              int *out, struct error *err)
{
	struct node member = node_member(object, key);
	const char *word;

	if (node_string(object, key, presence, &word, err) < 0 || !word)
		return err->code;
	for (int i = 0; words[i]; i++)
		if (strcmp(words[i], word) == 0) {
			*out = i;
			return 0;
		}
	return unknown_word(&member, word, words, err);
}

size_t node_count(const struct node *array)
{
	return json_array_size(array->value);
}

struct node node_item(const struct node *array, size_t index)
{
	struct node item = { array->doc, json_array_get(array->value, index), array, NULL, index };

	return item;
}

int node_item_object(const struct node *array, size_t index, struct node *out, struct error *err)
{
	*out = node_item(array, index);
	return json_is_object(out->value) ? 0 : node_fail(out, err, "must be an object");
}

int node_item_string(const struct node *array, size_t index, const char **out, struct error *err)
{
	struct node item = node_item(array, index);

	if (!json_is_string(item.value))
		return node_fail(&item, err, "must be a string");
	*out = json_string_value(item.value);
	return 0;
}
