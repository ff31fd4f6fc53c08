#include "report/json_writer.h"
#include "report/json_part.h"

#include <assert.h>
#include <string.h>

static void literal(struct json_writer *w, const char *text)
{
	text_add(w->out, text);
}

static void new_line(struct json_writer *w)
{
	static const char blanks[] = "\n                                ";
	size_t left = 2 * w->depth, most = sizeof blanks - 2;

	text_append(w->out, blanks, 1 + (left < most ? left : most));
	for (left -= left < most ? left : most; left > 0; left -= 2)
		literal(w, "  ");
}

void json_open(struct json_writer *w, char bracket)
{
	text_append(w->out, &bracket, 1);
	w->depth++;
	w->filled = false;
}

void json_close(struct json_writer *w, char bracket)
{
	assert(w->depth > 0);
	w->depth--;
	if (w->filled)
		new_line(w);
	text_append(w->out, &bracket, 1);
	w->filled = true;
}

void json_next(struct json_writer *w)
{
	if (w->filled)
		literal(w, ",");
	new_line(w);
	w->filled = true;
}

/* How many bytes of a string can be written as they are. */
static size_t plain(const char *text)
{
	const char *at = text;

	while ((unsigned char)*at >= 0x20 && *at != '"' && *at != '\\')
		at++;
	return (size_t)(at - text);
}

static void escape(struct json_writer *w, char c)
{
	static const char letters[] = "\"\"\\\\\bb\ff\nn\rr\tt"; /* each and what stands for it */

	for (size_t i = 0; letters[i]; i += 2)
		if (letters[i] == c) {
			text_append(w->out, (char[]){ '\\', letters[i + 1] }, 2);
			return;
		}
	text_printf(w->out, "\\u%04X", (unsigned char)c);
}

void json_text(struct json_writer *w, const char *text)
{
	if (!text) {
		literal(w, "null");
		return;
	}
	literal(w, "\"");
	while (*text) {
		size_t length = plain(text);

		text_append(w->out, text, length);
		text += length;
		if (*text)
			escape(w, *text++);
	}
	literal(w, "\"");
}

void json_key(struct json_writer *w, const char *key)
{
	json_next(w);
	json_text(w, key);
	literal(w, ": ");
}

void json_node(struct json_writer *w, int node)
{
	char id[JSON_NODE_SIZE];

	json_text(w, json_node_name(node, id));
}

/* ---- trees ---- */

static void array(struct json_writer *w, const json_t *list)
{
	json_t *member;
	size_t i;

	json_open(w, '[');
	json_array_foreach (list, i, member) {
		json_next(w);
		json_tree(w, member);
	}
	json_close(w, ']');
}

static void object(struct json_writer *w, const json_t *from)
{
	const char *key;
	json_t *member;

	json_open(w, '{');
	json_object_foreach ((json_t *)from, key, member) {
		json_key(w, key);
		json_tree(w, member);
	}
	json_close(w, '}');
}

void json_tree(struct json_writer *w, const json_t *value)
{
	int node = json_marked(value);

	if (node >= 0)
		json_text(w, figure_text(w->s, node));
	else if (json_is_object(value))
		object(w, value);
	else if (json_is_array(value))
		array(w, value);
	else if (json_is_integer(value))
		text_printf(w->out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else if (json_is_boolean(value))
		literal(w, json_is_true(value) ? "true" : "false");
	else
		json_text(w, json_string_value(value));
}
