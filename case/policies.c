/* policies: how a case reads what the usage standard leaves open. */
#include "case/reader.h"

#include <string.h>

/* A policy is its value, or an object with the value and the document that says so. */
static int read_stated(struct reader *r, const struct node *policies, const char *name, struct node *holder,
                       const char **key, const char **document, struct error *err)
{
	struct node member = node_member(policies, name);

	*holder = *policies;
	*key = name;
	if (!json_is_object(member.value))
		return 0;
	if (node_object(policies, name, REQUIRED, holder, err) < 0 ||
	    node_check_keys(holder, (const char *const[]){ "value", "document", NULL }, err) < 0)
		return err->code;
	*key = "value";
	return read_text(r->arena, holder, "document", REQUIRED, document, err);
}

static int read_switch(struct reader *r, const struct node *policies, enum policy policy, struct error *err)
{
	struct policies *p = &r->c->policies;
	struct node holder, member = node_member(policies, policy_names[policy]);
	const char *key;

	p->given[policy] = is_given(&member);
	if (!p->given[policy])
		return 0;
	if (read_stated(r, policies, policy_names[policy], &holder, &key, &p->document[policy], err) < 0)
		return err->code;
	return node_boolean(&holder, key, REQUIRED, &p->on[policy], err);
}

static int read_state_budget(struct reader *r, const struct node *policies, struct error *err)
{
	static const char *const budgets[] = { "lg_share", "none_if_any", NULL };
	struct policies *p = &r->c->policies;
	struct node holder, member = node_member(policies, "state_budget");
	const char *key;
	int budget = STATE_LG_SHARE;

	p->state_budget_given = is_given(&member);
	if (!p->state_budget_given)
		return 0;
	if (read_stated(r, policies, "state_budget", &holder, &key, &p->state_budget_document, err) < 0 ||
	    node_word(&holder, key, REQUIRED, budgets, &budget, err) < 0)
		return err->code;
	p->state_budget = (enum state_budget)budget;
	return 0;
}

int read_policies(struct reader *r, const struct node *root, struct error *err)
{
	const char *known[POLICY_COUNT + 2] = { "state_budget" };
	struct node policies;

	r->c->policies.on[POLICY_NSP_BACK_TO_BACK] = true;
	if (node_object(root, "policies", OPTIONAL, &policies, err) < 0 || !policies.value)
		return err->code;
	for (size_t i = 0; i < POLICY_COUNT; i++)
		known[i + 1] = policy_names[i];
	if (node_check_keys(&policies, known, err) < 0 || read_state_budget(r, &policies, err) < 0)
		return err->code;
	for (size_t i = 0; i < POLICY_COUNT; i++)
		if (read_switch(r, &policies, (enum policy)i, err) < 0)
			return err->code;
	/* whoever lets several answer for their shares lets the injured party bear its own, unless it says no */
	if (!r->c->policies.given[POLICY_CONTRIBUTORY_FAULT])
		r->c->policies.on[POLICY_CONTRIBUTORY_FAULT] = r->c->policies.on[POLICY_SHARED_FAULT];
	return 0;
}
