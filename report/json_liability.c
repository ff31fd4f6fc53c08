/* json_liability: who owes whom, and on which readings of the rules that rests. */
#include "report/json_part.h"

#include <string.h>

static json_t *cuts(const struct statement *s, const struct obligation *o)
{
	json_t *list = json_array();

	for (size_t i = 0; i < o->cut_count; i++) {
		json_t *object = json_object(), *nodes = json_object();

		json_put(object, "why", json_string(o->cuts[i].why));
		json_put(object, "clause", json_text_or_null(o->cuts[i].clause));
		json_put_figure(s, object, nodes, "amount", o->cuts[i].amount);
		json_put(object, "nodes", nodes);
		json_array_append_new(list, object);
	}
	return list;
}

static json_t *losses(const struct obligation *o)
{
	json_t *list = json_array();

	for (size_t i = 0; i < o->loss_count; i++)
		json_array_append_new(list, json_string(o->losses[i]->id));
	return list;
}

/* What most obligations do not have. */
static void put_rare(const struct statement *s, const struct obligation *o, json_t *object, json_t *nodes)
{
	if (o->also)
		json_put(object, "also", json_string(o->also->id));
	if (o->agreement)
		json_put(object, "agreement", json_string(o->agreement->id));
	if (o->incident)
		json_put(object, "incident", json_string(o->incident));
	if (o->indemnifies)
		json_put(object, "indemnifies", json_integer(o->indemnifies - s->obligations));
	if (o->acknowledged >= 0)
		json_put_figure(s, object, nodes, "acknowledged", o->acknowledged);
	if (o->residual >= 0)
		json_put_figure(s, object, nodes, "residual", o->residual);
	if (o->cut_count)
		json_put(object, "cuts", cuts(s, o));
	if (o->note_count)
		json_put(object, "notes", json_texts(o->notes, o->note_count));
}

static json_t *obligation(const struct statement *s, const struct obligation *o)
{
	json_t *object = json_object(), *nodes = json_object();

	json_put(object, "debtor", json_string(o->debtor->id));
	json_put(object, "creditor", json_string(o->creditor->id));
	json_put(object, "contract", json_text_or_null(o->contract ? o->contract->id : NULL));
	json_put(object, "basis", json_string(o->basis));
	json_put_figure(s, object, nodes, "claimed", o->claimed);
	json_put_figure(s, object, nodes, "determined", o->determined);
	json_put_figure(s, object, nodes, "ceiling", o->ceiling);
	json_put_figure(s, object, nodes, "cap", o->cap);
	json_put_figure(s, object, nodes, "payable", o->payable);
	json_put_figure(s, object, nodes, "paid", o->paid);
	json_put_figure(s, object, nodes, "pending", o->pending);
	json_put_figure(s, object, nodes, "cut", o->cut);
	put_rare(s, o, object, nodes);
	json_put(object, "losses", losses(o));
	json_put(object, "nodes", nodes);
	return object;
}

static void put_policies(const struct statement *s, json_t *root)
{
	json_t *policies = json_object(), *defaults = json_array(), *documents = json_object();

	for (size_t i = 0; i < s->policy_count; i++) {
		const struct policy_used *p = &s->policies[i];
		bool is_true = strcmp(p->value, "true") == 0, is_false = strcmp(p->value, "false") == 0;

		json_put(policies, p->name,
		         is_true || is_false ? json_boolean(is_true) : json_string(p->value));
		if (strcmp(p->origin, "default") == 0)
			json_array_append_new(defaults, json_string(p->name));
		if (p->document)
			json_put(documents, p->name, json_string(p->document));
	}
	json_put(root, "policies", policies);
	json_put(root, "policies_by_default", defaults);
	if (json_object_size(documents))
		json_object_set(root, "policy_documents", documents);
	json_decref(documents);
}

void json_put_liability(const struct statement *s, json_t *root)
{
	json_t *obligations = json_array();

	for (size_t i = 0; i < s->obligation_count; i++)
		json_array_append_new(obligations, obligation(s, &s->obligations[i]));
	json_put(root, "obligations", obligations);
	put_policies(s, root);
}
