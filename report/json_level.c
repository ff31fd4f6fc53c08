/* json_level: one level of a statement, with its parts, readings and effects. */
#include "calc/measure/method.h"
#include "report/figure.h"
#include "report/json_part.h"

static void put_percents(const struct statement *s, json_t *object, json_t *nodes,
                         const struct availability_figures *f)
{
	json_t *percent = json_object();

	json_put_figure(s, percent, nodes, "worst", f->worst);
	json_put_figure(s, percent, nodes, "best", f->best);
	json_put_figure(s, percent, nodes, "by_method", f->by_method);
	json_put(object, "percent", percent);
}

static void put_availability(const struct statement *s, json_t *level, json_t *nodes,
                             const struct level_result *r)
{
	const struct availability_figures *f = &r->availability;
	json_t *without = json_object(), *without_nodes = json_object();

	json_put_range(s, level, nodes, "downtime_s", f->downtime_least, f->downtime_most);
	json_put(json_object_get(level, "downtime_s"), "by_method", json_figure(s, f->downtime_point));
	json_put(nodes, "downtime_s.by_method", json_node_id(f->downtime_point));
	json_put_figure(s, level, nodes, "unmeasured_s", f->unmeasured);
	json_put_figure(s, level, nodes, "obscured_s", f->obscured);
	json_put_figure(s, level, nodes, "excluded_s", f->excluded);
	json_put_figure(s, level, nodes, "denominator_s", f->denominator);
	put_percents(s, level, nodes, f);
	json_put_figure(s, level, nodes, "coverage", f->coverage);
	json_put_range(s, without, without_nodes, "downtime_s", r->unexcluded.downtime_least,
	               r->unexcluded.downtime_most);
	put_percents(s, without, without_nodes, &r->unexcluded);
	json_put(without, "nodes", without_nodes);
	json_put(level, "without_exclusions", without);
}

static void put_latency(const struct statement *s, json_t *level, json_t *nodes, const struct level_result *r)
{
	const struct latency_figures *f = &r->latency;
	json_t *ms = json_object(), *without = json_object(), *without_nodes = json_object();

	json_put_figure(s, ms, nodes, "mean", f->mean);
	json_put_figure(s, ms, nodes, "p50", f->p50);
	json_put_figure(s, ms, nodes, "p95", f->p95);
	json_put_figure(s, ms, nodes, "p99", f->p99);
	if (f->with_timeouts >= 0)
		json_put_figure(s, ms, nodes, "mean_with_timeouts", f->with_timeouts);
	json_put(level, "latency_ms", ms);
	json_put_figure(s, level, nodes, "received", f->received);
	json_put_figure(s, level, nodes, "sent", f->sent);
	json_put_figure(s, level, nodes, "loss", f->loss);
	json_put_figure(s, level, nodes, "excluded_s", f->excluded);
	json_put_figure(s, level, nodes, "coverage", f->coverage);
	json_put_figure(s, without, without_nodes, "mean", r->unexcluded_latency.mean);
	json_put(without, "nodes", without_nodes);
	json_put(level, "without_exclusions", without);
}

static json_t *credit(const struct statement *s, const struct level_result *r)
{
	static const char *const units[] = { "percent", "days", "hours" };
	const struct credit_figures *f = &r->credit;
	json_t *object = json_object(), *nodes = json_object();

	json_put_figure(s, object, nodes, "rate", f->rate);
	json_put(object, "rate_unit", json_string(units[r->level->credit->unit]));
	json_put_figure(s, object, nodes, "exact", f->exact);
	json_put(object, "amount", json_figure(s, f->amount));
	json_put_range(s, object, nodes, "amount_range", f->least, f->most);
	json_put(object, "currency", json_text_or_null(f->currency));
	json_put(object, "node", json_node_id(f->amount));
	json_put(object, "nodes", nodes);
	return object;
}

static json_t *objective(const struct level *l)
{
	static const char *const ops[] = { ">=", ">", "<=", "<" };
	json_t *object = json_object();

	json_put(object, "op", json_string(ops[l->op]));
	json_put(object, unit_name(l->unit), json_string(l->objective));
	return object;
}

/* Under key; the nodes are "best", "worst" and "by_method". */
static void put_one_measure(const struct statement *s, json_t *object, json_t *nodes, const char *key,
                            const struct measure *m, enum unit unit)
{
	json_t *measure = json_object();

	json_put(measure, "unit", json_string(unit_name(unit)));
	json_put_figure(s, measure, nodes, "best", m->best);
	json_put_figure(s, measure, nodes, "worst", m->worst);
	json_put_figure(s, measure, nodes, "by_method", m->point);
	json_put(object, key, measure);
}

static void put_measure(const struct statement *s, json_t *level, json_t *nodes, const struct level_result *r)
{
	json_t *without = json_object(), *without_nodes = json_object();

	put_one_measure(s, level, nodes, "measure", &r->measure, r->level->unit);
	put_one_measure(s, without, without_nodes, "measure", &r->unexcluded_measure, r->level->unit);
	json_put(without, "nodes", without_nodes);
	json_put(level, "without_exclusions", without);
}

/* The samples that a loss, a share or a rise was made of. */
static void put_samples(const struct statement *s, json_t *level, json_t *nodes, const struct level_result *r)
{
	if (r->latency.received != FIGURE_UNKNOWN) {
		json_put_figure(s, level, nodes, "received", r->latency.received);
		json_put_figure(s, level, nodes, "sent", r->latency.sent);
	}
	json_put_figure(s, level, nodes, "excluded_s", r->latency.excluded);
	json_put_figure(s, level, nodes, "coverage", r->latency.coverage);
}

