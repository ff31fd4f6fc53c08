/* pass_through_bill: on which bills a pass-through lands. */
#include "calc/liability/pass_through_part.h"

#include <stdlib.h>
#include <string.h>

int pass_plus(struct judge *j, const char *label, int sum, int more)
{
	return sum < 0 ? more : derive(j->book, label, NULL, "$1 + $2", 2, (int[]){ sum, more });
}

/* ---- lines ---- */

static struct line *add_line(struct pass_work *p)
{
	if (p->line_count == p->line_size) {
		size_t size = p->line_size ? 2 * p->line_size : 8;
		struct line *lines = arena_array(p->j->arena, size, sizeof *lines);

		if (p->line_count)
			memcpy(lines, p->lines, p->line_count * sizeof *lines);
		p->lines = lines;
		p->line_size = size;
	}
	return &p->lines[p->line_count++];
}

struct line *pass_line(struct pass_work *p, const struct stream *st, const struct party *lg, int64_t day)
{
	const struct contract *k = pass_contract(p, lg, day);
	enum fee_flow flow = k ? k->fee_flow : FLOW_THROUGH_AGENCY;
	const struct party *from = flow == FLOW_DEBT_ASSUMED ? st->provider : p->agency;
	struct line *l;

	for (size_t n = 0; n < p->line_count; n++) { /* mostly the one after the last that was found */
		size_t i = (p->line_at + n) % p->line_count;

		l = &p->lines[i];
		if (l->to != lg || l->from != from || l->contract != k ||
		    strcmp(l->currency, st->currency) != 0)
			continue;
		p->line_at = i + 1;
		return l;
	}
	l = add_line(p);
	*l = (struct line){ .from = from,
		            .to = lg,
		            .contract = k,
		            .flow = flow,
		            .currency = st->currency,
		            .gross = FIGURE_UNKNOWN,
		            .amount = FIGURE_UNKNOWN,
		            .state = FIGURE_UNKNOWN,
		            .withheld = FIGURE_UNKNOWN,
		            .on_bill = FIGURE_UNKNOWN };
	return l;
}

/* ---- bills ---- */

struct dated_bill {
	const struct invoice *invoice;
	size_t index;
};

static int by_day(const void *left, const void *right)
{
	const struct dated_bill *a = left, *b = right;

	if (a->invoice->day != b->invoice->day)
		return a->invoice->day < b->invoice->day ? -1 : 1;
	return strcmp(a->invoice->id, b->invoice->id);
}

void pass_order_bills(struct pass_work *p)
{
	const struct sla_case *c = p->j->c;
	struct dated_bill *bills = arena_array(p->j->arena, c->invoice_count, sizeof *bills);

	p->bills = arena_array(p->j->arena, c->invoice_count, sizeof *p->bills);
	p->left = arena_array(p->j->arena, c->invoice_count, sizeof *p->left);
	for (size_t i = 0; i < c->invoice_count; i++)
		bills[i] = (struct dated_bill){ &c->invoices[i], i };
	if (c->invoice_count)
		qsort(bills, c->invoice_count, sizeof *bills, by_day);
	for (size_t i = 0; i < c->invoice_count; i++) {
		p->bills[i] = bills[i].index;
		p->left[i] = FIGURE_UNKNOWN;
	}
}

/* What of a bill can be lowered, in the line's currency; FIGURE_UNKNOWN where it is in another. */
static int left_of(const struct pass_work *p, const struct line *l, size_t bill)
{
	const struct invoice_result *r = &p->s->invoices[bill];

	if (p->left[bill] >= 0)
		return p->left[bill];
	if (strcmp(r->invoice->currency, l->currency) == 0)
		return r->amount;
	return strcmp(l->currency, "JPY") == 0 ? r->in_yen : FIGURE_UNKNOWN;
}

