/* What the judgement rests on: exclusions, policies, sources of the terms, assumptions, evidence, words. */
#include "base/same.h"
#include "report/page.h"
#include "report/number.h"
#include "report/when.h"

#include <string.h>

/* One exclusion with one outcome; how it overlaps others may differ from service to service. */
static bool same_outcome(const struct page *p, const void *rows, size_t left, size_t right)
{
	const struct exclusion_result *l = (const struct exclusion_result *)rows + left;
	const struct exclusion_result *r = (const struct exclusion_result *)rows + right;

	return l->exclusion == r->exclusion && l->accepted == r->accepted && same_text(l->why, r->why) &&
	       page_same(p, l->overlap_s, r->overlap_s);
}

static void exclusion_row(struct page *p, const struct exclusion_result *r, const size_t *leader,
                          const struct service *const *services)
{
	const struct exclusion *x = r->exclusion;
	int offset = p->s->the_case->period.zone_offset_s;

	page_raw(p, r->accepted ? "<tr><td class=\"tag-yes\">" : "<tr><td class=\"tag-no\">");
	page_word(p, r->accepted ? W_ACCEPTED : W_REFUSED);
	page_raw(p, "</td><td>");
	page_group_names(p, leader, p->s->exclusion_count, (size_t)(r - p->s->exclusions), services);
	page_raw(p, "</td><td>");
	when_span(p->out, p->language, x->span, offset);
	page_raw(p, "</td><td>");
	page_phrase(p, x->kind);
	page_raw(p, "</td><td>");
	if (x->has_notice)
		when_instant(p->out, p->language, x->notice_us, offset);
	else
		page_raw(p, "—");
	page_raw(p, "</td><td>");
	if (r->why)
		page_phrase(p, r->why);
	else
		page_word(p, W_NO_OBJECTION);
	if (r->accepted && r->overlap_s >= 0 && book_sign(p->s->book, r->overlap_s) > 0) {
		page_raw(p, "<br>");
		page_word(p, W_OVERLAPS);
		page_figure(p, r->overlap_s, FIGURE_DURATION);
	}
	page_raw(p, "<br><span class=\"soft\">");
	page_text(p, x->id);
	for (size_t i = 0; i < 3; i++) {
		const char *text = (const char *[]){ x->document, x->clause, x->approver }[i];

		if (text) {
			page_raw(p, " / ");
			page_text(p, text);
		}
	}
	page_raw(p, "</span></td></tr>\n");
}

static void exclusion_rows(struct page *p)
{
	size_t count = p->s->exclusion_count;
	const struct service **services = arena_array(p->arena, count, sizeof *services);
	size_t *leader = arena_array(p->arena, count, sizeof *leader);

	for (size_t i = 0; i < count; i++)
		services[i] = p->s->exclusions[i].service;
	page_group(p, p->s->exclusions, count, same_outcome, leader);
	for (size_t i = 0; i < count; i++)
		if (leader[i] == i)
			exclusion_row(p, &p->s->exclusions[i], leader, services);
}

void page_exclusions(struct page *p)
{
	page_raw(p, "<section>\n<h2>");
	page_word(p, W_EXCLUSIONS);
	page_raw(p, "</h2>\n");
	if (p->s->exclusion_count == 0) {
		page_raw(p, "<p>");
		page_word(p, W_NO_EXCLUSIONS);
		page_raw(p, "</p>\n</section>\n");
		return;
	}
	page_raw(p, "<p class=\"lead\">");
	page_word(p, W_EXCLUSIONS_LEAD);
	page_raw(p, "</p>\n<table><thead><tr>");
	page_cell_word(p, "th", W_RESULT);
	page_cell_word(p, "th", W_SERVICE);
	page_cell_word(p, "th", W_SPAN);
	page_cell_word(p, "th", W_KIND);
	page_cell_word(p, "th", W_NOTICE);
	page_cell_word(p, "th", W_REASON);
	page_raw(p, "</tr></thead><tbody>\n");
	exclusion_rows(p);
	page_raw(p, "</tbody></table>\n</section>\n");
}

