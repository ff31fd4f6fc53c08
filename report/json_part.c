#include "report/json_part.h"

#include <stdio.h>

json_t *json_text_or_null(const char *text)
{
	return text ? json_string(text) : json_null();
}

/* An object of the one key "", which nothing in a statement is called. */
json_t *json_figure(const struct statement *s, int node)
{
	json_t *mark;

	(void)s;
	if (node < 0)
		return json_null();
	mark = json_object();
	json_put(mark, "", json_integer(node));
	return mark;
}

int json_marked(const json_t *value)
{
	const json_t *node = json_is_object(value) ? json_object_get(value, "") : NULL;

	return node ? (int)json_integer_value(node) : FIGURE_UNKNOWN;
}

void json_write_out(const struct statement *s, json_t *value)
{
	const char *key;
	json_t *member;
	size_t i;

	json_array_foreach (value, i, member)
		if (json_marked(member) >= 0)
			json_array_set_new(value, i, json_string(figure_text(s, json_marked(member))));
		else
			json_write_out(s, member);
	json_object_foreach (value, key, member)
		if (json_marked(member) >= 0)
			json_object_set_new(value, key, json_string(figure_text(s, json_marked(member))));
		else
			json_write_out(s, member);
}

json_t *json_node_id(int node)
{
	return node < 0 ? json_null() : json_sprintf("n%d", node + 1);
}

json_t *json_instant(int64_t us)
{
	char at[INSTANT_TEXT_SIZE];

	return json_string(instant_format(us, at));
}

void json_put(json_t *object, const char *key, json_t *value)
{
	json_object_set_new(object, key, value);
}

/* A figure under key, and its node under the same key of nodes. */
void json_put_figure(const struct statement *s, json_t *object, json_t *nodes, const char *key, int node)
{
	json_put(object, key, json_figure(s, node));
	json_put(nodes, key, json_node_id(node));
}

void json_put_range(const struct statement *s, json_t *object, json_t *nodes, const char *key, int least,
                    int most)
{
	json_t *range = json_object();
	char name[64];

	json_put(range, "least", json_figure(s, least));
	json_put(range, "most", json_figure(s, most));
	json_put(object, key, range);
	snprintf(name, sizeof name, "%s.least", key);
	json_put(nodes, name, json_node_id(least));
	snprintf(name, sizeof name, "%s.most", key);
	json_put(nodes, name, json_node_id(most));
}

json_t *json_span(struct span us)
{
	json_t *object = json_object();

	json_put(object, "start", json_instant(us.start));
	json_put(object, "end", json_instant(us.end));
	return object;
}

json_t *json_texts(const char *const *texts, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, json_string(texts[i]));
	return list;
}
