/* policies: which readings of what the usage standard leaves open the statement rests on, and where they come from. */
#include "calc/liability/policies.h"

#include <string.h>

#define POLICIES_MOST (POLICY_COUNT + 4) /* beside those of pots */

static void use(struct statement *s, const char *name, const char *value, bool given, const char *document)
{
	s->policies[s->policy_count++] =
	    (struct policy_used){ name, value, given ? "case" : "default", document };
}

static bool is_chain(const struct obligation *o)
{
	return strcmp(o->basis, "5.3-1") == 0;
}

/* The obligation into which a pot is recovered; those that draw on it come behind it. */
static bool is_pot(const struct obligation *o)
{
	return is_chain(o) && (o->debtor->kind == PARTY_CSP || o->debtor->kind == PARTY_NSP);
}

/* The contract that says how a pot is shared: the provider's, else a municipality's; NULL: none does. */
static const struct contract *shared_by(const struct statement *s, size_t pot)
{
	const struct contract *k = s->obligations[pot].contract;

	for (size_t i = pot + 1; i < s->obligation_count && !(k && k->apportion_method); i++) {
		if (!is_chain(&s->obligations[i]) || is_pot(&s->obligations[i]))
			return NULL;
		k = s->obligations[i].contract;
	}
	return k && k->apportion_method ? k : NULL;
}

/* A policy of one pot; where another provider's pot has another value, that one stands beside it with its name. */
static void use_of_pot(struct judge *j, struct statement *s, const struct policy_used *p,
                       const struct party *provider)
{
	size_t others = 0;

	for (size_t i = 0; i < s->policy_count; i++) {
		const struct policy_used *u = &s->policies[i];

		if (strncmp(u->name, p->name, strlen(p->name)) != 0)
			continue;
		if (strcmp(u->value, p->value) == 0)
			return;
		others++;
	}
	s->policies[s->policy_count] = *p;
	if (others)
		s->policies[s->policy_count].name = arena_printf(j->arena, "%s/%s", p->name, provider->id);
	s->policy_count++;
}

static void list_pot(struct judge *j, struct statement *s, size_t pot)
{
	const struct party *provider = s->obligations[pot].debtor;
	const struct contract *k = s->obligations[pot].contract, *by = shared_by(s, pot);
	bool credit = k && k->counts_credit, set_off = k && k->counts_set_off;
	const char *counts = credit && set_off ? "cash, credit, set_off"
	                     : credit          ? "cash, credit"
	                     : set_off         ? "cash, set_off"
	                                       : "cash";
	const char *fractions =
	    by && strcmp(by->apportion_method, "floor") != 0 ? by->apportion_method : "floor_carried";

	use_of_pot(j, s,
	           &(struct policy_used){ "recovery_fractions", fractions, by ? "case" : "default",
	                                  by ? by->apportion_clause : NULL },
	           provider);
	use_of_pot(j, s,
	           &(struct policy_used){ "recovered_counts", counts, credit || set_off ? "case" : "default",
	                                  k ? k->document : NULL },
	           provider);
}

/* 5.3①: how what was recovered is shared, and what counts as recovered: of each pot. */
static void list_pots(struct judge *j, struct statement *s)
{
	bool any = false;

	for (size_t i = 0; i < s->obligation_count; i++) {
		if (!is_pot(&s->obligations[i]))
			continue;
		if (!any)
			use(s, "recovery_split", "pro_rata_determined", false, NULL);
		any = true;
		list_pot(j, s, i);
	}
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

	size_t pots = 0;

	for (size_t i = 0; i < s->obligation_count; i++)
		pots += is_pot(&s->obligations[i]);
	s->policies = arena_array(j->arena, POLICIES_MOST + 2 * pots, sizeof *s->policies);
	for (size_t i = 0; i < POLICY_COUNT; i++)
		if (s->policies_used[i])
			use(s, policy_names[i], p->on[i] ? "true" : "false", p->given[i], p->document[i]);
	list_pots(j, s);
	list_pass_through(j, s);
}
