/*
 * level: one level of the terms: its objective, what it covers, and its readings. What it measures is in
 * level_method.c, what a miss is worth in credit.c.
 */
#include "calc/exact.h"
#include "calc/measure/method.h"
#include "case/reader.h"
#include "case/terms_part.h"

#include <string.h>

/* ---- objective ---- */

static const enum unit percent_units[] = { UNIT_PERCENT }, ms_units[] = { UNIT_MS },
                       one_units[] = { UNIT_ONE }, day_units[] = { UNIT_D },
                       time_units[] = { UNIT_S, UNIT_MIN, UNIT_H, UNIT_D };

/* The units that an objective of a metric may have. */
static size_t units_of(enum metric metric, const enum unit **out)
{
	switch (metric) {
	case METRIC_AVAILABILITY:
	case METRIC_LOSS:
	case METRIC_SHARE_OVER_LIMIT:
		*out = percent_units;
		return 1;
	case METRIC_LATENCY_MEAN:
	case METRIC_LATENCY_RISE:
		*out = ms_units;
		return 1;
	case METRIC_BAD_HOURS:
		*out = one_units;
		return 1;
	case METRIC_OPENING_DELAY:
		*out = day_units;
		return 1;
	default:
		*out = time_units;
		return 4;
	}
}

/* The one unit that the objective states. */
static int read_unit(const struct node *objective, struct level *l, struct error *err)
{
	const char *keys[6] = { "op" };
	const enum unit *units = NULL;
	size_t count = units_of(l->metric, &units);
	int stated = 0;

	for (size_t i = 0; i < count; i++) {
		struct node member = node_member(objective, unit_name(units[i]));

		keys[i + 1] = unit_name(units[i]);
		if (stated == 0)
			l->unit = units[i];
		if (!member.value || json_is_null(member.value))
			continue;
		l->unit = units[i];
		if (stated++)
			return node_fail(&member, err, "an objective has one unit");
	}
	if (node_check_keys(objective, keys, err) < 0)
		return err->code;
	return stated || count == 1
	           ? 0
	           : node_fail(objective, err, "one of the keys 's', 'min', 'h', 'd' is needed");
}

static int read_objective(struct arena *a, const struct node *object, struct level *l, struct error *err)
{
	static const char *const ops[] = { ">=", ">", "<=", "<", NULL };
	bool at_least = l->metric == METRIC_AVAILABILITY;
	struct node objective, value;
	int op = 0;

	if (node_object(object, "objective", REQUIRED, &objective, err) < 0 ||
	    read_unit(&objective, l, err) < 0 || node_word(&objective, "op", REQUIRED, ops, &op, err) < 0 ||
	    read_exact(a, &objective, unit_name(l->unit), REQUIRED, &l->objective, err) < 0)
		return err->code;
	l->op = (enum comparison)op;
	if ((l->op == AT_LEAST || l->op == MORE_THAN) != at_least)
		return node_fail(&objective, err, "'%s' does not fit the metric: use %s", ops[op],
		                 at_least ? "'>=' or '>'" : "'<=' or '<'");
	value = node_member(&objective, unit_name(l->unit));
	if (l->unit == UNIT_PERCENT && exact_compare(l->objective, "100") > 0)
		return node_fail(&value, err, "%s per cent is more than all", l->objective);
	if (l->op == MORE_THAN && exact_compare(l->objective, "100") == 0)
		return node_fail(&value, err, "nothing is more than 100 per cent: use '>='");
	if (l->op == LESS_THAN && l->metric != METRIC_OPENING_DELAY && exact_compare(l->objective, "0") == 0)
		return node_fail(&value, err, "nothing is less than 0: use '<='");
	return 0;
}

/* ---- what counts ---- */

static int read_min_coverage(struct arena *a, const struct node *object, struct level *l, struct error *err)
{
	struct node share = node_member(object, "min_coverage");

	if (read_exact(a, object, "min_coverage", OPTIONAL, &l->min_coverage, err) < 0)
		return err->code;
	if (l->min_coverage && exact_compare(l->min_coverage, "1") > 0)
		return node_fail(&share, err, "a share is a fraction of 1; %s is more", l->min_coverage);
	return 0;
}

