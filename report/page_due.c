/* What is owed to whom, before anything else; and what to do next, until when. */
#include "report/page.h"
#include "report/excerpt.h"
#include "report/number.h"

#include <string.h>

static void payable_line(struct page *p, const struct service_result *r, const struct payable *due)
{
	page_raw(p, "<tr><td>");
	page_text(p, service_label(r->service));
	page_raw(p, "</td><td>");
	page_text(p, party_label(p, r->service->provider));
	page_raw(p, "</td><td>");
	page_text(p, party_label(p, due->fee->payer));
	page_raw(p, "</td><td class=\"n money\">");
	page_money(p, due->amount, due->fee->currency);
	page_raw(p, "</td><td class=\"n soft\">");
	page_money_range(p, due->least, due->most, due->fee->currency);
	page_raw(p, "</td></tr>\n");
}

static bool is_something(const struct page *p, const struct service_result *r, const struct payable *due)
{
	return r->credit_total >= 0 && (book_sign(p->s->book, due->amount) != 0 ||
	                                (due->most >= 0 && book_sign(p->s->book, due->most) != 0));
}

static void payable_head(struct page *p)
{
	page_raw(p, "<table class=\"due\"><thead><tr>");
	page_cell_word(p, "th", W_SERVICE);
	page_cell_word(p, "th", W_PROVIDER);
	page_cell_word(p, "th", W_PAYER);
	page_cell_word(p, "th class=\"n\"", W_CREDIT_AMOUNT);
	page_cell_word(p, "th class=\"n\"", W_CREDIT_RANGE);
	page_raw(p, "</tr></thead><tbody>\n");
}

#define PAYABLE_LINES_MOST 10

static size_t count_payable(const struct page *p, size_t *payers)
{
	bool *is_payer = arena_array(p->arena, p->s->the_case->party_count, sizeof *is_payer);
	size_t count = 0;

	*payers = 0;
	for (size_t i = 0; i < p->s->service_count; i++)
		for (size_t k = 0; k < p->s->services[i].payable_count; k++) {
			const struct payable *due = &p->s->services[i].payable[k];
			size_t payer = (size_t)(due->fee->payer - p->s->the_case->parties);

			if (!is_something(p, &p->s->services[i], due))
				continue;
			count++;
			*payers += !is_payer[payer];
			is_payer[payer] = true;
		}
	return count;
}

/* The amount in yen; false: nobody knows. */
static bool in_yen(const struct payable *due, int *figure)
{
	*figure = !due->fee->currency || strcmp(due->fee->currency, "JPY") == 0 ? due->amount : due->yen;
	return *figure >= 0;
}

static bool of_payer(const struct payable *due, const struct party *payer)
{
	const struct party *p = due->fee->payer;

	return !payer || p == payer || (p->code && payer->code && strcmp(p->code, payer->code) == 0);
}

/* A plain sum of figures that the page of the municipality shows one by one; no node of its own. */
void page_credit_sum(struct page *p, const struct party *payer)
{
	bool known = true, any = false;
	mpq_t sum;

	mpq_init(sum);
	for (size_t i = 0; i < p->s->service_count; i++)
		for (size_t k = 0; k < p->s->services[i].payable_count; k++) {
			int figure;

			if (!of_payer(&p->s->services[i].payable[k], payer))
				continue;
			any = true;
			if (in_yen(&p->s->services[i].payable[k], &figure))
				mpq_add(sum, sum, book_value(p->s->book, figure));
			else
				known = false;
		}
	if (any && known) {
		page_raw(p, p->language == LANGUAGE_JA ? "" : "¥");
		number_plain(p->out, sum, 4);
		page_raw(p, p->language == LANGUAGE_JA ? "円" : "");
	} else
		page_raw(p, "—");
	mpq_clear(sum);
}

/* What was computed, or would be at the worst reading; payers with nothing at all are in the credit section. */
static void payable_lines(struct page *p)
{
	size_t payers, count = count_payable(p, &payers);

	if (count == 0)
		return;
	if (count > PAYABLE_LINES_MOST) { /* the verdicts must stay in sight */
		page_raw(p, "<p>");
		text_printf(p->out, word_of(p->language, W_PAYABLE_MANY), payers, count);
		page_raw(p, "<br><strong>");
		page_word(p, W_DUE_SUM);
		page_credit_sum(p, NULL);
		page_raw(p, "</strong>");
		page_raw(p, "</p>\n");
		return;
	}
	payable_head(p);
	for (size_t i = 0; i < p->s->service_count; i++) {
		const struct service_result *r = &p->s->services[i];

		for (size_t k = 0; k < r->payable_count; k++)
			if (is_something(p, r, &r->payable[k]))
				payable_line(p, r, &r->payable[k]);
	}
	page_raw(p, "</tbody></table>\n<p class=\"note\">");
	page_word(p, W_CREDIT_LIMITS);
	page_raw(p, "</p>\n");
}

static bool claim_is_open(const struct claim_result *r)
{
	return !r->made && r->has_days_left && r->days_left >= 0;
}

