/* What was observed of each service, and what its levels come to. */
#include "report/page.h"
#include "report/chart.h"
#include "report/strip.h"
#include "report/when.h"

#include <string.h>

static void strip_row(struct page *p, const char *name, const char *vantage, const struct timeline *t,
                      const struct span_set *excluded)
{
	page_raw(p, "<div class=\"row\"><div class=\"name\">");
	page_text(p, name);
	if (vantage) {
		page_raw(p, "<br><span class=\"soft\">");
		page_word(p, W_SEEN_FROM);
		page_text(p, vantage);
		page_raw(p, "</span>");
	}
	page_raw(p, "</div><div>");
	strip_timeline(p->out, p->arena, t, excluded, name);
	page_raw(p, "</div></div>\n");
}

static void strips(struct page *p, const struct service_result *r)
{
	page_raw(p, "<figure class=\"strips\">\n");
	if (r->target_count != 1) /* one target is the service */
		strip_row(p, word_of(p->language, W_WHOLE_SERVICE), NULL, &r->timeline, &r->excluded);
	for (size_t i = 0; i < r->target_count; i++)
		strip_row(p, r->targets[i].observation->target, r->targets[i].observation->vantage,
		          &r->targets[i].timeline, &r->excluded);
	page_raw(p, "<div class=\"row\"><div class=\"name\"></div><div>");
	strip_days(p->out, &p->s->the_case->period);
	page_raw(p, "</div></div>\n<figcaption>");
	strip_legend(p->out, p->language);
	page_raw(p, "</figcaption></figure>\n");
}

/* A table of a level's figures; the second column only where an exclusion was accepted. */
struct figures {
	struct page *p;
	const struct level *level;
	bool compared;
};

static void cell_open(const struct figures *t, enum word name)
{
	page_raw(t->p, "<tr>");
	page_cell_word(t->p, "th scope=\"row\"", name);
	page_raw(t->p, "<td class=\"n\">");
}

static void percent_row(const struct figures *t, enum word name, int with, int without)
{
	cell_open(t, name);
	page_percent(t->p, with, t->level);
	if (t->compared) {
		page_raw(t->p, "</td><td class=\"n soft\">");
		page_percent(t->p, without, t->level);
	}
	page_raw(t->p, "</td></tr>\n");
}

static void row(const struct figures *t, enum word name, int with, int without, enum figure_style style)
{
	cell_open(t, name);
	page_figure(t->p, with, style);
	if (t->compared) {
		page_raw(t->p, "</td><td class=\"n soft\">");
		page_figure(t->p, without, style);
	}
	page_raw(t->p, "</td></tr>\n");
}

static bool is_zero(const struct page *p, int figure)
{
	return figure >= 0 && book_sign(p->s->book, figure) == 0;
}

static void table_open(const struct figures *t)
{
	page_raw(t->p, t->compared ? "<table class=\"level\"><thead><tr><th></th>"
	                           : "<table class=\"level alone\"><thead><tr><th></th>");
	page_cell_word(t->p, "th class=\"n\"", t->compared ? W_WITH_EXCLUSIONS : W_NOTHING_EXCLUDED);
	if (t->compared)
		page_cell_word(t->p, "th class=\"n\"", W_WITHOUT_EXCLUSIONS);
	page_raw(t->p, "</tr></thead><tbody>\n");
}

static void availability(struct page *p, const struct level_result *r)
{
	const struct availability_figures *f = &r->availability, *g = &r->unexcluded;
	const struct figures t = { p, r->level, !is_zero(p, f->excluded) };

	page_raw(p, "<div class=\"gaugebox\">");
	strip_gauge(p->out, p->s, r, word_of(p->language, W_GAUGE));
	if (!p->gauge_explained) {
		page_raw(p, "<p class=\"note\">");
		page_word(p, W_GAUGE_NOTE);
		page_raw(p, "</p>");
	}
	p->gauge_explained = true;
	page_raw(p, "</div>\n");
	table_open(&t);
	percent_row(&t, W_BY_METHOD, f->by_method, g->by_method);
	percent_row(&t, W_WORST, f->worst, g->worst);
	percent_row(&t, W_BEST, f->best, g->best);
	row(&t, W_DOWNTIME_LEAST, f->downtime_least, g->downtime_least, FIGURE_DURATION);
	row(&t, W_DOWNTIME_MOST, f->downtime_most, g->downtime_most, FIGURE_DURATION);
	row(&t, W_UNMEASURED, f->unmeasured, g->unmeasured, FIGURE_DURATION);
	if (!is_zero(p, f->obscured) || !is_zero(p, g->obscured))
		row(&t, W_OBSCURED, f->obscured, g->obscured, FIGURE_DURATION);
	if (t.compared)
		row(&t, W_EXCLUDED, f->excluded, g->excluded, FIGURE_DURATION);
	row(&t, W_DENOMINATOR, f->denominator, g->denominator, FIGURE_DURATION);
	row(&t, W_COVERAGE, f->coverage, g->coverage, FIGURE_SHARE);
	page_raw(p, "</tbody></table>\n");
}

