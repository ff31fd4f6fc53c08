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
static json_t *formula(const struct derivation *d)
{
	struct text t = { 0 };
	json_t *value;

	for (const char *c = d->formula; *c; c++) {
		size_t index = 0;

		if (*c != '$') {
			text_append(&t, c, 1);
			continue;
		}
		while (c[1] >= '0' && c[1] <= '9')
			index = index * 10 + (size_t)(*++c - '0');
		text_printf(&t, "n%d", d->inputs[index - 1] + 1);
	}
	value = json_string(text_string(&t));
	text_release(&t);
	return value;
}

static json_t *rounding(const struct node_rounding *r)
{
	json_t *object;

	if (!r)
		return json_null();
	object = json_object();
	json_put(object, "rule", json_string(r->rule));
	json_put(object, "unit", json_string(r->unit));
	json_put(object, "of", json_text_or_null(r->of));
	json_put(object, "clause", json_text_or_null(r->clause));
	return object;
}

/* A figure that is made from those of others keeps its value; how it was made is left out. */
static json_t *withheld(const struct statement *s, const struct derivation *d)
{
	const char *label = excerpt_label(s, d->label);
	json_t *object = json_object();

	json_put(object, "label", json_string(label ? label : "a figure of other municipalities"));
	json_put(object, "clause", json_text_or_null(excerpt_label(s, d->clause)));
	json_put(object, "formula", json_string("given"));
	json_put(object, "inputs", json_array());
	json_put(object, "exact", json_string(d->value));
	json_put(object, "rounding", json_null());
	json_put(object, "value", json_string(d->value));
	json_put(object, "withheld", json_true());
	return object;
}

json_t *json_derivation(const struct derivation *d)
{
	json_t *object = json_object(), *inputs = json_array();

	for (size_t i = 0; i < d->input_count; i++)
		json_array_append_new(inputs, json_node_id(d->inputs[i]));
	json_put(object, "label", json_string(d->label));
	json_put(object, "clause", json_text_or_null(d->clause));
	json_put(object, "formula", formula(d));
	json_put(object, "inputs", inputs);
	json_put(object, "exact", json_string(d->before));
	json_put(object, "rounding", rounding(d->rounding));
	json_put(object, "value", json_string(d->value));
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

/* The nodes that some figure rests on, so that none can be altered unseen. They keep their numbers. */
static json_t *derivations(const struct statement *s, json_t *root)
{
	json_t *object = json_object();
	size_t count = book_count(s->book);
	bool *marked = calloc(count + 1, sizeof *marked);
	char id[24];

	if (!marked) {
		json_decref(object);
		return NULL;
	}
	mark_named(root, marked);
	for (size_t i = count; i-- > 0;)
		for (size_t k = 0;
		     marked[i] && excerpt_is_open(s, (int)i) && k < book_at(s->book, (int)i)->input_count;
		     k++)
			marked[book_at(s->book, (int)i)->inputs[k]] = true;
	excerpt_begin(s);
	for (size_t i = 0; i < count; i++) {
		const struct derivation *d = book_at(s->book, (int)i);

		snprintf(id, sizeof id, "n%zu", i + 1);
		if (marked[i])
			json_put(object, id,
			         excerpt_is_open(s, (int)i) ? json_derivation(d) : withheld(s, d));
		if (marked[i])
			excerpt_want(s, (int)i); /* the table of derivations has the same */
	}
	free(marked);
	return object;
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
	json_t *root = json_statement(s);
	char *dump;

	json_write_out(s, root);
	json_put(root, "derivations", derivations(s, root));
	dump = json_object_get(root, "derivations") ? json_dumps(root, JSON_INDENT(2)) : NULL;
	if (dump) {
		text_add(out, dump);
		text_add(out, "\n");
	} else {
		out->failed = true;
	}
	free(dump);
	json_decref(root);
}
