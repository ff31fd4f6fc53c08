/* What a miss costs: the credit of each level, and what is due to each payer. */
#include "report/page.h"
#include "calc/exact.h"
#include "report/when.h"

#include <string.h>

/* -1, 0, 1: how a value stands to an edge of the table. */
static int against(const struct page *p, int figure, exact edge_text)
{
	mpq_t edge;
	int order;

	mpq_init(edge);
	exact_read(edge, edge_text);
	order = mpq_cmp(book_value(p->s->book, figure), edge);
	mpq_clear(edge);
	return order;
}

static bool in_band(const struct page *p, const struct credit_rule *rule, const struct band *band, int figure)
{
	int from, to;

	if (figure < 0)
		return false;
	from = against(p, figure, band->from);
	to = band->to ? against(p, figure, band->to) : -1;
	return (from > 0 || (from == 0 && rule->closed == CLOSED_FROM)) &&
	       (to < 0 || (to == 0 && rule->closed == CLOSED_TO));
}

static void rate_with_unit(struct page *p, exact rate, enum rate_unit unit)
{
	figure_exact(p->out, rate);
	if (unit == RATE_PERCENT)
		page_raw(p, " %");
	else
		page_word(p, unit == RATE_DAYS ? W_RATE_DAYS : W_RATE_HOURS);
}

static void band_from(struct page *p, const struct credit_rule *rule, const struct band *band, enum unit unit)
{
	bool closed = rule->closed == CLOSED_FROM, japanese = p->language == LANGUAGE_JA;

	if (!closed && !japanese)
		page_word(p, W_BAND_OVER);
	figure_in_unit(p->out, p->language, band->from, unit);
	if (!closed && japanese)
		page_word(p, W_BAND_OVER);
	else if (closed && !band->to)
		page_word(p, W_BAND_AND_MORE);
	else if (band->to)
		page_word(p, W_BAND_FROM);
}

static void band_bounds(struct page *p, const struct credit_rule *rule, const struct band *band,
                        enum unit unit)
{
	bool upper_in = rule->closed == CLOSED_TO;

	if (strcmp(band->from, "0") != 0 || !band->to)
		band_from(p, rule, band, unit);
	if (!band->to)
		return;
	if (!upper_in)
		page_word(p, W_BAND_BELOW);
	figure_in_unit(p->out, p->language, band->to, unit);
	page_word(p, upper_in ? W_BAND_UP_TO : W_BAND_TO);
}

static void band_item(struct page *p, const struct level *l, const struct band *band, bool held)
{
	page_raw(p, held ? "<li class=\"held\">" : "<li>");
	band_bounds(p, l->credit, band, l->unit);
	page_raw(p, " → ");
	rate_with_unit(p, band->rate, l->credit->unit);
	if (band->step) {
		page_word(p, W_BAND_STEP);
		figure_in_unit(p->out, p->language, band->per, l->unit);
		page_word(p, W_BAND_STEP_PER);
		rate_with_unit(p, band->step, l->credit->unit);
	}
	if (held) {
		page_raw(p, " <strong>");
		page_word(p, W_BAND_HELD);
		page_raw(p, "</strong>");
	}
	if (band->gap) {
		page_raw(p, "<br><span class=\"soft\">");
		page_word(p, W_BAND_GAP);
		page_text(p, band->gap);
		page_raw(p, "</span>");
	}
	page_raw(p, "</li>");
}

static void base(struct page *p, const struct credit_rule *rule)
{
	if (!rule->base || strcmp(rule->base, "monthly_fee") == 0)
		return;
	if (rule->flat_rate || rule->proportional_rate) /* a list ends its line itself */
		page_raw(p, "<br>");
	page_raw(p, "<span class=\"soft\">");
	page_word(p, W_BASE);
	page_raw(p, p->language == LANGUAGE_JA ? "：" : ": ");
	page_phrase(p, rule->base);
	page_raw(p, "</span>");
}

/* With parts there is a rate for each: the level's own section shows them. */
static void bands(struct page *p, const struct level_result *r)
{
	const struct credit_rule *rule = r->level->credit;

	if (rule->flat_rate) {
		page_word(p, W_FLAT_RATE);
		rate_with_unit(p, rule->flat_rate, rule->unit);
	} else if (rule->proportional_rate) {
		page_word(p, W_PROPORTIONAL);
		figure_in_unit(p->out, p->language, rule->proportional_per, r->level->unit);
		page_word(p, W_PROPORTIONAL_PER);
		rate_with_unit(p, rule->proportional_rate, rule->unit);
	} else {
		page_raw(p, "<ul class=\"bands\">");
		for (size_t i = rule->band_count; i-- > 0;)
			band_item(p, r->level, &rule->bands[i],
			          rule->per != PER_OUTAGE &&
			              in_band(p, rule, &rule->bands[i], r->measure.point));
		page_raw(p, "</ul>");
	}
	if (rule->band_rule == BANDS_MOST_SEVERE)
		page_word(p, W_BANDS_MOST_SEVERE);
	base(p, rule);
}

