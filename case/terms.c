#include "case/terms.h"
#include "calc/exact.h"
#include "case/bands.h"
#include "case/reader.h"

#include <string.h>

static const char *const party_kinds[] = { "CSP", "NSP", "DA", "LG", "OMA", "ASP", NULL };

static int read_source(struct arena *a, const struct node *object, struct terms *t, struct error *err)
{
	struct node source;

	if (node_object(object, "source", OPTIONAL, &source, err) < 0 || !source.value)
		return err->code;
	if (node_check_keys(&source, (const char *const[]){ "document", "date", "confidence", "note", NULL },
	                    err) < 0 ||
	    read_text(a, &source, "document", OPTIONAL, &t->document, err) < 0 ||
	    read_text(a, &source, "date", OPTIONAL, &t->document_date, err) < 0)
		return err->code;
	return read_text(a, &source, "confidence", OPTIONAL, &t->confidence, err);
}

static int read_effective(struct arena *a, const struct node *object, struct terms *t, struct error *err)
{
	struct node effective;
	struct node to_node;
	int64_t from = INT64_MIN, to = INT64_MAX;

	if (node_object(object, "effective", OPTIONAL, &effective, err) < 0 || !effective.value)
		return err->code;
	if (node_check_keys(&effective, (const char *const[]){ "from", "to", NULL }, err) < 0 ||
	    read_day(&effective, "from", OPTIONAL, &from, err) < 0 ||
	    read_day(&effective, "to", OPTIONAL, &to, err) < 0 ||
	    read_text(a, &effective, "from", OPTIONAL, &t->effective_from, err) < 0 ||
	    read_text(a, &effective, "to", OPTIONAL, &t->effective_to, err) < 0)
		return err->code;
	to_node = node_member(&effective, "to");
	return to > from ? 0 : node_fail(&to_node, err, "'to' is not after 'from'");
}

static int read_terms_period(struct arena *a, const struct node *object, struct terms *t, int64_t *hours,
                             struct error *err)
{
	static const char *const kinds[] = { "calendar_month", "span", NULL };
	struct node period;
	int64_t start_day = TERMS_START_DAY_OPEN;
	int kind = 0;

	*hours = 0;
	t->start_day = TERMS_START_DAY_OPEN;
	if (node_object(object, "period", OPTIONAL, &period, err) < 0 || !period.value)
		return err->code;
	if (node_check_keys(&period, (const char *const[]){ "kind", "time_zone", "start_day", "hours", NULL },
	                    err) < 0 ||
	    node_word(&period, "kind", OPTIONAL, kinds, &kind, err) < 0 ||
	    read_text(a, &period, "time_zone", OPTIONAL, &t->time_zone, err) < 0 ||
	    node_integer(&period, "start_day", OPTIONAL, 1, 28, &start_day, err) < 0)
		return err->code;
	t->start_day = (int)start_day;
	return node_integer(&period, "hours", OPTIONAL, 1, 8784, hours, err);
}

static int read_notice(struct arena *a, const struct node *object, struct terms *t, struct error *err)
{
	struct node notice;

	t->maintenance_notice_days = -1;
	if (node_object(object, "notice", OPTIONAL, &notice, err) < 0 || !notice.value)
		return err->code;
	if (node_check_keys(&notice, (const char *const[]){ "maintenance_days", "clause", NULL }, err) < 0 ||
	    read_text(a, &notice, "clause", OPTIONAL, &t->notice_clause, err) < 0)
		return err->code;
	return node_integer(&notice, "maintenance_days", OPTIONAL, 0, 366, &t->maintenance_notice_days, err);
}

/* ---- levels ---- */

static int read_objective(struct arena *a, const struct node *object, struct level *l, struct error *err)
{
	static const char *const ops[] = { ">=", ">", "<=", "<", NULL };
	bool percent = l->metric == METRIC_AVAILABILITY;
	const char *key = percent ? "percent" : "ms";
	struct node objective, percentage;
	int op = 0;

	if (node_object(object, "objective", REQUIRED, &objective, err) < 0 ||
	    node_check_keys(&objective, (const char *const[]){ "op", key, NULL }, err) < 0 ||
	    node_word(&objective, "op", REQUIRED, ops, &op, err) < 0 ||
	    read_exact(a, &objective, key, REQUIRED, &l->objective, err) < 0)
		return err->code;
	l->op = (enum comparison)op;
	if ((l->op == AT_LEAST || l->op == MORE_THAN) != percent)
		return node_fail(&objective, err, "'%s' does not fit the metric: use %s", ops[op],
		                 percent ? "'>=' or '>'" : "'<=' or '<'");
	percentage = node_member(&objective, key);
	if (percent && exact_compare(l->objective, "100") > 0)
		return node_fail(&percentage, err, "%s per cent is more than all", l->objective);
	return 0;
}

