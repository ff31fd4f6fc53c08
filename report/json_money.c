/* json_money: currencies, invoices, late interest and instalments of a statement. */
#include "report/json_part.h"

static json_t *date_of(int64_t day)
{
	struct date d = date_from_days(day);

	return json_sprintf("%04d-%02d-%02d", d.year, d.month, d.day);
}

static json_t *party_id(const struct party *p)
{
	return json_text_or_null(p ? p->id : NULL);
}

/* ---- currencies ---- */

static json_t *rounding_of(const struct contract_rounding *r)
{
	json_t *object;

	if (!r->rule)
		return json_null();
	object = json_object();
	json_put(object, "rule", json_string(r->rule));
	json_put(object, "unit", json_string(r->unit));
	json_put(object, "clause", json_text_or_null(r->clause));
	if (r->side)
		json_put(object, "side", json_string(r->side));
	return object;
}

static json_t *exchange(const struct statement *s, const struct exchange_result *r)
{
	static const char *const policies[] = { "invoice_rate", "fixed_budget", "survey_formula",
		                                "worst_past" };
	json_t *object = json_object(), *nodes = json_object();

	json_put(object, "id", json_string(r->exchange->id));
	json_put(object, "from", json_string(r->exchange->from));
	json_put(object, "to", json_string(r->exchange->to));
	json_put(object, "policy", json_string(policies[r->exchange->policy]));
	json_put_figure(s, object, nodes, "rate", r->rate);
	json_put(object, "day", json_text_or_null(r->day));
	json_put(object, "invoice", json_text_or_null(r->invoice ? r->invoice->id : NULL));
	json_put(object, "rate_rounding", rounding_of(&r->exchange->rate_rounding));
	json_put(object, "rounding", rounding_of(&r->exchange->rounding));
	json_put(object, "document", json_text_or_null(r->exchange->document));
	json_put(object, "clause", json_text_or_null(r->exchange->clause));
	json_put(object, "nodes", nodes);
	return object;
}

static json_t *exchanged(const struct statement *s, const struct exchanged *x)
{
	json_t *object = json_object(), *nodes = json_object();

	json_put(object, "what", json_string(x->what));
	json_put(object, "id", json_string(x->id));
	json_put(object, "party", party_id(x->party));
	json_put(object, "exchange", json_string(x->by->exchange->id));
	if (x->by->invoice)
		json_put(object, "invoice", json_string(x->by->invoice->id));
	json_put(object, "from", json_string(x->from));
	json_put(object, "to", json_string(x->to));
	json_put_figure(s, object, nodes, "before", x->before);
	json_put_figure(s, object, nodes, "after", x->after);
	json_put(object, "nodes", nodes);
	return object;
}

/* ---- bills ---- */

json_t *json_tax(bool stated, bool included, exact percent)
{
	json_t *object;

	if (!stated)
		return json_string("not stated");
	object = json_object();
	json_put(object, "included", json_boolean(included));
	json_put(object, "percent", json_text_or_null(percent));
	return object;
}

static json_t *invoice(const struct statement *s, const struct invoice_result *r)
{
	json_t *object = json_object(), *nodes = json_object(), *services = json_array();
	const struct invoice *i = r->invoice;

	json_put(object, "id", json_string(i->id));
	json_put(object, "at", date_of(i->day));
	json_put(object, "month", json_string(i->month));
	json_put(object, "from", json_string(i->from->id));
	json_put(object, "to", json_string(i->to->id));
	json_put(object, "currency", json_string(i->currency));
	json_put_figure(s, object, nodes, "amount", r->amount);
	json_put(object, "tax_stated", json_tax(i->has_tax, i->tax_included, i->tax_percent));
	json_put_figure(s, object, nodes, "without_tax", r->without_tax);
	json_put_figure(s, object, nodes, "tax", r->tax);
	json_put_figure(s, object, nodes, "in_yen", r->in_yen);
	for (size_t k = 0; k < i->service_count; k++)
		json_array_append_new(services, json_string(i->services[k]->id));
	json_put(object, "services", services);
	json_put(object, "document", json_text_or_null(i->document));
	json_put(object, "nodes", nodes);
	return object;
}

/* ---- late interest and instalments ---- */