static int read_treatment(struct arena *a, const struct node *object, struct level *l, struct error *err)
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
	return read_min_coverage(a, object, l, err);
}

/* The attribute of a condition: one of at least one text. */
static int read_condition(struct arena *a, const struct node *applies, const char *name,
                          struct condition *out, struct error *err)
{
	struct node values;

	if (node_array(applies, name, REQUIRED, &values, err) < 0)
		return err->code;
	out->name = arena_copy(a, name);
	out->value_count = node_count(&values);
	out->values = arena_array(a, out->value_count, sizeof *out->values);
	if (out->value_count == 0)
		return node_fail(&values, err, "at least one value is needed");
	for (size_t i = 0; i < out->value_count; i++) {
		const char *text;

		if (node_item_string(&values, i, &text, err) < 0)
			return err->code;
		out->values[i] = arena_copy(a, text);
	}
	return 0;
}

static int read_applies(struct arena *a, const struct node *object, struct level *l, struct error *err)
{
	struct node applies;
	const char *name;
	json_t *value;

	if (node_object(object, "applies", OPTIONAL, &applies, err) < 0 || !applies.value)
		return err->code;
	l->conditions = arena_array(a, json_object_size(applies.value), sizeof *l->conditions);
	json_object_foreach (applies.value, name, value)
		if (read_condition(a, &applies, name, &l->conditions[l->condition_count++], err) < 0)
			return err->code;
	return 0;
}

static int read_span_of_judgement(const struct node *object, struct level *l, struct error *err)
{
	static const char *const scopes[] = { "service", "network", NULL };
	int scope = SCOPE_SERVICE;

	l->months_running = 1;
	if (node_integer(object, "months_running", OPTIONAL, 1, 120, &l->months_running, err) < 0 ||
	    node_integer(object, "rolling_days", OPTIONAL, 1, 3660, &l->rolling_days, err) < 0 ||
	    node_word(object, "scope", OPTIONAL, scopes, &scope, err) < 0)
		return err->code;
	l->scope = (enum scope)scope;
	return 0;
}

/* ---- where the level is from, and how it is read ---- */

static int read_level_source(struct arena *a, const struct node *object, struct level *l, struct error *err)
{
	static const char *const keys[] = { "document", "date", "confidence", "note", NULL };
	struct node source, confidence = node_member(object, "confidence");
	const char *own = NULL;

	if (read_text(a, object, "confidence", OPTIONAL, &own, err) < 0 ||
	    node_object(object, "source", OPTIONAL, &source, err) < 0)
		return err->code;
	l->confidence = own;
	if (!source.value)
		return 0;
	if (node_check_keys(&source, keys, err) < 0 ||
	    read_text(a, &source, "document", OPTIONAL, &l->document, err) < 0 ||
	    read_text(a, &source, "date", OPTIONAL, &l->document_date, err) < 0 ||
	    read_text(a, &source, "confidence", OPTIONAL, &l->confidence, err) < 0)
		return err->code;
	if (own && l->confidence && strcmp(own, l->confidence) != 0)
		return node_fail(&confidence, err, "the level's source says '%s'", l->confidence);
	l->confidence = own ? own : l->confidence;
	return 0;
}

static int read_words(struct arena *a, const struct node *object, struct level *l, struct error *err)
{
	struct node readings = node_member(object, "readings");
	enum presence needed = readings.value && !json_is_null(readings.value) ? REQUIRED : OPTIONAL;

	if (read_text(a, object, "reading", needed, &l->reading, err) < 0)
		return err->code;
	return read_text(a, object, "wording", needed, &l->wording, err);
}

