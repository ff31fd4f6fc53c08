#include "calc/liability/table3_part.h"

#include <string.h>

enum side side_of(const struct party *p)
{
	static const enum side sides[] = { SIDE_PROVIDER, SIDE_PROVIDER, SIDE_AGENCY,
		                           SIDE_LG,       SIDE_FIRM,     SIDE_FIRM };

	return sides[p->kind];
}

int question_refused(const struct question *q, struct error *err, const char *key, const char *name)
{
	return error_at(err, NULL, 0,
	                arena_printf(q->arena, "records[%zu].%s%s%s", q->loss->index, key, name ? "." : "",
	                             name ? name : ""));
}

static int refused_fault(const struct question *q, struct error *err)
{
	return question_refused(q, err, "fault", q->fault->id);
}

/* ---- what is in effect ---- */

bool in_effect(const struct liability_record *loss, int64_t from_day, int64_t to_day)
{
	struct error ignored = { 0 };
	struct date d;
	int64_t first = loss->day, end = loss->day + 1;

	if (loss->cause_month && month_parse(&d, loss->cause_month, &ignored) == 0) {
		first = date_to_days(d);
		d.month++;
		if (d.month > 12) {
			d.month = 1;
			d.year++;
		}
		end = date_to_days(d);
	}
	return from_day < end && first < to_day;
}

static bool is_between(const struct contract *k, const struct party *p, const struct party *r)
{
	return (k->parties[0] == p && k->parties[1] == r) || (k->parties[0] == r && k->parties[1] == p);
}

static bool have_contract(const struct question *q, const struct party *p, const struct party *r)
{
	for (size_t i = 0; i < q->c->contract_count; i++)
		if (is_between(&q->c->contracts[i], p, r) &&
		    in_effect(q->loss, q->c->contracts[i].from_day, q->c->contracts[i].to_day))
			return true;
	return false;
}

/*
 * The contract under which debtor owes creditor. (エ) and (ウ) may both fit, and Table 3 leaves open which: the other one is
 * named beside it.
 */
static int find_contract(const struct question *q, struct route_edge *e, struct error *err)
{
	for (size_t i = 0; i < q->c->contract_count; i++) {
		const struct contract *k = &q->c->contracts[i];

		if (!is_between(k, e->debtor, e->creditor) || !in_effect(q->loss, k->from_day, k->to_day))
			continue;
		if (k == q->loss->contract) {
			e->contract = k;
			e->also = NULL;
			return 0;
		}
		if (!e->contract)
			e->contract = k;
		else if (!e->also && e->contract->kind != k->kind)
			e->also = k;
		else {
			error_set(err, ERROR_DATA, "the contracts '%s' and '%s' both fit: name one",
			          k->kind == e->contract->kind ? e->contract->id : e->also->id, k->id);
			return question_refused(q, err, "contract", NULL);
		}
	}
	if (e->also && e->also->kind == CONTRACT_E) {
		const struct contract *k = e->contract;

		e->contract = e->also;
		e->also = k;
	}
	return 0;
}

/* ---- in whose use ---- */

static bool serves(const struct question *q, const struct party *lg, const struct party *p)
{
	return side_of(p) != SIDE_FIRM || have_contract(q, lg, p);
}

/* The municipality with contracts with the firms of the question: how many there are, and the last. */
static size_t candidates(const struct question *q, bool by_contract, const struct party **out)
{
	size_t count = 0;

	for (size_t i = 0; i < q->c->party_count; i++) {
		const struct party *p = &q->c->parties[i];

		if (p->kind != PARTY_LG ||
		    (by_contract && !(serves(q, p, q->loss->sufferer) && serves(q, p, q->fault))))
			continue;
		count++;
		*out = p;
	}
	return count;
}

static const struct party *lg_of_sides(const struct question *q)
{
	return q->loss->sufferer->kind == PARTY_LG ? q->loss->sufferer
	       : q->fault->kind == PARTY_LG        ? q->fault
	                                           : NULL;
}

int find_lg(struct question *q, struct error *err)
{
	const struct party *side = lg_of_sides(q), *found = NULL, *any = NULL;
	size_t count;

	if (q->lg)
		return 0;
	if (side && q->loss->lg && q->loss->lg != side) {
		error_set(err, ERROR_DATA, "'%s' is not '%s', whose fault or loss it is", q->loss->lg->id,
		          side->id);
		return question_refused(q, err, "lg", NULL);
	}
	q->lg = side ? side : q->loss->lg;
	if (q->lg)
		return 0;
	count = candidates(q, true, &found);
	if (count == 0 && candidates(q, false, &any) == 1) {
		count = 1;
		found = any;
	}
	if (count != 1) {
		error_set(
		    err, ERROR_DATA,
		    count ? "several municipalities have the contracts: say in whose use the loss happened"
		          : "no municipality has the contracts: say in whose use the loss happened");
		return question_refused(q, err, "lg", NULL);
	}
	q->lg = found;
	return 0;
}

/* ---- edges ---- */

