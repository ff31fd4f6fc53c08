/* Later findings: they supersede what was observed and erase nothing. */
#include "report/page.h"
#include "report/when.h"

static void correction_row(struct page *p, const struct correction_result *r)
{
	static const enum word outcomes[] = {
		[SAMPLE_UP] = W_STATE_UP, [SAMPLE_DOWN] = W_STATE_DOWN, [SAMPLE_MISSED] = W_STATE_UNMEASURED
	};
	const struct correction *c = r->correction;
	int offset = p->s->the_case->period.zone_offset_s;

	page_raw(p, r->why_not ? "<tr><td class=\"tag-no\">" : "<tr><td class=\"tag-yes\">");
	page_word(p, r->why_not ? W_CORRECTION_NOT_USED : W_CORRECTION_USED);
	page_raw(p, "</td><td>");
	page_text(p, c->target);
	if (c->vantage) {
		page_raw(p, "<br><span class=\"soft\">");
		page_word(p, W_SEEN_FROM);
		page_text(p, c->vantage);
		page_raw(p, "</span>");
	}
	page_raw(p, "</td><td>");
	when_span(p->out, p->language, c->span, offset);
	page_raw(p, "</td><td>");
	page_word(p, outcomes[c->outcome]);
	page_raw(p, "</td><td>");
	page_text(p, c->reason);
	page_raw(p, "<br><span class=\"soft\">");
	page_text(p, c->id);
	page_raw(p, " / ");
	page_text(p, c->author);
	page_raw(p, " / ");
	page_text(p, c->document);
	page_raw(p, "<br>");
	page_word(p, W_CORRECTION_ENTERED);
	when_stamp(p->out, p->language, c->entered_us, offset);
	page_raw(p, "</span>");
	if (r->why_not) {
		page_raw(p, "<br>");
		page_phrase(p, r->why_not);
	}
	page_raw(p, "</td></tr>\n");
}

void page_corrections(struct page *p)
{
	if (p->s->correction_count == 0)
		return;
	page_raw(p, "<section>\n<h2>");
	page_word(p, W_CORRECTIONS);
	page_raw(p, "</h2>\n<p class=\"lead\">");
	page_word(p, W_CORRECTIONS_LEAD);
	page_raw(p, "</p>\n<table class=\"corrections\"><thead><tr>");
	page_cell_word(p, "th", W_RESULT);
	page_cell_word(p, "th", W_TARGET);
	page_cell_word(p, "th", W_SPAN);
	page_cell_word(p, "th", W_CORRECTION_OUTCOME);
	page_cell_word(p, "th", W_REASON);
	page_raw(p, "</tr></thead><tbody>\n");
	for (size_t i = 0; i < p->s->correction_count; i++)
		correction_row(p, &p->s->corrections[i]);
	page_raw(p, "</tbody></table>\n</section>\n");
}
