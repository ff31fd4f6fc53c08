/* What was received for several and how it is divided: pass-through of reductions (5.2), apportionments. */
#include "report/page.h"
#include "report/excerpt.h"
#include "report/when.h"

#include <string.h>

void page_day(struct page *p, int64_t day)
{
	if (day == INT64_MIN)
		page_raw(p, "—");
	else
		when_full_date(p->out, p->language, date_from_days(day));
}

void page_money_cell(struct page *p, int figure, const char *currency, const char *class)
{
	text_printf(p->out, "<td class=\"%s\">", class);
	page_money(p, figure, currency);
	page_raw(p, "</td>");
}

static void soft(struct page *p, const char *text)
{
	if (!text)
		return;
	page_raw(p, "<br><span class=\"soft\">");
	page_phrase(p, text);
	page_raw(p, "</span>");
}

/* ---- pass-through ---- */

static bool is_shown(const struct page *p, const struct service *service)
{
	for (size_t i = 0; i < p->s->service_count; i++)
		if (p->s->services[i].service == service)
			return true;
	return false;
}

/* How many it is for; on the page of one municipality the names of its own only. */
static void reduced_services(struct page *p, const struct liability_record *record)
{
	const struct service **own = arena_array(p->arena, record->service_count, sizeof *own);
	size_t count = 0;

	for (size_t i = 0; i < record->service_count; i++)
		if (!excerpt_hides(p->s) || is_shown(p, record->services[i]))
			own[count++] = record->services[i];
	if (count < record->service_count) {
		text_printf(p->out, word_of(p->language, W_OF_SERVICES), record->service_count);
		page_raw(p, "<br>");
	}
	if (count > 0)
		page_service_names(p, own, count);
}

static void reduction_row(struct page *p, const struct reduction_result *r)
{
	const struct liability_record *record = r->record;

	page_raw(p, "<tr><td>");
	page_day(p, record->day);
	page_raw(p, "</td><th scope=\"row\">");
	page_text(p, party_label(p, record->from));
	page_raw(p, " → ");
	page_text(p, party_label(p, record->to));
	page_raw(p, "</th><td>");
	reduced_services(p, record);
	page_raw(p, "</td><td class=\"n\">");
	figure_exact_money(p->out, p->language, record->amount, record->currency ? "" : "JPY");
	page_text(p, record->currency);
	page_raw(p, "</td>");
	page_money_cell(p, r->residual, r->currency, "n");
	page_raw(p, "<td>");
	page_text(p, record->id);
	soft(p, record->document);
	for (size_t i = 0; i < r->note_count; i++)
		soft(p, r->notes[i]);
	page_raw(p, "</td></tr>\n");
}

static void reductions(struct page *p)
{
	page_raw(p, "<table><thead><tr>");
	page_cell_word(p, "th", W_DAY);
	page_cell_word(p, "th", W_REDUCTION_OF);
	page_cell_word(p, "th", W_SERVICE);
	page_cell_word(p, "th class=\"n\"", W_REDUCTION);
	page_cell_word(p, "th class=\"n\"", W_RESIDUAL);
	page_cell_word(p, "th", W_RECORD);
	page_raw(p, "</tr></thead><tbody>\n");
	for (size_t i = 0; i < p->s->reduction_count; i++)
		reduction_row(p, &p->s->reductions[i]);
	page_raw(p, "</tbody></table>\n");
}

static void bill_cell(struct page *p, const struct pass_through *t)
{
	page_raw(p, "<td>");
	if (t->bill) {
		page_text(p, t->bill->id);
		soft(p, t->bill->document);
	} else
		page_word(p, W_NO_BILL);
	for (size_t i = 0; i < t->note_count; i++)
		soft(p, t->notes[i]);
	page_raw(p, "</td>");
}

static void pass_row(struct page *p, const struct pass_through *t)
{
	page_raw(p, "<tr><th scope=\"row\">");
	page_text(p, party_label(p, t->to));
	page_raw(p, "<br><span class=\"soft\">");
	page_word(p, t->flow == FLOW_DEBT_ASSUMED ? W_FLOW_DEBT_ASSUMED : W_FLOW_THROUGH_AGENCY);
	if (t->contract) {
		page_word(p, W_LIST_COMMA);
		page_word(p, W_CONTRACT);
		page_text(p, t->contract->id);
	}
	page_raw(p, "</span></th>");
	page_money_cell(p, t->gross, t->currency, "n");
	page_money_cell(p, t->state, t->currency, "n soft");
	page_money_cell(p, t->amount, t->currency, "n money");
	page_money_cell(p, t->on_bill, t->currency, "n");
	page_money_cell(p, t->carried, t->currency, "n");
	bill_cell(p, t);
	page_raw(p, "</tr>\n");
}

