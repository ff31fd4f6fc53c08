/* json_service: one service of a statement: levels, what was seen of each outage, what is due and how to claim it. */
#include "report/json_part.h"

/* ---- what was seen ---- */

/* A vantage that the case does not name is "". */
static const char *named(const char *vantage)
{
	return *vantage ? vantage : NULL;
}

static json_t *instant_or_null(int64_t us)
{
	return us == INT64_MIN ? json_null() : json_instant(us);
}

static json_t *witness(const struct witness *w)
{
	json_t *object = json_object();

	json_put(object, "target", json_string(w->observation->target));
	json_put(object, "vantage", json_text_or_null(named(w->observation->vantage)));
	json_put(object, "agrees", json_boolean(w->agrees));
	json_put(object, "failed", json_integer(w->failed));
	json_put(object, "answered", json_integer(w->answered));
	json_put(object, "missed", json_integer(w->missed));
	json_put(object, "obscured", json_integer(w->obscured));
	json_put(object, "first_failed", instant_or_null(w->first_failed_us));
	json_put(object, "last_failed", instant_or_null(w->last_failed_us));
	return object;
}

static json_t *outage(const struct outage *o)
{
	json_t *object = json_object(), *witnesses = json_array();

	json_put(object, "possible", json_span(o->possible));
	json_put(object, "certain", span_length(o->certain) ? json_span(o->certain) : json_null());
	json_put(object, "failed_samples", json_integer(o->failed_samples));
	json_put(object, "failure", o->failure ? json_string(sample_failure_name(o->failure)) : json_null());
	json_put(object, "party", json_text_or_null(o->party ? o->party->id : NULL));
	json_put(object, "segment", json_text_or_null(o->segment));
	json_put(object, "hop", json_text_or_null(o->hop));
	json_put(object, "incident", json_text_or_null(o->incident ? o->incident->id : NULL));
	for (size_t i = 0; i < o->witness_count; i++)
		json_array_append_new(witnesses, witness(&o->witnesses[i]));
	json_put(object, "witnesses", witnesses);
	return object;
}

static json_t *minority(const struct minority *m)
{
	json_t *object = json_span(m->span);

	json_put(object, "target", json_string(m->observation->target));
	json_put(object, "vantage", json_text_or_null(named(m->observation->vantage)));
	return object;
}

static json_t *obscured(const struct obscured *o)
{
	json_t *object = json_span(o->span);

	json_put(object, "hop", json_text_or_null(o->hop));
	json_put(object, "segment", json_text_or_null(o->segment));
	json_put(object, "party", json_text_or_null(o->party ? o->party->id : NULL));
	json_put(object, "own", json_boolean(o->own));
	return object;
}

/* ---- what the contract says beside the levels ---- */

static json_t *terms_source(const struct terms *t)
{
	json_t *object = json_object();

	json_put(object, "document", json_text_or_null(t->document));
	json_put(object, "date", json_text_or_null(t->document_date));
	json_put(object, "confidence", json_text_or_null(t->confidence));
	return object;
}

static json_t *responses(const struct terms *t)
{
	json_t *object = json_object();

	json_put(object, "operational", json_texts(t->operational, t->operational_count));
	json_put(object, "contractual", json_texts(t->contractual, t->contractual_count));
	return object;
}

static json_t *catalogue(const struct terms *t)
{
	json_t *object = json_object();

	json_put(object, "entry", json_string(t->catalogue));
	json_put(object, "edition", json_text_or_null(t->edition));
	json_put(object, "sha256", json_text_or_null(t->sha256));
	return object;
}