static void policies(struct page *p)
{
	page_raw(p, "<h3>");
	page_word(p, W_POLICIES);
	page_raw(p, "</h3>\n");
	if (p->s->policy_count == 0) {
		page_raw(p, "<p>");
		page_word(p, W_NO_POLICIES);
		page_raw(p, "</p>\n");
		return;
	}
	page_raw(p, "<p class=\"lead\">");
	page_word(p, W_POLICIES_LEAD);
	page_raw(p, "</p>\n<table><thead><tr>");
	page_cell_word(p, "th", W_POLICY);
	page_cell_word(p, "th", W_READING);
	page_cell_word(p, "th", W_ORIGIN);
	page_raw(p, "</tr></thead><tbody>\n");
	for (size_t i = 0; i < p->s->policy_count; i++) {
		const struct policy_used *u = &p->s->policies[i];

		page_raw(p, "<tr><td>");
		page_phrase(p, u->name);
		page_raw(p, "</td><td>");
		page_phrase(p, u->value);
		page_raw(p, "</td><td>");
		page_phrase(p, u->origin);
		page_raw(p, "</td></tr>\n");
	}
	page_raw(p, "</tbody></table>\n");
}

static void terms_row(struct page *p, const struct terms *t)
{
	page_raw(p, "<tr><th scope=\"row\">");
	page_text(p, t->title ? t->title : t->id);
	page_raw(p, "<br><span class=\"soft\">");
	page_text(p, t->id);
	page_raw(p, "</span></th><td>");
	page_text(p, t->document);
	if (t->document_date) {
		page_raw(p, " (");
		page_text(p, t->document_date);
		page_raw(p, ")");
	}
	page_raw(p, "</td><td>");
	if (t->confidence)
		page_phrase(p, t->confidence);
	if (t->catalogue) {
		page_raw(p, "<br><span class=\"soft\">");
		page_text(p, t->catalogue);
		page_raw(p, " ");
		page_phrase(p, t->edition);
		page_raw(p, "</span>");
	}
	page_raw(p, "</td><td>");
	page_text(p, t->effective_from);
	page_word(p, W_RANGE_TO);
	page_text(p, t->effective_to);
	page_raw(p, "</td></tr>\n");
}

static void sources(struct page *p)
{
	const struct sla_case *c = p->s->the_case;

	page_raw(p, "<h3>");
	page_word(p, W_SOURCES);
	page_raw(p, "</h3>\n<table><thead><tr>");
	page_cell_word(p, "th", W_TERMS);
	page_cell_word(p, "th", W_DOCUMENT);
	page_cell_word(p, "th", W_CONFIDENCE);
	page_cell_word(p, "th", W_EFFECTIVE);
	page_raw(p, "</tr></thead><tbody>\n");
	for (size_t i = 0; i < c->terms_count; i++)
		terms_row(p, &c->terms[i]);
	page_raw(p, "</tbody></table>\n");
}

static void assumption(struct page *p, enum word word)
{
	page_raw(p, "<li>");
	page_word(p, word);
	page_raw(p, "</li>\n");
}

static bool same_shortest(const struct page *p, const void *rows, size_t left, size_t right)
{
	const struct service_result *services = rows;

	return page_same(p, services[left].shortest_provable_s, services[right].shortest_provable_s);
}

/* What the interval can prove; nothing where it is as long as the period: only reported times are known. */
static void shortest_provable(struct page *p)
{
	size_t count = p->s->service_count;
	const struct service **services = arena_array(p->arena, count, sizeof *services);
	size_t *leader = arena_array(p->arena, count, sizeof *leader);

	for (size_t i = 0; i < count; i++)
		services[i] = p->s->services[i].service;
	page_group(p, p->s->services, count, same_shortest, leader);
	for (size_t i = 0; i < count; i++) {
		int shortest = p->s->services[i].shortest_provable_s;

		if (leader[i] != i || shortest < 0)
			continue;
		page_raw(p, "<li>");
		page_group_names(p, leader, count, i, services);
		if (book_compare(p->s->book, shortest, p->s->period_s) >= 0)
			page_word(p, W_ASSUME_REPORTED);
		else {
			page_word(p, W_ASSUME_SHORTEST);
			page_figure(p, shortest, FIGURE_DURATION);
		}
		page_raw(p, "</li>\n");
	}
}

