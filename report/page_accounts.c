/* Money beside the chain: exchange rates that were used, late interest, instalments, invoices with their tax. */
#include "report/page.h"

static void exact_cell(struct page *p, exact amount, const char *currency)
{
	page_raw(p, "<td class=\"n\">");
	figure_exact(p->out, amount);
	page_raw(p, " ");
	page_text(p, currency ? currency : "JPY");
	page_raw(p, "</td>");
}

static void parties(struct page *p, const struct party *from, const struct party *to)
{
	page_raw(p, "<th scope=\"row\">");
	page_text(p, party_label(p, from));
	page_raw(p, " → ");
	page_text(p, party_label(p, to));
	page_raw(p, "</th>");
}

static void heading(struct page *p, enum word word)
{
	page_raw(p, "<h3>");
	page_word(p, word);
	page_raw(p, "</h3>\n");
}

static void heads(struct page *p, const enum word *words, size_t count, size_t texts)
{
	page_raw(p, "<table><thead><tr>");
	for (size_t i = 0; i < count; i++)
		page_cell_word(p, i < texts ? "th" : "th class=\"n\"", words[i]);
	page_raw(p, "</tr></thead><tbody>\n");
}

static void end_table(struct page *p)
{
	page_raw(p, "</tbody></table>\n");
}

/* ---- exchange ---- */

static void exchange_row(struct page *p, const struct exchange_result *r)
{
	static const char *const policies[] = { "invoice_rate", "fixed_budget", "survey_formula",
		                                "worst_past" };

	if (r->rate < 0)
		return;
	page_raw(p, "<tr><th scope=\"row\">");
	page_text(p, r->exchange->from);
	page_raw(p, " → ");
	page_text(p, r->exchange->to);
	page_raw(p, "</th><td>");
	page_phrase(p, policies[r->exchange->policy]);
	page_raw(p, "</td><td>");
	page_text(p, r->invoice ? r->invoice->id : r->day ? r->day : "—");
	page_raw(p, "</td><td>");
	page_text(p, r->exchange->document ? r->exchange->document : "—");
	page_raw(p, "</td><td class=\"n money\">");
	page_figure(p, r->rate, FIGURE_NUMBER);
	page_raw(p, "</td></tr>\n");
}

static void exchanged_row(struct page *p, const struct exchanged *x)
{
	page_raw(p, "<tr><td>");
	page_phrase(p, x->what);
	page_raw(p, "</td><td>");
	page_text(p, x->id);
	page_raw(p, "</td><td>");
	page_text(p, x->party ? party_label(p, x->party) : "—");
	page_raw(p, "</td>");
	page_money_cell(p, x->before, x->from, "n");
	page_raw(p, "<td class=\"n\">");
	page_figure(p, x->by->rate, FIGURE_NUMBER);
	page_raw(p, "</td>");
	page_money_cell(p, x->after, x->to, "n money");
	page_raw(p, "</tr>\n");
}

static void exchanges(struct page *p)
{
	static const enum word rates[] = { W_CURRENCIES, W_EXCHANGE_POLICY, W_RATE_DAY, W_DOCUMENT_ALONE,
		                           W_EXCHANGE_RATE };
	static const enum word amounts[] = { W_WHAT, W_RECORD, W_PARTY, W_BEFORE, W_EXCHANGE_RATE, W_AFTER };

	if (p->s->exchange_count == 0)
		return;
	heading(p, W_EXCHANGES);
	heads(p, rates, 5, 4);
	for (size_t i = 0; i < p->s->exchange_count; i++)
		exchange_row(p, &p->s->exchanges[i]);
	end_table(p);
	if (p->s->exchanged_count == 0)
		return;
	heads(p, amounts, 6, 3);
	for (size_t i = 0; i < p->s->exchanged_count; i++)
		exchanged_row(p, &p->s->exchanged[i]);
	end_table(p);
}

/* ---- late interest ---- */

static void span_row(struct page *p, const struct interest_span *span)
{
	page_raw(p, "<tr><td>");
	page_day(p, span->from_day);
	page_word(p, W_RANGE_TO);
	page_day(p, span->to_day - 1);
	page_raw(p, "</td>");
	page_money_cell(p, span->principal, "JPY", "n");
	page_raw(p, "<td class=\"n\">");
	page_figure(p, span->percent, FIGURE_PERCENT);
	page_raw(p, "</td><td class=\"n\">");
	page_figure(p, span->days, FIGURE_NUMBER);
	page_raw(p, "</td>");
	page_money_cell(p, span->interest, "JPY", "n");
	page_raw(p, "</tr>\n");
}

