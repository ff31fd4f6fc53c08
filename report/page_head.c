#include "report/page.h"
#include "report/excerpt.h"
#include "report/when.h"

struct tally {          /* levels by verdict */
	int of[4], all; /* all: of the levels that cover their service */
};

static struct tally tally_of(const struct statement *s)
{
	struct tally t = { 0 };

	for (size_t i = 0; i < s->service_count; i++)
		for (size_t k = 0; k < s->services[i].level_count; k++) {
			t.of[s->services[i].levels[k].verdict]++;
			t.all += s->services[i].levels[k].verdict != VERDICT_NOT_COVERED;
		}
	return t;
}

static enum verdict worst_of(const struct tally *t)
{
	return t->of[VERDICT_BREACHED]       ? VERDICT_BREACHED
	       : t->of[VERDICT_NOT_PROVABLE] ? VERDICT_NOT_PROVABLE
	                                     : VERDICT_MET;
}

static void masthead(struct page *p)
{
	const struct report_options *o = p->options;
	const struct sla_case *c = p->s->the_case;

	page_raw(p, "<header class=\"mast\">\n<p class=\"kind\">");
	page_word(p, W_TITLE);
	page_raw(p, "</p>\n<h1>");
	if (o->organisation_name)
		page_text(p, o->organisation_name);
	else if (excerpt_party(p->s))
		page_text(p, party_label(p, excerpt_party(p->s)));
	else
		page_word(p, o->organisation_code ? W_LG : W_ALL_PARTIES);
	if (o->organisation_code) {
		page_raw(p, " <span class=\"code\">");
		page_word(p, W_CODE);
		page_text(p, o->organisation_code);
		page_raw(p, "</span>");
	}
	page_raw(p, "</h1>\n<p class=\"period\">");
	when_period(p->out, p->language, &c->period);
	page_raw(p, "</p>\n<p class=\"sub\">");
	page_text(p, c->title);
	page_raw(p, c->title ? "<br>" : "");
	page_word(p, c->as_of_us == INT64_MAX ? W_AS_OF_NONE : W_AS_OF);
	if (c->as_of_us != INT64_MAX)
		when_stamp(p->out, p->language, c->as_of_us, c->period.zone_offset_s);
	page_raw(p, "</p>\n</header>\n");
}

static void verdict_sentence(struct page *p, const struct tally *t)
{
	static const enum word plain[] = { W_EXPLAIN_MET, W_EXPLAIN_BREACHED, W_EXPLAIN_NOT_PROVABLE };

	page_raw(p, "<p class=\"explain\">");
	page_word(p, plain[worst_of(t)]);
	if (t->of[VERDICT_BREACHED] && t->of[VERDICT_NOT_PROVABLE]) {
		page_raw(p, "</p>\n<p class=\"explain\">");
		page_word(p, W_EXPLAIN_NOT_PROVABLE);
	}
	page_raw(p, "</p>\n<p class=\"tally\">");
	text_printf(p->out, word_of(p->language, W_TALLY), t->all, t->of[VERDICT_MET],
	            t->of[VERDICT_BREACHED], t->of[VERDICT_NOT_PROVABLE]);
	page_raw(p, "</p>\n");
}

static void counted(struct page *p, enum verdict verdict, const struct tally *t)
{
	page_verdict(p, verdict);
	if (t->all > 1)
		text_printf(p->out, " <span class=\"count\">%d</span>", t->of[verdict]);
}

static void banner(struct page *p)
{
	static const char *const classes[] = { "met", "miss", "open" };
	struct tally t = tally_of(p->s);

	if (t.all == 0)
		return;
	text_printf(p->out, "<section class=\"banner %s\" aria-label=\"%s\">\n<p class=\"big\">",
	            classes[worst_of(&t)], word_of(p->language, W_VERDICT));
	counted(p, worst_of(&t), &t);
	if (t.of[VERDICT_BREACHED] && t.of[VERDICT_NOT_PROVABLE]) {
		page_raw(p, "<br><span class=\"second\">");
		counted(p, VERDICT_NOT_PROVABLE, &t);
		page_raw(p, "</span>");
	}
	page_raw(p, "</p>\n<div>\n");
	verdict_sentence(p, &t);
	page_raw(p, "</div>\n</section>\n");
}

