/* contracts: what the parties agreed about liability, and agreements over Table 3 (fn. 8, 9). */
#include "calc/exact.h"
#include "case/reader.h"

#include <string.h>

/* ---- what a contract consists of ---- */

static int read_contract_parties(struct reader *r, const struct node *object, struct contract *k,
                                 struct error *err)
{
	struct node list;

	if (node_array(object, "parties", REQUIRED, &list, err) < 0)
		return err->code;
	if (node_count(&list) != 2)
		return node_fail(&list, err, "a contract has two parties");
	for (size_t i = 0; i < 2; i++) {
		struct node item = node_item(&list, i);
		const char *id;

		if (node_item_string(&list, i, &id, err) < 0)
			return err->code;
		k->parties[i] = find_party(r, id);
		if (!k->parties[i])
			return node_fail(&item, err, "no party '%s'", id);
	}
	return 0;
}

/* Between whom each kind is made (§4.1); OMA and ASP may be one firm, which then has (ウ), (エ) or both. */
static int check_kind(const struct node *object, const struct contract *k, struct error *err)
{
#define BIT(kind) (1u << (kind))
	static const struct {
		const char *name;
		unsigned one, other;
	} kinds[] = {
		[CONTRACT_A] = { "ア", BIT(PARTY_DA), BIT(PARTY_CSP) | BIT(PARTY_NSP) },
		[CONTRACT_I] = { "イ", BIT(PARTY_DA), BIT(PARTY_LG) },
		[CONTRACT_U] = { "ウ", BIT(PARTY_LG), BIT(PARTY_OMA) | BIT(PARTY_ASP) },
		[CONTRACT_E] = { "エ", BIT(PARTY_LG), BIT(PARTY_OMA) | BIT(PARTY_ASP) },
	};
	static const char *const between[] = { "DA and CSP or NSP", "DA and LG", "LG and OMA or ASP",
		                               "LG and OMA or ASP" };
	unsigned first = BIT(k->parties[0]->kind), second = BIT(k->parties[1]->kind);
	struct node parties = node_member(object, "parties");

	if ((first & kinds[k->kind].one && second & kinds[k->kind].other) ||
	    (second & kinds[k->kind].one && first & kinds[k->kind].other))
		return 0;
	return node_fail(&parties, err, "a contract of kind %s is between %s", kinds[k->kind].name,
	                 between[k->kind]);
#undef BIT
}

/* In effect from the first day to the day before the second. */
static int read_effective(const struct node *object, int64_t *from_day, int64_t *to_day, struct error *err)
{
	struct node effective;

	*from_day = INT64_MIN;
	*to_day = INT64_MAX;
	if (node_object(object, "effective", OPTIONAL, &effective, err) < 0 || !effective.value)
		return err->code;
	if (node_check_keys(&effective, (const char *const[]){ "from", "to", NULL }, err) < 0 ||
	    read_day(&effective, "from", OPTIONAL, from_day, err) < 0 ||
	    read_day(&effective, "to", OPTIONAL, to_day, err) < 0)
		return err->code;
	return *to_day > *from_day ? 0 : node_fail(&effective, err, "the end is not after the start");
}

static int read_monthly_fees(struct reader *r, const struct node *object, struct contract *k,
                             struct error *err)
{
	struct node fees;
	const char *month;
	json_t *value;
	struct date d;

	if (node_object(object, "monthly_fees", OPTIONAL, &fees, err) < 0 || !fees.value)
		return err->code;
	k->monthly_fees = arena_array(r->arena, json_object_size(fees.value), sizeof *k->monthly_fees);
	json_object_foreach (fees.value, month, value) {
		struct month_fee *f = &k->monthly_fees[k->monthly_fee_count++];
		struct node member = node_member(&fees, month);

		if (month_parse(&d, month, err) < 0)
			return node_fail_at(&member, err);
		f->month = arena_copy(r->arena, month);
		if (read_exact(r->arena, &fees, month, REQUIRED, &f->amount, err) < 0)
			return err->code;
	}
	return 0;
}

