/* The way to the pages of single municipalities and of the Agency; and what the Agency looks at first. */
#include "report/page.h"
#include "report/escape.h"
#include "report/excerpt.h"

#include <string.h>

/* A file's name as a relative address: all but the plainest characters as %XX. */
static void address(struct text *out, const char *name)
{
	for (const unsigned char *at = (const unsigned char *)name; *at; at++)
		if (strchr("-_.", *at) || (*at >= '0' && *at <= '9') || (*at >= 'a' && *at <= 'z') ||
		    (*at >= 'A' && *at <= 'Z'))
			text_append(out, at, 1);
		else
			text_printf(out, "%%%02X", *at);
}

static void link_to(struct page *p, const struct report_named_page *page)
{
	page_raw(p, "<a href=\"./");
	address(p->out, p->options->pages->base);
	page_raw(p, ".");
	address(p->out, page->name);
	text_printf(p->out, ".%s.html\">", language_code(p->language));
	page_text(p, party_label(p, page->party));
	page_raw(p, "</a>");
}

static bool same_body(const struct party *left, const struct party *right)
{
	return left == right || (left->code && right->code && strcmp(left->code, right->code) == 0);
}

enum which { AS_CREDITOR, AS_CREDITOR_PAID, AS_DEBTOR };

/* One figure for each of its obligations: no sum is made here. */
static void obligations_cell(struct page *p, const struct party *body, enum which which)
{
	bool any = false;

	page_raw(p, "<td class=\"n\">");
	for (size_t i = 0; i < p->s->obligation_count; i++) {
		const struct obligation *o = &p->s->obligations[i];

		if (!same_body(which == AS_DEBTOR ? o->debtor : o->creditor, body))
			continue;
		page_raw(p, any ? "<br>" : "");
		page_money(p, which == AS_CREDITOR_PAID ? o->paid : o->payable, "JPY");
		any = true;
	}
	page_raw(p, any ? "</td>" : "—</td>");
}

static void passed_cell(struct page *p, const struct party *body)
{
	bool any = false;

	page_raw(p, "<td class=\"n\">");
	for (size_t i = 0; i < p->s->pass_through_count; i++)
		if (same_body(p->s->pass_through[i].to, body)) {
			page_raw(p, any ? "<br>" : "");
			page_money(p, p->s->pass_through[i].amount, "JPY");
			any = true;
		}
	page_raw(p, any ? "</td>" : "—</td>");
}

/* The page of a municipality; NULL: it has none. */
static const struct report_named_page *page_of(const struct page *p, const struct party *body)
{
	const struct report_pages *pages = p->options->pages;

	for (size_t i = 0; pages && i < pages->count; i++)
		if (same_body(pages->at[i].party, body))
			return &pages->at[i];
	return NULL;
}

static bool pays(const struct service *service, const struct party *body)
{
	for (size_t k = 0; k < service->fee_count; k++)
		if (same_body(service->fees[k].payer, body))
			return true;
	return false;
}

/* How the levels of its services were judged: breached, not provable, all. */
static void levels_cell(struct page *p, const struct party *body)
{
	size_t of[4] = { 0 }, all = 0;

	for (size_t i = 0; i < p->s->service_count; i++)
		for (size_t k = 0; pays(p->s->services[i].service, body) && k < p->s->services[i].level_count;
		     k++) {
			of[p->s->services[i].levels[k].verdict]++;
			all += p->s->services[i].levels[k].verdict != VERDICT_NOT_COVERED;
		}
	text_printf(p->out, "<td class=\"n\">%zu / %zu / %zu</td>", of[VERDICT_BREACHED],
	            of[VERDICT_NOT_PROVABLE], all);
}

static void body_row(struct page *p, const struct party *body)
{
	const struct report_named_page *page = page_of(p, body);

	page_raw(p, "<tr><td>");
	page_text(p, body->code);
	page_raw(p, "</td><th scope=\"row\">");
	if (page)
		link_to(p, page);
	else
		page_text(p, party_label(p, body));
	page_raw(p, "</th>");
	levels_cell(p, body);
	page_raw(p, "<td class=\"n\">");
	page_credit_sum(p, body);
	page_raw(p, "</td>");
	if (p->s->obligation_count) {
		obligations_cell(p, body, AS_CREDITOR);
		obligations_cell(p, body, AS_CREDITOR_PAID);
		obligations_cell(p, body, AS_DEBTOR);
	}
	if (p->s->pass_through_count)
		passed_cell(p, body);
	page_raw(p, "</tr>\n");
}

