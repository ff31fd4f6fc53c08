/* credit: what a level that was missed is worth. */
#include "calc/exact.h"
#include "case/bands.h"
#include "case/reader.h"
#include "case/terms_part.h"

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

int credit_read(struct arena *a, const struct node *object, struct level *l, struct error *err)
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