static void late_payment(struct page *p, const struct late_payment_result *r)
{
	static const enum word words[] = { W_DELAY_SPAN, W_PRINCIPAL, W_RATE, W_DAYS, W_INTEREST };
	const struct late_payment *late = r->late;

	page_raw(p, "<h4>");
	page_text(p, late->id);
	page_raw(p, "　");
	page_text(p, party_label(p, late->debtor));
	page_raw(p, " → ");
	page_text(p, party_label(p, late->creditor));
	page_raw(p, "</h4>\n<p class=\"note\">");
	page_phrase(p, late->regime);
	page_word(p, W_LIST_COMMA);
	page_word(p, W_DUE_DAY);
	page_day(p, late->due_day);
	page_word(p, W_LIST_COMMA);
	page_word(p, late->from_due_date ? W_FROM_DUE_DAY : W_FROM_DAY_AFTER);
	if (late->document) {
		page_word(p, W_LIST_COMMA);
		page_text(p, late->document);
	}
	page_raw(p, "</p>\n");
	heads(p, words, 5, 1);
	for (size_t i = 0; i < r->span_count; i++)
		span_row(p, &r->spans[i]);
	page_raw(p, "</tbody><tfoot><tr><th scope=\"row\" colspan=\"3\">");
	page_word(p, W_INTEREST_IN_ALL);
	page_raw(p, "</th><td class=\"n\">");
	page_figure(p, r->days, FIGURE_NUMBER);
	page_raw(p, "</td>");
	page_money_cell(p, r->interest, "JPY", "n money");
	page_raw(p, "</tr><tr><th scope=\"row\" colspan=\"4\">");
	page_word(p, r->runs ? W_STILL_RUNS : W_PRINCIPAL_OPEN);
	page_raw(p, "</th>");
	page_money_cell(p, r->open, "JPY", "n");
	page_raw(p, "</tr></tfoot></table>\n");
}

/* ---- instalments, invoices ---- */

static void instalments(struct page *p)
{
	static const enum word words[] = {
		W_NUMBER, W_OBLIGATION, W_AMOUNT, W_INSTALMENTS, W_FIRST, W_OTHERS
	};

	if (p->s->instalment_count == 0)
		return;
	heading(p, W_INSTALMENT_PLANS);
	heads(p, words, 6, 2);
	for (size_t i = 0; i < p->s->instalment_count; i++) {
		const struct instalment_result *r = &p->s->instalments[i];

		page_raw(p, "<tr><td>");
		page_text(p, r->plan->id);
		page_raw(p, "</td>");
		parties(p, r->plan->debtor, r->plan->creditor);
		exact_cell(p, r->plan->amount, NULL);
		text_printf(p->out, "<td class=\"n\">%lld</td>", (long long)r->plan->count);
		page_money_cell(p, r->first, "JPY", "n money");
		page_money_cell(p, r->other, "JPY", "n money");
		page_raw(p, "</tr>\n");
	}
	end_table(p);
}

static void invoices(struct page *p)
{
	static const enum word words[] = {
		W_NUMBER, W_BILLED, W_DAY, W_AMOUNT, W_TAX, W_WITHOUT_TAX, W_IN_YEN
	};

	if (p->s->invoice_count == 0)
		return;
	heading(p, W_INVOICES);
	heads(p, words, 7, 3);
	for (size_t i = 0; i < p->s->invoice_count; i++) {
		const struct invoice_result *r = &p->s->invoices[i];

		page_raw(p, "<tr><td>");
		page_text(p, r->invoice->id);
		page_raw(p, "</td>");
		parties(p, r->invoice->from, r->invoice->to);
		page_raw(p, "<td>");
		page_day(p, r->invoice->day);
		page_raw(p, "</td>");
		exact_cell(p, r->invoice->amount, r->invoice->currency);
		page_money_cell(p, r->tax, r->invoice->currency, "n");
		page_money_cell(p, r->without_tax, r->invoice->currency, "n");
		page_money_cell(p, r->in_yen, "JPY", "n");
		page_raw(p, "</tr>\n");
	}
	end_table(p);
}

void page_accounts(struct page *p)
{
	const struct statement *s = p->s;

	if (!s->exchange_count && !s->late_payment_count && !s->instalment_count && !s->invoice_count)
		return;
	page_raw(p, "<section>\n<h2>");
	page_word(p, W_ACCOUNTS);
	page_raw(p, "</h2>\n");
	invoices(p);
	exchanges(p);
	if (s->late_payment_count)
		heading(p, W_LATE_INTEREST);
	for (size_t i = 0; i < s->late_payment_count; i++)
		late_payment(p, &s->late_payments[i]);
	instalments(p);
	page_raw(p, "</section>\n");
}
