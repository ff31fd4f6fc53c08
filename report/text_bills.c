/* Currencies, bills, instalments and consumption tax on a terminal. */
#include "report/escape.h"
#include "report/figure.h"
#include "report/grid.h"
#include "report/text_money.h"

static void money_cell(struct grid *g, const struct statement *s, int figure, const char *currency)
{
	figure_money(&g->cell, LANGUAGE_EN, s, figure, currency);
	grid_end_cell(g);
}

static void between_cell(struct grid *g, const struct party *from, const struct party *to)
{
	escape_terminal(&g->cell, from->id);
	text_add(&g->cell, " → ");
	grid_cell(g, to->id);
}

static void print(struct text *out, const char *heading, struct grid *g)
{
	if (g->count > 0)
		text_printf(out, "\n%s\n", heading);
	grid_print(out, g);
}

void text_exchanged(struct text *out, const struct statement *s)
{
	struct grid g = { .columns = 6, .right = { [3] = true, [4] = true } };

	for (size_t i = 0; i < s->exchanged_count; i++) {
		const struct exchanged *x = &s->exchanged[i];

		grid_cell(&g, x->what);
		grid_cell(&g, x->id);
		grid_cell(&g, x->party ? x->party->id : "");
		money_cell(&g, s, x->before, x->from);
		money_cell(&g, s, x->after, x->to);
		text_add(&g.cell, "at ");
		figure_add(&g.cell, LANGUAGE_EN, s, x->by->rate, FIGURE_NUMBER);
		text_add(&g.cell, ", ");
		grid_cell(&g, x->by->invoice ? x->by->invoice->id : x->by->exchange->id);
	}
	print(out, "exchanged", &g);
}

void text_invoices(struct text *out, const struct statement *s)
{
	struct grid g = { .columns = 6, .right = { [3] = true, [5] = true } };

	for (size_t i = 0; i < s->invoice_count; i++) {
		const struct invoice_result *r = &s->invoices[i];

		grid_cell(&g, r->invoice->id);
		grid_cell(&g, r->invoice->month);
		between_cell(&g, r->invoice->from, r->invoice->to);
		money_cell(&g, s, r->amount, r->invoice->currency);
		grid_cell(&g, !r->invoice->has_tax       ? "consumption tax not stated"
		              : r->invoice->tax_included ? "consumption tax included"
		                                         : "consumption tax on top");
		money_cell(&g, s, r->in_yen, "JPY");
	}
	print(out, "invoices", &g);
}

void text_instalments(struct text *out, const struct statement *s)
{
	struct grid g = { .columns = 6, .right = { [2] = true, [3] = true, [5] = true } };

	for (size_t i = 0; i < s->instalment_count; i++) {
		const struct instalment_result *r = &s->instalments[i];

		grid_cell(&g, r->plan->id);
		between_cell(&g, r->plan->debtor, r->plan->creditor);
		money_cell(&g, s, r->amount, "JPY");
		money_cell(&g, s, r->first, "JPY");
		text_printf(&g.cell, "then %lld times", (long long)r->plan->count - 1);
		grid_end_cell(&g);
		money_cell(&g, s, r->other, "JPY");
	}
	print(out, "instalments", &g);
}

static bool says_tax(const struct service_result *r)
{
	bool says = true;

	for (size_t k = 0; k < r->payable_count; k++)
		says = says && r->payable[k].fee->has_tax;
	return says;
}

/* That an amount is without or with tax is no matter of course: what nobody stated is said. */
void text_taxes(struct text *out, const struct statement *s)
{
	const char *before = "  consumption tax not stated in the fees of ";

	for (size_t i = 0; i < s->service_count; i++) {
		if (says_tax(&s->services[i]))
			continue;
		text_add(out, before);
		escape_terminal(out, s->services[i].service->id);
		before = ", ";
	}
	if (*before == ',')
		text_add(out, "\n");
}