/* Lowers a bill by what the line still has; after a reversal that may be less than nothing, and raises it. */
static void deduct(struct pass_work *p, struct line *l, size_t bill)
{
	struct judge *j = p->j;
	const struct invoice *i = &j->c->invoices[bill];
	const char *source = arena_printf(j->arena, "invoice %s", i->id);
	int left = left_of(p, l, bill), open = l->amount, taken;

	if (l->on_bill >= 0)
		open = derive(j->book, arena_printf(j->arena, "still to be deducted for %s", l->to->id), NULL,
		              "$1 - $2", 2, (int[]){ l->amount, l->on_bill });
	if (left < 0 || (book_sign(j->book, open) == 0 && l->on_bill >= 0))
		return;
	taken = derive(j->book, arena_printf(j->arena, "deducted from the bill to %s", l->to->id), source,
	               "min($1, $2)", 2, (int[]){ open, left });
	p->left[bill] = derive(j->book, arena_printf(j->arena, "rest of the bill to %s", l->to->id), source,
	                       "$1 - $2", 2, (int[]){ left, taken });
	l->on_bill =
	    pass_plus(j, arena_printf(j->arena, "deducted so far for %s", l->to->id), l->on_bill, taken);
	l->bill = i;
}

void pass_bills_until(struct pass_work *p, int64_t day)
{
	const struct sla_case *c = p->j->c;

	for (; p->bills_done < c->invoice_count; p->bills_done++) {
		size_t bill = p->bills[p->bills_done];
		const struct invoice *i = &c->invoices[bill];

		if (i->day > day)
			return;
		for (size_t k = 0; k < p->line_count; k++)
			if (p->lines[k].from == i->from && p->lines[k].to == i->to && p->lines[k].amount >= 0)
				deduct(p, &p->lines[k], bill);
	}
}

/* ---- the result ---- */

static void note(struct pass_through *out, const char *text)
{
	out->notes[out->note_count++] = text;
	out->note = out->notes[0];
}

static void show_notes(struct pass_work *p, const struct line *l, struct pass_through *out)
{
	struct book *b = p->j->book;
	int carried = book_sign(b, out->carried);

	out->notes = arena_array(p->j->arena, 4, sizeof *out->notes);
	if (out->withheld >= 0 && book_sign(b, out->withheld) > 0)
		note(out, "the State pays a part of the fee, so nothing of it is passed through (policy "
		          "state_budget none_if_any)");
	if (carried > 0 && l->on_bill < 0)
		note(out, arena_printf(p->j->arena, "no bill of %s to %s after the reduction yet",
		                       l->from->id, l->to->id));
	else if (carried > 0)
		note(out, "more than the bills so far: the rest is carried to the next");
	if (carried < 0)
		note(out, "more was deducted before the reversal than remains: the next bill takes it back");
}

static int or_zero(struct judge *j, const char *label, int figure)
{
	return figure >= 0 ? figure : derive_given(j->book, label, "nothing yet", "0");
}

static void show_line(struct pass_work *p, const struct line *l, struct pass_through *out)
{
	struct judge *j = p->j;

	*out = (struct pass_through){ .from = l->from,
		                      .to = l->to,
		                      .contract = l->contract,
		                      .flow = l->flow,
		                      .currency = l->currency,
		                      .gross = or_zero(j, "share of the reductions", l->gross),
		                      .amount = or_zero(j, "passed through", l->amount),
		                      .state = or_zero(j, "the State's part of the reductions", l->state),
		                      .withheld = l->withheld,
		                      .on_bill = l->on_bill,
		                      .bill = l->bill };
	out->carried = l->on_bill < 0
	                   ? out->amount
	                   : derive(j->book, arena_printf(j->arena, "still to be deducted for %s", l->to->id),
	                            NULL, "$1 - $2", 2, (int[]){ out->amount, l->on_bill });
	show_notes(p, l, out);
}

void pass_show_lines(struct pass_work *p)
{
	struct statement *s = p->s;

	s->pass_through = arena_array(p->j->arena, p->line_count, sizeof *s->pass_through);
	s->pass_through_count = p->line_count;
	for (size_t i = 0; i < p->line_count; i++)
		show_line(p, &p->lines[i], &s->pass_through[i]);
}
