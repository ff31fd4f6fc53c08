#include "report/json.h"
#include "calc/method.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* ---- small pieces ---- */

static json_t *text_or_null(const char *text)
{
	return text ? json_string(text) : json_null();
}

static json_t *figure(const struct statement *s, int node)
{
	return text_or_null(figure_text(s, node));
}

static json_t *node_id(int node)
{
	return node < 0 ? json_null() : json_sprintf("n%d", node + 1);
}

static json_t *instant(int64_t us)
{
	char at[INSTANT_TEXT_SIZE];

	return json_string(instant_format(us, at));
}

static void put(json_t *object, const char *key, json_t *value)
{
	json_object_set_new(object, key, value);
}

/* A figure under key, and its node under the same key of nodes. */
static void put_figure(const struct statement *s, json_t *object, json_t *nodes, const char *key, int node)
{
	put(object, key, figure(s, node));
	put(nodes, key, node_id(node));
}

static json_t *least_most(const struct statement *s, int least, int most)
{
	json_t *range = json_object();

	put(range, "least", figure(s, least));
	put(range, "most", figure(s, most));
	return range;
}

/* ---- levels ---- */

static json_t *percents(const struct statement *s, const struct availability_figures *f)
{
	json_t *percent = json_object();

	put(percent, "worst", figure(s, f->worst));
	put(percent, "best", figure(s, f->best));
	put(percent, "by_method", figure(s, f->by_method));
	return percent;
}

static void put_availability(const struct statement *s, json_t *level, json_t *nodes,
                             const struct level_result *r)
{
	const struct availability_figures *f = &r->availability;
	json_t *without = json_object();

	put(level, "downtime_s", least_most(s, f->downtime_least, f->downtime_most));
	put(nodes, "downtime_least", node_id(f->downtime_least));
	put(nodes, "downtime_most", node_id(f->downtime_most));
	put_figure(s, level, nodes, "unmeasured_s", f->unmeasured);
	put_figure(s, level, nodes, "obscured_s", f->obscured);
	put_figure(s, level, nodes, "excluded_s", f->excluded);
	put_figure(s, level, nodes, "denominator_s", f->denominator);
	put(level, "percent", percents(s, f));
	put(nodes, "worst", node_id(f->worst));
	put(nodes, "best", node_id(f->best));
	put(nodes, "by_method", node_id(f->by_method));
	put_figure(s, level, nodes, "coverage", f->coverage);
	put(without, "downtime_s", least_most(s, r->unexcluded.downtime_least, r->unexcluded.downtime_most));
	put(without, "percent", percents(s, &r->unexcluded));
	put(level, "without_exclusions", without);
}

static void put_latency(const struct statement *s, json_t *level, json_t *nodes, const struct level_result *r)
{
	const struct latency_figures *f = &r->latency;
	json_t *ms = json_object(), *without = json_object();

	put_figure(s, ms, nodes, "mean", f->mean);
	put_figure(s, ms, nodes, "p50", f->p50);
	put_figure(s, ms, nodes, "p95", f->p95);
	put_figure(s, ms, nodes, "p99", f->p99);
	put(level, "latency_ms", ms);
	put_figure(s, level, nodes, "received", f->received);
	put_figure(s, level, nodes, "sent", f->sent);
	put_figure(s, level, nodes, "loss", f->loss);
	put_figure(s, level, nodes, "excluded_s", f->excluded);
	put_figure(s, level, nodes, "coverage", f->coverage);
	put(without, "mean", figure(s, r->unexcluded_latency.mean));
	put(level, "without_exclusions", without);
}

static json_t *credit(const struct statement *s, const struct credit_figures *f)
{
	json_t *object = json_object();

	put(object, "rate", figure(s, f->rate));
	put(object, "exact", figure(s, f->exact));
	put(object, "amount", figure(s, f->amount));
	put(object, "amount_range", least_most(s, f->least, f->most));
	put(object, "currency", text_or_null(f->currency));
	put(object, "node", node_id(f->amount));
	return object;
}

static json_t *objective(const struct level *l)
{
	static const char *const ops[] = { ">=", ">", "<=", "<" };
	json_t *object = json_object();

	put(object, "op", json_string(ops[l->op]));
	put(object, unit_name(l->unit), json_string(l->objective));
	return object;
}

