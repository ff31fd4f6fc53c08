/* settlement: how the credits of a contract's levels become one amount: overlap, caps, rounding, claim, remedy. */
#include "calc/exact.h"
#include "case/reader.h"
#include "case/terms_part.h"

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

int settlement_read(struct arena *a, const struct node *object, struct terms *t, struct error *err)
{
	static const char *const overlaps[] = { "sum", "max", NULL };
	static const char *const remedies[] = { "non_exclusive", "sole", "liquidated_damages", NULL };
	int overlap = OVERLAP_SUM, remedy = REMEDY_NON_EXCLUSIVE;

	if (node_word(object, "overlap", OPTIONAL, overlaps, &overlap, err) < 0 ||
	    node_word(object, "remedy", OPTIONAL, remedies, &remedy, err) < 0 ||
	    claim_read(a, object, t, err) < 0 || read_cap(a, object, t, err) < 0 ||
	    read_rounding(a, object, t, err) < 0)
		return err->code;
	t->overlap = (enum overlap_rule)overlap;
	t->remedy = (enum remedy)remedy;
	return require_rounding(object, t, err);
}