static int read_band(struct arena *a, const struct node *bands, size_t i, struct band *out, struct error *err)
{
	struct node band;

	if (node_item_object(bands, i, &band, err) < 0 ||
	    node_check_keys(&band,
	                    (const char *const[]){ "from", "to", "rate", "source", "confidence", NULL },
	                    err) < 0 ||
	    read_exact(a, &band, "from", OPTIONAL, &out->from, err) < 0 ||
	    read_exact(a, &band, "to", REQUIRED, &out->to, err) < 0 ||
	    read_exact(a, &band, "rate", REQUIRED, &out->rate, err) < 0)
		return err->code;
	if (!out->from)
		out->from = "0";
	return 0;
}

static int read_bands(struct arena *a, const struct node *credit, struct credit_rule *rule,
                      const struct level *l, struct error *err)
{
	struct node bands;

	if (node_array(credit, "bands", REQUIRED, &bands, err) < 0)
		return err->code;
	if (l->metric != METRIC_AVAILABILITY)
		return node_fail(&bands, err, "bands need an availability level; use 'rate'");
	if (l->op != AT_LEAST)
		return node_fail(&bands, err, "bands are closed below and need an objective with '>='");
	rule->band_count = node_count(&bands);
	rule->bands = arena_array(a, rule->band_count, sizeof *rule->bands);
	for (size_t i = 0; i < rule->band_count; i++)
		if (read_band(a, &bands, i, &rule->bands[i], err) < 0)
			return err->code;
	return bands_check(&bands, rule, l->objective, err);
}

static int read_credit(struct arena *a, const struct node *object, struct level *l, struct error *err)
{
	static const char *const bases[] = { "monthly_fee", NULL };
	static const char *const rules[] = { "disjoint", "most_severe", NULL };
	struct node credit, bands;
	struct credit_rule *rule;
	int base = 0, band_rule = BANDS_DISJOINT;

	if (node_object(object, "credit", OPTIONAL, &credit, err) < 0 || !credit.value)
		return err->code;
	rule = l->credit = arena_new(a, struct credit_rule);
	bands = node_member(&credit, "bands");
	if (node_check_keys(&credit,
	                    (const char *const[]){ "base", "rate", "bands", "band_rule", "clause", NULL },
	                    err) < 0 ||
	    node_word(&credit, "base", REQUIRED, bases, &base, err) < 0 ||
	    node_word(&credit, "band_rule", OPTIONAL, rules, &band_rule, err) < 0 ||
	    read_exact(a, &credit, "rate", OPTIONAL, &rule->flat_rate, err) < 0)
		return err->code;
	rule->base = bases[base];
	rule->band_rule = (enum band_rule)band_rule;
	if (rule->flat_rate && bands.value)
		return node_fail(&bands, err, "'rate' and 'bands' exclude each other");
	return rule->flat_rate ? 0 : read_bands(a, &credit, rule, l, err);
}

static int read_min_coverage(struct arena *a, const struct node *object, struct level *l, struct error *err)
{
	struct node share = node_member(object, "min_coverage");

	if (read_exact(a, object, "min_coverage", OPTIONAL, &l->min_coverage, err) < 0)
		return err->code;
	if (l->min_coverage && exact_compare(l->min_coverage, "1") > 0)
		return node_fail(&share, err, "a share is a fraction of 1; %s is more", l->min_coverage);
	return 0;
}

static int read_treatment(const struct node *object, struct level *l, struct error *err)
{
	static const char *const excluded[] = { "remove", "count_as_up", "ignore", NULL };
	static const char *const unmeasured[] = { "bounds", "up", "down", "remove", NULL };
	int excluded_time = EXCLUDED_REMOVE, unmeasured_time = UNMEASURED_BOUNDS,
	    obscured_time = UNMEASURED_BOUNDS;

	if (node_word(object, "excluded_time", OPTIONAL, excluded, &excluded_time, err) < 0 ||
	    node_word(object, "unmeasured_time", OPTIONAL, unmeasured, &unmeasured_time, err) < 0 ||
	    node_word(object, "obscured_time", OPTIONAL, unmeasured, &obscured_time, err) < 0)
		return err->code;
	l->excluded_time = (enum excluded_time)excluded_time;
	l->unmeasured_time = (enum unmeasured_time)unmeasured_time;
	l->obscured_time = (enum unmeasured_time)obscured_time;
	return 0;
}