static json_t *level(const struct statement *s, const struct level_result *r)
{
	bool availability = r->level->metric == METRIC_AVAILABILITY;
	json_t *object = json_object(), *nodes = json_object();

	put(object, "id", json_string(r->level->id));
	put(object, "metric", json_string(metric_name(r->level->metric)));
	if (r->level->method != METHOD_NONE)
		put(object, "method", json_string(method_name(r->level->method)));
	put(object, "binding", json_string(r->level->binding == BINDING_GUARANTEE ? "guarantee" : "target"));
	put(object, "objective", objective(r->level));
	put(object, "verdict", json_string(verdict_name(r->verdict)));
	put(object, "settle", text_or_null(r->settle));
	if (availability)
		put_availability(s, object, nodes, r);
	else
		put_latency(s, object, nodes, r);
	if (r->credit.due)
		put(object, "credit", credit(s, &r->credit));
	put(object, "nodes", nodes);
	return object;
}

/* ---- services ---- */

static json_t *outage(const struct outage *o)
{
	json_t *object = json_object(), *possible = json_object(), *certain = json_object();

	put(possible, "start", instant(o->possible.start));
	put(possible, "end", instant(o->possible.end));
	put(object, "possible", possible);
	if (span_length(o->certain)) {
		put(certain, "start", instant(o->certain.start));
		put(certain, "end", instant(o->certain.end));
		put(object, "certain", certain);
	} else {
		json_decref(certain);
		put(object, "certain", json_null());
	}
	put(object, "failed_samples", json_integer(o->failed_samples));
	put(object, "failure", o->failure ? json_string(sample_failure_name(o->failure)) : json_null());
	return object;
}

static json_t *terms_source(const struct terms *t)
{
	json_t *object = json_object();

	put(object, "document", text_or_null(t->document));
	put(object, "date", text_or_null(t->document_date));
	put(object, "confidence", text_or_null(t->confidence));
	return object;
}

static json_t *payables(const struct statement *s, const struct service_result *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->payable_count; i++) {
		const struct payable *p = &r->payable[i];
		json_t *object = json_object();

		put(object, "payer", json_string(p->fee->payer->id));
		put(object, "amount", figure(s, p->amount));
		put(object, "amount_range", least_most(s, p->least, p->most));
		put(object, "state_share", json_string(p->fee->state_share));
		put(object, "node", node_id(p->amount));
		json_array_append_new(list, object);
	}
	return list;
}

static json_t *service(const struct statement *s, const struct service_result *r)
{
	json_t *object = json_object(), *levels = json_array(), *outages = json_array();

	put(object, "id", json_string(r->service->id));
	if (r->service->name)
		put(object, "name", json_string(r->service->name));
	put(object, "provider", json_string(r->service->provider->id));
	put(object, "terms", json_string(r->service->terms->id));
	put(object, "source", terms_source(r->service->terms));
	for (size_t i = 0; i < r->level_count; i++)
		json_array_append_new(levels, level(s, &r->levels[i]));
	put(object, "levels", levels);
	for (size_t i = 0; i < r->outage_count; i++)
		json_array_append_new(outages, outage(&r->outages[i]));
	put(object, "outages", outages);
	put(object, "shortest_provable_s", figure(s, r->shortest_provable_s));
	put(object, "credit_total", figure(s, r->credit_total));
	put(object, "credit_range", least_most(s, r->credit_least, r->credit_most));
	put(object, "currency", text_or_null(r->currency));
	put(object, "payable_to", payables(s, r));
	return object;
}

/* ---- the rest of the statement ---- */

static json_t *period(const struct statement *s)
{
	const struct period *p = &s->the_case->period;
	json_t *object = json_object();

	put(object, "start", instant(p->span.start));
	put(object, "end", instant(p->span.end));
	put(object, "seconds", figure(s, s->period_s));
	if (p->fixed_hours)
		put(object, "hours", json_integer(p->fixed_hours));
	if (p->month)
		put(object, "month", json_string(p->month));
	put(object, "time_zone", text_or_null(p->time_zone));
	put(object, "zone_data", json_string(s->the_case->zone_data));
	return object;
}

static json_t *exclusion(const struct exclusion_result *r)
{
	json_t *object = json_object();

	put(object, "id", json_string(r->exclusion->id));
	put(object, "service", json_string(r->service->id));
	put(object, "kind", json_string(r->exclusion->kind));
	put(object, "start", instant(r->exclusion->span.start));
	put(object, "end", instant(r->exclusion->span.end));
	put(object, "document", text_or_null(r->exclusion->document));
	put(object, "accepted", json_boolean(r->accepted));
	put(object, "why", text_or_null(r->why));
	return object;
}