void page_pass_through(struct page *p)
{
	static const enum word heads[] = { W_PASS_GROSS, W_PASS_STATE, W_PASS_AMOUNT, W_PASS_ON_BILL,
		                           W_PASS_CARRIED };

	if (p->s->pass_through_count == 0 && p->s->reduction_count == 0)
		return;
	page_raw(p, "<section>\n<h2>");
	page_word(p, W_PASS_THROUGH);
	page_raw(p, "</h2>\n<p class=\"lead\">");
	page_word(p, W_PASS_LEAD);
	page_raw(p, "</p>\n");
	if (p->s->reduction_count)
		reductions(p);
	if (p->s->pass_through_count) {
		page_raw(p, "<table class=\"payers\"><thead><tr>");
		page_cell_word(p, "th", W_LG);
		for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
			page_cell_word(p, "th class=\"n\"", heads[i]);
		page_cell_word(p, "th", W_PASS_BILL);
		page_raw(p, "</tr></thead><tbody>\n");
		for (size_t i = 0; i < p->s->pass_through_count; i++)
			pass_row(p, &p->s->pass_through[i]);
		page_raw(p, "</tbody></table>\n");
	}
	page_raw(p, "</section>\n");
}

/* ---- apportionments ---- */

static void key(struct page *p, const struct weight_key *k)
{
	page_phrase(p, k->name);
	if (k->unit) {
		page_word(p, W_CLAUSE_OPEN);
		page_text(p, k->unit);
		page_word(p, W_CLAUSE_CLOSE);
	}
	page_raw(p, "</td><td>");
	page_day(p, k->day);
	page_raw(p, "</td><td>");
	if (k->source)
		page_text(p, k->source);
	else
		page_raw(p, "—");
}

static void version_row(struct page *p, const struct weight_version *v, const struct weight_blend *blend)
{
	page_raw(p, "<tr><td>");
	if (v->from_day == INT64_MIN)
		page_word(p, W_FROM_THE_FIRST);
	else
		page_day(p, v->from_day);
	page_raw(p, "</td><td>");
	if (blend) {
		page_text(p, blend->share);
		page_raw(p, " ");
	}
	key(p, blend ? &blend->key : &v->key);
	soft(p, v->document);
	page_raw(p, "</td></tr>\n");
}

static void versions(struct page *p, const struct apportionment *of)
{
	if (of->version_count == 0)
		return;
	page_raw(p, "<table class=\"keys\"><thead><tr>");
	page_cell_word(p, "th", W_VERSION_FROM);
	page_cell_word(p, "th", W_KEY);
	page_cell_word(p, "th", W_KEY_AT);
	page_cell_word(p, "th", W_KEY_SOURCE);
	page_raw(p, "</tr></thead><tbody>\n");
	for (size_t i = 0; i < of->version_count; i++) {
		const struct weight_version *v = &of->versions[i];

		if (v->blend_count == 0)
			version_row(p, v, NULL);
		for (size_t k = 0; k < v->blend_count; k++)
			version_row(p, v, &v->blends[k]);
	}
	page_raw(p, "</tbody></table>\n");
}

static void stages(struct page *p, const struct apportionment *of)
{
	static const enum word kinds[] = { W_STAGE_EXCLUSIVE, W_STAGE_IN_RATIO, W_STAGE_IN_RATIO_OF_ALL };

	if (of->stage_count == 0)
		return;
	page_raw(p, "<ol class=\"plain\">\n");
	for (size_t i = 0; i < of->stage_count; i++) {
		const struct cost_stage *stage = &of->stages[i];

		page_raw(p, "<li>");
		page_phrase(p, stage->name);
		page_raw(p, " ");
		if (stage->amount)
			figure_exact_money(p->out, p->language, stage->amount, of->currency);
		page_raw(p, " <span class=\"soft\">");
		page_word(p, kinds[stage->kind]);
		page_raw(p, "</span></li>\n");
	}
	page_raw(p, "</ol>\n");
}

static void part_row(struct page *p, const struct apportionment_result *r, const struct part_share *part)
{
	const char *currency = r->apportionment->currency;

	page_raw(p, "<tr><td>");
	page_day(p, part->part->day);
	page_raw(p, "</td><th scope=\"row\">");
	page_text(p, part->part->id);
	soft(p, part->part->document);
	page_raw(p, "</th><td class=\"n\">");
	page_money(p, part->amount, currency);
	page_raw(p, "</td>");
	if (r->body_count == 1)
		page_money_cell(p, part->grants ? part->grants[0] : FIGURE_UNKNOWN, currency, "n money");
	page_money_cell(p, part->residual, currency, "n");
	page_raw(p, "</tr>\n");
}