static void chart(struct page *p, const struct service_result *service, const struct level_result *r)
{
	bool hourly = chart_step_us(&p->s->the_case->period) == US_PER_HOUR;

	page_raw(p, "<figure class=\"delay row\"><div class=\"name\">");
	page_word(p, W_CHART);
	page_raw(p, "</div><div>");
	if (chart_latency(p->out, p->arena, service, &p->s->the_case->period, r->level->objective,
	                  word_of(p->language, W_CHART))) {
		strip_days(p->out, &p->s->the_case->period);
		page_raw(p, "<figcaption><span class=\"key k-mean\"></span>");
		page_word(p, hourly ? W_CHART_MEAN : W_CHART_MEAN_DAILY);
		page_raw(p, "<span class=\"key k-p95\"></span>");
		page_word(p, W_CHART_P95);
		page_raw(p, "<span class=\"key k-limit\"></span>");
		page_word(p, W_CHART_LIMIT);
		page_raw(p, "</figcaption>");
	} else
		page_word(p, W_NO_ANSWERS);
	page_raw(p, "</div></figure>\n");
}

static void latency(struct page *p, const struct service_result *service, const struct level_result *r)
{
	const struct latency_figures *f = &r->latency, *g = &r->unexcluded_latency;
	const struct figures t = { p, r->level, !is_zero(p, f->excluded) };

	chart(p, service, r);
	table_open(&t);
	percent_row(&t, W_MEAN, f->mean, g->mean);
	row(&t, W_P50, f->p50, g->p50, FIGURE_MS);
	row(&t, W_P95, f->p95, g->p95, FIGURE_MS);
	row(&t, W_P99, f->p99, g->p99, FIGURE_MS);
	row(&t, W_SENT, f->sent, g->sent, FIGURE_NUMBER);
	row(&t, W_RECEIVED, f->received, g->received, FIGURE_NUMBER);
	row(&t, W_LOSS, f->loss, g->loss, FIGURE_SHARE);
	if (t.compared)
		row(&t, W_EXCLUDED, f->excluded, g->excluded, FIGURE_DURATION);
	row(&t, W_COVERAGE, f->coverage, g->coverage, FIGURE_SHARE);
	page_raw(p, "</tbody></table>\n");
}

static void settle(struct page *p, const struct level_result *r)
{
	if (r->verdict != VERDICT_NOT_PROVABLE)
		return;
	page_raw(p, "<p class=\"settle\"><strong>");
	page_word(p, W_SETTLE);
	page_raw(p, "</strong>");
	if (r->settle)
		page_phrase(p, r->settle);
	else
		page_raw(p, "—");
	page_raw(p, "</p>\n");
}

static void level(struct page *p, const struct service_result *service, const struct level_result *r)
{
	page_raw(p, "<div class=\"levelbox\">\n<h4>");
	page_level_name(p, r->level);
	page_raw(p, " ");
	page_verdict(p, r->verdict);
	page_raw(p, "<span class=\"objective\">");
	page_word(p, r->level->binding == BINDING_GUARANTEE ? W_GUARANTEE : W_TARGET_LEVEL);
	page_raw(p, " ");
	figure_objective(p->out, p->language, r->level);
	if (r->level->clause) {
		page_raw(p, "　");
		page_text(p, r->level->clause);
	}
	page_raw(p, "</span></h4>\n");
	settle(p, r);
	if (r->level->metric == METRIC_AVAILABILITY)
		availability(p, r);
	else
		latency(p, service, r);
	page_raw(p, "</div>\n");
}

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
	page_raw(p, "</td></tr>\n");
}

static void outages(struct page *p, const struct service_result *r)
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
	page_raw(p, "</tr></thead><tbody>\n");
	for (size_t i = 0; i < r->outage_count; i++)
		outage_row(p, &r->outages[i], &r->excluded, i + 1);
	page_raw(p, "</tbody></table>\n<p class=\"note\">");
	page_word(p, W_OUTAGE_NOTE);
	when_offset(p->out, p->s->the_case->period.zone_offset_s);
	page_word(p, W_OUTAGE_NOTE_END);
	page_raw(p, "</p>\n");
}

void page_services(struct page *p)
{
	page_raw(p, "<section>\n<h2>");
	page_word(p, W_OBSERVED);
	page_raw(p, "</h2>\n");
	for (size_t i = 0; i < p->s->service_count; i++) {
		const struct service_result *r = &p->s->services[i];

		page_raw(p, "<article class=\"service\">\n<h3>");
		page_text(p, service_label(r->service));
		page_raw(p, " <span class=\"soft\">");
		page_text(p, party_label(p, r->service->provider));
		page_raw(p, "</span></h3>\n");
		strips(p, r);
		outages(p, r);
		for (size_t k = 0; k < r->level_count; k++)
			level(p, r, &r->levels[k]);
		page_raw(p, "</article>\n");
	}
	page_raw(p, "</section>\n");
}