static void assumptions(struct page *p)
{
	page_raw(p, "<h3>");
	page_word(p, W_ASSUMPTIONS);
	page_raw(p, "</h3>\n<ul class=\"plain\">\n");
	assumption(p, W_ASSUME_FLIP);
	shortest_provable(p);
	assumption(p, W_ASSUME_MONITOR);
	assumption(p, W_ASSUME_EXACT);
	page_raw(p, "</ul>\n");
}

/* Counts of what is drawn; not figures of the judgement. */
struct tally {
	int64_t up, down, missed, gaps;
};

static struct tally tally_of(const struct target_view *t, const struct period *period)
{
	const struct observation *o = t->observation;
	struct tally n = { 0 };

	for (size_t i = 0; i < o->sample_count; i++)
		if (span_holds(period->span, o->samples[i].scheduled_us)) {
			n.up += o->samples[i].outcome == SAMPLE_UP;
			n.down += o->samples[i].outcome == SAMPLE_DOWN;
			n.missed += o->samples[i].outcome == SAMPLE_MISSED;
		}
	for (size_t i = 0; i < t->timeline.count; i++)
		n.gaps += t->timeline.runs[i].state == STATE_UNMEASURED;
	return n;
}

static void count_cell(struct page *p, int64_t count)
{
	page_raw(p, "<td class=\"n\">");
	number_count(p->out, count);
	page_raw(p, "</td>");
}

/* A log of requests has no schedule. */
static void interval(struct page *p, const struct observation *o)
{
	mpq_t seconds;

	if (o->requests) {
		page_word(p, W_REQUEST_LOG);
		return;
	}
	mpq_init(seconds);
	mpq_set_si(seconds, o->interval_us, (unsigned long)US_PER_S);
	mpq_canonicalize(seconds);
	when_duration(p->out, p->language, seconds);
	mpq_clear(seconds);
}

static void evidence_row(struct page *p, const struct target_view *t)
{
	struct tally n = tally_of(t, &p->s->the_case->period);

	page_raw(p, "<tr><td>");
	page_text(p, t->observation->target);
	page_raw(p, "</td><td>");
	page_text(p, t->observation->vantage);
	page_raw(p, "</td><td class=\"n\">");
	interval(p, t->observation);
	page_raw(p, "</td>");
	count_cell(p, n.up + n.down + n.missed);
	count_cell(p, n.up);
	count_cell(p, n.down);
	count_cell(p, n.missed);
	count_cell(p, n.gaps);
	page_raw(p, "<td>");
	if (t->observation->origin && strcmp(t->observation->origin, "all_up") == 0)
		page_word(p, W_ORIGIN_CASE);
	else
		page_text(p, t->observation->origin);
	page_raw(p, "</td></tr>\n");
}

static void known_row(struct page *p, const struct service_result *r)
{
	page_raw(p, "<tr><td>");
	page_text(p, service_label(r->service));
	page_raw(p, "</td><td colspan=\"8\">");
	page_word(p, W_KNOWN_OUTAGES);
	page_raw(p, " ");
	number_count(p->out, (int64_t)r->service->outage_count);
	page_raw(p, "</td></tr>\n");
}

