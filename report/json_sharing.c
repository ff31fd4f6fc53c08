/* json_sharing: what bodies share: apportionments, reductions and what is passed through of them. */
#include "base/instant.h"
#include "base/text.h"
#include "report/json_part.h"

#include <string.h>

static json_t *day_or_null(int64_t day)
{
	char text[DATE_TEXT_SIZE];

	return day == INT64_MIN ? json_null() : json_string(date_format(day, text));
}

/* ---- the basis: which weights ---- */

static void put_key(json_t *object, const struct weight_key *key)
{
	json_t *out = json_object();

	json_put(out, "name", json_string(key->name));
	json_put(out, "at", day_or_null(key->day));
	json_put(out, "source", json_string(key->source));
	json_put(out, "unit", json_text_or_null(key->unit));
	json_put(object, "key", out);
}

/* Figures by body, { "lg-a": "…" } under key; their nodes are "KEY.lg-a". Bodies without one are left out. */
static void put_by_body(const struct statement *s, json_t *object, json_t *nodes, const char *key,
                        const struct apportionment_result *r, const int *figures)
{
	json_t *out = json_object();
	struct text name = { 0 };

	for (size_t i = 0; i < r->body_count; i++) {
		if (figures[i] < 0)
			continue;
		text_clear(&name);
		text_printf(&name, "%s.%s", key, r->bodies[i].party->id);
		json_put(out, r->bodies[i].party->id, json_figure(s, figures[i]));
		json_put(nodes, text_string(&name), json_node_id(figures[i]));
	}
	text_release(&name);
	json_put(object, key, out);
}

/* The weights of a version that no part has used yet, as they were given. */
static json_t *given_weights(const struct body_weight *weights, size_t count)
{
	json_t *out = json_object();

	for (size_t i = 0; i < count; i++)
		json_put(out, weights[i].party->id, json_string(weights[i].weight));
	return out;
}

static json_t *blends(const struct weight_version *v)
{
	json_t *list = json_array();

	for (size_t i = 0; i < v->blend_count; i++) {
		json_t *object = json_object();

		json_put(object, "share", json_string(v->blends[i].share));
		put_key(object, &v->blends[i].key);
		json_put(object, "weights", given_weights(v->blends[i].weights, v->blends[i].weight_count));
		json_array_append_new(list, object);
	}
	return list;
}

static json_t *version(const struct statement *s, const struct apportionment_result *r,
                       const struct weight_version *v)
{
	json_t *object = json_object(), *nodes = json_object();
	bool used = false;

	json_put(object, "from", day_or_null(v->from_day));
	json_put(object, "document", json_text_or_null(v->document));
	if (v->blend_count)
		json_put(object, "blend", blends(v));
	else
		put_key(object, &v->key);
	for (size_t i = 0; i < r->version_count; i++) {
		if (r->versions[i].version != v)
			continue;
		put_by_body(s, object, nodes, "weights", r, r->versions[i].weights);
		used = true;
	}
	if (!used && !v->blend_count)
		json_put(object, "weights", given_weights(v->weights, v->weight_count));
	json_put(object, "used", json_boolean(used));
	json_put(object, "nodes", nodes);
	return object;
}

static json_t *stage(const struct statement *s, const struct apportionment_result *r,
                     const struct stage_share *st)
{
	json_t *object = json_object(), *nodes = json_object();

	json_put(object, "name", json_string(st->stage->name));
	if (st->stage->kind != STAGE_EXCLUSIVE)
		json_put(object, "in_ratio_of",
		         json_string(st->stage->in_ratio_of ? st->stage->in_ratio_of->name : "all"));
	put_by_body(s, object, nodes, "shares", r, st->shares);
	json_put(object, "nodes", nodes);
	return object;
}

/* ---- who got what ---- */

static json_t *body(const struct statement *s, const struct body_share *b)
{
	json_t *object = json_object(), *nodes = json_object();

	json_put(object, "party", json_string(b->party->id));
	json_put(object, "code", json_text_or_null(b->party->code));
	json_put_figure(s, object, nodes, "weight", b->weight);
	json_put_figure(s, object, nodes, "exact", b->exact);
	json_put_figure(s, object, nodes, "amount", b->amount);
	json_put(object, "nodes", nodes);
	return object;
}

static json_t *part(const struct statement *s, const struct apportionment_result *r,
                    const struct part_share *p)
{
	json_t *object = json_object(), *nodes = json_object();

	json_put(object, "id", json_string(p->part->id));
	json_put(object, "at", day_or_null(p->part->day));
	json_put(object, "document", json_text_or_null(p->part->document));
	json_put(object, "version", day_or_null(p->version->from_day));
	json_put_figure(s, object, nodes, "amount", p->amount);
	put_by_body(s, object, nodes, "grants", r, p->grants);
	json_put_figure(s, object, nodes, "residual", p->residual);
	json_put(object, "nodes", nodes);
	return object;
}

