/* money: that the services' fees hold what the credits and caps of their terms look at. */
#include "calc/money/exchange.h"
#include "case/reader.h"

#include <string.h>

/* ---- bases ---- */

static bool has_base(const struct fee *f, const char *base)
{
	if (strcmp(base, "monthly_fee") == 0)
		return true;
	if (strcmp(base, "fee_before_tax") == 0 && f->has_tax && (!f->tax_included || f->tax_percent))
		return true;
	for (size_t i = 0; i < f->base_count; i++)
		if (strcmp(f->bases[i].name, base) == 0)
			return true;
	return false;
}

/* Whether the level may carry money for the service: one that does not cover it needs nothing of its fees. */
static bool may_pay(const struct level *l, const struct service *s)
{
	if (!l->credit || l->binding != BINDING_GUARANTEE)
		return false;
	for (size_t i = 0; i < l->condition_count; i++) {
		const struct condition *c = &l->conditions[i];
		bool holds = false;

		for (size_t a = 0; a < s->attribute_count; a++)
			for (size_t v = 0; v < c->value_count; v++)
				holds = holds || (strcmp(s->attributes[a].name, c->name) == 0 &&
				                  strcmp(s->attributes[a].value, c->values[v]) == 0);
		if (!holds)
			return false;
	}
	return true;
}

static int check_base(const struct service *s, const struct node *fees, const struct level *l,
                      struct error *err)
{
	for (size_t i = 0; may_pay(l, s) && i < s->fee_count; i++) {
		struct node fee = node_item(fees, i);

		if (!has_base(&s->fees[i], l->credit->base))
			return node_fail(&fee, err, "the fee has no amount for the base '%s'",
			                 l->credit->base);
	}
	for (size_t i = 0; i < l->reading_count; i++)
		if (check_base(s, fees, &l->readings[i], err) < 0)
			return err->code;
	return 0;
}

/* ---- one currency under one cap ---- */

static bool share_a_cap(const struct service *a, const struct service *b)
{
	for (size_t i = 0; i < a->terms->cap_count; i++) {
		enum cap_of of = a->terms->caps[i].of;

		if (of == CAP_MONTH ? a->provider == b->provider : of != CAP_LEVEL && a->terms == b->terms)
			return true;
	}
	return false;
}

static int check_currency(const struct sla_case *c, const struct service *s, const struct node *fees,
                          struct error *err)
{
	for (const struct service *other = c->services; s->fee_count && other < s; other++) {
		struct node fee, currency;

		if (!other->fee_count || strcmp(other->fees[0].currency, s->fees[0].currency) == 0 ||
		    !(share_a_cap(s, other) || share_a_cap(other, s)))
			continue;
		fee = node_item(fees, 0);
		currency = node_member(&fee, "currency");
		return node_fail(&currency, err, "'%s' and '%s' are two currencies under one cap",
		                 other->fees[0].currency, s->fees[0].currency);
	}
	return 0;
}

/* ---- caps in another currency ---- */

/* A cap that cannot be compared with the credits would be no cap: it is refused, where a minimum is only noted. */
static int check_cap(const struct sla_case *c, const struct service *s, const struct node *fees,
                     const char *currency, struct error *err)
{
	struct node fee = node_item(fees, 0), member = node_member(&fee, "currency");

	if (!currency || !s->fee_count || strcmp(currency, s->fees[0].currency) == 0 ||
	    exchange_knows(c, currency, s->fees[0].currency))
		return 0;
	node_fail(&member, err, "the terms '%s' cap in %s, and the case has no exchange between %s and %s",
	          s->terms->id, currency, currency, s->fees[0].currency);
	return error_hint(err, "there is no default rate: state it in 'exchange'");
}

static int check_caps(const struct sla_case *c, const struct service *s, const struct node *fees,
                      struct error *err)
{
	if (check_cap(c, s, fees, s->terms->cap_currency, err) < 0)
		return err->code;
	for (size_t i = 0; i < s->terms->cap_count; i++)
		if (check_cap(c, s, fees, s->terms->caps[i].currency, err) < 0)
			return err->code;
	return 0;
}

int check_fees(const struct sla_case *c, const struct node *root, struct error *err)
{
	struct node services = node_member(root, "services");

	for (size_t i = 0; i < c->service_count; i++) {
		const struct service *s = &c->services[i];
		struct node service = node_item(&services, i), fees = node_member(&service, "fees");

		for (size_t l = 0; l < s->terms->level_count; l++)
			if (check_base(s, &fees, &s->terms->levels[l], err) < 0)
				return err->code;
		if (check_currency(c, s, &fees, err) < 0 || check_caps(c, s, &fees, err) < 0)
			return err->code;
	}
	return 0;
}
