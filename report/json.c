#include "report/json.h"
#include "report/excerpt.h"
#include "report/json_part.h"

#include <stdlib.h>
#include <string.h>

/* ---- the rest of the statement ---- */

static json_t *period(const struct statement *s)
{
	const struct period *p = &s->the_case->period;
	json_t *object = json_object(), *nodes = json_object();

	json_put(object, "start", json_instant(p->span.start));
	json_put(object, "end", json_instant(p->span.end));
	json_put_figure(s, object, nodes, "seconds", s->period_s);
	json_put(object, "nodes", nodes);
	if (p->fixed_hours)
		json_put(object, "hours", json_integer(p->fixed_hours));
	if (p->month)
		json_put(object, "month", json_string(p->month));
	json_put(object, "time_zone", json_text_or_null(p->time_zone));
	json_put(object, "zone_data", json_string(s->the_case->zone_data));
	return object;
}

static json_t *exclusion(const struct statement *s, const struct exclusion_result *r)
{
	json_t *object = json_object(), *nodes = json_object();

	json_put(object, "id", json_string(r->exclusion->id));
	json_put(object, "service", json_string(r->service->id));
	json_put(object, "kind", json_string(r->exclusion->kind));
	json_put(object, "start", json_instant(r->exclusion->span.start));
	json_put(object, "end", json_instant(r->exclusion->span.end));
	json_put(object, "document", json_text_or_null(r->exclusion->document));
	json_put(object, "accepted", json_boolean(r->accepted));
	json_put(object, "why", json_text_or_null(r->why));
	json_put(object, "clause", json_text_or_null(r->exclusion->clause));
	json_put(object, "approver", json_text_or_null(r->exclusion->approver));
	if (r->accepted)
		json_put_figure(s, object, nodes, "overlap_s", r->overlap_s);
	json_put(object, "nodes", nodes);
	return object;
}

static json_t *correction(const struct correction_result *r)
{
	static const char *const outcomes[] = {
		[SAMPLE_UP] = "up", [SAMPLE_DOWN] = "down", [SAMPLE_MISSED] = "missed"
	};
	const struct correction *c = r->correction;
	json_t *object = json_span(c->span);

	json_put(object, "id", json_string(c->id));
	json_put(object, "target", json_string(c->target));
	json_put(object, "vantage", json_text_or_null(c->vantage));
	json_put(object, "outcome", json_string(outcomes[c->outcome]));
	json_put(object, "author", json_text_or_null(c->author));
	json_put(object, "reason", json_text_or_null(c->reason));
	json_put(object, "document", json_text_or_null(c->document));
	json_put(object, "entered", json_instant(c->entered_us));
	json_put(object, "supersedes", json_text_or_null(c->supersedes));
	json_put(object, "in_effect", json_boolean(r->why_not == NULL));
	json_put(object, "why_not", json_text_or_null(r->why_not));
	return object;
}

static json_t *calendar(const struct calendar_used *c)
{
	json_t *object = json_object();

	json_put(object, "id", json_string(c->id));
	json_put(object, "edition", json_text_or_null(c->edition));
	json_put(object, "document", json_text_or_null(c->document));
	json_put(object, "origin", json_text_or_null(c->origin));
	return object;
}

/* Lists that most statements do not have. */
static void put_rare(const struct statement *s, json_t *root)
{
	json_t *corrections = json_array(), *calendars = json_array();

	for (size_t i = 0; i < s->correction_count; i++)
		json_array_append_new(corrections, correction(&s->corrections[i]));
	for (size_t i = 0; i < s->the_case->calendar_count; i++)
		json_array_append_new(calendars, calendar(&s->the_case->calendars[i]));
	if (json_array_size(corrections))
		json_object_set(root, "corrections", corrections);
	if (json_array_size(calendars))
		json_object_set(root, "calendars", calendars);
	json_decref(corrections);
	json_decref(calendars);
}

/* ---- derivations ---- */

/* The formula with $k replaced by the node that it stands for. */
static void formula(struct json_writer *w, const struct derivation *d)
{
	const char *at = d->formula;
	char id[JSON_NODE_SIZE];

	text_append(w->out, "\"", 1);
	while (*at) {
		size_t plain = strcspn(at, "$"), index = 0;

		text_append(w->out, at, plain);
		at += plain;
		if (!*at)
			break;
		while (at[1] >= '0' && at[1] <= '9')
			index = index * 10 + (size_t)(*++at - '0');
		text_add(w->out, json_node_name(d->inputs[index - 1], id));
		at++;
	}
	text_append(w->out, "\"", 1);
}

static void inputs(struct json_writer *w, const struct derivation *d)
{
	json_open(w, '[');
	for (size_t i = 0; i < d->input_count; i++) {
		json_next(w);
		json_node(w, d->inputs[i]);
	}
	json_close(w, ']');
}

static void put_text(struct json_writer *w, const char *key, const char *text)
{
	json_key(w, key);
	json_text(w, text);
}

static void put_rounding(struct json_writer *w, const struct node_rounding *r)
{
	json_key(w, "rounding");
	if (!r) {
		json_text(w, NULL);
		return;
	}
	json_open(w, '{');
	put_text(w, "rule", r->rule);
	put_text(w, "unit", r->unit);
	put_text(w, "of", r->of);
	put_text(w, "clause", r->clause);
	json_close(w, '}');
}

