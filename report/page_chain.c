/* The chain of the usage standard's 5.3: who owes whom how much, under which contract, up to which cap. */
#include "report/page.h"

#include <string.h>

static bool is_provider(const struct party *party)
{
	return party->kind == PARTY_CSP || party->kind == PARTY_NSP;
}

static void basis(struct page *p, const struct obligation *o)
{
	if (strcmp(o->basis, "5.3-1") == 0)
		page_word(p, W_BASIS_531);
	else if (strcmp(o->basis, "5.3-2") == 0)
		page_word(p, W_BASIS_532);
	else
		page_text(p, o->basis);
}

static void box(struct page *p, const struct party *party)
{
	static const enum word kinds[] = { W_CSP, W_NSP, W_DA, W_LG, W_OMA, W_ASP };

	page_raw(p, "<div class=\"box\">");
	if (party->kind != PARTY_DA) { /* there is one Agency: its name says its kind */
		page_raw(p, "<span class=\"soft\">");
		page_word(p, kinds[party->kind]);
		page_raw(p, "</span>");
	}
	page_raw(p, "<b>");
	page_text(p, party_label(p, party));
	page_raw(p, "</b></div>");
}

/* The arrow carries what the creditor claims and, below it, what is payable and what was paid. */
static void arrow(struct page *p, const struct obligation *o)
{
	page_raw(p, "<div class=\"arrow\"><span class=\"back\">");
	page_word(p, W_CLAIMED);
	page_raw(p, " ");
	page_money(p, o->claimed, "JPY");
	page_raw(p, "</span><i class=\"line left\"></i><i class=\"line right\"></i><span class=\"forth\">");
	page_word(p, W_PAYABLE);
	page_raw(p, " <b>");
	page_money(p, o->payable, "JPY");
	page_raw(p, "</b><br>");
	page_word(p, is_provider(o->debtor) ? W_RECOVERED : W_PAID);
	page_raw(p, " ");
	page_money(p, o->paid, "JPY");
	page_raw(p, "</span><span class=\"clause\">");
	basis(p, o);
	page_raw(p, "</span></div>");
}

#define DIAGRAM_ROWS_MOST 12

static void cell(struct page *p, size_t row, size_t rows, int column)
{
	text_printf(p->out, "<div class=\"cell\" style=\"grid-row:%zu/span %zu;grid-column:%d\">", row, rows,
	            column);
}

/* Providers and their arrows (columns 1, 2), or municipalities and theirs (5, 4). Returns their number. */
static size_t side(struct page *p, bool providers, bool draw)
{
	size_t row = 0;

	for (size_t i = 0; i < p->s->obligation_count; i++) {
		const struct obligation *o = &p->s->obligations[i];

		if (providers ? !is_provider(o->debtor) : o->debtor->kind != PARTY_DA)
			continue;
		row++;
		if (!draw)
			continue;
		cell(p, row, 1, providers ? 1 : 5);
		box(p, providers ? o->debtor : o->creditor);
		page_raw(p, "</div>");
		cell(p, row, 1, providers ? 2 : 4);
		arrow(p, o);
		page_raw(p, "</div>\n");
	}
	return row;
}

static const struct party *agency_of(const struct page *p)
{
	for (size_t i = 0; i < p->s->obligation_count; i++)
		if (p->s->obligations[i].debtor->kind == PARTY_DA)
			return p->s->obligations[i].debtor;
	return NULL;
}

/* Providers on the left, the Agency in the middle, municipalities on the right. */
static void diagram(struct page *p)
{
	const struct party *agency = agency_of(p);
	size_t left = side(p, true, false), right = side(p, false, false);
	size_t rows = left > right ? left : right;

	if (!agency)
		return;
	if (rows > DIAGRAM_ROWS_MOST) {
		page_raw(p, "<p class=\"note\">");
		page_word(p, W_CHAIN_TABLE_ONLY);
		page_raw(p, "</p>\n");
		return;
	}
	page_raw(p, left ? "<figure class=\"chain\">\n" : "<figure class=\"chain short\">\n");
	side(p, true, true);
	cell(p, 1, rows, 3);
	box(p, agency);
	page_raw(p, "</div>\n");
	side(p, false, true);
	page_raw(p, "</figure>\n");
}

static void money_cell(struct page *p, int figure, const char *class)
{
	text_printf(p->out, "<td class=\"%s\">", class);
	page_money(p, figure, "JPY");
	page_raw(p, "</td>");
}

static void row(struct page *p, const struct obligation *o)
{
	page_raw(p, "<tr><th scope=\"row\">");
	page_text(p, party_label(p, o->debtor));
	page_raw(p, " → ");
	page_text(p, party_label(p, o->creditor));
	page_raw(p, "<br><span class=\"soft\">");
	basis(p, o);
	if (o->contract) {
		page_word(p, W_LIST_COMMA);
		page_word(p, W_CONTRACT);
		page_text(p, o->contract->id);
	}
	page_raw(p, "</span></th>");
	money_cell(p, o->claimed, "n");
	money_cell(p, o->determined, "n");
	page_raw(p, "<td class=\"n\">");
	if (o->cap < 0)
		page_word(p, W_CAP_NONE);
	else
		page_money(p, o->cap, "JPY");
	page_raw(p, "</td>");
	money_cell(p, o->payable, "n money");
	money_cell(p, o->paid, "n");
	money_cell(p, o->pending, "n");
	money_cell(p, o->cut, "n");
	page_raw(p, "</tr>\n");
}

static void table(struct page *p)
{
	static const enum word heads[] = {
		W_CLAIMED, W_DETERMINED, W_CAP, W_PAYABLE, W_PAID, W_PENDING, W_CUT
	};

	page_raw(p, "<table class=\"obligations\"><thead><tr>");
	page_cell_word(p, "th", W_OBLIGATION);
	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
		page_cell_word(p, "th class=\"n\"", heads[i]);
	page_raw(p, "</tr></thead><tbody>\n");
	for (size_t i = 0; i < p->s->obligation_count; i++)
		row(p, &p->s->obligations[i]);
	page_raw(p, "</tbody></table>\n<p class=\"note\">");
	page_word(p, W_CHAIN_NOTE);
	page_raw(p, "</p>\n");
}

/* A page of one municipality whose own loss is not among the obligations. */
static bool is_of_others(const struct page *p)
{
	const char *code = p->options->organisation_code;

	for (size_t i = 0; code && i < p->s->obligation_count; i++) {
		const char *creditor = p->s->obligations[i].creditor->code;

		if (creditor && strcmp(creditor, code) == 0)
			return false;
	}
	return code != NULL;
}

void page_chain(struct page *p)
{
	page_raw(p, "<section>\n<h2>");
	page_word(p, W_CHAIN);
	page_raw(p, "</h2>\n");
	if (p->s->obligation_count == 0) {
		page_raw(p, "<p>");
		page_word(p, W_NO_CHAIN);
		page_raw(p, "</p>\n");
	} else {
		page_raw(p, "<p class=\"lead\">");
		page_word(p, W_CHAIN_LEAD);
		page_raw(p, "</p>\n");
		if (is_of_others(p)) {
			page_raw(p, "<p><strong>");
			page_word(p, W_CHAIN_OF_OTHERS);
			page_raw(p, "</strong></p>\n");
		}
		diagram(p);
		table(p);
	}
	page_raw(p, "</section>\n");
}
