/* The outages of a service: when, how long, whose, and what each vantage saw; and what could not be seen. */
#include "report/page.h"
#include "report/when.h"

static void failure_name(struct page *p, int failure)
{
	const char *name = sample_failure_name(failure);

	if (name && *name)
		page_phrase(p, name);
	else
		page_raw(p, "—");
}

/*
 * The range of an outage's start (from the end of the last answer before to the first failure) or of its end,
 * out of its possible and certain spans.
 */
static void outage_edge(struct page *p, int64_t early, int64_t late)
{
	when_span(p->out, p->language, (struct span){ early, late }, p->s->the_case->period.zone_offset_s);
}

/* A duration of the picture's outages: not a node, so it is computed here, from whole µs. */
static void outage_length(struct page *p, const struct outage *o)
{
	mpq_t seconds;

	mpq_init(seconds);
	if (o->least_us != span_length(o->possible)) {
		mpq_set_si(seconds, o->least_us, (unsigned long)US_PER_S);
		mpq_canonicalize(seconds);
		when_duration(p->out, p->language, seconds);
		page_word(p, W_RANGE_TO);
	}
	mpq_set_si(seconds, span_length(o->possible), (unsigned long)US_PER_S);
	mpq_canonicalize(seconds);
	when_duration(p->out, p->language, seconds);
	mpq_clear(seconds);
}

/* Why an outage of the list does not, or not all, count as downtime. */
static void outage_tag(struct page *p, const struct outage *o, const struct span_set *excluded)
{
	int64_t overlap = span_set_overlap(excluded, o->possible);

	if (overlap == 0)
		return;
	page_raw(p, " <span class=\"tag\">");
	page_word(p, overlap == span_length(o->possible) ? W_WHOLLY_EXCLUDED : W_PARTLY_EXCLUDED);
	page_raw(p, "</span>");
}

/* Who answers for it: the segment's party, and the hop that failed. */
static void outage_party(struct page *p, const struct outage *o)
{
	page_text(p, party_label(p, o->party));
	if (!o->segment && !o->hop)
		return;
	page_raw(p, "<br><span class=\"soft\">");
	page_text(p, o->segment ? o->segment : o->hop);
	page_raw(p, "</span>");
}

/* What each vantage saw of it, also those that saw nothing wrong. */
static void witnesses(struct page *p, const struct outage *o)
{
	if (o->witness_count < 2)
		return;
	page_raw(p, "<tr class=\"seen\"><td></td><td colspan=\"6\" class=\"soft\">");
	for (size_t i = 0; i < o->witness_count; i++) {
		const struct witness *w = &o->witnesses[i];

		if (i > 0)
			page_word(p, W_LIST_COMMA);
		page_text(p, w->observation->vantage);
		page_raw(p, " ");
		page_text(p, w->observation->target);
		page_raw(p, " ");
		text_printf(p->out, word_of(p->language, W_WITNESS), w->failed, w->answered, w->missed);
	}
	page_raw(p, "</td></tr>\n");
}

static void outage_row(struct page *p, const struct outage *o, const struct span_set *excluded, size_t number)
{
	bool certain = span_length(o->certain) > 0;

	text_printf(p->out, "<tr><td class=\"n\">%zu</td><td>", number);
	if (certain) {
		outage_edge(p, o->possible.start, o->certain.start);
		page_raw(p, "</td><td>");
		outage_edge(p, o->certain.end, o->possible.end);
	} else {
		page_word(p, W_WITHIN);
		outage_edge(p, o->possible.start, o->possible.end);
		page_raw(p, "</td><td>");
		page_word(p, W_WITHIN_SAME);
	}
	page_raw(p, "</td><td class=\"n\">");
	outage_length(p, o);
	text_printf(p->out, "</td><td class=\"n\">%d</td><td>", o->failed_samples);
	failure_name(p, o->failure);
	outage_tag(p, o, excluded);
	if (o->incident) {
		page_raw(p, " <span class=\"tag\">");
		page_text(p, o->incident->id);
		page_raw(p, "</span>");
	}
	page_raw(p, "</td><td>");
	outage_party(p, o);
	page_raw(p, "</td></tr>\n");
	witnesses(p, o);
}

static void aside_span(struct page *p, struct span us)
{
	page_raw(p, "<li>");
	when_span(p->out, p->language, us, p->s->the_case->period.zone_offset_s);
	page_raw(p, "　");
}

/* What a vantage saw against the service's state: kept, though the quorum decided otherwise. */
static void minorities(struct page *p, const struct service_result *r)
{
	if (r->minority_count == 0)
		return;
	page_raw(p, "<h4>");
	page_word(p, W_MINORITIES);
	page_raw(p, "</h4>\n<ul class=\"plain\">\n");
	for (size_t i = 0; i < r->minority_count; i++) {
		aside_span(p, r->minorities[i].span);
		if (*r->minorities[i].observation->vantage) {
			page_word(p, W_SEEN_FROM);
			page_text(p, r->minorities[i].observation->vantage);
			page_raw(p, " ");
		}
		page_text(p, r->minorities[i].observation->target);
		page_raw(p, "</li>\n");
	}
	page_raw(p, "</ul>\n");
}

static void obscured(struct page *p, const struct service_result *r)
{
	if (r->obscured_count == 0)
		return;
	page_raw(p, "<h4>");
	page_word(p, W_OBSCURED_LIST);
	page_raw(p, "</h4>\n<ul class=\"plain\">\n");
	for (size_t i = 0; i < r->obscured_count; i++) {
		const struct obscured *o = &r->obscured[i];

		aside_span(p, o->span);
		page_text(p, o->segment ? o->segment : o->hop);
		page_raw(p, " ");
		if (o->own)
			page_word(p, W_OWN_SIDE);
		else
			page_text(p, party_label(p, o->party));
		page_raw(p, "</li>\n");
	}
	page_raw(p, "</ul>\n");
}

static void outage_list(struct page *p, const struct service_result *r)
{
	page_raw(p, "<h4>");
	page_word(p, W_OUTAGES);
	page_raw(p, "</h4>\n");
	if (r->outage_count == 0) {
		page_raw(p, "<p>");
		page_word(p, W_NO_OUTAGES);
		page_raw(p, "</p>\n");
		return;
	}
	page_raw(p, "<table class=\"outages\"><thead><tr>");
	page_cell_word(p, "th class=\"n\"", W_NUMBER);
	page_cell_word(p, "th", W_OUTAGE_START);
	page_cell_word(p, "th", W_OUTAGE_END);
	page_cell_word(p, "th class=\"n\"", W_OUTAGE_LENGTH);
	page_cell_word(p, "th class=\"n\"", W_FAILED_SAMPLES);
	page_cell_word(p, "th", W_FAILURE);
	page_cell_word(p, "th", W_RESPONSIBLE);
	page_raw(p, "</tr></thead><tbody>\n");
	for (size_t i = 0; i < r->outage_count; i++)
		outage_row(p, &r->outages[i], &r->excluded, i + 1);
	page_raw(p, "</tbody></table>\n<p class=\"note\">");
	page_word(p, W_OUTAGE_NOTE);
	when_offset(p->out, p->s->the_case->period.zone_offset_s);
	page_word(p, W_OUTAGE_NOTE_END);
	page_raw(p, "</p>\n");
}

void page_outages(struct page *p, const struct service_result *r)
{
	outage_list(p, r);
	obscured(p, r);
	minorities(p, r);
}
