/* level: one level of the terms, what it measures and by which method. */
#include "calc/exact.h"
#include "calc/method.h"
#include "case/reader.h"
#include "case/terms_part.h"

#include <string.h>

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
	l->unit = percent ? UNIT_PERCENT : UNIT_MS;
	if ((l->op == AT_LEAST || l->op == MORE_THAN) != percent)
		return node_fail(&objective, err, "'%s' does not fit the metric: use %s", ops[op],
		                 percent ? "'>=' or '>'" : "'<=' or '<'");
	percentage = node_member(&objective, key);
	if (percent && exact_compare(l->objective, "100") > 0)
		return node_fail(&percentage, err, "%s per cent is more than all", l->objective);
	return 0;
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
	return credit_read(a, &object, l, err);
}

int levels_read(struct arena *a, const struct node *object, struct terms *t, struct error *err)
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