/* A level but for its readings. */
static int read_one(struct arena *a, const struct node *object, struct level *l, struct error *err)
{
	static const char *const bindings[] = { "guarantee", "target", NULL };
	static const char *const claims[] = { "as_terms", "automatic", NULL };
	int binding = BINDING_GUARANTEE, claim = 0;

	if (read_text(a, object, "id", REQUIRED, &l->id, err) < 0 || measured_read(object, l, err) < 0 ||
	    node_word(object, "binding", OPTIONAL, bindings, &binding, err) < 0 ||
	    node_word(object, "claim", OPTIONAL, claims, &claim, err) < 0)
		return err->code;
	l->automatic = claim == 1;
	l->binding = (enum binding)binding;
	if (read_objective(a, object, l, err) < 0 || read_treatment(a, object, l, err) < 0 ||
	    rule_read(a, object, l, err) < 0 || read_applies(a, object, l, err) < 0 ||
	    read_span_of_judgement(object, l, err) < 0 || read_level_source(a, object, l, err) < 0 ||
	    read_words(a, object, l, err) < 0 ||
	    read_text(a, object, "clause", OPTIONAL, &l->clause, err) < 0)
		return err->code;
	return credit_read(a, object, l, err);
}

/* ---- readings: the level with some of its keys replaced ---- */

/* The level's object with the reading's keys laid over it; a key that the reading sets to null is taken out. */
static json_t *laid_over(json_t *level, json_t *reading)
{
	json_t *out = json_copy(level), *value;
	const char *key;

	json_object_del(out, "readings");
	json_object_update(out, reading);
	json_object_foreach (reading, key, value)
		if (json_is_null(value))
			json_object_del(out, key);
	return out;
}

static int check_reading(const struct node *reading, struct error *err)
{
	static const char *const fixed[] = { "id", "metric", "binding", "readings" };

	for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) {
		struct node member = node_member(reading, fixed[i]);

		if (member.value)
			return node_fail(&member, err, "a reading cannot have another '%s'", fixed[i]);
	}
	return 0;
}

static int read_reading(struct arena *a, const struct node *object, const struct node *readings, size_t i,
                        struct level *out, struct error *err)
{
	struct node reading, whole;
	const char *name;
	int rc;

	if (node_item_object(readings, i, &reading, err) < 0 || check_reading(&reading, err) < 0 ||
	    node_string(&reading, "reading", REQUIRED, &name, err) < 0)
		return err->code;
	whole = reading;
	whole.value = laid_over(object->value, reading.value);
	rc = read_one(a, &whole, out, err);
	json_decref(whole.value);
	return rc;
}

static int read_readings(struct arena *a, const struct node *object, struct level *l, struct error *err)
{
	struct node readings;

	if (node_array(object, "readings", OPTIONAL, &readings, err) < 0)
		return err->code;
	l->reading_count = node_count(&readings);
	l->readings = arena_array(a, l->reading_count, sizeof *l->readings);
	if (readings.value && l->reading_count == 0)
		return node_fail(&readings, err, "at least one other reading is needed");
	for (size_t i = 0; i < l->reading_count; i++) {
		struct node reading = node_item(&readings, i);

		if (read_reading(a, object, &readings, i, &l->readings[i], err) < 0)
			return err->code;
		for (size_t k = 0; k <= i; k++)
			if (strcmp(k ? l->readings[k - 1].reading : l->reading, l->readings[i].reading) == 0)
				return node_fail(&reading, err, "the reading '%s' is there twice",
				                 l->readings[i].reading);
	}
	return 0;
}

/* ---- all levels ---- */

static int check_twice(const struct node *levels, const struct terms *t, size_t i, struct error *err)
{
	struct node level = node_item(levels, i);

	for (size_t k = 0; k < i; k++)
		if (strcmp(t->levels[k].id, t->levels[i].id) == 0)
			return node_fail(&level, err, "the level '%s' is there twice", t->levels[i].id);
	return 0;
}

int levels_read(struct arena *a, const struct node *object, struct terms *t, struct error *err)
{
	struct node levels, level;

	if (node_array(object, "levels", REQUIRED, &levels, err) < 0)
		return err->code;
	t->level_count = node_count(&levels);
	t->levels = arena_array(a, t->level_count, sizeof *t->levels);
	if (t->level_count == 0)
		return node_fail(&levels, err, "at least one level is needed");
	for (size_t i = 0; i < t->level_count; i++)
		if (node_item_object(&levels, i, &level, err) < 0 ||
		    read_one(a, &level, &t->levels[i], err) < 0 ||
		    read_readings(a, &level, &t->levels[i], err) < 0 || check_twice(&levels, t, i, err) < 0)
			return err->code;
	return 0;
}
