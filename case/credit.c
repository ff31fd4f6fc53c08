/* credit: what a level that was missed is worth. */
#include "calc/exact.h"
#include "calc/measure/method.h"
#include "case/bands.h"
#include "case/reader.h"
#include "case/terms_part.h"

#include <string.h>

/* null is as good as absent */
static bool is_there(const struct node *n)
{
	return n->value && !json_is_null(n->value);
}

/* ---- bands ---- */

static bool less_is_worse(const struct level *l)
{
	return l->op == AT_LEAST || l->op == MORE_THAN;
}

static int read_step(struct arena *a, const struct node *band, struct band *out, struct error *err)
{
	struct node step = node_member(band, "step"), per = node_member(band, "per");

	if (read_exact(a, band, "step", OPTIONAL, &out->step, err) < 0 ||
	    read_exact(a, band, "per", OPTIONAL, &out->per, err) < 0)
		return err->code;
	if (!out->step != !out->per)
		return node_fail(is_there(&step) ? &step : &per, err, "'step' and 'per' need each other");
	if (out->per && exact_compare(out->per, "0") == 0)
		return node_fail(&per, err, "must be more than 0");
	return 0;
}

static int read_band(struct arena *a, const struct node *bands, size_t i, const struct level *l,
                     struct band *out, struct error *err)
{
	static const char *const keys[] = { "from", "to",         "rate",   "step", "per",
		                            "gap",  "confidence", "source", NULL };
	bool falls =
	    less_is_worse(l); /* a quantity of which more is worse starts somewhere and may have no end */
	struct node band;

	if (node_item_object(bands, i, &band, err) < 0 || node_check_keys(&band, keys, err) < 0 ||
	    read_exact(a, &band, "from", falls ? OPTIONAL : REQUIRED, &out->from, err) < 0 ||
	    read_exact(a, &band, "to", falls ? REQUIRED : OPTIONAL, &out->to, err) < 0 ||
	    read_exact(a, &band, "rate", REQUIRED, &out->rate, err) < 0 ||
	    read_step(a, &band, out, err) < 0 || read_text(a, &band, "gap", OPTIONAL, &out->gap, err) < 0)
		return err->code;
	if (!out->from)
		out->from = "0";
	return read_text(a, &band, "confidence", OPTIONAL, &out->confidence, err);
}

static int read_equalities(struct arena *a, const struct node *credit, struct credit_rule *rule,
                           struct error *err)
{
	struct node list;

	if (node_array(credit, "equality", OPTIONAL, &list, err) < 0 || !list.value)
		return err->code;
	rule->equality_count = node_count(&list);
	rule->equalities = arena_array(a, rule->equality_count, sizeof *rule->equalities);
	for (size_t i = 0; i < rule->equality_count; i++) {
		struct equality *e = &rule->equalities[i];
		struct node item;

		if (node_item_object(&list, i, &item, err) < 0 ||
		    node_check_keys(&item, (const char *const[]){ "at", "rate", "why", NULL }, err) < 0 ||
		    read_exact(a, &item, "at", REQUIRED, &e->at, err) < 0 ||
		    read_exact(a, &item, "rate", REQUIRED, &e->rate, err) < 0 ||
		    read_text(a, &item, "why", REQUIRED, &e->why, err) < 0)
			return err->code;
		for (size_t k = 0; k < i; k++)
			if (exact_compare(rule->equalities[k].at, e->at) == 0)
				return node_fail(&item, err, "the equality at %s is there twice", e->at);
	}
	return 0;
}