/* Forms of recovery that count as received, beside cash. */
static int read_received(const struct node *object, struct contract *k, struct error *err)
{
	struct node list;

	if (node_array(object, "counts_as_received", OPTIONAL, &list, err) < 0 || !list.value)
		return err->code;
	if (k->kind != CONTRACT_A)
		return node_fail(&list, err, "only a contract of kind ア says what DA counts as received");
	for (size_t i = 0; i < node_count(&list); i++) {
		struct node item = node_item(&list, i);
		const char *form;

		if (node_item_string(&list, i, &form, err) < 0)
			return err->code;
		k->counts_credit = k->counts_credit || strcmp(form, "credit") == 0;
		k->counts_set_off = k->counts_set_off || strcmp(form, "set_off") == 0;
		if (strcmp(form, "cash") != 0 && strcmp(form, "credit") != 0 && strcmp(form, "set_off") != 0)
			return node_fail(&item, err, "'%s' is not one of: cash, credit, set_off", form);
	}
	return 0;
}

static int read_apportionment(struct reader *r, const struct node *object, struct contract *k,
                              struct error *err)
{
	struct node apportionment;
	int method = 0;

	if (node_object(object, "apportionment", OPTIONAL, &apportionment, err) < 0 || !apportionment.value)
		return err->code;
	if (node_check_keys(&apportionment, (const char *const[]){ "method", "clause", NULL }, err) < 0 ||
	    node_word(&apportionment, "method", REQUIRED, apportion_methods, &method, err) < 0)
		return err->code;
	k->apportion_method = apportion_methods[method];
	return read_text(r->arena, &apportionment, "clause", REQUIRED, &k->apportion_clause, err);
}

static int read_use(const struct node *object, struct contract *k, struct error *err)
{
	static const char *const modes[] = { "joint", "single", NULL };
	static const char *const flows[] = { "through_agency", "debt_assumed", NULL };
	struct node mode_node = node_member(object, "mode"), flow_node = node_member(object, "fee_flow");
	int mode = 0, flow = 0;

	if (node_word(object, "mode", OPTIONAL, modes, &mode, err) < 0 ||
	    node_word(object, "fee_flow", OPTIONAL, flows, &flow, err) < 0)
		return err->code;
	if (is_given(&mode_node) && k->kind == CONTRACT_A)
		return node_fail(&mode_node, err, "a contract of kind ア is of no one municipality's use");
	if (is_given(&flow_node) && k->kind != CONTRACT_I)
		return node_fail(&flow_node, err, "only a contract of kind イ says to whom LG pays its fees");
	if (is_given(&mode_node))
		k->mode = mode ? USE_SINGLE : USE_JOINT;
	k->fee_flow = (enum fee_flow)flow;
	k->fee_flow_given = is_given(&flow_node);
	return 0;
}

/* ---- contracts ---- */

static int read_contract(struct reader *r, const struct node *object, struct contract *k, struct error *err)
{
	static const char *const keys[] = {
		"id",       "kind",       "parties", "effective",          "edition",
		"mode",     "fee_flow",   "amount",  "monthly_fees",       "counts_as_received",
		"rounding", "document",   "clause",  "apportionment",      "caps",
		"excludes", "exemptions", "form",    "liquidated_damages", "form_values",
		NULL
	};
	static const char *const kinds[] = { "ア", "イ", "ウ", "エ", NULL };
	int kind = 0;

	if (node_check_keys(object, keys, err) < 0 ||
	    read_text(r->arena, object, "id", REQUIRED, &k->id, err) < 0 ||
	    node_word(object, "kind", REQUIRED, kinds, &kind, err) < 0 ||
	    read_contract_parties(r, object, k, err) < 0)
		return err->code;
	k->kind = (enum contract_kind)kind;
	for (const struct contract *other = r->c->contracts; other < k; other++)
		if (strcmp(other->id, k->id) == 0)
			return node_fail(object, err, "the contract '%s' is there twice", k->id);
	if (read_effective(object, &k->from_day, &k->to_day, err) < 0 ||
	    read_text(r->arena, object, "edition", OPTIONAL, &k->edition, err) < 0 ||
	    read_use(object, k, err) < 0 ||
	    read_exact(r->arena, object, "amount", OPTIONAL, &k->amount, err) < 0 ||
	    read_monthly_fees(r, object, k, err) < 0 || read_received(object, k, err) < 0 ||
	    read_apportionment(r, object, k, err) < 0 ||
	    read_contract_rounding(r->arena, object, "rounding", OPTIONAL, &k->rounding, err) < 0 ||
	    read_text(r->arena, object, "document", OPTIONAL, &k->document, err) < 0 ||
	    read_text(r->arena, object, "clause", OPTIONAL, &k->clause, err) < 0)
		return err->code;
	return read_contract_rules(r, object, k, err) < 0 ? err->code : check_kind(object, k, err);
}