static const struct claim_result *first_open_claim(const struct statement *s)
{
	const struct claim_result *first = NULL;

	for (size_t i = 0; i < s->service_count; i++)
		for (size_t k = 0; k < s->services[i].claim_count; k++) {
			const struct claim_result *r = &s->services[i].claims[k];

			if (claim_is_open(r) && (!first || r->deadline_us < first->deadline_us))
				first = r;
		}
	return first;
}

static bool claims_by(const struct service_result *service, int64_t deadline_us)
{
	for (size_t k = 0; k < service->claim_count; k++)
		if (claim_is_open(&service->claims[k]) && service->claims[k].deadline_us == deadline_us)
			return true;
	return false;
}

/* The first deadline that has not passed, of claims that were not made: what to do first, for which services. */
static void next_claim(struct page *p)
{
	const struct claim_result *first = first_open_claim(p->s);
	bool another = false;

	if (!first)
		return;
	page_raw(p, "<p class=\"settle\"><strong>");
	page_word(p, W_NEXT_CLAIM);
	page_raw(p, "</strong>");
	page_last_day(p, first->deadline_us);
	page_word(p, W_CLAUSE_OPEN);
	text_printf(p->out, word_of(p->language, W_CLAIM_DAYS_LEFT), (long long)first->days_left);
	page_word(p, W_CLAUSE_CLOSE);
	page_raw(p, "　");
	for (size_t i = 0; i < p->s->service_count; i++) {
		if (!claims_by(&p->s->services[i], first->deadline_us))
			continue;
		if (another)
			page_word(p, W_LIST_COMMA);
		page_text(p, service_label(p->s->services[i].service));
		another = true;
	}
	page_raw(p, "</p>\n");
}

/* ---- the page of one municipality: what it gets, and what it pays ---- */

static bool is_mine(const struct page *p, const struct party *party)
{
	const struct party *me = excerpt_party(p->s);

	return party == me || (party->code && me->code && strcmp(party->code, me->code) == 0);
}

static void due_row(struct page *p, const struct obligation *o)
{
	page_raw(p, "<tr><th scope=\"row\">");
	page_word(p, is_mine(p, o->creditor) ? W_DUE_DAMAGES : W_DUE_TO_PAY);
	text_printf(p->out, " <a href=\"#o%zu\">", (size_t)(o - p->s->obligations) + 1);
	page_basis_short(p, o);
	page_raw(p, "</a></th><td>");
	page_text(p, party_label(p, is_mine(p, o->creditor) ? o->debtor : o->creditor));
	page_raw(p, "</td>");
	page_money_cell(p, o->payable, "JPY", "n money");
	page_money_cell(p, o->paid, "JPY", "n");
	page_money_cell(p, o->pending, "JPY", "n");
	page_raw(p, "</tr>\n");
}

static void passed_row(struct page *p, const struct pass_through *t)
{
	page_raw(p, "<tr><th scope=\"row\">");
	page_word(p, W_DUE_DEDUCTION);
	page_raw(p, "</th><td>");
	page_word(p, t->flow == FLOW_DEBT_ASSUMED ? W_FLOW_DEBT_ASSUMED : W_FLOW_THROUGH_AGENCY);
	page_raw(p, "</td>");
	page_money_cell(p, t->amount, t->currency, "n money");
	page_money_cell(p, t->on_bill, t->currency, "n");
	page_money_cell(p, t->carried, t->currency, "n");
	page_raw(p, "</tr>\n");
}

static size_t count_mine(const struct page *p)
{
	size_t count = p->s->pass_through_count;

	for (size_t i = 0; i < p->s->obligation_count; i++)
		count += is_mine(p, p->s->obligations[i].creditor) || is_mine(p, p->s->obligations[i].debtor);
	return count;
}

static void due_table(struct page *p)
{
	static const enum word heads[] = { W_PAYABLE, W_DUE_SETTLED, W_DUE_LATER };

	if (!excerpt_party(p->s) || !excerpt_hides(p->s) || count_mine(p) == 0)
		return;
	page_raw(p, "<table class=\"payers\"><thead><tr>");
	page_cell_word(p, "th", W_DUE);
	page_cell_word(p, "th", W_DUE_OTHER_SIDE);
	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
		page_cell_word(p, "th class=\"n\"", heads[i]);
	page_raw(p, "</tr></thead><tbody>\n");
	for (int owed_to_me = 1; owed_to_me >= 0; owed_to_me--)
		for (size_t i = 0; i < p->s->obligation_count; i++) {
			const struct obligation *o = &p->s->obligations[i];

			if (owed_to_me ? is_mine(p, o->creditor)
			               : is_mine(p, o->debtor) && !is_mine(p, o->creditor))
				due_row(p, o);
		}
	for (size_t i = 0; i < p->s->pass_through_count; i++)
		passed_row(p, &p->s->pass_through[i]);
	page_raw(p, "</tbody></table>\n<p class=\"note\">");
	page_word(p, W_DUE_NOTE);
	page_raw(p, "</p>\n");
}

void page_due(struct page *p)
{
	due_table(p);
	payable_lines(p);
	next_claim(p);
}