static void parts(struct page *p, const struct apportionment_result *r)
{
	if (r->part_count == 0)
		return;
	page_raw(p, "<table><thead><tr>");
	page_cell_word(p, "th", W_DAY);
	page_cell_word(p, "th", W_PART);
	page_cell_word(p, "th class=\"n\"", W_PART_AMOUNT);
	if (r->body_count == 1)
		page_cell_word(p, "th class=\"n\"", W_PART_GRANT);
	page_cell_word(p, "th class=\"n\"", W_RESIDUAL);
	page_raw(p, "</tr></thead><tbody>\n");
	for (size_t i = 0; i < r->part_count; i++)
		part_row(p, r, &r->parts[i]);
	page_raw(p, "</tbody></table>\n");
}

static void body_row(struct page *p, const struct body_share *b, const char *currency)
{
	page_raw(p, "<tr><th scope=\"row\">");
	page_text(p, party_label(p, b->party));
	soft(p, b->party->code);
	page_raw(p, "</th><td class=\"n\">");
	page_figure(p, b->weight, FIGURE_NUMBER);
	page_raw(p, "</td>");
	page_money_cell(p, b->exact, currency, "n");
	page_money_cell(p, b->amount, currency, "n money");
	page_raw(p, "</tr>\n");
}

/* The rows of the bodies, and what they come to: on the page of one, its row and the totals of all. */
static void bodies(struct page *p, const struct apportionment_result *r)
{
	const char *currency = r->apportionment->currency;

	page_raw(p, "<table class=\"payers\"><thead><tr>");
	page_cell_word(p, "th", W_BODY);
	page_cell_word(p, "th class=\"n\"", r->apportionment->stage_count ? W_STAGES_SUM : W_WEIGHT);
	page_cell_word(p, "th class=\"n\"", W_EXACT_SHARE);
	page_cell_word(p, "th class=\"n\"", W_GRANTED);
	page_raw(p, "</tr></thead><tbody>\n");
	for (size_t i = 0; i < r->body_count; i++)
		body_row(p, &r->bodies[i], currency);
	page_raw(p, "</tbody><tfoot><tr><th scope=\"row\" colspan=\"2\">");
	page_word(p, excerpt_hides(p->s) ? W_TOTAL_OF_ALL : W_TOTAL);
	page_raw(p, "</th>");
	page_money_cell(p, r->total, currency, "n");
	page_money_cell(p, r->granted, currency, "n money");
	page_raw(p, "</tr><tr><th scope=\"row\" colspan=\"3\">");
	page_word(p, W_RESIDUAL);
	page_raw(p, "</th>");
	page_money_cell(p, r->residual, currency, "n");
	page_raw(p, "</tr></tfoot></table>\n");
}

static void method(struct page *p, const struct apportionment_result *r)
{
	page_raw(p, "<p class=\"note\">");
	page_word(p, W_METHOD);
	page_phrase(p, r->method);
	page_word(p, W_CLAUSE_OPEN);
	if (r->apportionment->clause)
		page_phrase(p, r->apportionment->clause);
	else
		page_word(p, W_CONTRACT_SILENT);
	page_word(p, W_CLAUSE_CLOSE);
	if (r->apportionment->document) {
		page_raw(p, " ");
		page_text(p, r->apportionment->document);
	}
	page_raw(p, "</p>\n");
}

void page_apportionments(struct page *p)
{
	if (p->s->apportionment_count == 0)
		return;
	page_raw(p, "<section>\n<h2>");
	page_word(p, W_APPORTIONMENTS);
	page_raw(p, "</h2>\n<p class=\"lead\">");
	page_word(p, W_APPORTION_LEAD);
	page_raw(p, "</p>\n");
	for (size_t i = 0; i < p->s->apportionment_count; i++) {
		const struct apportionment_result *r = &p->s->apportionments[i];

		page_raw(p, "<article>\n<h3>");
		page_text(p, r->apportionment->title ? r->apportionment->title : r->apportionment->id);
		page_raw(p, "</h3>\n");
		method(p, r);
		versions(p, r->apportionment);
		stages(p, r->apportionment);
		parts(p, r);
		bodies(p, r);
		page_raw(p, "</article>\n");
	}
	page_raw(p, "</section>\n");
}
