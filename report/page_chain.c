/* The chain of Table 3 and 5.3: who owes whom how much, on what ground, up to which cap, and what of it was paid. */
#include "report/page.h"
#include "report/basis.h"
#include "report/excerpt.h"

#include <string.h>

void page_basis_short(struct page *p, const struct obligation *o)
{
	basis_short(p->out, p->language, o->basis);
	if (o->indemnifies) {
		page_raw(p, " <span class=\"tag\">");
		page_word(p, W_INDEMNITY);
		page_raw(p, "</span>");
	}
}

/* What limits it: the cap, or the most that contract and law allow. */
static void cap_cell(struct page *p, const struct obligation *o)
{
	page_raw(p, "<td class=\"n\">");
	if (o->cap < 0 && o->ceiling < 0)
		page_word(p, W_CAP_NONE);
	if (o->cap >= 0)
		page_money(p, o->cap, "JPY");
	if (o->ceiling >= 0 && (o->cap < 0 || !page_same(p, o->cap, o->ceiling))) {
		page_raw(p, o->cap >= 0 ? "<br><span class=\"soft\">" : "<span>");
		page_word(p, W_CEILING);
		page_raw(p, " ");
		page_money(p, o->ceiling, "JPY");
		page_raw(p, "</span>");
	}
	page_raw(p, "</td>");
}

static void figures_row(struct page *p, const struct obligation *o, size_t number)
{
	text_printf(p->out, "<tr id=\"o%zu\"><td>%zu</td><th scope=\"row\">", number, number);
	page_text(p, party_label(p, o->debtor));
	page_raw(p, " → ");
	page_text(p, party_label(p, o->creditor));
	page_raw(p, "</th>");
	page_money_cell(p, o->claimed, "JPY", "n");
	page_raw(p, "<td class=\"n\">");
	if (o->determined < 0)
		page_word(p, W_NOT_DETERMINED);
	else
		page_money(p, o->determined, "JPY");
	page_raw(p, "</td>");
	cap_cell(p, o);
	page_money_cell(p, o->payable, "JPY", "n money");
	page_money_cell(p, o->paid, "JPY", "n");
	page_money_cell(p, o->pending, "JPY", "n");
	page_money_cell(p, o->cut, "JPY", "n");
	page_raw(p, "</tr>\n");
}

static void label(struct page *p, enum word word)
{
	page_raw(p, "<dt>");
	page_word(p, word);
	page_raw(p, "</dt><dd>");
}

static void contracts(struct page *p, const struct obligation *o)
{
	if (o->contract) {
		page_word(p, W_LIST_COMMA);
		page_word(p, W_CONTRACT);
		page_text(p, o->contract->id);
	}
	if (o->also) {
		page_word(p, W_CONTRACT_OR);
		page_text(p, o->also->id);
	}
	if (o->agreement) {
		page_word(p, W_LIST_COMMA);
		page_word(p, W_AGREEMENT);
		page_text(p, o->agreement->id);
		if (o->agreement->document) {
			page_raw(p, " ");
			page_text(p, o->agreement->document);
		}
	}
}

static void indemnity(struct page *p, const struct obligation *o)
{
	if (!o->indemnifies)
		return;
	label(p, W_INDEMNITY);
	for (size_t i = 0; i < p->s->obligation_count; i++)
		if (&p->s->obligations[i] == o->indemnifies) {
			text_printf(p->out, "<a href=\"#o%zu\">", i + 1);
			text_printf(p->out, word_of(p->language, W_INDEMNITY_OF), i + 1);
			page_raw(p, "</a>");
		}
	page_raw(p, "</dd>");
}

/* Why and under which clause so much is lost for good. */
static void cuts(struct page *p, const struct obligation *o)
{
	if (o->cut_count == 0)
		return;
	label(p, W_CUT);
	for (size_t i = 0; i < o->cut_count; i++) {
		page_raw(p, i > 0 ? "<br>" : "");
		page_money(p, o->cuts[i].amount, "JPY");
		page_raw(p, " ");
		page_phrase(p, o->cuts[i].why);
		if (o->cuts[i].clause) {
			page_word(p, W_CLAUSE_OPEN);
			page_phrase(p, o->cuts[i].clause);
			page_word(p, W_CLAUSE_CLOSE);
		}
	}
	page_raw(p, "</dd>");
}

static void loss(struct page *p, const struct liability_record *r)
{
	static const enum word heads[] = { W_HEAD_DIRECT, W_HEAD_LOST_PROFIT, W_HEAD_SPECIAL };

	page_text(p, r->id);
	if (r->document) {
		page_raw(p, " ");
		page_text(p, r->document);
	}
	for (int i = 0; i < HEAD_COUNT; i++) {
		if (!r->heads[i] || strcmp(r->heads[i], "0") == 0)
			continue;
		page_word(p, W_LIST_COMMA);
		page_word(p, heads[i]);
		page_raw(p, " ");
		figure_exact_money(p->out, p->language, r->heads[i], "JPY");
	}
	if (r->intent || r->gross_negligence) {
		page_word(p, W_LIST_COMMA);
		page_word(p, r->intent ? W_INTENT : W_GROSS_NEGLIGENCE);
	}
}