static int read_bands(struct arena *a, const struct node *credit, struct level *l, struct error *err)
{
	static const char *const rules[] = { "disjoint", "most_severe", NULL };
	static const char *const ends[] = { "from", "to", "neither", NULL };
	struct credit_rule *rule = l->credit;
	int band_rule = BANDS_DISJOINT, closed = CLOSED_FROM;
	struct node bands;

	if (node_array(credit, "bands", REQUIRED, &bands, err) < 0 ||
	    node_word(credit, "band_rule", OPTIONAL, rules, &band_rule, err) < 0 ||
	    node_word(credit, "closed", OPTIONAL, ends, &closed, err) < 0 ||
	    read_equalities(a, credit, rule, err) < 0)
		return err->code;
	rule->band_rule = (enum band_rule)band_rule;
	rule->closed = (enum band_closed)closed;
	rule->band_count = node_count(&bands);
	rule->bands = arena_array(a, rule->band_count + 1, sizeof *rule->bands);
	for (size_t i = 0; i < rule->band_count; i++) {
		if (read_band(a, &bands, i, l, &rule->bands[i], err) < 0)
			return err->code;
		if (rule->bands[i].step && rule->band_rule == BANDS_MOST_SEVERE) {
			struct node band = node_item(&bands, i), step = node_member(&band, "step");

			return node_fail(&step, err, "a step needs disjoint bands");
		}
	}
	return bands_check(a, &bands, l, err);
}

/* ---- the other shapes ---- */

static int read_proportional(struct arena *a, const struct node *object, struct credit_rule *rule,
                             struct error *err)
{
	struct node per = node_member(object, "per");

	if (node_check_keys(object, (const char *const[]){ "rate", "per", NULL }, err) < 0 ||
	    read_exact(a, object, "rate", REQUIRED, &rule->proportional_rate, err) < 0 ||
	    read_exact(a, object, "per", REQUIRED, &rule->proportional_per, err) < 0)
		return err->code;
	return exact_compare(rule->proportional_per, "0") == 0 ? node_fail(&per, err, "must be more than 0")
	                                                       : 0;
}

/* A key that only some tables have a use for. */
static int refuse_key(const struct node *credit, const char *key, const char *why, struct error *err)
{
	struct node member = node_member(credit, key);

	return is_there(&member) ? node_fail(&member, err, "%s", why) : 0;
}

/* One rate, bands, or a proportion. */
static int read_shape(struct arena *a, const struct node *credit, struct level *l, struct error *err)
{
	static const char *const of_bands[] = { "band_rule", "closed", "equality", NULL };
	struct node bands = node_member(credit, "bands"), proportional = node_member(credit, "proportional");

	if (read_exact(a, credit, "rate", OPTIONAL, &l->credit->flat_rate, err) < 0)
		return err->code;
	if (l->credit->flat_rate && is_there(&bands))
		return node_fail(&bands, err, "'rate' and 'bands' exclude each other");
	if (l->credit->flat_rate && is_there(&proportional))
		return node_fail(&proportional, err, "'rate' and 'proportional' exclude each other");
	if (is_there(&bands) && is_there(&proportional))
		return node_fail(&proportional, err, "'bands' and 'proportional' exclude each other");
	if (!l->credit->flat_rate && !is_there(&proportional))
		return read_bands(a, credit, l, err);
	for (size_t i = 0; of_bands[i]; i++)
		if (refuse_key(credit, of_bands[i], "only bands have a use for it", err) < 0)
			return err->code;
	if (l->credit->flat_rate)
		return 0;
	if (node_object(credit, "proportional", REQUIRED, &proportional, err) < 0)
		return err->code;
	return read_proportional(a, &proportional, l->credit, err);
}

/* ---- how often ---- */

static bool has_parts(enum metric metric)
{
	return metric == METRIC_RECOVERY_TIME || metric == METRIC_TIME_TO_NOTIFY ||
	       metric == METRIC_TIME_TO_REPLACE;
}

static int read_per_outage(struct arena *a, const struct node *credit, struct credit_rule *rule,
                           struct error *err)
{
	static const char *const among_words[] = { "sum", "largest", NULL };
	static const char *const limits[] = { "most_per_day", "week_cap", NULL };
	static const char *const all[] = { "among", "most_per_day", "week_cap", NULL };
	int among = 0;

