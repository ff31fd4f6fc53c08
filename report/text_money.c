#include "report/text_money.h"
#include "calc/liability/ledger.h"
#include "report/escape.h"
#include "report/figure.h"
#include "report/grid.h"

static void money_cell(struct grid *g, const struct statement *s, int figure, const char *currency)
{
	figure_money(&g->cell, LANGUAGE_EN, s, figure, currency);
	grid_end_cell(g);
}

static void heads(struct grid *g, const char *const *words)
{
	for (size_t k = 0; k < g->columns; k++)
		grid_cell(g, words[k]);
}

/* ---- the chain ---- */

static void obligation_cells(struct grid *g, const struct statement *s, const struct obligation *o)
{
	const int figures[] = { o->claimed, o->determined, o->cap >= 0 ? o->cap : o->ceiling,
		                o->payable, o->paid,       o->pending,
		                o->cut };

	escape_terminal(&g->cell, o->debtor->id);
	text_add(&g->cell, " → ");
	grid_cell(g, o->creditor->id);
	grid_cell(g, o->basis);
	for (size_t k = 0; k < sizeof figures / sizeof *figures; k++)
		money_cell(g, s, figures[k], "JPY");
}

/* Of what is cut, why: below the table. */
static void cuts(struct text *out, const struct statement *s, const struct obligation *o)
{
	for (size_t i = 0; i < o->cut_count; i++) {
		text_add(out, "  ");
		escape_terminal(out, o->debtor->id);
		text_add(out, " → ");
		escape_terminal(out, o->creditor->id);
		text_add(out, ": ");
		figure_money(out, LANGUAGE_EN, s, o->cuts[i].amount, "JPY");
		text_add(out, " cut: ");
		escape_terminal(out, o->cuts[i].why);
		if (o->cuts[i].clause) {
			text_add(out, " (");
			escape_terminal(out, o->cuts[i].clause);
			text_add(out, ")");
		}
		text_add(out, "\n");
	}
}

void text_chain(struct text *out, const struct statement *s)
{
	static const char *const words[] = { "",        "",     "claimed", "determined", "cap",
		                             "payable", "paid", "pending", "cut" };
	struct grid g = { .columns = 9 };

	if (s->obligation_count == 0)
		return;
	text_add(out, "\nthe chain: debtor → creditor\n");
	for (size_t k = 2; k < g.columns; k++)
		g.right[k] = true;
	heads(&g, words);
	for (size_t i = 0; i < s->obligation_count; i++)
		obligation_cells(&g, s, &s->obligations[i]);
	grid_print(out, &g);
	for (size_t i = 0; i < s->obligation_count; i++)
		cuts(out, s, &s->obligations[i]);
}

/* ---- what is shared ---- */

/* Below a table: of what, and what a reader must know of it. */
static void notes(struct text *out, const char *of, const char *const *texts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		text_add(out, "  ");
		escape_terminal(out, of);
		text_add(out, ": ");
		escape_terminal(out, texts[i]);
		text_add(out, "\n");
	}
}

void text_pass_through(struct text *out, const struct statement *s)
{
	static const char *const words[] = { "from → to",   "share",    "the State's",
		                             "off the fee", "on bills", "carried" };
	struct grid g = { .columns = 6 };

	if (s->pass_through_count == 0)
		return;
	text_add(out, "\nreductions passed through (5.2)\n");
	for (size_t k = 1; k < g.columns; k++)
		g.right[k] = true;
	heads(&g, words);
	for (size_t i = 0; i < s->pass_through_count; i++) {
		const struct pass_through *t = &s->pass_through[i];
		const int figures[] = { t->gross, t->state, t->amount, t->on_bill, t->carried };

		escape_terminal(&g.cell, t->from->id);
		text_add(&g.cell, " → ");
		grid_cell(&g, t->to->id);
		for (size_t k = 0; k < sizeof figures / sizeof *figures; k++)
			money_cell(&g, s, figures[k], t->currency);
	}
	grid_print(out, &g);
	for (size_t i = 0; i < s->pass_through_count; i++)
		notes(out, s->pass_through[i].to->id, s->pass_through[i].notes,
		      s->pass_through[i].note_count);
	for (size_t i = 0; i < s->reduction_count; i++)
		notes(out, s->reductions[i].record->id, s->reductions[i].notes, s->reductions[i].note_count);
}

static void apportionment(struct text *out, const struct statement *s, const struct apportionment_result *r)
{
	static const char *const words[] = { "", "weight", "exact share", "granted" };
	struct grid g = { .columns = 4, .right = { [1] = true, [2] = true, [3] = true } };
	const char *currency = r->apportionment->currency;

	text_add(out, "\n");
	escape_terminal(out, r->apportionment->id);
	text_printf(out, " shared by %s: ", r->method);
	figure_money(out, LANGUAGE_EN, s, r->total, currency);
	text_add(out, ", residual ");
	figure_money(out, LANGUAGE_EN, s, r->residual, currency);
	text_add(out, "\n");
	heads(&g, words);
	for (size_t i = 0; i < r->body_count; i++) {
		grid_cell(&g, r->bodies[i].party->id);
		figure_add(&g.cell, LANGUAGE_EN, s, r->bodies[i].weight, FIGURE_NUMBER);
		grid_end_cell(&g);
		money_cell(&g, s, r->bodies[i].exact, currency);
		money_cell(&g, s, r->bodies[i].amount, currency);
	}
	grid_print(out, &g);
}

void text_apportionments(struct text *out, const struct statement *s)
{
	for (size_t i = 0; i < s->apportionment_count; i++)
		apportionment(out, s, &s->apportionments[i]);
}

/* ---- interest, ledger ---- */

void text_late_payments(struct text *out, const struct statement *s)
{
	static const char *const words[] = { "", "", "days", "interest", "principal open" };
	struct grid g = { .columns = 5, .right = { [2] = true, [3] = true, [4] = true } };

	if (s->late_payment_count == 0)
		return;
	text_add(out, "\nlate interest\n");
	heads(&g, words);
	for (size_t i = 0; i < s->late_payment_count; i++) {
		const struct late_payment_result *r = &s->late_payments[i];

		grid_cell(&g, r->late->id);
		escape_terminal(&g.cell, r->late->debtor->id);
		text_add(&g.cell, " → ");
		grid_cell(&g, r->late->creditor->id);
		figure_add(&g.cell, LANGUAGE_EN, s, r->days, FIGURE_NUMBER);
		grid_end_cell(&g);
		money_cell(&g, s, r->interest, "JPY");
		money_cell(&g, s, r->open, "JPY");
	}
	grid_print(out, &g);
}

/* The entries are many: `slacalc ledger show` lists them. */
void text_ledger(struct text *out, const struct statement *s)
{
	if (s->ledger && s->ledger->entry_count > 0)
		text_printf(out, "\nledger: %zu entries, %zu accounts (slacalc ledger show)\n",
		            s->ledger->entry_count, s->ledger->balance_count);
}
