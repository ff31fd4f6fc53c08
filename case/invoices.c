/* invoices: the bills of a case: docs/manual/money.md; and whether an amount holds consumption tax. */
#include "calc/exact.h"
#include "case/reader.h"

#include <string.h>

int read_tax(struct reader *r, const struct node *object, bool *stated, bool *included, exact *percent,
             struct error *err)
{
	struct node tax;

	if (node_object(object, "tax", OPTIONAL, &tax, err) < 0 || !tax.value)
		return err->code;
	if (node_check_keys(&tax, (const char *const[]){ "included", "percent", NULL }, err) < 0 ||
	    node_boolean(&tax, "included", REQUIRED, included, err) < 0 ||
	    read_exact(r->arena, &tax, "percent", OPTIONAL, percent, err) < 0)
		return err->code;
	*stated = true;
	return 0;
}

static int read_services_of(struct reader *r, const struct node *object, struct invoice *out,
                            struct error *err)
{
	struct node list;

	if (node_array(object, "services", OPTIONAL, &list, err) < 0)
		return err->code;
	out->services = arena_array(r->arena, node_count(&list), sizeof(struct service *));
	for (size_t i = 0; i < node_count(&list); i++) {
		struct node item = node_item(&list, i);
		const char *id;

		if (node_item_string(&list, i, &id, err) < 0)
			return err->code;
		out->services[i] = find_service(r->c, id);
		if (!out->services[i])
			return node_fail(&item, err, "no service '%s'", id);
	}
	out->service_count = node_count(&list);
	return 0;
}

static int read_rate(struct reader *r, const struct node *object, struct invoice *out, struct error *err)
{
	struct node rate = node_member(object, "rate");

	if (read_exact(r->arena, object, "rate", OPTIONAL, &out->rate, err) < 0 || !out->rate)
		return err->code;
	if (strcmp(out->currency, "JPY") == 0)
		return node_fail(&rate, err, "an invoice in yen has no rate");
	return exact_compare(out->rate, "0") == 0 ? node_fail(&rate, err, "must be more than 0") : 0;
}

static int read_invoice(struct reader *r, const struct node *object, struct invoice *out, struct error *err)
{
	static const char *const keys[] = { "id",       "at",   "month", "from",     "to",       "amount",
		                            "currency", "rate", "tax",   "services", "document", NULL };
	struct node month = node_member(object, "month"), to = node_member(object, "to");
	struct date d;

	out->index = object->index;
	if (node_check_keys(object, keys, err) < 0 ||
	    read_text(r->arena, object, "id", REQUIRED, &out->id, err) < 0 ||
	    read_day(object, "at", REQUIRED, &out->day, err) < 0 ||
	    read_text(r->arena, object, "month", REQUIRED, &out->month, err) < 0 ||
	    read_party(r, object, "from", &out->from, err) < 0 ||
	    read_party(r, object, "to", &out->to, err) < 0 ||
	    read_exact(r->arena, object, "amount", REQUIRED, &out->amount, err) < 0 ||
	    read_currency(r->arena, object, "currency", REQUIRED, &out->currency, err) < 0 ||
	    read_rate(r, object, out, err) < 0 ||
	    read_tax(r, object, &out->has_tax, &out->tax_included, &out->tax_percent, err) < 0 ||
	    read_services_of(r, object, out, err) < 0 ||
	    read_text(r->arena, object, "document", OPTIONAL, &out->document, err) < 0)
		return err->code;
	if (month_parse(&d, out->month, err) < 0)
		return node_fail_at(&month, err);
	if (out->from == out->to)
		return node_fail(&to, err, "nobody bills himself");
	for (const struct invoice *other = r->c->invoices; other < out; other++)
		if (strcmp(other->id, out->id) == 0)
			return node_fail(object, err, "the invoice '%s' is there twice", out->id);
	return 0;
}

int read_invoices(struct reader *r, const struct node *root, struct error *err)
{
	struct sla_case *c = r->c;
	size_t count, known = 0;
	struct node list;

	if (node_array(root, "invoices", OPTIONAL, &list, err) < 0)
		return err->code;
	count = node_count(&list);
	c->invoices = arena_array(r->arena, count, sizeof *c->invoices);
	for (size_t i = 0; i < count; i++) {
		struct node object;

		if (node_item_object(&list, i, &object, err) < 0 ||
		    read_invoice(r, &object, &c->invoices[i], err) < 0)
			return err->code;
	}
	/* what was billed after as_of is not known yet */
	for (size_t i = 0; i < count; i++)
		if (c->invoices[i].day <= c->zone_days->as_of_day)
			c->invoices[known++] = c->invoices[i];
	c->invoice_count = known;
	return 0;
}
