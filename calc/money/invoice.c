/* invoice: what a bill comes to without consumption tax, and in yen. */
#include "calc/money/determine.h"

#include <string.h>

int judge_before_tax(struct judge *j, int amount, bool stated, bool included, exact percent,
                     const char *source)
{
	if (!stated || !included)
		return stated ? amount : FIGURE_UNKNOWN;
	return derive(j->book, "amount before consumption tax", "consumption tax included",
	              "$1 * 100 / (100 + $2)", 2,
	              (int[]){ amount, derive_given(j->book, "consumption tax, per cent", source, percent) });
}

static int tax_of(struct judge *j, const struct invoice *i, int amount, int without, const char *source)
{
	if (!i->has_tax || !i->tax_percent)
		return FIGURE_UNKNOWN;
	if (i->tax_included)
		return derive(j->book, "consumption tax", "consumption tax included", "$1 - $2", 2,
		              (int[]){ amount, without });
	return derive(
	    j->book, "consumption tax", "consumption tax on top", "$1 * $2 / 100", 2,
	    (int[]){ amount, derive_given(j->book, "consumption tax, per cent", source, i->tax_percent) });
}

/* The exchange of the currency: its rounding makes whole yen, its rate stands in where the bill has none. */
static const struct exchange_result *exchange_of(const struct statement *s, const struct invoice *i)
{
	for (size_t k = 0; k < s->exchange_count; k++)
		if (strcmp(s->exchanges[k].exchange->from, i->currency) == 0)
			return &s->exchanges[k];
	return NULL;
}

/* By the bill's own rate, which is the one it is paid at; else by a rate that holds for every bill. */
static int in_yen(struct judge *j, const struct statement *s, const struct invoice *i, int amount,
                  const char *source)
{
	const struct exchange_result *x = exchange_of(s, i);
	int rate = x && x->exchange->policy != EXCHANGE_INVOICE_RATE ? x->rate : FIGURE_UNKNOWN, yen;

	if (strcmp(i->currency, "JPY") == 0)
		return amount;
	if (i->rate)
		rate = derive_given(j->book, arena_printf(j->arena, "yen for one %s", i->currency), source,
		                    i->rate);
	yen = derive(j->book, "amount in yen, exact", source, "$1 * $2", 2, (int[]){ amount, rate });
	return x ? determine_amount(j, &x->exchange->rounding, "exchanged", "amount in yen", yen) : yen;
}

void judge_invoices(struct judge *j, struct statement *s)
{
	const struct sla_case *c = j->c;

	s->invoice_count = c->invoice_count;
	s->invoices = arena_array(j->arena, s->invoice_count, sizeof *s->invoices);
	for (size_t k = 0; k < s->invoice_count; k++) {
		const struct invoice *i = &c->invoices[k];
		const char *source = arena_printf(j->arena, "invoice %s", i->id);
		struct invoice_result *r = &s->invoices[k];
		int amount = derive_given(j->book, "amount billed", source, i->amount);

		r->invoice = i;
		r->amount = amount;
		r->without_tax =
		    judge_before_tax(j, amount, i->has_tax && (!i->tax_included || i->tax_percent),
		                     i->tax_included, i->tax_percent, source);
		r->tax = tax_of(j, i, amount, r->without_tax, source);
		r->in_yen = in_yen(j, s, i, amount, source);
	}
}