static void credit_row(struct page *p, const struct service_result *service, const struct level_result *r)
{
	page_raw(p, "<tr><th scope=\"row\">");
	page_level_name(p, service, r->level);
	page_raw(p, "<br>");
	page_verdict(p, r->verdict);
	page_raw(p, "</th><td>");
	bands(p, r);
	page_raw(p, "</td><td class=\"n\">");
	page_rate(p, r->credit.rate, r->level->credit->unit);
	page_raw(p, "</td><td class=\"n\">");
	page_money(p, r->credit.exact, r->credit.currency);
	page_raw(p, "</td><td class=\"n\">");
	page_money(p, r->credit.amount, r->credit.currency);
	page_raw(p, "</td><td class=\"n soft\">");
	page_money_range(p, r->credit.least, r->credit.most, r->credit.currency);
	page_raw(p, "</td></tr>\n");
}

static void credit_table(struct page *p, const struct service_result *r)
{
	page_raw(p, "<table class=\"credit\"><thead><tr>");
	page_cell_word(p, "th", W_LEVEL);
	page_cell_word(p, "th", W_BANDS);
	page_cell_word(p, "th class=\"n\"", W_RATE);
	page_cell_word(p, "th class=\"n\"", W_CREDIT_EXACT);
	page_cell_word(p, "th class=\"n\"", W_LEVEL_CREDIT);
	page_cell_word(p, "th class=\"n\"", W_CREDIT_RANGE);
	page_raw(p, "</tr></thead><tbody>\n");
	for (size_t i = 0; i < r->level_count; i++)
		if (r->levels[i].credit.due)
			credit_row(p, r, &r->levels[i]);
	page_raw(p, "</tbody></table>\n");
}

static void term(struct page *p, enum word name)
{
	page_raw(p, "<dt>");
	page_word(p, name);
	page_raw(p, "</dt><dd>");
}

/* An amount of the case or the terms; the currency is foreign text. */
static void exact_money(struct page *p, exact amount, const char *currency)
{
	struct text money = { 0 };

	figure_exact_money(&money, p->language, amount, currency);
	page_text(p, text_string(&money));
	p->out->failed |= money.failed;
	text_release(&money);
}

static void rounding(struct page *p, const struct rounding *r, const char *currency)
{
	static const enum word rules[] = { W_ROUND_FLOOR, W_ROUND_CEIL, W_ROUND_HALF_UP, W_ROUND_HALF_EVEN };

	term(p, W_ROUNDING);
	page_word(p, r->of == ROUND_CREDIT ? W_ROUND_OF_CREDIT : W_ROUND_OF_REDUCED_FEE);
	page_word(p, rules[r->rule]);
	page_word(p, W_ROUND_UNIT);
	exact_money(p, r->unit, currency);
	if (r->clause) {
		page_word(p, W_CLAUSE_OPEN);
		page_text(p, r->clause);
		page_word(p, W_CLAUSE_CLOSE);
	}
	page_raw(p, "</dd>");
}

static void responses(struct page *p, enum word name, const char *const *texts, size_t count)
{
	if (count == 0)
		return;
	term(p, name);
	for (size_t i = 0; i < count; i++) {
		page_raw(p, i ? "<br>" : "");
		page_text(p, texts[i]);
	}
	page_raw(p, "</dd>");
}