/* A figure that is made from those of others keeps its value; how it was made is left out. */
static void withheld(struct json_writer *w, const struct derivation *d)
{
	const char *label = excerpt_label(w->s, d->label);

	json_open(w, '{');
	put_text(w, "label", label ? label : "a figure of other municipalities");
	put_text(w, "clause", excerpt_label(w->s, d->clause));
	put_text(w, "formula", "given");
	json_key(w, "inputs");
	json_open(w, '[');
	json_close(w, ']');
	put_text(w, "exact", d->value);
	put_rounding(w, NULL);
	put_text(w, "value", d->value);
	json_key(w, "withheld");
	json_tree(w, json_true());
	json_close(w, '}');
}

void json_write_derivation(struct json_writer *w, const struct derivation *d)
{
	json_open(w, '{');
	put_text(w, "label", d->label);
	put_text(w, "clause", d->clause);
	json_key(w, "formula");
	formula(w, d);
	json_key(w, "inputs");
	inputs(w, d);
	put_text(w, "exact", d->before);
	put_rounding(w, d->rounding);
	put_text(w, "value", d->value);
	json_close(w, '}');
}

json_t *json_derivation(const struct derivation *d)
{
	struct text text = { 0 };
	struct json_writer w = { .out = &text };
	json_t *object;

	json_write_derivation(&w, d);
	object = text_failed(&text) ? NULL : json_loadb(text.bytes, text.length, 0, NULL);
	text_release(&text);
	return object;
}

/* Marks the node of an id and all that it rests on: inputs come before what is made of them. */
static void mark(const json_t *id, bool *marked)
{
	const char *text = json_string_value(id);

	if (text)
		marked[strtoul(text + 1, NULL, 10) - 1] = true;
}

/* Marks the nodes that the figures of a part of the statement name. */
static void mark_named(json_t *value, bool *marked)
{
	const char *key;
	json_t *item;
	size_t i;

	json_array_foreach (value, i, item)
		mark_named(item, marked);
	json_object_foreach (value, key, item) {
		if (strcmp(key, "node") == 0)
			mark(item, marked);
		else if (strcmp(key, "nodes") != 0)
			mark_named(item, marked);
		else
			for (void *n = json_object_iter(item); n; n = json_object_iter_next(item, n))
				mark(json_object_iter_value(n), marked);
	}
}

/* The nodes that some figure of root rests on, so that none can be altered unseen. NULL: no memory. */
static bool *nodes_wanted(const struct statement *s, json_t *root)
{
	size_t count = book_count(s->book);
	bool *marked = calloc(count + 1, sizeof *marked);

	if (!marked)
		return NULL;
	mark_named(root, marked);
	for (size_t i = count; i-- > 0;) {
		const struct derivation *d = book_at(s->book, (int)i);

		for (size_t k = 0; marked[i] && excerpt_is_open(s, (int)i) && k < d->input_count; k++)
			marked[d->inputs[k]] = true;
	}
	return marked;
}

/* They keep their numbers. */
static void write_derivations(struct json_writer *w, const bool *marked)
{
	const struct statement *s = w->s;
	char id[JSON_NODE_SIZE];

	json_open(w, '{');
	excerpt_begin(s);
	for (size_t i = 0; i < book_count(s->book); i++) {
		if (!marked[i])
			continue;
		json_key(w, json_node_name((int)i, id));
		if (excerpt_is_open(s, (int)i))
			json_write_derivation(w, book_at(s->book, (int)i));
		else
			withheld(w, book_at(s->book, (int)i));
		excerpt_want(s, (int)i); /* the table of derivations has the same */
	}
	json_close(w, '}');
}

json_t *json_statement(const struct statement *s)
{
	json_t *root = json_object(), *services = json_array(), *exclusions = json_array();
	const struct sla_case *c = s->the_case;

	json_put(root, "format", json_string("govsla-statement/1"));
	json_put(root, "engine", json_string("govsla " GOVSLA_VERSION));
	json_put(root, "title", json_text_or_null(c->title));
	json_put(root, "as_of", c->as_of_us == INT64_MAX ? json_null() : json_instant(c->as_of_us));
	json_put(root, "period", period(s));
	for (size_t i = 0; i < s->service_count; i++)
		json_array_append_new(services, json_service(s, &s->services[i]));
	json_put(root, "services", services);
	for (size_t i = 0; i < s->exclusion_count; i++)
		json_array_append_new(exclusions, exclusion(s, &s->exclusions[i]));
	json_put(root, "exclusions", exclusions);
	json_put_liability(s, root);
	json_put_sharing(s, root);
	if (s->ledger)
		json_put(root, "ledger", json_ledger(s));
	if (s->total_count)
		json_put(root, "totals", json_totals(s));
	if (excerpt_hides(s))
		json_put(root, "excerpt_for",
		         json_text_or_null(excerpt_party(s) ? excerpt_party(s)->id : NULL));
	put_rare(s, root);
	json_put_money(s, root);
	return root;
}

void report_json(const struct statement *s, struct text *out)
{
	struct json_writer w = { .s = s, .out = out };
	json_t *root = json_statement(s), *value;
	bool *marked = nodes_wanted(s, root);
	const char *key;

	out->failed |= !marked;
	json_open(&w, '{');
	json_object_foreach (root, key, value) {
		json_key(&w, key);
		json_tree(&w, value);
	}
	json_key(&w, "derivations");
	if (marked)
		write_derivations(&w, marked);
	json_close(&w, '}');
	text_add(out, "\n");
	free(marked);
	json_decref(root);
}