const struct contract *find_contract(const struct sla_case *c, const char *id)
{
	for (size_t i = 0; i < c->contract_count; i++)
		if (strcmp(c->contracts[i].id, id) == 0)
			return &c->contracts[i];
	return NULL;
}

int read_contract_named(const struct reader *r, const struct node *object, const struct contract **out,
                        struct error *err)
{
	struct node member = node_member(object, "contract");
	const char *id;

	*out = NULL;
	if (node_string(object, "contract", OPTIONAL, &id, err) < 0 || !id)
		return err->code;
	*out = find_contract(r->c, id);
	return *out ? 0 : node_fail(&member, err, "no contract '%s'", id);
}

int read_contracts(struct reader *r, const struct node *root, struct error *err)
{
	struct node list;

	if (node_array(root, "contracts", OPTIONAL, &list, err) < 0)
		return err->code;
	r->c->contract_count = node_count(&list);
	r->c->contracts = arena_array(r->arena, r->c->contract_count, sizeof *r->c->contracts);
	for (size_t i = 0; i < r->c->contract_count; i++) {
		struct node object;

		if (node_item_object(&list, i, &object, err) < 0 ||
		    read_contract(r, &object, &r->c->contracts[i], err) < 0)
			return err->code;
	}
	return 0;
}

/* ---- agreements ---- */

static int read_agreement_parties(struct reader *r, const struct node *object, struct agreement *g,
                                  struct error *err)
{
	struct node list;

	if (node_array(object, "parties", REQUIRED, &list, err) < 0)
		return err->code;
	if (node_count(&list) < 2)
		return node_fail(&list, err, "an agreement has two parties or more");
	g->parties = arena_array(r->arena, node_count(&list), sizeof *g->parties);
	for (size_t i = 0; i < node_count(&list); i++) {
		struct node item = node_item(&list, i);
		const struct party *p;
		const char *id;

		if (node_item_string(&list, i, &id, err) < 0)
			return err->code;
		p = find_party(r, id);
		if (!p)
			return node_fail(&item, err, "no party '%s'", id);
		for (size_t k = 0; k < i; k++)
			if (g->parties[k] == p)
				return node_fail(&item, err, "the party '%s' is there twice", id);
		g->parties[g->party_count++] = p;
	}
	return 0;
}

static bool agrees(const struct agreement *g, const struct party *p)
{
	for (size_t i = 0; i < g->party_count; i++)
		if (g->parties[i] == p)
			return true;
	return false;
}

/* Nobody owes by what others agreed: the debtor is a party of the agreement or of the contract that the edge names. */
static int check_edge(const struct node *object, const struct agreement *g, size_t i, struct error *err)
{
	const struct agreement_edge *e = &g->edges[i];
	const struct party *want = i ? g->edges[i - 1].debtor : g->sufferer;
	struct node creditor = node_member(object, "creditor"), debtor = node_member(object, "debtor");
	bool bound = agrees(g, e->debtor);

	if (e->creditor != want)
		return node_fail(&creditor, err, "must be '%s': edges go from the sufferer outwards",
		                 want->id);
	if (e->debtor == e->creditor)
		return node_fail(&debtor, err, "nobody owes himself");
	for (size_t k = 0; k < i; k++)
		if (g->edges[k].creditor == e->debtor)
			return node_fail(&debtor, err,
			                 "'%s' is a creditor on this way already: it runs in a circle",
			                 e->debtor->id);
	if (e->contract)
		bound = bound || e->contract->parties[0] == e->debtor || e->contract->parties[1] == e->debtor;
	return bound ? 0
	             : node_fail(
	                   &debtor, err,
	                   "'%s' is a party neither of the agreement nor of a contract that the edge names",
	                   e->debtor->id);
}

