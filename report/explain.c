#include "report/explain.h"
#include "report/escape.h"
#include "report/evidence.h"
#include "report/json_part.h"
#include "report/number.h"
#include "report/phrase.h"

#include <stdlib.h>
#include <string.h>

#define PLACES_MOST 8

struct told {
	const struct explanation *x;
	const struct statement *s;
	const struct service_result *service; /* whose figure is explained; NULL */
	struct arena arena;
	enum { UNSEEN, COUNTED, TOLD } * seen; /* by node */
	struct text *out;
	json_t *nodes; /* instead of out */
	size_t left_out;
};

/* ---- whose figure ---- */

const struct service_result *explain_service(const struct statement *s, const struct outline_item *item)
{
	int64_t index;
	const char *first = item ? outline_name(item, 0, NULL) : NULL;

	if (!first || strcmp(first, "services") != 0 || !outline_name(item, 1, &index))
		return NULL;
	return &s->services[index];
}

const struct level_result *explain_level(const struct statement *s, const struct outline_item *item)
{
	const struct service_result *r = explain_service(s, item);
	const struct level_result *level;
	const char *name = r ? outline_name(item, 2, NULL) : NULL;
	int64_t index;

	if (!name || strcmp(name, "levels") != 0 || !outline_name(item, 3, &index))
		return NULL;
	level = &r->levels[index];
	name = outline_name(item, 4, NULL);
	if (name && strcmp(name, "readings") == 0 && outline_name(item, 5, &index))
		return &level->readings[index];
	return level;
}

/* The first service with a figure that rests on the node: for a node that was asked for by its number. */
static const struct service_result *service_above(const struct statement *s, const struct outline *o,
                                                  int node)
{
	size_t count = book_count(s->book);
	const struct service_result *found = NULL;
	bool *above = calloc(count, sizeof *above);

	if (!above)
		return NULL;
	above[node] = true;
	for (size_t i = (size_t)node + 1; i < count; i++) {
		const struct derivation *d = book_at(s->book, (int)i);

		for (size_t k = 0; k < d->input_count && !above[i]; k++)
			above[i] = above[d->inputs[k]];
	}
	for (size_t i = 0; i < o->count && !found; i++)
		if (o->items[i].node >= 0 && above[o->items[i].node])
			found = explain_service(s, &o->items[i]);
	free(above);
	return found;
}

static void start(struct told *t, const struct outline *o, int node, const struct outline_item *item)
{
	t->seen = calloc(book_count(t->s->book), sizeof *t->seen);
	t->service = explain_service(t->s, item);
	if (!t->service)
		t->service = service_above(t->s, o, node);
}

/* The figures below a node that nobody was told of. */
static size_t count_below(struct told *t, int node)
{
	const struct derivation *d = book_at(t->s->book, node);
	size_t count = 0;

	for (size_t i = 0; i < d->input_count; i++) {
		if (t->seen[d->inputs[i]])
			continue;
		t->seen[d->inputs[i]] = COUNTED;
		count += 1 + count_below(t, d->inputs[i]);
	}
	return count;
}

/* ---- text ---- */

static void indent(struct told *t, size_t level, const char *more)
{
	for (size_t i = 0; i < level; i++)
		text_add(t->out, "  ");
	text_add(t->out, more);
}

static void phrase(struct told *t, const char *english)
{
	struct text said = { 0 };

	if (!phrase_translate(&said, t->x->language, english))
		text_add(&said, english);
	escape_terminal(t->out, text_string(&said));
	text_release(&said);
}

static void word(struct told *t, enum word w)
{
	text_add(t->out, word_of(t->x->language, w));
}

static void value(struct told *t, int node)
{
	number_plain(t->out, book_value(t->s->book, node), PLACES_MOST);
}

/* The formula with its inputs put in: as ids or as numbers. */
static void formula(struct told *t, const struct derivation *d, bool numbers)
{
	for (const char *at = d->formula; *at;) {
		char *end;
		unsigned long k;
		int node;

		if (*at != '$') {
			text_append(t->out, at++, 1);
			continue;
		}
		k = strtoul(at + 1, &end, 10);
		at = end;
		node = d->inputs[k - 1];
		if (!numbers) {
			text_printf(t->out, "n%d", node + 1);
			continue;
		}
		text_add(t->out, book_sign(t->s->book, node) < 0 ? "(" : "");
		value(t, node);
		text_add(t->out, book_sign(t->s->book, node) < 0 ? ")" : "");
	}
}

