/*
 * settlement: how the credits of a contract's levels become one amount: overlap, caps, minimum, rounding; the form in
 * which they are given, what they mean for damages, and what else is done beside them.
 */
#include "calc/exact.h"
#include "case/reader.h"
#include "case/terms_part.h"

#include <string.h>

static int read_cap_currency(struct arena *a, const struct node *cap, exact amount, const char **out,
                             struct error *err)
{
	struct node currency = node_member(cap, "currency");

	if (read_currency(a, cap, "currency", OPTIONAL, out, err) < 0)
		return err->code;
	return *out && !amount ? node_fail(&currency, err, "only an amount has a currency") : 0;
}

static int read_cap(struct arena *a, const struct node *object, struct terms *t, struct error *err)
{
	struct node cap;

	if (node_object(object, "cap", OPTIONAL, &cap, err) < 0 || !cap.value)
		return err->code;
	if (node_check_keys(&cap,
	                    (const char *const[]){ "percent_of_fee", "amount", "currency", "clause", NULL },
	                    err) < 0 ||
	    read_exact(a, &cap, "percent_of_fee", OPTIONAL, &t->cap_percent, err) < 0 ||
	    read_exact(a, &cap, "amount", OPTIONAL, &t->cap_amount, err) < 0 ||
	    read_cap_currency(a, &cap, t->cap_amount, &t->cap_currency, err) < 0)
		return err->code;
	return read_text(a, &cap, "clause", OPTIONAL, &t->cap_clause, err);
}

static int read_one_cap(struct arena *a, const struct node *caps, size_t i, const struct terms *t,
                        struct cap *out, struct error *err)
{
	static const char *const keys[] = { "of",     "level", "percent_of_fee", "amount", "currency",
		                            "clause", NULL };
	static const char *const kinds[] = { "level", "service", "month", "rolling_12_months", NULL };
	struct node cap, level;
	int of = 0;

	if (node_item_object(caps, i, &cap, err) < 0 || node_check_keys(&cap, keys, err) < 0 ||
	    node_word(&cap, "of", REQUIRED, kinds, &of, err) < 0 ||
	    read_text(a, &cap, "level", of == CAP_LEVEL ? REQUIRED : OPTIONAL, &out->level, err) < 0 ||
	    read_exact(a, &cap, "percent_of_fee", OPTIONAL, &out->percent_of_fee, err) < 0 ||
	    read_exact(a, &cap, "amount", OPTIONAL, &out->amount, err) < 0 ||
	    read_cap_currency(a, &cap, out->amount, &out->currency, err) < 0 ||
	    read_text(a, &cap, "clause", OPTIONAL, &out->clause, err) < 0)
		return err->code;
	out->of = (enum cap_of)of;
	level = node_member(&cap, "level");
	if (!out->percent_of_fee && !out->amount)
		return node_fail(&cap, err, "a cap needs 'percent_of_fee' or 'amount'");
	if (out->of != CAP_LEVEL)
		return out->level ? node_fail(&level, err, "only a cap of a level names one") : 0;
	for (size_t l = 0; l < t->level_count; l++)
		if (strcmp(t->levels[l].id, out->level) == 0)
			return 0;
	return node_fail(&level, err, "no level '%s'", out->level);
}

static int read_caps(struct arena *a, const struct node *object, struct terms *t, struct error *err)
{
	struct node caps;

	if (node_array(object, "caps", OPTIONAL, &caps, err) < 0 || !caps.value)
		return err->code;
	t->cap_count = node_count(&caps);
	t->caps = arena_array(a, t->cap_count, sizeof *t->caps);
	for (size_t i = 0; i < t->cap_count; i++)
		if (read_one_cap(a, &caps, i, t, &t->caps[i], err) < 0)
			return err->code;
	return 0;
}

static int read_minimum(struct arena *a, const struct node *object, struct terms *t, struct error *err)
{
	static const char *const keys[] = { "amount", "op", "currency", "clause", NULL };
	static const char *const ops[] = { ">=", ">", NULL }; /* as enum comparison */
	struct node minimum;
	int op = 0;

	if (node_object(object, "minimum", OPTIONAL, &minimum, err) < 0 || !minimum.value)
		return err->code;
	t->minimum = arena_new(a, struct minimum);
	if (node_check_keys(&minimum, keys, err) < 0 ||
	    read_exact(a, &minimum, "amount", REQUIRED, &t->minimum->amount, err) < 0 ||
	    node_word(&minimum, "op", REQUIRED, ops, &op, err) < 0 ||
	    read_currency(a, &minimum, "currency", OPTIONAL, &t->minimum->currency, err) < 0)
		return err->code;
	t->minimum->op = (enum comparison)op;
	return read_text(a, &minimum, "clause", OPTIONAL, &t->minimum->clause, err);
}

static int read_responses(struct arena *a, const struct node *object, struct terms *t, struct error *err)
{
	struct node responses;

	if (node_object(object, "responses", OPTIONAL, &responses, err) < 0 || !responses.value)
		return err->code;
	if (node_check_keys(&responses, (const char *const[]){ "operational", "contractual", NULL }, err) <
	        0 ||
	    read_texts(a, &responses, "operational", &t->operational, &t->operational_count, err) < 0)
		return err->code;
	return read_texts(a, &responses, "contractual", &t->contractual, &t->contractual_count, err);
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

static bool has_credit(const struct level *l)
{
	bool any = l->credit != NULL;

	for (size_t i = 0; i < l->reading_count; i++)
		any = any || l->readings[i].credit;
	return any;
}

static int require_rounding(const struct node *object, const struct terms *t, struct error *err)
{
	for (size_t i = 0; i < t->level_count; i++)
		if (has_credit(&t->levels[i]) && !t->rounding) {
			node_fail(object, err, "the key 'rounding' is missing: level '%s' has a credit",
			          t->levels[i].id);
			return error_hint(err, "there is no default rounding; state the rule and the clause");
		}
	return 0;
}

int settlement_read(struct arena *a, const struct node *object, struct terms *t, struct error *err)
{
	static const char *const overlaps[] = { "sum", "max", "choose_one", "root_cause", NULL };
	static const char *const forms[] = { "credit", "cash", "service_days", NULL };
	static const char *const remedies[] = { "non_exclusive", "sole", "liquidated_damages", NULL };
	int overlap = OVERLAP_SUM, remedy = REMEDY_NON_EXCLUSIVE, form = FORM_CREDIT;

	if (node_word(object, "overlap", OPTIONAL, overlaps, &overlap, err) < 0 ||
	    node_word(object, "remedy", OPTIONAL, remedies, &remedy, err) < 0 ||
	    node_word(object, "form", OPTIONAL, forms, &form, err) < 0 || claim_read(a, object, t, err) < 0 ||
	    read_cap(a, object, t, err) < 0 || read_caps(a, object, t, err) < 0 ||
	    read_minimum(a, object, t, err) < 0 || read_responses(a, object, t, err) < 0 ||
	    read_rounding(a, object, t, err) < 0)
		return err->code;
	t->overlap = (enum overlap_rule)overlap;
	t->remedy = (enum remedy)remedy;
	t->form = (enum credit_form)form;
	return require_rounding(object, t, err);
}