/* The first party of each municipality that pays for a service, owes, or is owed. */
static bool is_listed(const struct page *p, const struct party *party)
{
	if (party->kind != PARTY_LG)
		return false;
	if (p->options->pages)
		return page_of(p, party) && page_of(p, party)->party == party;
	for (size_t i = 0; i < p->s->service_count; i++)
		if (pays(p->s->services[i].service, party))
			return true;
	return false;
}

static void index_head(struct page *p)
{
	page_raw(p, "<table class=\"index\"><thead><tr>");
	page_cell_word(p, "th", W_CODE_ALONE);
	page_cell_word(p, "th", W_LG);
	page_cell_word(p, "th class=\"n\"", W_INDEX_LEVELS);
	page_cell_word(p, "th class=\"n\"", W_CREDIT_AMOUNT);
	if (p->s->obligation_count) {
		page_cell_word(p, "th class=\"n\"", W_TO_RECEIVE);
		page_cell_word(p, "th class=\"n\"", W_RECEIVED_SO_FAR);
		page_cell_word(p, "th class=\"n\"", W_TO_PAY);
	}
	if (p->s->pass_through_count)
		page_cell_word(p, "th class=\"n\"", W_PASS_AMOUNT);
	page_raw(p, "</tr></thead><tbody>\n");
}

static void index_rows(struct page *p)
{
	const struct sla_case *c = p->s->the_case;
	size_t count = 0;

	for (size_t i = 0; i < c->party_count; i++)
		if (is_listed(p, &c->parties[i])) {
			body_row(p, &c->parties[i]);
			count++;
		}
	page_raw(p, "</tbody><tfoot><tr><th></th><th scope=\"row\">");
	text_printf(p->out, word_of(p->language, W_INDEX_TOTAL), count);
	page_raw(p, "</th><td></td><td class=\"n\">");
	page_credit_sum(p, NULL);
	page_raw(p, "</td>");
	for (size_t i = 0; i < (p->s->obligation_count ? 3 : 0) + (p->s->pass_through_count ? 1u : 0u); i++)
		page_raw(p, "<td></td>");
	page_raw(p, "</tr></tfoot></table>\n");
}

void page_index(struct page *p)
{
	const struct report_pages *pages = p->options->pages;
	bool mine = excerpt_party(p->s) != NULL; /* the Agency needs no way to itself */

	if ((!pages || pages->count == 0) && !p->crowded)
		return;
	page_raw(p, "<section>\n<h2>");
	page_word(p, W_INDEX);
	page_raw(p, "</h2>\n<p class=\"lead\">");
	page_word(p, W_INDEX_LEAD);
	if (pages && pages->count && pages->at[0].party->kind == PARTY_DA && !mine) {
		page_word(p, W_INDEX_AGENCY);
		link_to(p, &pages->at[0]);
	}
	page_raw(p, "</p>\n");
	index_head(p);
	index_rows(p);
	page_raw(p, "</section>\n");
}

/* ---- the Agency ---- */

static void total_row(struct page *p, const struct chain_total *t)
{
	static const enum word kinds[] = { W_CSP, W_NSP, W_DA, W_LG, W_OMA, W_ASP };

	page_raw(p, "<tr><th scope=\"row\">");
	page_word(p, kinds[t->debtor]);
	page_raw(p, " → ");
	page_word(p, kinds[t->creditor]);
	text_printf(p->out, "</th><td class=\"n\">%zu</td>", t->count);
	page_money_cell(p, t->determined, "JPY", "n");
	page_money_cell(p, t->payable, "JPY", "n money");
	page_money_cell(p, t->paid, "JPY", "n");
	page_money_cell(p, t->open, "JPY", "n money");
	page_money_cell(p, t->pending, "JPY", "n");
	page_money_cell(p, t->cut, "JPY", "n");
	page_raw(p, "</tr>\n");
}

void page_agency(struct page *p)
{
	static const enum word heads[] = { W_COUNT, W_DETERMINED, W_PAYABLE, W_PAID_OR_RECOVERED,
		                           W_OPEN,  W_PENDING,    W_CUT };

	if (p->s->total_count == 0)
		return;
	page_raw(p, "<section>\n<h2>");
	page_word(p, W_AGENCY_TOTALS);
	page_raw(p, "</h2>\n<p class=\"lead\">");
	page_word(p, W_AGENCY_LEAD);
	page_raw(p, "</p>\n<table class=\"payers\"><thead><tr>");
	page_cell_word(p, "th", W_OBLIGATION);
	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
		page_cell_word(p, "th class=\"n\"", heads[i]);
	page_raw(p, "</tr></thead><tbody>\n");
	for (size_t i = 0; i < p->s->total_count; i++)
		total_row(p, &p->s->totals[i]);
	page_raw(p, "</tbody></table>\n</section>\n");
}
