/* What a level comes to: its figures, its other readings, and what each exclusion and correction did to it. */
#include "calc/measure/method.h"
#include "report/chart.h"
#include "report/number.h"
#include "report/page.h"
#include "report/strip.h"
#include "report/when.h"

#include <string.h>

/* A table of a level's figures; the second column only where an exclusion was accepted. */
struct figures {
	struct page *p;
	const struct level *level;
	bool compared;
	bool excluded; /* something was, even where it changed no figure */
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
	if (with < 0 && without < 0) /* not a figure of this method */
		return;
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
	page_cell_word(t->p, "th class=\"n\"",
	               t->compared   ? W_WITH_EXCLUSIONS
	               : t->excluded ? W_SAME_WITHOUT_EXCLUSIONS
	                             : W_NOTHING_EXCLUDED);
	if (t->compared)
		page_cell_word(t->p, "th class=\"n\"", W_WITHOUT_EXCLUSIONS);
	page_raw(t->p, "</tr></thead><tbody>\n");
}

static void availability(struct page *p, const struct level_result *r)
{
	const struct availability_figures *f = &r->availability, *g = &r->unexcluded;
	const struct figures t = { p, r->level, !is_zero(p, f->excluded), false };

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
	const struct figures t = { p, r->level, !is_zero(p, f->excluded), false };

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

/* ---- every other metric: a measure, and its parts ---- */

static void when_td(struct page *p, struct span us)
{
	page_raw(p, "<tr><td>");
	when_span(p->out, p->language, us, p->s->the_case->period.zone_offset_s);
	page_raw(p, "</td>");
}

/* Time of which nobody knows whether it was an outage: it counts at the worst reading only. */
static bool is_open(const struct page *p, const struct level_result *r, const struct part *part)
{
	return (r->level->metric == METRIC_RECOVERY_TIME || r->level->metric == METRIC_DOWNTIME) &&
	       part->counted && is_zero(p, part->length.best) && is_zero(p, part->length.point) &&
	       !is_zero(p, part->length.worst);
}

static void part_row(struct page *p, const struct level_result *r, const struct part *part)
{
	bool open = is_open(p, r, part);

	when_td(p, part->span);
	page_raw(p, "<td class=\"n\">");
	page_measure(p, &part->length, r->level);
	page_raw(p, "</td><td class=\"n\">");
	page_rate(p, part->rate, r->level->credit ? r->level->credit->unit : RATE_PERCENT);
	page_raw(p, "</td><td>");
	page_word(p, open ? W_PART_OPEN : part->counted ? W_PART_COUNTED : W_PART_NOT_COUNTED);
	if (part->why && !open) {
		page_raw(p, "<br><span class=\"soft\">");
		page_phrase(p, part->why);
		page_raw(p, "</span>");
	}
	if (part->id) {
		page_raw(p, " <span class=\"soft\">");
		page_text(p, part->id);
		page_raw(p, "</span>");
	}
	page_raw(p, "</td></tr>\n");
}

static void parts(struct page *p, const struct level_result *r)
{
	if (r->part_count == 0)
		return;
	page_raw(p, "<table class=\"parts\"><thead><tr>");
	page_cell_word(p, "th", W_SPAN);
	page_cell_word(p, "th class=\"n\"", W_MEASURED);
	page_cell_word(p, "th class=\"n\"", W_RATE);
	page_cell_word(p, "th", W_PART_COUNTS);
	page_raw(p, "</tr></thead><tbody>\n");
	for (size_t i = 0; i < r->part_count; i++)
		part_row(p, r, &r->parts[i]);
	page_raw(p, "</tbody></table>\n");
}

static bool same_measure(const struct page *p, const struct measure *left, const struct measure *right)
{
	return page_same(p, left->point, right->point) && page_same(p, left->best, right->best) &&
	       page_same(p, left->worst, right->worst);
}

static void measured(struct page *p, const struct service_result *service, const struct level_result *r)
{
	const struct measure *f = &r->measure, *g = &r->unexcluded_measure;
	const struct figures t = { p, r->level, !same_measure(p, f, g), service->excluded.count > 0 };

	table_open(&t);
	percent_row(&t, W_BY_METHOD, f->point, g->point);
	percent_row(&t, W_WORST, f->worst, g->worst);
	percent_row(&t, W_BEST, f->best, g->best);
	page_raw(p, "</tbody></table>\n");
}

/* ---- other readings, and what each exclusion and correction did ---- */

static void reading_row(struct page *p, const struct level_result *r)
{
	page_raw(p, "<tr><th scope=\"row\">");
	page_phrase(p, r->level->reading ? r->level->reading : "the level itself");
	page_raw(p, "</th><td>");
	page_verdict(p, r->verdict);
	page_raw(p, "</td><td class=\"n\">");
	page_measure(p, &r->measure, r->level);
	page_raw(p, "</td><td class=\"n\">");
	if (r->credit.due)
		page_money(p, r->credit.amount, r->credit.currency);
	else
		page_raw(p, "—");
	page_raw(p, "</td></tr>\n");
}

static void readings(struct page *p, const struct level_result *r)
{
	if (r->reading_count == 0)
		return;
	page_raw(p, "<p class=\"settle\"><strong>");
	page_word(p, W_READINGS);
	page_raw(p, "</strong>");
	page_text(p, r->level->wording ? r->level->wording : r->readings[0].level->wording);
	page_raw(p, "</p>\n<table class=\"readings\"><thead><tr>");
	page_cell_word(p, "th", W_READING_OF_WORDING);
	page_cell_word(p, "th", W_VERDICT);
	page_cell_word(p, "th class=\"n\"", W_VALUE_AND_RANGE);
	page_cell_word(p, "th class=\"n\"", W_LEVEL_CREDIT);
	page_raw(p, "</tr></thead><tbody>\n");
	reading_row(p, r);
	for (size_t i = 0; i < r->reading_count; i++)
		reading_row(p, &r->readings[i]);
	page_raw(p, "</tbody></table>\n<p class=\"note\">");
	page_word(p, W_READINGS_NOTE);
	page_raw(p, "</p>\n");
}

static void effect_row(struct page *p, const struct level_result *r, const char *name, const char *id,
                       enum verdict verdict, const struct measure *measure, int amount)
{
	page_raw(p, "<tr><th scope=\"row\">");
	page_phrase(p, name);
	page_raw(p, " ");
	page_text(p, id);
	page_raw(p, "</th><td>");
	page_verdict(p, verdict);
	page_raw(p, "</td><td class=\"n\">");
	page_measure(p, measure, r->level);
	page_raw(p, "</td><td class=\"n\">");
	page_money(p, amount, r->credit.currency);
	page_raw(p, "</td></tr>\n");
}

/* Whether the level came to anything else without it. */
static bool had_effect(const struct page *p, const struct level_result *r, const struct effect *e)
{
	return e->verdict != r->verdict || !same_measure(p, &e->measure, &r->measure) ||
	       (r->credit.due && !page_same(p, e->amount, r->credit.amount));
}

static void effect_rows(struct page *p, const struct level_result *r)
{
	page_raw(p, "<table class=\"effects\"><thead><tr>");
	page_cell_word(p, "th", W_EFFECT_OF);
	page_cell_word(p, "th", W_VERDICT);
	page_cell_word(p, "th class=\"n\"", W_VALUE_AND_RANGE);
	page_cell_word(p, "th class=\"n\"", W_LEVEL_CREDIT);
	page_raw(p, "</tr></thead><tbody>\n");
	effect_row(p, r, "as judged", NULL, r->verdict, &r->measure,
	           r->credit.due ? r->credit.amount : FIGURE_UNKNOWN);
	for (size_t i = 0; i < r->effect_count; i++)
		if (had_effect(p, r, &r->effects[i]))
			effect_row(p, r, arena_printf(p->arena, "without the %s", r->effects[i].kind),
			           r->effects[i].id, r->effects[i].verdict, &r->effects[i].measure,
			           r->effects[i].amount);
	page_raw(p, "</tbody></table>\n");
}

static void effects(struct page *p, const struct level_result *r)
{
	bool any = false;

	for (size_t i = 0; i < r->effect_count; i++)
		any = any || had_effect(p, r, &r->effects[i]);
	if (any) {
		effect_rows(p, r);
	} else if (r->effect_count && !r->not_covered) {
		page_raw(p, "<p class=\"note\">");
		page_word(p, W_NO_EFFECT);
		page_raw(p, "</p>\n");
	}
}

/* ---- what the contract promises ---- */

static void length_of_time(struct page *p, enum word name, int64_t us)
{
	mpq_t seconds;

	if (us <= 0)
		return;
	page_raw(p, "　");
	page_word(p, name);
	mpq_init(seconds);
	mpq_set_si(seconds, us, (unsigned long)US_PER_S);
	mpq_canonicalize(seconds);
	when_duration(p->out, p->language, seconds);
	mpq_clear(seconds);
}

static void milliseconds(struct page *p, enum word name, int64_t us)
{
	mpq_t ms;

	if (us <= 0)
		return;
	page_raw(p, "　");
	page_word(p, name);
	mpq_init(ms);
	mpq_set_si(ms, us, 1000);
	mpq_canonicalize(ms);
	number_plain(p->out, ms, 3);
	page_raw(p, " ms");
	mpq_clear(ms);
}

static void remark(struct page *p, bool said, enum word words, int64_t number)
{
	if (!said)
		return;
	page_raw(p, "　");
	text_printf(p->out, word_of(p->language, words), (long long)number);
}

/* The numbers that the objective alone does not tell: of what, from when, how long, how often. */
static void measure_of(struct page *p, const struct level *l)
{
	const struct method_rule *rule = &l->rule;

	milliseconds(p, W_LIMIT_OF_ANSWERS, l->metric == METRIC_SHARE_OVER_LIMIT ? rule->limit_us : 0);
	length_of_time(p, W_OVER_IN_AN_HOUR, l->metric == METRIC_BAD_HOURS ? rule->over_us : 0);
	length_of_time(p, W_LASTING, l->metric == METRIC_LATENCY_RISE ? rule->lasting_us : 0);
	length_of_time(p, W_SHORTEST_RUN, rule->min_run_us);
	length_of_time(p, W_LEAST_IN_ALL, rule->min_cumulative_us);
	milliseconds(p, W_SLOW_ANSWER, rule->slow_us);
	remark(p, rule->clock == CLOCK_KNOWN, W_FROM_KNOWN, 0);
	remark(p, rule->clock == CLOCK_REPORTED, W_FROM_REPORTED, 0);
	remark(p, l->counted == COUNT_SERVICE_HOURS, W_IN_SERVICE_HOURS, 0);
	remark(p, l->counted == COUNT_DEPLOYED, W_WHILE_DEPLOYED, 0);
	remark(p, l->rolling_days > 0, W_ROLLING_DAYS, l->rolling_days);
	remark(p, l->months_running > 1, W_MONTHS_RUNNING, l->months_running);
}

static void promise(struct page *p, const struct level *l)
{
	page_raw(p, "<span class=\"objective\">");
	page_word(p, l->binding == BINDING_GUARANTEE ? W_GUARANTEE : W_TARGET_LEVEL);
	page_raw(p, " ");
	figure_objective(p->out, p->language, l);
	if (l->method != METHOD_NONE) {
		page_raw(p, "　");
		page_phrase(p, arena_printf(p->arena, "method %s", method_name(l->method)));
	}
	measure_of(p, l);
	if (l->clause) {
		page_raw(p, "　");
		page_text(p, l->clause);
	}
	if (l->confidence) {
		page_raw(p, "　");
		page_word(p, W_CONFIDENCE);
		page_raw(p, " ");
		page_phrase(p, l->confidence);
	}
	if (figure_rates_confidence(l)) {
		page_raw(p, "　");
		page_word(p, W_RATES_CONFIDENCE);
		page_raw(p, " ");
		page_phrase(p, figure_rates_confidence(l));
	}
	page_raw(p, "</span>");
}

static void not_covered(struct page *p, const struct level_result *r)
{
	page_raw(p, "<p class=\"note\">");
	page_phrase(p, r->not_covered);
	page_raw(p, "</p>\n");
}

static void notes(struct page *p, const struct level_result *r)
{
	for (size_t i = 0; i < r->note_count; i++) {
		page_raw(p, "<p class=\"note\">");
		page_phrase(p, r->notes[i]);
		page_raw(p, "</p>\n");
	}
}

void page_level(struct page *p, const struct service_result *service, const struct level_result *r)
{
	page_raw(p, "<div class=\"levelbox\">\n<h4>");
	page_level_name(p, service, r->level);
	page_raw(p, " ");
	page_verdict(p, r->verdict);
	promise(p, r->level);
	page_raw(p, "</h4>\n");
	settle(p, r);
	notes(p, r);
	if (r->not_covered)
		not_covered(p, r);
	else if (r->level->metric == METRIC_AVAILABILITY)
		availability(p, r);
	else if (r->level->metric == METRIC_LATENCY_MEAN)
		latency(p, service, r);
	else
		measured(p, service, r);
	parts(p, r);
	readings(p, r);
	effects(p, r);
	page_raw(p, "</div>\n");
}