static json_t *claim(const struct claim_result *r)
{
	json_t *object = json_object();

	json_put(object, "reading", json_text_or_null(r->terms->reading));
	json_put(object, "automatic", json_boolean(r->terms->rule == CLAIM_AUTOMATIC));
	json_put(object, "deadline", instant_or_null(r->deadline_us));
	json_put(object, "days_left", r->has_days_left ? json_integer(r->days_left) : json_null());
	json_put(object, "in_time_when", json_string(r->terms->sent_is_enough ? "sent" : "received"));
	json_put(object, "forfeited_when_late", json_boolean(r->terms->forfeited_when_late));
	json_put(object, "channel", json_text_or_null(r->terms->channel));
	json_put(object, "subject", json_text_or_null(r->terms->subject));
	json_put(object, "claimant", json_text_or_null(r->terms->claimant));
	json_put(object, "confidence", json_text_or_null(r->terms->confidence));
	json_put(object, "wording", json_text_or_null(r->terms->wording));
	json_put(object, "processing", json_text_or_null(r->terms->processing));
	json_put(object, "applied", json_text_or_null(r->terms->applied));
	json_put(object, "contents", json_texts(r->terms->contents, r->terms->content_count));
	json_put(object, "missing", json_texts(r->missing, r->missing_count));
	json_put(object, "made", json_text_or_null(r->made ? r->made->id : NULL));
	json_put(object, "in_time", r->made && r->in_time_known ? json_boolean(r->in_time) : json_null());
	return object;
}

static void put_contract(json_t *object, const struct terms *t)
{
	static const char *const remedies[] = { "non_exclusive", "sole", "liquidated_damages" };
	static const char *const forms[] = { "credit", "cash", "service_days" };

	json_put(object, "terms", json_string(t->id));
	json_put(object, "source", terms_source(t));
	if (t->catalogue)
		json_put(object, "catalogue", catalogue(t));
	json_put(object, "remedy", json_string(remedies[t->remedy]));
	json_put(object, "form", json_string(forms[t->form]));
	if (t->operational_count || t->contractual_count)
		json_put(object, "responses", responses(t));
}

/* ---- what is due ---- */

static json_t *payables(const struct statement *s, const struct service_result *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->payable_count; i++) {
		const struct payable *p = &r->payable[i];
		json_t *object = json_object(), *nodes = json_object();

		json_put(object, "payer", json_string(p->fee->payer->id));
		json_put(object, "amount", json_figure(s, p->amount));
		json_put_range(s, object, nodes, "amount_range", p->least, p->most);
		json_put(object, "state_share", json_string(p->fee->state_share));
		json_put(object, "tax", json_tax(p->fee->has_tax, p->fee->tax_included, p->fee->tax_percent));
		if (p->yen >= 0)
			json_put_figure(s, object, nodes, "yen", p->yen);
		json_put(object, "node", json_node_id(p->amount));
		json_put(object, "nodes", nodes);
		json_array_append_new(list, object);
	}
	return list;
}

#define PUT_LIST(object, key, items, count, make)                                                            \
	do {                                                                                                 \
		json_t *list = json_array();                                                                 \
		for (size_t i = 0; i < (count); i++)                                                         \
			json_array_append_new(list, make(&(items)[i]));                                      \
		json_put(object, key, list);                                                                 \
	} while (0)

static void put_due(const struct statement *s, json_t *object, json_t *nodes, const struct service_result *r)
{
	json_put_figure(s, object, nodes, "credit_total", r->credit_total);
	json_put_range(s, object, nodes, "credit_range", r->credit_least, r->credit_most);
	json_put(object, "credit_note", json_text_or_null(r->credit_note));
	json_put(object, "currency", json_text_or_null(r->currency));
	json_put(object, "payable_to", payables(s, r));
	if (r->claim_count)
		PUT_LIST(object, "claims", r->claims, r->claim_count, claim);
}

json_t *json_service(const struct statement *s, const struct service_result *r)
{
	json_t *object = json_object(), *levels = json_array(), *nodes = json_object();

	json_put(object, "id", json_string(r->service->id));
	if (r->service->name)
		json_put(object, "name", json_string(r->service->name));
	json_put(object, "provider", json_string(r->service->provider->id));
	put_contract(object, r->service->terms);
	for (size_t i = 0; i < r->level_count; i++)
		json_array_append_new(levels, json_level(s, &r->levels[i]));
	json_put(object, "levels", levels);
	PUT_LIST(object, "outages", r->outages, r->outage_count, outage);
	if (r->minority_count)
		PUT_LIST(object, "minorities", r->minorities, r->minority_count, minority);
	if (r->obscured_count)
		PUT_LIST(object, "obscured", r->obscured, r->obscured_count, obscured);
	json_put_figure(s, object, nodes, "shortest_provable_s", r->shortest_provable_s);
	put_due(s, object, nodes, r);
	json_put(object, "nodes", nodes);
	return object;
}