	for (size_t i = 0; rule->per != PER_OUTAGE && all[i]; i++)
		if (refuse_key(credit, all[i], "only 'per': 'outage' has a use for it", err) < 0)
			return err->code;
	if (node_word(credit, "among", OPTIONAL, among_words, &among, err) < 0 ||
	    node_integer(credit, "most_per_day", OPTIONAL, 1, 1000, &rule->most_per_day, err) < 0 ||
	    read_exact(a, credit, "week_cap", OPTIONAL, &rule->week_cap, err) < 0)
		return err->code;
	rule->largest_only = among == 1;
	for (size_t i = 0; rule->largest_only && limits[i]; i++)
		if (refuse_key(credit, limits[i], "the largest alone counts: nothing is left to limit", err) <
		    0)
			return err->code;
	return 0;
}

static int read_per(struct arena *a, const struct node *credit, struct level *l, struct error *err)
{
	static const char *const pers[] = { "period", "outage", "unit", NULL };
	static const char *const units[] = { "percent", "days", "hours", NULL };
	struct node per_node = node_member(credit, "per"), unit_node = node_member(credit, "unit");
	struct credit_rule *rule = l->credit;
	int per = PER_PERIOD, unit = RATE_PERCENT;

	if (node_word(credit, "per", OPTIONAL, pers, &per, err) < 0 ||
	    node_word(credit, "unit", OPTIONAL, units, &unit, err) < 0)
		return err->code;
	rule->per = (enum credit_per)per;
	rule->unit = (enum rate_unit)unit;
	if (rule->per == PER_OUTAGE && !has_parts(l->metric))
		return node_fail(&per_node, err, "%s does not judge each outage or incident by itself",
		                 metric_name(l->metric));
	if (rule->per == PER_UNIT && l->unit == UNIT_PERCENT)
		return node_fail(&per_node, err, "a percentage is not counted in units");
	if (rule->unit != RATE_PERCENT && strcmp(rule->base, "hourly_fee") == 0)
		return node_fail(&unit_node, err,
		                 "the base 'hourly_fee' is that of an hour already: use 'percent'");
	return read_per_outage(a, credit, rule, err);
}

static int read_base(const struct node *credit, struct credit_rule *rule, struct error *err)
{
	static const char *const bases[] = {
		"monthly_fee",       "fee_before_tax", "fee_after_discount", "fee_without_access_line",
		"storage_class_fee", "instance_fee",   "region_fee",         "connection_fee",
		"basic_fee",         "hourly_fee",     "next_month_fee",     NULL
	};
	static const char *const parts[] = { "days", NULL };
	struct node pro_rata = node_member(credit, "pro_rata");
	int base = 0, part = 0;

	if (node_word(credit, "base", REQUIRED, bases, &base, err) < 0 ||
	    node_word(credit, "pro_rata", OPTIONAL, parts, &part, err) < 0)
		return err->code;
	rule->base = bases[base];
	rule->next_month = strcmp(rule->base, "next_month_fee") == 0;
	rule->pro_rata_days = is_there(&pro_rata);
	return 0;
}

int credit_read(struct arena *a, const struct node *object, struct level *l, struct error *err)
{
	static const char *const keys[] = { "base",         "rate",     "bands",    "proportional", "closed",
		                            "band_rule",    "equality", "unit",     "per",          "among",
		                            "most_per_day", "week_cap", "pro_rata", "clause",       NULL };
	struct node credit;

	if (node_object(object, "credit", OPTIONAL, &credit, err) < 0 || !credit.value)
		return err->code;
	l->credit = arena_new(a, struct credit_rule);
	if (node_check_keys(&credit, keys, err) < 0 || read_base(&credit, l->credit, err) < 0 ||
	    read_text(a, &credit, "clause", OPTIONAL, &l->credit->clause, err) < 0 ||
	    read_per(a, &credit, l, err) < 0)
		return err->code;
	return read_shape(a, &credit, l, err);
}
