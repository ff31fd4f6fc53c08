/* slacalc explain: one figure of a statement from the top down, why it is so, and why it is not more. */
#include "report/escape.h"
#include "report/explain.h"
#include "report/json_part.h"
#include "report/why.h"
#include "slacalc/judged.h"

#include <stdlib.h>
#include <string.h>

#define INPUTS_MOST 40

struct request {
	const char *figure, *what;
	bool json, not, list;
	struct explanation how;
};

/* ---- what is asked ---- */

static int read_count(const char *option, const char *text, size_t *out, struct error *err)
{
	char *end;
	unsigned long value;

	if (!text)
		return 0;
	value = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || value > 1000000)
		return error_set(err, ERROR_USAGE, "'--%s %s' is not a whole number", option, text);
	*out = value;
	return 0;
}

/* "n17", whether a place of the statement names it or not; -1: no such node. */
static int node_of(const struct statement *s, const char *text)
{
	char *end;
	unsigned long number = *text == 'n' ? strtoul(text + 1, &end, 10) : 0;

	if (number == 0 || *end || number > book_count(s->book))
		return FIGURE_UNKNOWN;
	return (int)number - 1;
}

/* ---- telling ---- */

static void tell_reasons(struct text *out, enum language language, enum word head, const struct reasons *r)
{
	if (r->count == 0)
		return;
	text_printf(out, "%s\n", word_of(language, head));
	for (size_t i = 0; i < r->count; i++)
		text_printf(out, "  - %s\n", r->items[i].text);
}

static json_t *json_reasons(const struct judged *j, struct arena *a, const struct outline_item *item,
                            bool not )
{
	json_t *list = json_array();
	struct reasons ja = not ? why_not(a, j->s, item, LANGUAGE_JA) : why(a, j->s, item, LANGUAGE_JA);
	struct reasons en = not ? why_not(a, j->s, item, LANGUAGE_EN) : why(a, j->s, item, LANGUAGE_EN);

	for (size_t i = 0; i < en.count; i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "rule", en.items[i].rule, "ja",
		                                      ja.items[i].text, "en", en.items[i].text));
	return list;
}

static void dump(struct text *out, json_t *root)
{
	char *text = json_dumps(root, JSON_INDENT(2));

	if (text) {
		text_add(out, text);
		text_add(out, "\n");
	} else {
		out->failed = true;
	}
	free(text);
	json_decref(root);
}

static void tell_json(struct judged *j, const struct request *q, int node, const struct outline_item *item,
                      struct text *out)
{
	json_t *root = explain_json(&q->how, j->s, &j->outline, node, item);

	json_put(root, "why", json_reasons(j, &j->arena, item, false));
	if (q->not )
		json_put(root, "why_not", json_reasons(j, &j->arena, item, true));
	dump(out, root);
}

static void tell(struct judged *j, const struct request *q, int node, const struct outline_item *item,
                 struct text *out)
{
	enum language l = q->how.language;
	struct reasons because = why(&j->arena, j->s, item, l), not = { 0 };

	escape_terminal(out, item ? item->path : q->figure);
	text_printf(out, " = %s", figure_text(j->s, node));
	if (!item)
		text_printf(out, "  (%s)", word_of(l, W_EXPLAIN_NODE));
	text_add(out, "\n");
	if (q->not ) {
		not = why_not(&j->arena, j->s, item, l);
		if (not .count == 0)
			text_printf(out, "%s\n", word_of(l, W_WHY_NOTHING));
		tell_reasons(out, l, W_WHY_NOT, &not );
		return;
	}
	tell_reasons(out, l, W_WHY, &because);
	text_add(out, "\n");
	explain_text(&q->how, j->s, &j->outline, node, item, out);
}

/* Every figure under its path; --json: an object of paths. */
static void list(const struct judged *j, bool json, struct text *out)
{
	json_t *root = json_object();

	for (size_t i = 0; i < j->outline.count; i++) {
		const struct outline_item *item = &j->outline.items[i];

		if (item->kind != OUTLINE_FIGURE)
			continue;
		if (json) {
			json_put(
			    root, item->path,
			    json_pack("{s:s, s:o}", "value", item->text, "node", json_node_id(item->node)));
			continue;
		}
		escape_terminal(out, item->path);
		text_printf(out, " = %s\n", item->text);
	}
	if (json)
		dump(out, root);
	else
		json_decref(root);
}

static int answer(struct judged *j, const struct request *q, struct text *out, struct error *err)
{
	const struct outline_item *item = NULL;
	int node;

	if (q->list) {
		list(j, q->json, out);
		return 0;
	}
	node = node_of(j->s, q->figure);
	if (node >= 0)
		item = outline_of_node(&j->outline, node);
	else if (outline_find(&j->outline, q->figure, &item, err) < 0)
		return err->code;
	else
		node = item->node;
	if (q->json)
		tell_json(j, q, node, item, out);
	else
		tell(j, q, node, item, out);
	return 0;
}

int command_explain(int argc, char **argv, struct error *err)
{
	struct month_options o = { .url = NULL };
	struct request q = { .how = { .most = INPUTS_MOST } };
	const char *operands[2] = { NULL, NULL }, *depth = NULL, *most = NULL, *language = NULL;
	bool because = false;
	const struct command_option options[] = { MONTH_OPTIONS(o),
		                                  { "json", 0, NULL, &q.json },
		                                  { "why", 0, NULL, &because },
		                                  { "why-not", 0, NULL, &q.not },
		                                  { "list", 0, NULL, &q.list },
		                                  { "depth", 0, &depth, NULL },
		                                  { "most", 0, &most, NULL },
		                                  { "lang", 0, &language, NULL },
		                                  { NULL, 0, NULL, NULL } };
	struct judged j = { 0 };
	struct text out = { 0 };

	if (command_options(argc, argv, options, operands, 1, 2, err) < 0 ||
	    read_count("depth", depth, &q.how.depth, err) < 0 ||
	    read_count("most", most, &q.how.most, err) < 0 ||
	    command_language(language, &q.how.language, err) < 0)
		return err->code;
	if (q.list != !operands[1])
		return error_set(err, ERROR_USAGE,
		                 q.list ? "--list takes a case alone" : "a figure and a case are needed");
	if (because && q.not )
		return error_set(err, ERROR_USAGE, "--why and --why-not are given both");
	q.figure = operands[0];
	q.what = q.list ? operands[0] : operands[1];
	if (judged_open(&j, q.what, &o, err) == 0)
		(void)!answer(&j, &q, &out, err);
	judged_close(&j);
	return command_print(&out, err);
}