static int add_edge(const struct question *q, struct claim_route *out, const struct party *debtor,
                    const struct party *creditor, struct error *err)
{
	struct route_edge *e = &out->edges[out->edge_count];

	if (!debtor || !creditor) {
		error_set(err, ERROR_DATA, "5.3 needs the Digital Agency, and no party is of kind DA");
		return refused_fault(q, err);
	}
	*e = (struct route_edge){ .debtor = debtor, .creditor = creditor };
	out->edge_count++;
	return find_contract(q, e, err);
}

/* The policy must be on; the route rests on it. */
static int need_policy(const struct question *q, struct claim_route *out, enum policy policy,
                       struct error *err)
{
	out->policy = (int)policy;
	if (q->c->policies.on[policy])
		return 0;
	error_set(err, ERROR_DATA,
	          "Table 3 has no rule for a loss of '%s' by a fault of '%s' unless %s is true",
	          q->loss->sufferer->id, q->fault->id, policy_names[policy]);
	return refused_fault(q, err);
}

static int no_rule(const struct question *q, struct error *err)
{
	error_set(err, ERROR_DATA, "Table 3 has no rule for a loss of '%s' by a fault of '%s'",
	          q->loss->sufferer->id, q->fault->id);
	error_hint(err, "an agreement of kind 'route' can state one");
	return refused_fault(q, err);
}

void say(struct claim_route *out, const char *basis, const char *why)
{
	out->basis = basis;
	out->why = why;
}

/*
 * 5.3①: DA owes LG what it recovered from the provider. The edges stand behind those that are there. Where 5.3① is not
 * applied to an NSP, DA answers for it under (イ) without that limit, and is indemnified under (ア).
 */
static int add_chain(const struct question *q, struct claim_route *out, struct error *err)
{
	bool limited = q->fault->kind != PARTY_NSP || q->c->policies.on[POLICY_NSP_BACK_TO_BACK];

	out->nsp = q->fault->kind == PARTY_NSP;
	if (!limited)
		say(out, "policy",
		    "5.3① is not applied to an NSP: DA compensates under (イ), and is indemnified");
	if (add_edge(q, out, q->agency, q->lg, err) < 0)
		return err->code;
	out->edges[out->edge_count - 1].recovered = limited;
	return add_edge(q, out, q->fault, q->agency, err);
}

/* ---- rows of the table ---- */

static int provider_at_fault(struct question *q, struct claim_route *out, struct error *err)
{
	const struct party *sufferer = q->loss->sufferer;

	switch (side_of(sufferer)) {
	case SIDE_AGENCY:
		say(out, "own-contract", "DA's own loss: the provider compensates under (ア)");
		return add_edge(q, out, q->fault, sufferer, err);
	case SIDE_LG:
		say(out, "5.3-1", "5.3①: DA compensates up to what it recovered from the provider");
		if (find_lg(q, err) < 0)
			return err->code;
		return add_chain(q, out, err);
	case SIDE_FIRM:
		say(out, "policy", "not in Table 3: LG compensates, and claims as 5.3① says");
		if (need_policy(q, out, POLICY_ASP_LOSS_BY_CSP, err) < 0 || find_lg(q, err) < 0 ||
		    add_edge(q, out, q->lg, sufferer, err) < 0)
			return err->code;
		return add_chain(q, out, err);
	case SIDE_PROVIDER:
		break;
	}
	return no_rule(q, err);
}

static bool provider_shares(const struct liability_record *loss)
{
	for (size_t i = 0; i < loss->fault_count; i++)
		if (side_of(loss->faults[i].party) == SIDE_PROVIDER)
			return true;
	return false;
}

static int agency_at_fault(struct question *q, struct claim_route *out, struct error *err)
{
	const struct party *sufferer = q->loss->sufferer;

	switch (side_of(sufferer)) {
	case SIDE_PROVIDER:
		say(out, "table3-1A", "Table 3 (1)A: DA compensates the provider under (ア)");
		return add_edge(q, out, q->agency, sufferer, err);
	case SIDE_LG:
		/* 5.3② is of DA's fault without the provider's; beside it there is the table alone */
		if (provider_shares(q->loss))
			say(out, "table3-1B", "Table 3 (1)B: DA compensates under (イ)");
		else
			say(out, "5.3-2", "Table 3 (1)B, 5.3②: DA compensates under (イ)");
		if (find_lg(q, err) < 0)
			return err->code;
		return add_edge(q, out, q->agency, sufferer, err);
	case SIDE_FIRM:
		say(out, "table3-1C",
		    "Table 3 (1)C: LG compensates under (エ) or (ウ), DA indemnifies it under (イ)");
		if (find_lg(q, err) < 0 || add_edge(q, out, q->lg, sufferer, err) < 0)
			return err->code;
		return add_edge(q, out, q->agency, q->lg, err);
	case SIDE_AGENCY:
		break;
	}
	return no_rule(q, err);
}