static int read_method(const struct node *object, struct level *l, struct error *err)
{
	static const char *const methods[] = { "duration_ratio", "minute_bucket_all_fail", NULL };
	struct node method = node_member(object, "method");
	int index = 0;

	if (l->metric == METRIC_LATENCY_MEAN)
		return method.value ? node_fail(&method, err, "a latency level has no method") : 0;
	if (node_word(object, "method", REQUIRED, methods, &index, err) < 0)
		return err->code;
	l->method = index == 0 ? METHOD_DURATION_RATIO : METHOD_MINUTE_BUCKET_ALL_FAIL;
	return 0;
}

static int read_level(struct arena *a, const struct node *levels, size_t i, struct level *l,
                      struct error *err)
{
	static const char *const keys[] = { "id",
		                            "metric",
		                            "method",
		                            "binding",
		                            "objective",
		                            "excluded_time",
		                            "unmeasured_time",
		                            "obscured_time",
		                            "min_coverage",
		                            "credit",
		                            "clause",
		                            "source",
		                            "confidence",
		                            NULL };
	static const char *const metrics[] = { "availability", "latency_mean", NULL };
	static const char *const bindings[] = { "guarantee", "target", NULL };
	int metric = 0, binding = BINDING_GUARANTEE;
	struct node object;

	if (node_item_object(levels, i, &object, err) < 0 || node_check_keys(&object, keys, err) < 0 ||
	    read_text(a, &object, "id", REQUIRED, &l->id, err) < 0 ||
	    node_word(&object, "metric", REQUIRED, metrics, &metric, err) < 0 ||
	    node_word(&object, "binding", OPTIONAL, bindings, &binding, err) < 0)
		return err->code;
	l->metric = (enum metric)metric;
	l->binding = (enum binding)binding;
	if (read_method(&object, l, err) < 0 || read_objective(a, &object, l, err) < 0 ||
	    read_treatment(&object, l, err) < 0 || read_min_coverage(a, &object, l, err) < 0 ||
	    read_text(a, &object, "clause", OPTIONAL, &l->clause, err) < 0)
		return err->code;
	return read_credit(a, &object, l, err);
}

static int read_levels(struct arena *a, const struct node *object, struct terms *t, struct error *err)
{
	struct node levels;

	if (node_array(object, "levels", REQUIRED, &levels, err) < 0)
		return err->code;
	t->level_count = node_count(&levels);
	t->levels = arena_array(a, t->level_count, sizeof *t->levels);
	if (t->level_count == 0)
		return node_fail(&levels, err, "at least one level is needed");
	for (size_t i = 0; i < t->level_count; i++) {
		if (read_level(a, &levels, i, &t->levels[i], err) < 0)
			return err->code;
		for (size_t k = 0; k < i; k++)
			if (strcmp(t->levels[k].id, t->levels[i].id) == 0) {
				struct node level = node_item(&levels, i);

				return node_fail(&level, err, "the level '%s' is there twice",
				                 t->levels[i].id);
			}
	}
	return 0;
}

/* ---- money ---- */

static int read_cap(struct arena *a, const struct node *object, struct terms *t, struct error *err)
{
	struct node cap;

	if (node_object(object, "cap", OPTIONAL, &cap, err) < 0 || !cap.value)
		return err->code;
	if (node_check_keys(&cap, (const char *const[]){ "percent_of_fee", "amount", "clause", NULL }, err) <
	        0 ||
	    read_exact(a, &cap, "percent_of_fee", OPTIONAL, &t->cap_percent, err) < 0 ||
	    read_exact(a, &cap, "amount", OPTIONAL, &t->cap_amount, err) < 0)
		return err->code;
	return read_text(a, &cap, "clause", OPTIONAL, &t->cap_clause, err);
}

