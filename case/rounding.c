/* rounding: how an amount that a contract, an exchange or a late payment determines becomes whole units. */
#include "calc/exact.h"
#include "case/reader.h"

#include <string.h>

/* The fractions act drops what is less than a yen: a side of it is no side of another rule. */
static int check_side(const struct node *rounding, const struct contract_rounding *r, struct error *err)
{
	struct node side = node_member(rounding, "side");

	if (!r->side || (strcmp(r->rule, "floor") == 0 && exact_compare(r->unit, "1") == 0))
		return 0;
	return node_fail(&side, err, "a side is of the fractions act, whose rule is 'floor' and unit '1'");
}

int read_contract_rounding(struct arena *a, const struct node *object, const char *key,
                           enum presence presence, struct contract_rounding *out, struct error *err)
{
	static const char *const keys[] = { "rule", "unit", "clause", "side", NULL };
	static const char *const rules[] = { "floor", "ceil", "half_up", "half_even", NULL };
	static const char *const sides[] = { "claim", "debt", "public", NULL };
	struct node rounding, unit;
	int rule = 0, side = -1;

	if (node_object(object, key, presence, &rounding, err) < 0) {
		struct node member = node_member(object, key);

		return member.value
		           ? err->code
		           : error_hint(err, "there is no default rounding; state the rule and the clause");
	}
	if (!rounding.value)
		return 0;
	unit = node_member(&rounding, "unit");
	if (node_check_keys(&rounding, keys, err) < 0 ||
	    node_word(&rounding, "rule", REQUIRED, rules, &rule, err) < 0 ||
	    read_exact(a, &rounding, "unit", REQUIRED, &out->unit, err) < 0 ||
	    read_text(a, &rounding, "clause", OPTIONAL, &out->clause, err) < 0 ||
	    node_word(&rounding, "side", OPTIONAL, sides, &side, err) < 0)
		return err->code;
	out->rule = rules[rule];
	out->side = side < 0 ? NULL : sides[side];
	if (exact_compare(out->unit, "0") == 0)
		return node_fail(&unit, err, "the unit must be more than 0");
	return check_side(&rounding, out, err);
}
