/* policies: which readings of what the usage standard leaves open the statement rests on, and where they come from. */
#include "calc/liability/policies.h"

#include <string.h>

#define POLICIES_MOST (POLICY_COUNT + 6)

static void use(struct statement *s, const char *name, const char *value, bool given, const char *document)
{
	s->policies[s->policy_count++] =
	    (struct policy_used){ name, value, given ? "case" : "default", document };
}

/* The first obligation of 5.3① from the provider: its contract says what counts and how it is shared. */
static const struct obligation *chain_of(const struct statement *s)
{
	for (size_t i = 0; i < s->obligation_count; i++)
		if (strcmp(s->obligations[i].basis, "5.3-1") == 0)
			return &s->obligations[i];
	return NULL;
}

static void list_chain(struct statement *s)
{
	const struct obligation *first = chain_of(s);
	const struct contract *k = first ? first->contract : NULL, *shares = k;
	const char *counts = "cash";

	if (!first)
		return;
	for (size_t i = 0; i < s->obligation_count && !(shares && shares->apportion_method); i++)
		if (strcmp(s->obligations[i].basis, "5.3-1") == 0)
			shares = s->obligations[i].contract;
	if (k && (k->counts_credit || k->counts_set_off))
		counts = !k->counts_set_off  ? "cash, credit"
		         : !k->counts_credit ? "cash, set_off"
		                             : "cash, credit, set_off";
	use(s, "recovery_split", "pro_rata_determined", false, NULL);
	if (shares && shares->apportion_method && strcmp(shares->apportion_method, "floor") != 0)
		use(s, "recovery_fractions", shares->apportion_method, true, shares->apportion_clause);
	else
		use(s, "recovery_fractions", "floor_carried", shares && shares->apportion_method,
		    shares ? shares->apportion_clause : NULL);
	use(s, "recovered_counts", counts, strcmp(counts, "cash") != 0, k ? k->document : NULL);
}

/* 5.2: how a reduction is passed on. */
static void list_pass_through(struct judge *j, struct statement *s)
{
	const struct policies *p = &j->c->policies;

	if (s->reduction_count || p->state_budget_given)
		use(s, "state_budget", p->state_budget == STATE_LG_SHARE ? "lg_share" : "none_if_any",
		    p->state_budget_given, p->state_budget_document);
	if (s->reduction_count)
		use(s, "pass_through_key", "gross_fees", false, NULL);
	for (size_t i = 0; i < s->pass_through_count; i++)
		if (!s->pass_through[i].contract || !s->pass_through[i].contract->fee_flow_given) {
			use(s, "fee_flow", "through_agency", false, NULL);
			break;
		}
}

void judge_policies(struct judge *j, struct statement *s)
{
	const struct policies *p = &j->c->policies;

	for (size_t i = 0; i < s->obligation_count; i++)
		if (strcmp(s->obligations[i].basis, "5.3-1") == 0 &&
		    s->obligations[i].debtor->kind == PARTY_NSP)
			s->policies_used[POLICY_NSP_BACK_TO_BACK] = true;
	s->policies = arena_array(j->arena, POLICIES_MOST, sizeof *s->policies);
	for (size_t i = 0; i < POLICY_COUNT; i++)
		if (s->policies_used[i])
			use(s, policy_names[i], p->on[i] ? "true" : "false", p->given[i], p->document[i]);
	list_chain(s);
	list_pass_through(j, s);
}