static void evidence(struct page *p)
{
	static const enum word heads[] = { W_SAMPLES, W_SAMPLES_UP, W_SAMPLES_DOWN, W_SAMPLES_MISSED,
		                           W_GAPS };

	page_raw(p, "<h3>");
	page_word(p, W_EVIDENCE);
	page_raw(p, "</h3>\n");
	if (p->crowded) {
		page_elsewhere(p);
		return;
	}
	page_raw(p, "<table><thead><tr>");
	page_cell_word(p, "th", W_TARGET);
	page_cell_word(p, "th", W_VANTAGE);
	page_cell_word(p, "th class=\"n\"", W_INTERVAL);
	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
		page_cell_word(p, "th class=\"n\"", heads[i]);
	page_cell_word(p, "th", W_SAMPLE_ORIGIN);
	page_raw(p, "</tr></thead><tbody>\n");
	for (size_t i = 0; i < p->s->service_count; i++) {
		const struct service_result *r = &p->s->services[i];

		for (size_t k = 0; k < r->target_count; k++)
			evidence_row(p, &r->targets[k]);
		if (r->service->known_outages)
			known_row(p, r);
	}
	page_raw(p, "</tbody></table>\n");
}

/* The calendars of holidays that service hours depend on. */
static void calendars(struct page *p)
{
	for (size_t i = 0; i < p->s->the_case->calendar_count; i++) {
		const struct calendar_used *c = &p->s->the_case->calendars[i];

		page_word(p, W_LIST_COMMA);
		page_word(p, W_CALENDAR);
		page_raw(p, " ");
		page_text(p, c->id);
		if (!c->edition)
			continue;
		page_raw(p, " (");
		page_text(p, c->edition);
		page_raw(p, ")");
	}
}

static void versions(struct page *p)
{
	page_raw(p, "<p class=\"note\">");
	page_word(p, W_ENGINE);
	page_raw(p, " " GOVSLA_VERSION);
	page_word(p, W_LIST_COMMA);
	page_word(p, W_ZONE_DATA);
	page_raw(p, " ");
	page_text(p, p->s->the_case->zone_data ? p->s->the_case->zone_data : "—");
	calendars(p);
	page_word(p, W_LIST_COMMA);
	page_word(p, W_PERIOD_LENGTH);
	page_raw(p, " ");
	page_figure(p, p->s->period_s, FIGURE_DURATION);
	page_raw(p, "<br>");
	page_word(p, W_REPRODUCIBLE);
	page_raw(p, "</p>\n");
}

void page_basis(struct page *p)
{
	page_raw(p, "<section>\n<h2>");
	page_word(p, W_BASIS);
	page_raw(p, "</h2>\n");
	assumptions(p);
	evidence(p);
	policies(p);
	sources(p);
	versions(p);
	page_raw(p, "</section>\n");
}

void page_glossary(struct page *p)
{
	static const struct {
		enum word term, meaning;
	} entries[] = {
		{ W_VERDICT_MET, W_G_MET },
		{ W_VERDICT_BREACHED, W_G_BREACHED },
		{ W_VERDICT_NOT_PROVABLE, W_G_NOT_PROVABLE },
		{ W_VERDICT_NOT_COVERED, W_G_NOT_COVERED },
		{ W_BEST_WORST, W_G_BEST_WORST },
		{ W_GUARANTEE, W_G_GUARANTEE },
		{ W_TARGET_LEVEL, W_G_TARGET_LEVEL },
		{ W_BY_METHOD, W_G_BY_METHOD },
		{ W_STATE_EITHER, W_G_EITHER },
		{ W_UNMEASURED, W_G_UNMEASURED },
		{ W_OBSCURED, W_G_OBSCURED },
		{ W_EXCLUDED, W_G_EXCLUDED },
		{ W_COVERAGE, W_G_COVERAGE },
		{ W_PENDING, W_G_PENDING },
		{ W_CUT, W_G_CUT },
	};

	page_raw(p, "<section class=\"glossary\">\n<h2>");
	page_word(p, W_GLOSSARY);
	page_raw(p, "</h2>\n<dl>\n");
	for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
		page_cell_word(p, "dt", entries[i].term);
		page_cell_word(p, "dd", entries[i].meaning);
		page_raw(p, "\n");
	}
	page_raw(p, "</dl>\n</section>\n");
}