static void rules(struct page *p, const struct terms *t, const char *currency)
{
	static const enum word remedies[] = { W_REMEDY_NON_EXCLUSIVE, W_REMEDY_SOLE, W_REMEDY_LIQUIDATED };
	static const enum word overlaps[] = { W_OVERLAP_SUM, W_OVERLAP_MAX, W_OVERLAP_CHOOSE_ONE,
		                              W_OVERLAP_ROOT_CAUSE };
	static const enum word forms[] = { W_FORM_CREDIT, W_FORM_CASH, W_FORM_SERVICE_DAYS };

	page_raw(p, "<dl class=\"rules\">");
	if (t->rounding)
		rounding(p, t->rounding, currency);
	term(p, W_OVERLAP);
	page_word(p, overlaps[t->overlap]);
	page_raw(p, "</dd>");
	term(p, W_CAP);
	if (t->cap_percent) {
		page_word(p, W_CAP_PERCENT);
		figure_exact(p->out, t->cap_percent);
		page_raw(p, " %");
		page_word(p, W_CAP_PERCENT_END);
	} else if (t->cap_amount)
		exact_money(p, t->cap_amount, currency);
	else
		page_word(p, W_CAP_NONE);
	if (t->cap_clause) {
		page_word(p, W_CLAUSE_OPEN);
		page_text(p, t->cap_clause);
		page_word(p, W_CLAUSE_CLOSE);
	}
	page_raw(p, "</dd>");
	if (t->minimum) {
		term(p, W_MINIMUM);
		exact_money(p, t->minimum->amount, t->minimum->currency);
		page_raw(p, "</dd>");
	}
	term(p, W_FORM);
	page_word(p, forms[t->form]);
	page_raw(p, "</dd>");
	term(p, W_REMEDY);
	page_word(p, remedies[t->remedy]);
	page_raw(p, "</dd>");
	responses(p, W_OPERATIONAL, t->operational, t->operational_count);
	responses(p, W_CONTRACTUAL, t->contractual, t->contractual_count);
	page_raw(p, "</dl>\n");
}

static void payer_row(struct page *p, const struct payable *due)
{
	page_raw(p, "<tr><th scope=\"row\">");
	page_text(p, party_label(p, due->fee->payer));
	page_raw(p, "</th><td class=\"n\">");
	exact_money(p, due->fee->amount, due->fee->currency);
	page_raw(p, "</td><td class=\"n\">");
	if (due->fee->state_share)
		page_text(p, due->fee->state_share);
	page_raw(p, "</td><td class=\"n money\">");
	page_money(p, due->amount, due->fee->currency);
	page_raw(p, "</td><td class=\"n soft\">");
	page_money_range(p, due->least, due->most, due->fee->currency);
	page_raw(p, "</td></tr>\n");
}

static void payers(struct page *p, const struct service_result *r)
{
	if (r->payable_count == 0)
		return;
	page_raw(p, "<table class=\"payers\"><thead><tr>");
	page_cell_word(p, "th", W_PAYER);
	page_cell_word(p, "th class=\"n\"", W_FEE);
	page_cell_word(p, "th class=\"n\"", W_STATE_SHARE);
	page_cell_word(p, "th class=\"n\"", W_CREDIT_AMOUNT);
	page_cell_word(p, "th class=\"n\"", W_CREDIT_RANGE);
	page_raw(p, "</tr></thead><tbody>\n");
	for (size_t i = 0; i < r->payable_count; i++)
		payer_row(p, &r->payable[i]);
	page_raw(p, "</tbody>");
	if (r->payable_count > 1) {
		page_raw(p, "<tfoot><tr><th scope=\"row\" colspan=\"3\">");
		page_word(p, W_TOTAL);
		page_raw(p, "</th><td class=\"n money\">");
		page_money(p, r->credit_total, r->currency);
		page_raw(p, "</td><td class=\"n soft\">");
		page_money_range(p, r->credit_least, r->credit_most, r->currency);
		page_raw(p, "</td></tr></tfoot>");
	}
	page_raw(p, "</table>\n");
}

static void note(struct page *p, const struct service_result *r)
{
	if (!r->credit_note)
		return;
	page_raw(p, "<p class=\"settle\"><strong>");
	page_word(p, W_CREDIT_NOTE);
	page_raw(p, "</strong> ");
	page_phrase(p, r->credit_note);
	page_raw(p, "</p>\n");
}

static bool carries_money(const struct service_result *r)
{
	for (size_t i = 0; i < r->level_count; i++)
		if (r->levels[i].credit.due)
			return true;
	return false;
}

void page_credit(struct page *p)
{
	bool any = false;

	page_raw(p, "<section>\n<h2>");
	page_word(p, W_CREDIT);
	page_raw(p, "</h2>\n<p class=\"lead\">");
	page_word(p, W_CREDIT_LEAD);
	page_raw(p, "</p>\n");
	if (p->crowded) {
		page_elsewhere(p);
		page_raw(p, "</section>\n");
		return;
	}
	for (size_t i = 0; i < p->s->service_count; i++) {
		const struct service_result *r = &p->s->services[i];

		if (!carries_money(r))
			continue;
		any = true;
		page_raw(p, "<article><h3>");
		page_text(p, service_label(r->service));
		page_raw(p, "</h3>\n");
		credit_table(p, r);
		payers(p, r);
		note(p, r);
		rules(p, r->service->terms, r->currency);
		page_raw(p, "</article>\n");
	}
	if (!any) {
		page_raw(p, "<p>");
		page_word(p, W_NO_CREDIT);
		page_raw(p, "</p>\n");
	}
	page_raw(p, "</section>\n");
}