static void rounded(struct told *t, size_t level, const struct derivation *d)
{
	const struct node_rounding *r = d->rounding;

	indent(t, level, "      ");
	word(t, W_EXPLAIN_ROUNDED);
	text_printf(t->out, "%s %s", r->rule, r->unit);
	if (r->clause) {
		text_add(t->out, ", ");
		phrase(t, r->clause);
	}
	text_add(t->out, "; ");
	word(t, W_EXPLAIN_BEFORE);
	text_add(t->out, d->before);
	text_add(t->out, "\n");
}

static void evidence(struct told *t, size_t level, int node)
{
	struct evidence_list list = evidence_of(&t->arena, t->s, node, t->service);

	for (size_t i = 0; i < list.count; i++) {
		indent(t, level, "      - ");
		if (t->x->most && i == t->x->most) {
			text_printf(t->out, word_of(t->x->language, W_EXPLAIN_MORE), list.count - i);
			text_add(t->out, "\n");
			break;
		}
		evidence_text(t->out, t->x->language, t->s, &list.items[i]);
		text_add(t->out, "\n");
	}
}

static void source(struct told *t, size_t level, const struct derivation *d, enum word head)
{
	if (!d->clause)
		return;
	indent(t, level, "      ");
	word(t, head);
	phrase(t, d->clause);
	text_add(t->out, "\n");
}

static void head(struct told *t, size_t level, int node)
{
	indent(t, level, "");
	text_printf(t->out, "n%d  ", node + 1);
	phrase(t, book_at(t->s->book, node)->label);
	text_add(t->out, " = ");
	value(t, node);
}

static void tell_formula(struct told *t, size_t level, const struct derivation *d)
{
	indent(t, level, "      ");
	word(t, W_EXPLAIN_FORMULA);
	formula(t, d, false);
	if (d->input_count) {
		text_add(t->out, " = ");
		formula(t, d, true);
	}
	text_add(t->out, "\n");
}

static void tell(struct told *t, size_t level, int node);

/* ---- running sums: a total to which one figure after another was added is told as one sum ---- */

#define RUNNING_LEAST 4

static bool is_step(const struct derivation *d)
{
	return strcmp(d->formula, "$1 + $2") == 0;
}

/* Its terms, the last that was added first; NULL where it is no running sum of at least RUNNING_LEAST. */
static int *running_sum(struct told *t, int node, size_t *count)
{
	const struct derivation *d = book_at(t->s->book, node), *next = d;
	size_t length = 1;
	int *terms;

	for (; is_step(next) && strcmp(next->label, d->label) == 0; length++)
		next = book_at(t->s->book, next->inputs[0]);
	*count = length;
	if (length < RUNNING_LEAST)
		return NULL;
	terms = arena_array(&t->arena, length, sizeof *terms);
	for (size_t i = 0; i + 1 < length; i++, node = book_at(t->s->book, node)->inputs[0])
		terms[i] = book_at(t->s->book, node)->inputs[1];
	terms[length - 1] = node;
	return terms;
}

/* Whether the formula looks at its k-th input: some are given to several formulas and not needed in each. */
static bool uses(const struct derivation *d, size_t k)
{
	char *end;

	for (const char *at = strchr(d->formula, '$'); at; at = strchr(end, '$'))
		if (strtoul(at + 1, &end, 10) == k + 1)
			return true;
	return false;
}

static bool stops(struct told *t, size_t level, int node)
{
	size_t below;

	if (!t->x->depth || level < t->x->depth)
		return false;
	below = count_below(t, node);
	if (below) {
		indent(t, level + 1, "");
		text_printf(t->out, word_of(t->x->language, W_EXPLAIN_DEEPER), below);
		text_add(t->out, "\n");
	}
	return true;
}