/* A loss of the provider by LG or ASP等: through DA, by policy. */
static int provider_suffers(struct question *q, struct claim_route *out, struct error *err)
{
	say(out, "policy", "not in Table 3: DA compensates the provider under (ア), and is indemnified");
	if (need_policy(q, out, POLICY_CSP_LOSS, err) < 0 || find_lg(q, err) < 0 ||
	    add_edge(q, out, q->agency, q->loss->sufferer, err) < 0)
		return err->code;
	return add_edge(q, out, q->lg, q->agency, err);
}

static int lg_at_fault(struct question *q, struct claim_route *out, struct error *err)
{
	const struct party *sufferer = q->loss->sufferer;

	if (find_lg(q, err) < 0)
		return err->code;
	switch (side_of(sufferer)) {
	case SIDE_PROVIDER:
		return provider_suffers(q, out, err);
	case SIDE_AGENCY:
		say(out, "table3-2A", "Table 3 (2)A: LG compensates DA under (イ)");
		return add_edge(q, out, q->lg, sufferer, err);
	case SIDE_FIRM:
		say(out, "table3-2C", "Table 3 (2)C: LG compensates under (エ) or (ウ)");
		return add_edge(q, out, q->lg, sufferer, err);
	case SIDE_LG:
		break;
	}
	return no_rule(q, err);
}

/* One firm by another, neither of them the other's party: through the municipality, by policy. */
static int between_firms(struct question *q, struct claim_route *out, struct error *err)
{
	say(out, "policy",
	    "two firms: LG compensates under its contract, and is indemnified under the other");
	if (need_policy(q, out, POLICY_TWO_FIRMS, err) < 0 ||
	    add_edge(q, out, q->lg, q->loss->sufferer, err) < 0)
		return err->code;
	return add_edge(q, out, q->fault, q->lg, err);
}

static int firm_at_fault(struct question *q, struct claim_route *out, struct error *err)
{
	const struct party *sufferer = q->loss->sufferer;

	if (find_lg(q, err) < 0)
		return err->code;
	switch (side_of(sufferer)) {
	case SIDE_PROVIDER:
		if (provider_suffers(q, out, err) < 0)
			return err->code;
		return add_edge(q, out, q->fault, q->lg, err);
	case SIDE_AGENCY:
		say(out, "table3-3A",
		    "Table 3 (3)A: LG compensates DA under (イ), ASP等 indemnifies it under (エ) or (ウ)");
		if (add_edge(q, out, q->lg, sufferer, err) < 0)
			return err->code;
		return add_edge(q, out, q->fault, q->lg, err);
	case SIDE_LG:
		say(out, "table3-3B", "Table 3 (3)B: ASP等 compensates under (エ) or (ウ)");
		return add_edge(q, out, q->fault, sufferer, err);
	case SIDE_FIRM:
		return between_firms(q, out, err);
	}
	return no_rule(q, err);
}

/* A loss by the own fault of who suffered it. */
static void own_fault(const struct question *q, struct claim_route *out)
{
	static const char *const bases[] = { "own-contract", "table3-1A", "table3-2B", "table3-3C" };

	say(out, bases[side_of(q->fault)], "Table 3: nobody owes for a loss by one's own fault");
}

/* ---- the route ---- */

static int by_table(struct question *q, struct claim_route *out, struct error *err)
{
	switch (side_of(q->fault)) {
	case SIDE_PROVIDER:
		return provider_at_fault(q, out, err);
	case SIDE_AGENCY:
		return agency_at_fault(q, out, err);
	case SIDE_LG:
		return lg_at_fault(q, out, err);
	case SIDE_FIRM:
		break;
	}
	return firm_at_fault(q, out, err);
}

/* A contract that the loss names must be one of the route. */
static int check_named(const struct question *q, const struct claim_route *r, struct error *err)
{
	for (size_t i = 0; i < r->edge_count; i++)
		if (r->edges[i].contract == q->loss->contract)
			return 0;
	error_set(err, ERROR_DATA, "nobody owes for the loss under '%s'", q->loss->contract->id);
	return question_refused(q, err, "contract", NULL);
}

#define EDGES_MOST 3

int table3_route(struct arena *a, const struct sla_case *c, const struct liability_record *loss,
                 const struct party *fault, struct claim_route *out, struct error *err)
{
	struct question q = { .arena = a, .c = c, .loss = loss, .fault = fault };
	const struct agreement *agreed;

	*out = (struct claim_route){ .policy = POLICY_COUNT };
	out->edges = arena_array(a, EDGES_MOST, sizeof *out->edges);
	for (size_t i = 0; i < c->party_count; i++)
		if (c->parties[i].kind == PARTY_DA)
			q.agency = &c->parties[i];
	if (fault == loss->sufferer) {
		own_fault(&q, out);
		return 0;
	}
	if (find_agreement(&q, &agreed, err) < 0)
		return err->code;
	if (agreed)
		take_agreement(&q, agreed, out);
	else if (by_table(&q, out, err) < 0)
		return err->code;
	return loss->contract && loss->fault_count == 1 ? check_named(&q, out, err) : 0;
}
