#include "calc/money/determine.h"

#include <string.h>

int determine_amount(struct judge *j, const struct contract_rounding *r, const char *of, const char *label,
                     int amount)
{
	struct node_rounding rounding = { r->rule, r->unit, of, r->clause };

	if (!r->rule) {
		rounding.rule = "floor";
		rounding.unit = "1";
		rounding.clause = "silent contract";
	} else if (r->side && strcmp(r->side, "debt") == 0 && strcmp(r->rule, "floor") == 0) {
		rounding.rule = "floor_debt";
	}
	return derive_rounded(j->book, label, amount, &rounding);
}