static void left_out(struct told *t, size_t level, size_t left)
{
	if (!left)
		return;
	indent(t, level + 1, "");
	text_printf(t->out, word_of(t->x->language, W_EXPLAIN_MORE), left);
	text_add(t->out, "\n");
}

static void tell_inputs(struct told *t, size_t level, const struct derivation *d, int node)
{
	size_t told = 0, left = 0;

	if (stops(t, level, node))
		return;
	for (size_t i = 0; i < d->input_count; i++)
		if (!uses(d, i))
			continue;
		else if (!t->x->most || told++ < t->x->most)
			tell(t, level + 1, d->inputs[i]);
		else
			left++;
	left_out(t, level, left);
}

static void tell_sum(struct told *t, size_t level, const int *terms, size_t count, int node)
{
	size_t most = t->x->most && t->x->most < count ? t->x->most : count;

	indent(t, level, "      ");
	word(t, W_EXPLAIN_FORMULA);
	text_printf(t->out, word_of(t->x->language, W_EXPLAIN_SUM), count);
	text_add(t->out, "\n");
	if (stops(t, level, node))
		return;
	for (size_t i = 0; i < most; i++)
		tell(t, level + 1, terms[i]);
	left_out(t, level, count - most);
}

static void tell(struct told *t, size_t level, int node)
{
	const struct derivation *d = book_at(t->s->book, node);
	size_t count;
	int *terms;

	head(t, level, node);
	if (t->seen[node] == TOLD) {
		text_add(t->out, " ");
		word(t, W_EXPLAIN_ABOVE);
		text_add(t->out, "\n");
		return;
	}
	t->seen[node] = TOLD;
	text_add(t->out, "\n");
	if (strcmp(d->formula, "given") == 0) {
		source(t, level, d, W_EXPLAIN_FROM);
		evidence(t, level, node);
		return;
	}
	source(t, level, d, W_EXPLAIN_BY);
	terms = running_sum(t, node, &count);
	if (terms) {
		tell_sum(t, level, terms, count, node);
		return;
	}
	tell_formula(t, level, d);
	if (d->rounding)
		rounded(t, level, d);
	tell_inputs(t, level, d, node);
}

void explain_text(const struct explanation *x, const struct statement *s, const struct outline *o, int node,
                  const struct outline_item *item, struct text *out)
{
	struct told t = { .x = x, .s = s, .out = out };

	start(&t, o, node, item);
	out->failed |= !t.seen;
	if (t.seen)
		tell(&t, 0, node);
	free(t.seen);
	arena_release(&t.arena);
}

/* ---- JSON ---- */

static void collect(struct told *t, size_t level, int node)
{
	const struct derivation *d = book_at(t->s->book, node);
	struct evidence_list list;
	json_t *object, *found;
	char id[24];

	if (t->seen[node] == TOLD)
		return;
	t->seen[node] = TOLD;
	snprintf(id, sizeof id, "n%d", node + 1);
	object = json_derivation(d);
	json_put(t->nodes, id, object);
	list = evidence_of(&t->arena, t->s, node, t->service);
	found = json_array();
	for (size_t i = 0; i < list.count; i++)
		json_array_append_new(found, evidence_json(&list.items[i]));
	if (list.count)
		json_object_set(object, "evidence", found);
	json_decref(found);
	if (t->x->depth && level >= t->x->depth)
		t->left_out += count_below(t, node);
	else
		for (size_t i = 0; i < d->input_count; i++)
			collect(t, level + 1, d->inputs[i]);
}

json_t *explain_json(const struct explanation *x, const struct statement *s, const struct outline *o,
                     int node, const struct outline_item *item)
{
	struct told t = { .x = x, .s = s, .nodes = json_object() };
	json_t *root = json_object();

	start(&t, o, node, item);
	json_put(root, "figure", json_text_or_null(item ? item->path : NULL));
	json_put(root, "node", json_node_id(node));
	json_put(root, "value", json_text_or_null(figure_text(s, node)));
	if (t.seen)
		collect(&t, 0, node);
	json_put(root, "nodes", t.nodes);
	json_put(root, "left_out", json_integer((json_int_t)t.left_out));
	free(t.seen);
	arena_release(&t.arena);
	return root;
}