#define LOSSES_MOST 12 /* of a pot of hundreds the rows of the bodies say the rest */

static void losses(struct page *p, const struct obligation *o)
{
	size_t shown = o->loss_count > LOSSES_MOST ? LOSSES_MOST : o->loss_count;

	if (o->loss_count == 0)
		return;
	label(p, W_RESTS_ON);
	for (size_t i = 0; i < shown; i++) {
		page_raw(p, i > 0 ? "<br>" : "");
		loss(p, o->losses[i]);
	}
	if (shown < o->loss_count) {
		page_raw(p, "<br>");
		text_printf(p->out, word_of(p->language, W_AND_MORE), o->loss_count - shown);
	}
	page_raw(p, "</dd>");
}

static void figure_line(struct page *p, enum word word, int figure)
{
	if (figure < 0)
		return;
	label(p, word);
	page_money(p, figure, "JPY");
	page_raw(p, "</dd>");
}

static void notes(struct page *p, const struct obligation *o)
{
	if (o->note_count == 0)
		return;
	label(p, W_CREDIT_NOTE);
	for (size_t i = 0; i < o->note_count; i++) {
		page_raw(p, i > 0 ? "<br>" : "");
		page_phrase(p, o->notes[i]);
	}
	page_raw(p, "</dd>");
}

/* On what it rests, in words, below its figures. */
static void grounds_row(struct page *p, const struct obligation *o)
{
	page_raw(p, "<tr class=\"more\"><td></td><td colspan=\"8\"><dl class=\"grounds\">");
	label(p, W_GROUND);
	basis_words(p->out, p->language, o->basis);
	contracts(p, o);
	if (o->incident) {
		page_word(p, W_LIST_COMMA);
		page_word(p, W_INCIDENT);
		page_text(p, o->incident);
	}
	page_raw(p, "</dd>");
	indemnity(p, o);
	losses(p, o);
	cuts(p, o);
	figure_line(p, W_ACKNOWLEDGED, o->acknowledged);
	if (o->residual >= 0 && book_sign(p->s->book, o->residual) != 0)
		figure_line(p, W_RESIDUAL, o->residual);
	notes(p, o);
	page_raw(p, "</dl></td></tr>\n");
}

#define OBLIGATIONS_MOST 120 /* with all their grounds, on a page of several municipalities */

/* Of a nation, what is owed between municipality and Agency stands in the list of municipalities and in their pages. */
static bool in_table(const struct page *p, const struct obligation *o)
{
	return !p->crowded || p->s->obligation_count <= OBLIGATIONS_MOST ||
	       (o->debtor->kind != PARTY_LG && o->creditor->kind != PARTY_LG);
}

static void table(struct page *p)
{
	static const enum word heads[] = {
		W_CLAIMED, W_DETERMINED, W_CAP, W_PAYABLE, W_PAID, W_PENDING, W_CUT
	};
	size_t left_out = 0;

	page_raw(p, "<table class=\"obligations\"><thead><tr>");
	page_cell_word(p, "th", W_NUMBER);
	page_cell_word(p, "th", W_OBLIGATION);
	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
		page_cell_word(p, "th class=\"n\"", heads[i]);
	page_raw(p, "</tr></thead><tbody>\n");
	for (size_t i = 0; i < p->s->obligation_count; i++) {
		if (!in_table(p, &p->s->obligations[i])) {
			left_out++;
			continue;
		}
		figures_row(p, &p->s->obligations[i], i + 1);
		grounds_row(p, &p->s->obligations[i]);
	}
	page_raw(p, "</tbody></table>\n<p class=\"note\">");
	if (left_out > 0)
		text_printf(p->out, word_of(p->language, W_CHAIN_LEFT_OUT), left_out);
	page_word(p, W_CHAIN_NOTE);
	page_raw(p, "</p>\n");
}

/* A page of one municipality that no obligation concerns. */
static bool is_of_others(const struct page *p)
{
	const char *code = p->options->organisation_code;

	for (size_t i = 0; code && i < p->s->obligation_count; i++) {
		const struct obligation *o = &p->s->obligations[i];

		if ((o->creditor->code && strcmp(o->creditor->code, code) == 0) ||
		    (o->debtor->code && strcmp(o->debtor->code, code) == 0))
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
		page_word(p, excerpt_hides(p->s) ? W_NO_CHAIN_HERE : W_NO_CHAIN);
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
		page_diagram(p);
		table(p);
	}
	page_raw(p, "</section>\n");
}
