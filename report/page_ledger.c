/* The ledger as a journal: for each record its movements, debit and credit, and the balances at the end. */
#include "report/page.h"
#include "report/basis.h"
#include "calc/liability/ledger.h"

#include <string.h>

static void account(struct page *p, const char *kind)
{
	static const struct {
		const char *kind;
		enum word word;
	} kinds[] = {
		{ "Claimed", W_ACC_CLAIMED },
		{ "Asserted", W_ACC_ASSERTED },
		{ "Acknowledged", W_ACC_ACKNOWLEDGED },
		{ "Admitted", W_ACC_ADMITTED },
		{ "Entitled", W_ACC_ENTITLED },
		{ "Loss", W_ACC_LOSS },
		{ "Cut", W_ACC_CUT },
		{ "Payable", W_ACC_PAYABLE },
		{ "Paid-cash", W_ACC_PAID_CASH },
		{ "Paid-credit", W_ACC_PAID_CREDIT },
		{ "Paid-set-off", W_ACC_PAID_SET_OFF },
		{ "Reduced", W_ACC_REDUCED },
		{ "Billed", W_ACC_BILLED },
	};

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(kinds[i].kind, kind) == 0) {
			page_word(p, kinds[i].word);
			return;
		}
	page_text(p, kind);
}

static void edge_cell(struct page *p, const struct ledger_edge *edge)
{
	page_raw(p, "<td>");
	page_text(p, party_label(p, edge->debtor));
	page_raw(p, " → ");
	page_text(p, party_label(p, edge->creditor));
	page_raw(p, "<br><span class=\"soft\">");
	basis_short(p->out, p->language, edge->basis);
	if (edge->capped && edge->pot != edge->debtor) {
		page_word(p, W_LIST_COMMA);
		page_text(p, party_label(p, edge->pot));
	}
	if (edge->incident) {
		page_word(p, W_LIST_COMMA);
		page_text(p, edge->incident);
	}
	page_raw(p, "</span></td>");
}

static void record(struct page *p, const struct liability_record *r)
{
	static const enum word kinds[] = { W_REC_LOSS,      W_REC_CLAIM,    W_REC_ACKNOWLEDGEMENT,
		                           W_REC_REDUCTION, W_REC_RECOVERY, W_REC_PAYMENT,
		                           W_REC_REVERSAL };

	page_word(p, kinds[r->kind]);
	page_raw(p, " ");
	page_text(p, r->id);
	page_raw(p, "<br><span class=\"soft\">");
	page_text(p, r->document);
	if (r->kind == RECORD_REVERSAL) {
		page_raw(p, " ");
		page_word(p, W_REVERSAL_OF);
		page_text(p, r->reverses->id);
		page_word(p, W_BASIS_COLON);
		page_text(p, r->cause);
	}
	page_raw(p, "</span>");
}

/* Postings come in pairs: what is debited, what is credited, the same amount. */
static void entry(struct page *p, const struct ledger *l, const struct ledger_entry *e)
{
	size_t movements = e->posting_count / 2;

	for (size_t i = 0; i < movements; i++) {
		const struct posting *debit = &e->postings[2 * i], *credit = debit + 1;

		page_raw(p, "<tr>");
		if (i == 0) {
			text_printf(p->out, "<td rowspan=\"%zu\">", movements);
			page_day(p, e->record->day);
			text_printf(p->out, "</td><th scope=\"rowgroup\" rowspan=\"%zu\">", movements);
			record(p, e->record);
			page_raw(p, "</th>");
		}
		edge_cell(p, l->balances[debit->balance].edge);
		page_raw(p, "<td>");
		account(p, l->balances[debit->balance].kind);
		page_raw(p, "</td><td>");
		account(p, l->balances[credit->balance].kind);
		page_raw(p, "</td>");
		page_money_cell(p, debit->amount, "JPY", "n");
		page_raw(p, "</tr>\n");
	}
}

static void journal(struct page *p, const struct ledger *l)
{
	page_raw(p, "<table class=\"ledger\"><thead><tr>");
	page_cell_word(p, "th", W_DAY);
	page_cell_word(p, "th", W_RECORD);
	page_cell_word(p, "th", W_OBLIGATION);
	page_cell_word(p, "th", W_DEBIT);
	page_cell_word(p, "th", W_CREDIT_SIDE);
	page_cell_word(p, "th class=\"n\"", W_AMOUNT);
	page_raw(p, "</tr></thead>\n");
	for (size_t i = 0; i < l->entry_count; i++) {
		page_raw(p, "<tbody>\n");
		entry(p, l, &l->entries[i]);
		page_raw(p, "</tbody>\n");
	}
	page_raw(p, "</table>\n");
}

static void balances(struct page *p, const struct ledger *l)
{
	page_raw(p, "<h3>");
	page_word(p, W_BALANCES);
	page_raw(p, "</h3>\n<table class=\"ledger\"><thead><tr>");
	page_cell_word(p, "th", W_ACCOUNT);
	page_cell_word(p, "th", W_OBLIGATION);
	page_cell_word(p, "th class=\"n\"", W_BALANCE);
	page_raw(p, "</tr></thead><tbody>\n");
	for (size_t i = 0; i < l->balance_count; i++) {
		page_raw(p, "<tr><th scope=\"row\">");
		account(p, l->balances[i].kind);
		page_raw(p, "</th>");
		edge_cell(p, l->balances[i].edge);
		page_money_cell(p, l->balances[i].amount, "JPY", "n");
		page_raw(p, "</tr>\n");
	}
	page_raw(p, "</tbody></table>\n");
}

void page_ledger(struct page *p)
{
	const struct ledger *l = p->s->ledger;

	if (!l || l->entry_count == 0)
		return;
	page_raw(p, "<section>\n<h2>");
	page_word(p, W_LEDGER);
	page_raw(p, "</h2>\n<p class=\"lead\">");
	page_word(p, W_LEDGER_LEAD);
	page_raw(p, "</p>\n");
	journal(p, l);
	balances(p, l);
	page_raw(p, "</section>\n");
}