static int read_edges(struct reader *r, const struct node *object, struct agreement *g, struct error *err)
{
	static const char *const keys[] = { "debtor", "creditor", "contract", NULL };
	struct node list;

	if (node_array(object, "edges", REQUIRED, &list, err) < 0)
		return err->code;
	g->edges = arena_array(r->arena, node_count(&list), sizeof *g->edges);
	for (size_t i = 0; i < node_count(&list); i++) {
		struct agreement_edge *e = &g->edges[i];
		struct node edge;

		if (node_item_object(&list, i, &edge, err) < 0 || node_check_keys(&edge, keys, err) < 0 ||
		    read_party(r, &edge, "debtor", &e->debtor, err) < 0 ||
		    read_party(r, &edge, "creditor", &e->creditor, err) < 0 ||
		    read_contract_named(r, &edge, &e->contract, err) < 0 || check_edge(&edge, g, i, err) < 0)
			return err->code;
		g->edge_count++;
	}
	return 0;
}

/* The three of them must agree. */
static int check_direct_claim(const struct node *object, const struct agreement *g, struct error *err)
{
	static const char *const keys[] = {
		"id", "kind", "parties", "effective", "document", "clause", NULL
	};
	struct node parties = node_member(object, "parties");
	bool lg = false, oma = false, asp = false;

	for (size_t i = 0; i < g->party_count; i++) {
		lg = lg || g->parties[i]->kind == PARTY_LG;
		oma = oma || g->parties[i]->kind == PARTY_OMA;
		asp = asp || g->parties[i]->kind == PARTY_ASP;
	}
	if (node_check_keys(object, keys, err) < 0)
		return err->code;
	return lg && oma && asp
	           ? 0
	           : node_fail(&parties, err, "LG, OMA and ASP must all three agree to a direct claim");
}

static int read_agreement(struct reader *r, const struct node *object, struct agreement *g, struct error *err)
{
	static const char *const keys[] = { "id",    "kind",      "parties",  "fault",  "sufferer",
		                            "edges", "effective", "document", "clause", NULL };
	static const char *const kinds[] = { "direct_claim", "route", NULL };
	int kind = 0;

	if (node_check_keys(object, keys, err) < 0 ||
	    read_text(r->arena, object, "id", REQUIRED, &g->id, err) < 0 ||
	    node_word(object, "kind", REQUIRED, kinds, &kind, err) < 0 ||
	    read_agreement_parties(r, object, g, err) < 0 ||
	    read_effective(object, &g->from_day, &g->to_day, err) < 0 ||
	    read_text(r->arena, object, "document", REQUIRED, &g->document, err) < 0 ||
	    read_text(r->arena, object, "clause", OPTIONAL, &g->clause, err) < 0)
		return err->code;
	for (const struct agreement *other = r->c->agreements; other < g; other++)
		if (strcmp(other->id, g->id) == 0)
			return node_fail(object, err, "the agreement '%s' is there twice", g->id);
	g->kind = kind ? AGREEMENT_ROUTE : AGREEMENT_DIRECT_CLAIM;
	if (g->kind == AGREEMENT_DIRECT_CLAIM)
		return check_direct_claim(object, g, err);
	if (read_party(r, object, "fault", &g->fault, err) < 0 ||
	    read_party(r, object, "sufferer", &g->sufferer, err) < 0)
		return err->code;
	return read_edges(r, object, g, err);
}

int read_agreements(struct reader *r, const struct node *root, struct error *err)
{
	struct node list;

	if (node_array(root, "agreements", OPTIONAL, &list, err) < 0)
		return err->code;
	r->c->agreement_count = node_count(&list);
	r->c->agreements = arena_array(r->arena, r->c->agreement_count, sizeof *r->c->agreements);
	for (size_t i = 0; i < r->c->agreement_count; i++) {
		struct node object;

		if (node_item_object(&list, i, &object, err) < 0 ||
		    read_agreement(r, &object, &r->c->agreements[i], err) < 0)
			return err->code;
	}
	return 0;
}
