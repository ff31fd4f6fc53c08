#include "calc/contract.h"

const char *const apportion_methods[] = { "floor", "largest_remainder", "webster", "first", "equal", NULL };

const char *const policy_names[POLICY_COUNT + 1] = {
	[POLICY_NSP_BACK_TO_BACK] = "nsp_back_to_back",
	[POLICY_SHARED_FAULT] = "shared_fault",
	[POLICY_CONTRIBUTORY_FAULT] = "contributory_fault",
	[POLICY_TWO_FIRMS] = "two_firms",
	[POLICY_CSP_LOSS] = "csp_loss",
	[POLICY_ASP_LOSS_BY_CSP] = "asp_loss_by_csp",
	[POLICY_EXEMPTION_BARS_PENALTY] = "exemption_bars_penalty",
};

const char *contract_clause(struct arena *a, const struct contract *k, const char *clause)
{
	return clause ? arena_printf(a, "contract %s, %s", k->id, clause)
	              : arena_printf(a, "contract %s", k->id);
}