static json_t *obligation(const struct statement *s, const struct obligation *o)
{
	json_t *object = json_object(), *nodes = json_object();

	put(object, "debtor", json_string(o->debtor->id));
	put(object, "creditor", json_string(o->creditor->id));
	put(object, "contract", text_or_null(o->contract ? o->contract->id : NULL));
	put(object, "basis", json_string(o->basis));
	put_figure(s, object, nodes, "claimed", o->claimed);
	put_figure(s, object, nodes, "determined", o->determined);
	put_figure(s, object, nodes, "cap", o->cap);
	put_figure(s, object, nodes, "payable", o->payable);
	put_figure(s, object, nodes, "paid", o->paid);
	put_figure(s, object, nodes, "pending", o->pending);
	put_figure(s, object, nodes, "cut", o->cut);
	if (o->acknowledged >= 0)
		put_figure(s, object, nodes, "acknowledged", o->acknowledged);
	if (o->residual >= 0)
		put_figure(s, object, nodes, "residual", o->residual);
	put(object, "nodes", nodes);
	return object;
}

static void put_policies(const struct statement *s, json_t *root)
{
	json_t *policies = json_object(), *defaults = json_array();

	for (size_t i = 0; i < s->policy_count; i++) {
		const struct policy_used *p = &s->policies[i];
		bool is_true = strcmp(p->value, "true") == 0, is_false = strcmp(p->value, "false") == 0;

		put(policies, p->name, is_true || is_false ? json_boolean(is_true) : json_string(p->value));
		if (strcmp(p->origin, "default") == 0)
			json_array_append_new(defaults, json_string(p->name));
	}
	put(root, "policies", policies);
	put(root, "policies_by_default", defaults);
}

/* ---- derivations ---- */

/* The formula with $k replaced by the node that it stands for. */
static json_t *formula(const struct derivation *d)
{
	struct text t = { 0 };
	json_t *value;

	for (const char *c = d->formula; *c; c++) {
		size_t index = 0;

		if (*c != '$') {
			text_append(&t, c, 1);
			continue;
		}
		while (c[1] >= '0' && c[1] <= '9')
			index = index * 10 + (size_t)(*++c - '0');
		text_printf(&t, "n%d", d->inputs[index - 1] + 1);
	}
	value = json_string(text_string(&t));
	text_release(&t);
	return value;
}

static json_t *rounding(const struct node_rounding *r)
{
	json_t *object;

	if (!r)
		return json_null();
	object = json_object();
	put(object, "rule", json_string(r->rule));
	put(object, "unit", json_string(r->unit));
	put(object, "of", text_or_null(r->of));
	put(object, "clause", text_or_null(r->clause));
	return object;
}

static json_t *derivation(const struct derivation *d)
{
	json_t *object = json_object(), *inputs = json_array();

	for (size_t i = 0; i < d->input_count; i++)
		json_array_append_new(inputs, node_id(d->inputs[i]));
	put(object, "label", json_string(d->label));
	put(object, "clause", text_or_null(d->clause));
	put(object, "formula", formula(d));
	put(object, "inputs", inputs);
	put(object, "exact", json_string(d->before));
	put(object, "rounding", rounding(d->rounding));
	put(object, "value", json_string(d->value));
	return object;
}

static json_t *derivations(const struct statement *s)
{
	json_t *object = json_object();
	char id[24];

	for (size_t i = 0; i < book_count(s->book); i++) {
		snprintf(id, sizeof id, "n%zu", i + 1);
		put(object, id, derivation(book_at(s->book, (int)i)));
	}
	return object;
}

void report_json(const struct statement *s, struct text *out)
{
	json_t *root = json_object(), *services = json_array(), *exclusions = json_array();
	json_t *obligations = json_array();
	const struct sla_case *c = s->the_case;
	char *dump;

	put(root, "format", json_string("govsla-statement/1"));
	put(root, "engine", json_string("govsla " GOVSLA_VERSION));
	put(root, "title", text_or_null(c->title));
	put(root, "as_of", c->as_of_us == INT64_MAX ? json_null() : instant(c->as_of_us));
	put(root, "period", period(s));
	for (size_t i = 0; i < s->service_count; i++)
		json_array_append_new(services, service(s, &s->services[i]));
	put(root, "services", services);
	for (size_t i = 0; i < s->exclusion_count; i++)
		json_array_append_new(exclusions, exclusion(&s->exclusions[i]));
	put(root, "exclusions", exclusions);
	for (size_t i = 0; i < s->obligation_count; i++)
		json_array_append_new(obligations, obligation(s, &s->obligations[i]));
	put(root, "obligations", obligations);
	put_policies(s, root);
	put(root, "derivations", derivations(s));
	dump = json_dumps(root, JSON_INDENT(2));
	if (dump) {
		text_add(out, dump);
		text_add(out, "\n");
	} else {
		out->failed = true;
	}
	free(dump);
	json_decref(root);
}
