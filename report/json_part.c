#include "report/json_part.h"

#include <stdio.h>
#include <string.h>

json_t *json_text_or_null(const char *text)
{
	return text ? json_string(text) : json_null();
}

/* A number with a point, which a statement never holds: it costs a tenth of an object. */
json_t *json_figure(const struct statement *s, int node)
{
	(void)s;
	return node < 0 ? json_null() : json_real(node);
}

int json_marked(const json_t *value)
{
	return json_is_real(value) ? (int)json_real_value(value) : FIGURE_UNKNOWN;
}

const char *json_node_name(int node, char out[JSON_NODE_SIZE])
{
	char digits[JSON_NODE_SIZE], *at = digits + sizeof digits;
	unsigned n = (unsigned)node + 1;

	*--at = '\0';
	for (; n > 0; n /= 10)
		*--at = (char)('0' + n % 10);
	*--at = 'n';
	return memcpy(out, at, (size_t)(digits + sizeof digits - at));
}

json_t *json_node_id(int node)
{
	char name[JSON_NODE_SIZE];

	return node < 0 ? json_null() : json_string_nocheck(json_node_name(node, name));
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