static void put_lists(const struct statement *s, json_t *object, const struct apportionment_result *r)
{
	const struct apportionment *a = r->apportionment;
	json_t *list = json_array();

	for (size_t i = 0; i < r->body_count; i++)
		json_array_append_new(list, body(s, &r->bodies[i]));
	json_put(object, "bodies", list);
	list = json_array();
	if (a->stage_count) {
		for (size_t i = 0; i < r->stage_count; i++)
			json_array_append_new(list, stage(s, r, &r->stages[i]));
		json_put(object, "stages", list);
		return;
	}
	for (size_t i = 0; i < a->version_count; i++)
		json_array_append_new(list, version(s, r, &a->versions[i]));
	json_put(object, "versions", list);
	list = json_array();
	for (size_t i = 0; i < r->part_count; i++)
		json_array_append_new(list, part(s, r, &r->parts[i]));
	json_put(object, "parts", list);
}

static json_t *apportionment(const struct statement *s, const struct apportionment_result *r)
{
	const struct apportionment *a = r->apportionment;
	json_t *object = json_object(), *nodes = json_object();

	json_put(object, "id", json_string(a->id));
	json_put(object, "title", json_text_or_null(a->title));
	json_put(object, "document", json_text_or_null(a->document));
	json_put(object, "method", json_string(r->method));
	json_put(object, "clause", json_text_or_null(a->clause));
	json_put(object, "silent", json_boolean(a->method == NULL));
	json_put(object, "currency", json_string(a->currency));
	json_put(object, "unit", json_string(a->unit));
	if (a->of_recoveries) {
		json_put(object, "recoveries_from", json_string(a->of_recoveries->id));
		json_put(object, "incident", json_text_or_null(a->of_incident));
	}
	put_lists(s, object, r);
	json_put_figure(s, object, nodes, "total", r->total);
	json_put_figure(s, object, nodes, "granted", r->granted);
	json_put_figure(s, object, nodes, "residual", r->residual);
	json_put(object, "nodes", nodes);
	return object;
}

/* ---- pass-through ---- */

static json_t *pass_through(const struct statement *s, const struct pass_through *p)
{
	json_t *object = json_object(), *nodes = json_object();

	json_put(object, "from", json_string(p->from->id));
	json_put(object, "to", json_string(p->to->id));
	json_put(object, "contract", json_text_or_null(p->contract ? p->contract->id : NULL));
	json_put(object, "flow",
	         json_string(p->flow == FLOW_DEBT_ASSUMED ? "debt_assumed" : "through_agency"));
	json_put(object, "currency", json_string(p->currency));
	json_put_figure(s, object, nodes, "gross", p->gross);
	json_put_figure(s, object, nodes, "amount", p->amount);
	json_put_figure(s, object, nodes, "state", p->state);
	if (p->withheld >= 0)
		json_put_figure(s, object, nodes, "withheld", p->withheld);
	json_put_figure(s, object, nodes, "on_bill", p->on_bill);
	json_put_figure(s, object, nodes, "carried", p->carried);
	json_put(object, "bill", json_text_or_null(p->bill ? p->bill->id : NULL));
	json_put(object, "notes", json_texts(p->notes, p->note_count));
	json_put(object, "nodes", nodes);
	return object;
}

static json_t *reduction(const struct statement *s, const struct reduction_result *r)
{
	json_t *object = json_object(), *nodes = json_object();

	json_put(object, "record", json_string(r->record->id));
	json_put(object, "at", day_or_null(r->record->day));
	json_put(object, "from", json_string(r->record->from->id));
	json_put(object, "currency", json_string(r->currency));
	json_put_figure(s, object, nodes, "amount", r->amount);
	json_put_figure(s, object, nodes, "fees", r->fees);
	json_put(object, "method", json_string(r->method));
	json_put(object, "clause", json_text_or_null(r->clause));
	json_put(object, "reversed_by", json_text_or_null(r->reversal ? r->reversal->id : NULL));
	json_put_figure(s, object, nodes, "residual", r->residual);
	if (r->received >= 0) {
		json_put_figure(s, object, nodes, "received", r->received);
		json_put_figure(s, object, nodes, "credit", r->credit);
	}
	json_put(object, "notes", json_texts(r->notes, r->note_count));
	json_put(object, "nodes", nodes);
	return object;
}

static void put_list(json_t *root, const char *key, json_t *list)
{
	if (json_array_size(list))
		json_object_set(root, key, list);
	json_decref(list);
}

void json_put_sharing(const struct statement *s, json_t *root)
{
	json_t *passed = json_array(), *reductions = json_array(), *apportionments = json_array();

	for (size_t i = 0; i < s->pass_through_count; i++)
		json_array_append_new(passed, pass_through(s, &s->pass_through[i]));
	for (size_t i = 0; i < s->reduction_count; i++)
		json_array_append_new(reductions, reduction(s, &s->reductions[i]));
	for (size_t i = 0; i < s->apportionment_count; i++)
		json_array_append_new(apportionments, apportionment(s, &s->apportionments[i]));
	put_list(root, "pass_through", passed);
	put_list(root, "reductions", reductions);
	put_list(root, "apportionments", apportionments);
}