static bool is_of_samples(enum metric metric)
{
	return metric == METRIC_LOSS || metric == METRIC_SHARE_OVER_LIMIT || metric == METRIC_LATENCY_RISE;
}

/* Whether a miss of this month counts, and what the month came to by itself. */
static void put_months_running(json_t *level, const struct level_result *r)
{
	static const char *const counts[] = { "yes", "not known", "no" };
	json_t *object = json_object();

	json_put(object, "months", json_integer(r->level->months_running));
	json_put(object, "alone", json_string(verdict_name(r->alone)));
	json_put(object, "counts", json_string(counts[r->held]));
	json_put(level, "months_running", object);
}

static json_t *part(const struct statement *s, const struct part *p, enum unit unit)
{
	json_t *object = json_span(p->span), *nodes = json_object();

	json_put(object, "incident", json_text_or_null(p->id));
	put_one_measure(s, object, nodes, "length", &p->length, unit);
	json_put(object, "counted", json_boolean(p->counted));
	json_put(object, "why", json_text_or_null(p->why));
	json_put_figure(s, object, nodes, "rate", p->rate);
	json_put_range(s, object, nodes, "rate_range", p->rate_best, p->rate_worst);
	json_put(object, "nodes", nodes);
	return object;
}

static void put_parts(const struct statement *s, json_t *level, const struct level_result *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->part_count; i++)
		json_array_append_new(list, part(s, &r->parts[i], r->level->unit));
	json_put(level, "parts", list);
}

static json_t *effect(const struct statement *s, const struct level_result *r, const struct effect *e)
{
	json_t *object = json_object(), *nodes = json_object();

	json_put(object, "without", json_string(e->kind));
	json_put(object, "id", json_string(e->id));
	json_put(object, "verdict", json_string(verdict_name(e->verdict)));
	put_one_measure(s, object, nodes, "measure", &e->measure, r->level->unit);
	json_put_figure(s, object, nodes, "credit", e->amount);
	json_put(object, "nodes", nodes);
	return object;
}

static void put_effects(const struct statement *s, json_t *level, const struct level_result *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->effect_count; i++)
		json_array_append_new(list, effect(s, r, &r->effects[i]));
	json_put(level, "effects", list);
}

/* What is promised. */
static void put_promise(json_t *object, const struct level *l)
{
	json_t *source;

	json_put(object, "id", json_string(l->id));
	json_put(object, "metric", json_string(metric_name(l->metric)));
	if (l->method != METHOD_NONE)
		json_put(object, "method", json_string(method_name(l->method)));
	json_put(object, "binding", json_string(l->binding == BINDING_GUARANTEE ? "guarantee" : "target"));
	json_put(object, "objective", objective(l));
	if (l->clause)
		json_put(object, "clause", json_string(l->clause));
	if (l->document || l->document_date || l->confidence) {
		source = json_object();
		json_put(source, "document", json_text_or_null(l->document));
		json_put(source, "date", json_text_or_null(l->document_date));
		json_put(source, "confidence", json_text_or_null(l->confidence));
		json_put(object, "source", source);
	}
	if (figure_rates_confidence(l))
		json_put(object, "rates_confidence", json_string(figure_rates_confidence(l)));
	if (l->automatic)
		json_put(object, "claim", json_string("automatic"));
	if (l->reading)
		json_put(object, "reading", json_string(l->reading));
	if (l->wording)
		json_put(object, "wording", json_string(l->wording));
}

static void put_figures(const struct statement *s, json_t *object, json_t *nodes,
                        const struct level_result *r)
{
	if (r->level->metric == METRIC_AVAILABILITY)
		put_availability(s, object, nodes, r);
	else if (r->level->metric == METRIC_LATENCY_MEAN)
		put_latency(s, object, nodes, r);
	else
		put_measure(s, object, nodes, r);
	if (is_of_samples(r->level->metric))
		put_samples(s, object, nodes, r);
	if (r->level->months_running > 1)
		put_months_running(object, r);
	if (r->level->rolling_days)
		json_put(object, "rolling_days", json_integer(r->level->rolling_days));
	if (r->network)
		json_put(object, "network", json_string(r->network));
	if (r->counted != FIGURE_UNKNOWN)
		json_put_figure(s, object, nodes, "counted", r->counted);
	if (r->parts)
		put_parts(s, object, r);
	if (r->effect_count)
		put_effects(s, object, r);
}

json_t *json_level(const struct statement *s, const struct level_result *r)
{
	json_t *object = json_object(), *nodes = json_object(), *readings = json_array();

	put_promise(object, r->level);
	json_put(object, "verdict", json_string(verdict_name(r->verdict)));
	json_put(object, "settle", json_text_or_null(r->settle));
	if (r->not_covered)
		json_put(object, "not_covered", json_string(r->not_covered));
	else
		put_figures(s, object, nodes, r);
	json_put(nodes, "objective", json_node_id(r->objective));
	if (r->credit.due)
		json_put(object, "credit", credit(s, r));
	for (size_t i = 0; i < r->reading_count; i++)
		json_array_append_new(readings, json_level(s, &r->readings[i]));
	if (r->reading_count)
		json_put(object, "readings", readings);
	else
		json_decref(readings);
	json_put(object, "nodes", nodes);
	return object;
}
