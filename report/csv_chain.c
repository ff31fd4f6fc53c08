/*
 * Who owes whom, who gets what of a reduction, how amounts are shared, and the ledger, as tables for a spreadsheet:
 * names of JSON as column names, exact values.
 */
#include "calc/liability/ledger.h"
#include "report/csv.h"
#include "report/report.h"

static const char *id_of(const struct party *party)
{
	return party ? party->id : NULL;
}

static void body(struct text *out, const struct party *party)
{
	csv_field(out, id_of(party));
	csv_field(out, party ? party->code : NULL);
	csv_field(out, party ? party->name : NULL);
}

/* Several texts in one field. */
static void joined(struct text *out, const char *const *texts, size_t count)
{
	struct text all = { 0 };

	for (size_t i = 0; i < count; i++) {
		text_add(&all, i > 0 ? "; " : "");
		text_add(&all, texts[i]);
	}
	csv_field(out, text_string(&all));
	out->failed |= all.failed;
	text_release(&all);
}

/* "25000000 cap (23-1); …" */
static void cuts(struct text *out, const struct statement *s, const struct obligation *o)
{
	struct text all = { 0 };

	for (size_t i = 0; i < o->cut_count; i++) {
		const struct cut *c = &o->cuts[i];

		text_printf(&all, "%s%s %s", i > 0 ? "; " : "",
		            c->amount < 0 ? "?" : figure_text(s, c->amount), c->why);
		if (c->clause)
			text_printf(&all, " (%s)", c->clause);
	}
	csv_field(out, text_string(&all));
	out->failed |= all.failed;
	text_release(&all);
}

static void losses(struct text *out, const struct obligation *o)
{
	struct text all = { 0 };

	for (size_t i = 0; i < o->loss_count; i++)
		text_printf(&all, "%s%s", i > 0 ? " " : "", o->losses[i]->id);
	csv_field(out, text_string(&all));
	out->failed |= all.failed;
	text_release(&all);
}

static void number_in_list(struct text *out, const struct statement *s, const struct obligation *o)
{
	if (o)
		text_printf(out, "%zu", (size_t)(o - s->obligations) + 1);
	text_add(out, ",");
}

void report_csv_obligations(const struct statement *s, struct text *out)
{
	csv_begin(out,
	          "number,debtor,creditor,creditor_code,creditor_name,contract,also,agreement,basis,incident,"
	          "claimed,determined,ceiling,cap,payable,paid,pending,cut,cuts,acknowledged,residual,"
	          "indemnifies,losses,notes");
	for (size_t i = 0; i < s->obligation_count; i++) {
		const struct obligation *o = &s->obligations[i];
		const int figures[] = { o->claimed, o->determined, o->ceiling, o->cap,
			                o->payable, o->paid,       o->pending, o->cut };

		number_in_list(out, s, o);
		csv_field(out, o->debtor->id);
		body(out, o->creditor);
		csv_field(out, o->contract ? o->contract->id : NULL);
		csv_field(out, o->also ? o->also->id : NULL);
		csv_field(out, o->agreement ? o->agreement->id : NULL);
		csv_field(out, o->basis);
		csv_field(out, o->incident);
		for (size_t k = 0; k < sizeof figures / sizeof *figures; k++)
			csv_number(out, s, figures[k]);
		cuts(out, s, o);
		csv_number(out, s, o->acknowledged);
		csv_number(out, s, o->residual);
		number_in_list(out, s, o->indemnifies);
		losses(out, o);
		joined(out, o->notes, o->note_count);
		csv_end(out);
	}
}

void report_csv_pass_through(const struct statement *s, struct text *out)
{
	csv_begin(out, "from,to,to_code,to_name,contract,flow,gross,state,amount,on_bill,carried,bill,note");
	for (size_t i = 0; i < s->pass_through_count; i++) {
		const struct pass_through *t = &s->pass_through[i];

		csv_field(out, id_of(t->from));
		body(out, t->to);
		csv_field(out, t->contract ? t->contract->id : NULL);
		csv_field(out, t->flow == FLOW_DEBT_ASSUMED ? "debt_assumed" : "through_agency");
		csv_number(out, s, t->gross);
		csv_number(out, s, t->state);
		csv_number(out, s, t->amount);
		csv_number(out, s, t->on_bill);
		csv_number(out, s, t->carried);
		csv_field(out, t->bill ? t->bill->id : NULL);
		csv_field(out, t->note);
		csv_end(out);
	}
}

void report_csv_apportionments(const struct statement *s, struct text *out)
{
	csv_begin(out, "apportionment,method,clause,body,code,name,weight,exact,amount,currency");
	for (size_t i = 0; i < s->apportionment_count; i++) {
		const struct apportionment_result *r = &s->apportionments[i];

		for (size_t k = 0; k < r->body_count; k++) {
			csv_field(out, r->apportionment->id);
			csv_field(out, r->method);
			csv_field(out, r->apportionment->clause);
			body(out, r->bodies[k].party);
			csv_number(out, s, r->bodies[k].weight);
			csv_number(out, s, r->bodies[k].exact);
			csv_number(out, s, r->bodies[k].amount);
			csv_field(out, r->apportionment->currency ? r->apportionment->currency : "JPY");
			csv_end(out);
		}
	}
}

static void posting_row(struct text *out, const struct statement *s, const struct ledger_entry *e,
                        size_t number, const struct posting *posting)
{
	static const char *const kinds[] = { "loss",     "claim",   "acknowledgement", "reduction",
		                             "recovery", "payment", "reversal" };
	const struct balance *account = &s->ledger->balances[posting->balance];

	text_printf(out, "%zu,", number);
	csv_day(out, e->record->day);
	csv_field(out, e->record->id);
	csv_field(out, kinds[e->record->kind]);
	csv_field(out, e->record->document);
	csv_field(out, account->kind);
	csv_field(out, id_of(account->edge->debtor));
	csv_field(out, id_of(account->edge->creditor));
	csv_field(out, account->edge->basis);
	csv_field(out, account->edge->incident);
	csv_number(out, s, posting->amount);
	csv_field(out, e->record->cause);
	csv_end(out);
}

void report_csv_ledger(const struct statement *s, struct text *out)
{
	csv_begin(out, "entry,at,record,kind,document,account,debtor,creditor,basis,incident,amount,cause");
	for (size_t i = 0; s->ledger && i < s->ledger->entry_count; i++)
		for (size_t k = 0; k < s->ledger->entries[i].posting_count; k++)
			posting_row(out, s, &s->ledger->entries[i], i + 1,
			            &s->ledger->entries[i].postings[k]);
}
