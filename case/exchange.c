/* exchange: how amounts of another currency become yen: docs/manual/money.md. */
#include "calc/exact.h"
#include "case/reader.h"

#include <stdlib.h>
#include <string.h>

#define MONTHS 12 /* of the survey's ratios */

/* ---- rates ---- */

static int by_day(const void *left, const void *right)
{
	const struct dated_rate *a = left, *b = right;

	if (a->day != b->day)
		return a->day < b->day ? -1 : 1;
	return exact_compare(a->rate, b->rate);
}

static int read_positive(struct arena *a, const struct node *object, const char *key, exact *out,
                         struct error *err)
{
	struct node member = node_member(object, key);

	if (read_exact(a, object, key, REQUIRED, out, err) < 0)
		return err->code;
	return exact_compare(*out, "0") == 0 ? node_fail(&member, err, "must be more than 0") : 0;
}

static int read_rates(struct reader *r, const struct node *rates, struct exchange *x, struct error *err)
{
	static const char *const keys[] = { "date", "rate", "source", NULL };

	x->rate_count = node_count(rates);
	x->rates = arena_array(r->arena, x->rate_count, sizeof *x->rates);
	for (size_t i = 0; i < x->rate_count; i++) {
		struct dated_rate *out = &x->rates[i];
		struct node rate;

		out->day = INT64_MIN;
		if (node_item_object(rates, i, &rate, err) < 0 || node_check_keys(&rate, keys, err) < 0 ||
		    read_day(&rate, "date", x->policy == EXCHANGE_FIXED_BUDGET ? OPTIONAL : REQUIRED,
		             &out->day, err) < 0 ||
		    read_positive(r->arena, &rate, "rate", &out->rate, err) < 0 ||
		    read_text(r->arena, &rate, "source", OPTIONAL, &out->source, err) < 0)
			return err->code;
	}
	qsort(x->rates, x->rate_count, sizeof *x->rates, by_day);
	return 0;
}

static int read_ratios(struct reader *r, const struct node *ratios, struct exchange *x, struct error *err)
{
	x->ratio_count = node_count(ratios);
	x->ratios = arena_array(r->arena, x->ratio_count, sizeof *x->ratios);
	for (size_t i = 0; i < x->ratio_count; i++) {
		struct node item = node_item(ratios, i);
		const char *text;

		if (node_item_string(ratios, i, &text, err) < 0)
			return err->code;
		if (!exact_check(text) || exact_compare(text, "0") <= 0)
			return node_fail(&item, err, "'%.80s' is not an exact number above 0", text);
		x->ratios[i] = arena_copy(r->arena, text);
	}
	if (x->ratio_count != MONTHS)
		return node_fail(ratios, err, "the survey's formula takes the ratios of %d months, not %zu",
		                 MONTHS, x->ratio_count);
	return 0;
}

/* ---- policies ---- */

/* What each policy needs, and what it has no use for. */
static int read_policy(struct reader *r, const struct node *object, struct exchange *x, const char *policy,
                       struct error *err)
{
	bool invoice = x->policy == EXCHANGE_INVOICE_RATE, survey = x->policy == EXCHANGE_SURVEY_FORMULA;
	struct node rates, ratios;

	if (node_array(object, "rates", invoice ? OPTIONAL : REQUIRED, &rates, err) < 0 ||
	    node_array(object, "ratios", survey ? REQUIRED : OPTIONAL, &ratios, err) < 0)
		return err->code;
	if (rates.value && invoice)
		return node_fail(&rates, err, "the policy '%s' takes the rates of 'invoices'", policy);
	if (ratios.value && !survey)
		return node_fail(&ratios, err, "the policy '%s' takes no ratios", policy);
	if (rates.value && read_rates(r, &rates, x, err) < 0)
		return err->code;
	if (x->policy == EXCHANGE_WORST_PAST ? x->rate_count < 1 : !invoice && x->rate_count != 1)
		return node_fail(&rates, err, "the policy '%s' takes %s, not %zu", policy,
		                 x->policy == EXCHANGE_WORST_PAST ? "at least one rate" : "one rate",
		                 x->rate_count);
	return survey ? read_ratios(r, &ratios, x, err) : 0;
}

static int check_pair(struct reader *r, const struct node *object, const struct exchange *x,
                      struct error *err)
{
	struct node from = node_member(object, "from"), to = node_member(object, "to");

	if (strcmp(x->to, "JPY") != 0)
		return node_fail(&to, err, "amounts are exchanged into JPY, not %s", x->to);
	if (strcmp(x->from, "JPY") == 0)
		return node_fail(&from, err, "yen need no exchange");
	for (const struct exchange *other = r->c->exchanges; other < x; other++) {
		if (strcmp(other->id, x->id) == 0)
			return node_fail(object, err, "the exchange '%s' is there twice", x->id);
		if (strcmp(other->from, x->from) == 0)
			return node_fail(&from, err, "'%s' exchanges %s already: one policy holds for a case",
			                 other->id, x->from);
	}
	return 0;
}

static int read_exchange(struct reader *r, const struct node *object, struct exchange *x, struct error *err)
{
	static const char *const keys[] = { "id",       "from",           "to",
		                            "policy",   "rates",          "ratios",
		                            "clause",   "margin_percent", "rate_rounding",
		                            "document", "rounding",       NULL };
	static const char *const policies[] = { "invoice_rate", "fixed_budget", "survey_formula",
		                                "worst_past", NULL };
	int policy = 0;

	x->index = object->index;
	if (node_check_keys(object, keys, err) < 0 ||
	    read_text(r->arena, object, "id", REQUIRED, &x->id, err) < 0 ||
	    read_currency(r->arena, object, "from", REQUIRED, &x->from, err) < 0 ||
	    read_currency(r->arena, object, "to", REQUIRED, &x->to, err) < 0 ||
	    node_word(object, "policy", REQUIRED, policies, &policy, err) < 0 ||
	    check_pair(r, object, x, err) < 0)
		return err->code;
	x->policy = (enum exchange_policy)policy;
	if (read_policy(r, object, x, policies[policy], err) < 0 ||
	    read_exact(r->arena, object, "margin_percent", OPTIONAL, &x->margin_percent, err) < 0 ||
	    read_contract_rounding(r->arena, object, "rate_rounding", OPTIONAL, &x->rate_rounding, err) < 0 ||
	    read_contract_rounding(r->arena, object, "rounding", REQUIRED, &x->rounding, err) < 0 ||
	    read_text(r->arena, object, "document", OPTIONAL, &x->document, err) < 0)
		return err->code;
	return read_text(r->arena, object, "clause", OPTIONAL, &x->clause, err);
}

int read_exchanges(struct reader *r, const struct node *root, struct error *err)
{
	struct node list;

	if (node_array(root, "exchange", OPTIONAL, &list, err) < 0)
		return err->code;
	r->c->exchange_count = node_count(&list);
	r->c->exchanges = arena_array(r->arena, r->c->exchange_count, sizeof *r->c->exchanges);
	for (size_t i = 0; i < r->c->exchange_count; i++) {
		struct node object;

		if (node_item_object(&list, i, &object, err) < 0 ||
		    read_exchange(r, &object, &r->c->exchanges[i], err) < 0)
			return err->code;
	}
	return 0;
}