/* All was measured, and yet nothing is provable: then the moment of a change is what nobody knows. */
static void moment_unknown(struct page *p, const struct level_result *r)
{
	mpq_srcptr coverage = figure_coverage(r) < 0 ? NULL : book_value(p->s->book, figure_coverage(r));

	if (r->verdict != VERDICT_NOT_PROVABLE || !coverage || mpq_cmp_ui(coverage, 1, 1) != 0)
		return;
	page_raw(p, "<br><span class=\"soft\">");
	page_word(p, W_MOMENT_UNKNOWN);
	page_raw(p, "</span>");
}

static void summary_row(struct page *p, const struct service_result *service, size_t k)
{
	const struct level_result *r = &service->levels[k];

	page_raw(p, "<tr>");
	if (k == 0) {
		text_printf(p->out, "<th scope=\"rowgroup\" rowspan=\"%zu\">", service->level_count);
		page_text(p, service_label(service->service));
		page_raw(p, "<br><span class=\"soft\">");
		page_text(p, party_label(p, service->service->provider));
		page_raw(p, "</span></th>");
	}
	page_raw(p, "<td>");
	page_level_name(p, service, r->level);
	page_raw(p, "</td><td class=\"n\">");
	figure_objective(p->out, p->language, r->level);
	page_raw(p, "</td><td class=\"n\">");
	page_measure(p, &r->measure, r->level);
	page_raw(p, "</td><td class=\"n\">");
	page_figure(p, figure_coverage(r), FIGURE_SHARE);
	moment_unknown(p, r);
	page_raw(p, "</td><td>");
	page_verdict(p, r->verdict);
	if (r->reading_count)
		page_raw(p, "<sup>*</sup>");
	page_raw(p, "</td><td class=\"n\">");
	if (r->credit.due)
		page_money(p, r->credit.amount, r->credit.currency);
	else
		page_raw(p, "—");
	page_raw(p, "</td></tr>\n");
}

static bool has_readings(const struct statement *s)
{
	for (size_t i = 0; i < s->service_count; i++)
		for (size_t k = 0; k < s->services[i].level_count; k++)
			if (s->services[i].levels[k].reading_count)
				return true;
	return false;
}

void page_summary(struct page *p)
{
	if (p->crowded) /* by municipality, in page_index() */
		return;
	page_raw(p, "<section>\n<h2>");
	page_word(p, W_SUMMARY);
	page_raw(p, "</h2>\n<table class=\"summary\"><thead><tr>");
	page_cell_word(p, "th", W_SERVICE);
	page_cell_word(p, "th", W_LEVEL);
	page_cell_word(p, "th class=\"n\"", W_OBJECTIVE);
	page_cell_word(p, "th class=\"n\"", W_VALUE_AND_RANGE);
	page_cell_word(p, "th class=\"n\"", W_COVERAGE);
	page_cell_word(p, "th", W_VERDICT);
	page_cell_word(p, "th class=\"n\"", W_LEVEL_CREDIT);
	page_raw(p, "</tr></thead>\n");
	for (size_t i = 0; i < p->s->service_count; i++) {
		page_raw(p, "<tbody>\n");
		for (size_t k = 0; k < p->s->services[i].level_count; k++)
			summary_row(p, &p->s->services[i], k);
		page_raw(p, "</tbody>\n");
	}
	page_raw(p, "</table>\n<p class=\"note\">");
	page_word(p, W_SUMMARY_NOTE);
	if (has_readings(p->s))
		page_word(p, W_SUMMARY_READINGS);
	page_raw(p, "</p>\n</section>\n");
}

void page_head(struct page *p)
{
	masthead(p);
	banner(p);
}