static int read_rounding(struct arena *a, const struct node *object, struct terms *t, struct error *err)
{
	static const char *const rules[] = { "floor", "ceil", "half_up", "half_even", NULL };
	static const char *const determined[] = { "credit", "reduced_fee", NULL };
	static const char *const sides[] = { "claim", "debt", "public", NULL };
	int rule = 0, of = 0, side = SIDE_CLAIM;
	struct node rounding;
	struct rounding *r;

	if (node_object(object, "rounding", OPTIONAL, &rounding, err) < 0 || !rounding.value)
		return err->code;
	r = t->rounding = arena_new(a, struct rounding);
	if (node_check_keys(&rounding, (const char *const[]){ "rule", "unit", "of", "side", "clause", NULL },
	                    err) < 0 ||
	    node_word(&rounding, "rule", REQUIRED, rules, &rule, err) < 0 ||
	    read_exact(a, &rounding, "unit", REQUIRED, &r->unit, err) < 0 ||
	    node_word(&rounding, "of", REQUIRED, determined, &of, err) < 0 ||
	    node_word(&rounding, "side", OPTIONAL, sides, &side, err) < 0 ||
	    read_text(a, &rounding, "clause", OPTIONAL, &r->clause, err) < 0)
		return err->code;
	r->rule = (enum rounding_rule)rule;
	r->of = (enum rounding_of)of;
	r->side = (enum rounding_side)side;
	if (exact_compare(r->unit, "0") == 0) {
		struct node unit = node_member(&rounding, "unit");

		return node_fail(&unit, err, "the unit must be more than 0");
	}
	return 0;
}

static int require_rounding(const struct node *object, const struct terms *t, struct error *err)
{
	for (size_t i = 0; i < t->level_count; i++)
		if (t->levels[i].credit && !t->rounding) {
			node_fail(object, err, "the key 'rounding' is missing: level '%s' has a credit",
			          t->levels[i].id);
			return error_hint(err, "there is no default rounding; state the rule and the clause");
		}
	return 0;
}

static int read_settlement(struct arena *a, const struct node *object, struct terms *t, struct error *err)
{
	static const char *const overlaps[] = { "sum", "max", NULL };
	static const char *const remedies[] = { "non_exclusive", "sole", "liquidated_damages", NULL };
	static const char *const claims[] = { "automatic", NULL };
	int overlap = OVERLAP_SUM, remedy = REMEDY_NON_EXCLUSIVE, rule = 0;
	struct node claim;

	if (node_word(object, "overlap", OPTIONAL, overlaps, &overlap, err) < 0 ||
	    node_word(object, "remedy", OPTIONAL, remedies, &remedy, err) < 0 ||
	    node_object(object, "claim", OPTIONAL, &claim, err) < 0 || read_cap(a, object, t, err) < 0 ||
	    read_rounding(a, object, t, err) < 0)
		return err->code;
	t->overlap = (enum overlap_rule)overlap;
	t->remedy = (enum remedy)remedy;
	if (claim.value && (node_check_keys(&claim, (const char *const[]){ "rule", NULL }, err) < 0 ||
	                    node_word(&claim, "rule", REQUIRED, claims, &rule, err) < 0))
		return err->code;
	t->claim_rule = claim.value ? claims[rule] : NULL;
	return require_rounding(object, t, err);
}

int terms_read(struct arena *a, const struct node *object, struct terms *t, int64_t *hours, struct error *err)
{
	static const char *const keys[] = { "id",        "title",    "provider", "customer", "source",
		                            "effective", "period",   "notice",   "levels",   "overlap",
		                            "cap",       "rounding", "claim",    "remedy",   NULL };
	int provider = PARTY_NSP, customer = PARTY_LG;

	if (node_check_keys(object, keys, err) < 0 || read_text(a, object, "id", REQUIRED, &t->id, err) < 0 ||
	    read_text(a, object, "title", OPTIONAL, &t->title, err) < 0 ||
	    node_word(object, "provider", OPTIONAL, party_kinds, &provider, err) < 0 ||
	    node_word(object, "customer", OPTIONAL, party_kinds, &customer, err) < 0 ||
	    read_source(a, object, t, err) < 0 || read_effective(a, object, t, err) < 0 ||
	    read_terms_period(a, object, t, hours, err) < 0 || read_notice(a, object, t, err) < 0 ||
	    read_levels(a, object, t, err) < 0)
		return err->code;
	t->provider = (enum party_kind)provider;
	t->customer = (enum party_kind)customer;
	return read_settlement(a, object, t, err);
}