static json_t *span_of(const struct statement *s, const struct interest_span *span)
{
	json_t *object = json_object(), *nodes = json_object();

	json_put(object, "from", date_of(span->from_day));
	json_put(object, "to", date_of(span->to_day));
	json_put_figure(s, object, nodes, "principal", span->principal);
	json_put_figure(s, object, nodes, "percent", span->percent);
	json_put_figure(s, object, nodes, "days", span->days);
	json_put_figure(s, object, nodes, "interest", span->interest);
	json_put(object, "source", json_text_or_null(book_at(s->book, span->percent)->clause));
	json_put(object, "nodes", nodes);
	return object;
}

static json_t *fix_of(const struct late_payment *l)
{
	json_t *object;

	if (l->fix != FIX_DAY)
		return json_string(l->fix == FIX_EACH_DAY ? "each_day" : "start_of_delay");
	object = json_object();
	json_put(object, "on", date_of(l->fix_day));
	return object;
}

static json_t *late_payment(const struct statement *s, const struct late_payment_result *r)
{
	json_t *object = json_object(), *nodes = json_object(), *spans = json_array();
	const struct late_payment *l = r->late;

	json_put(object, "id", json_string(l->id));
	json_put(object, "debtor", json_string(l->debtor->id));
	json_put(object, "creditor", json_string(l->creditor->id));
	json_put(object, "due", date_of(l->due_day));
	json_put(object, "regime", json_text_or_null(l->regime));
	json_put(object, "start", json_string(l->from_due_date ? "due_date" : "day_after"));
	json_put(object, "basis", json_integer(l->basis));
	json_put(object, "rates", json_text_or_null(l->rate_table));
	json_put(object, "fix", fix_of(l));
	json_put_figure(s, object, nodes, "principal", r->principal);
	json_put_figure(s, object, nodes, "days", r->days);
	json_put_figure(s, object, nodes, "exact", r->exact);
	json_put_figure(s, object, nodes, "interest", r->interest);
	json_put_figure(s, object, nodes, "open", r->open);
	json_put(object, "runs", json_boolean(r->runs));
	for (size_t i = 0; i < r->span_count; i++)
		json_array_append_new(spans, span_of(s, &r->spans[i]));
	json_put(object, "spans", spans);
	json_put(object, "rounding", rounding_of(&l->rounding));
	json_put(object, "document", json_text_or_null(l->document));
	json_put(object, "clause", json_text_or_null(l->clause));
	json_put(object, "nodes", nodes);
	return object;
}

static json_t *instalment(const struct statement *s, const struct instalment_result *r)
{
	json_t *object = json_object(), *nodes = json_object();
	const struct instalment_plan *p = r->plan;

	json_put(object, "id", json_string(p->id));
	json_put(object, "debtor", json_string(p->debtor->id));
	json_put(object, "creditor", json_string(p->creditor->id));
	json_put(object, "count", json_integer(p->count));
	json_put(object, "unit", json_string(p->unit));
	json_put_figure(s, object, nodes, "amount", r->amount);
	json_put_figure(s, object, nodes, "first", r->first);
	json_put_figure(s, object, nodes, "other", r->other);
	json_put(object, "document", json_text_or_null(p->document));
	json_put(object, "clause", json_text_or_null(p->clause));
	json_put(object, "nodes", nodes);
	return object;
}

#define PUT_RARE(key, items, count, make)                                                                    \
	do {                                                                                                 \
		json_t *list = (count) ? json_array() : NULL;                                                \
		for (size_t i = 0; i < (count); i++)                                                         \
			json_array_append_new(list, make(s, &(items)[i]));                                   \
		if (list)                                                                                    \
			json_put(root, key, list);                                                           \
	} while (0)

void json_put_money(const struct statement *s, json_t *root)
{
	PUT_RARE("exchange", s->exchanges, s->exchange_count, exchange);
	PUT_RARE("exchanged", s->exchanged, s->exchanged_count, exchanged);
	PUT_RARE("invoices", s->invoices, s->invoice_count, invoice);
	PUT_RARE("late_payments", s->late_payments, s->late_payment_count, late_payment);
	PUT_RARE("instalments", s->instalments, s->instalment_count, instalment);
}
