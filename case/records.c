/* records: contracts between the parties, what people entered about losses and money, and the policies used.
 */
#include "calc/exact.h"
#include "case/reader.h"

#include <stdlib.h>
#include <string.h>

static int unsupported(const struct node *node, struct error *err, const char *what)
{
	node_fail(node, err, "%s is not supported by this version", what);
	err->code = ERROR_UNSUPPORTED;
	return err->code;
}

/* ---- contracts ---- */

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
		k->parties[i] = find_party(r->c, id);
		if (!k->parties[i])
			return node_fail(&item, err, "no party '%s'", id);
	}
	return 0;
}

static int read_contract(struct reader *r, const struct node *object, struct contract *k, struct error *err)
{
	static const char *const keys[] = { "id",     "kind",        "parties",
		                            "caps",   "excludes",    "document",
		                            "clause", "exemptions",  "liquidated_damages",
		                            "form",   "form_values", "amount",
		                            NULL };
	static const char *const kinds[] = { "ア", "イ", "ウ", "エ", NULL };
	int kind = 0;

	if (node_check_keys(object, keys, err) < 0 ||
	    read_text(r->arena, object, "id", REQUIRED, &k->id, err) < 0 ||
	    node_word(object, "kind", REQUIRED, kinds, &kind, err) < 0 ||
	    read_contract_parties(r, object, k, err) < 0 ||
	    read_exact(r->arena, object, "amount", OPTIONAL, &k->amount, err) < 0)
		return err->code;
	k->kind = (enum contract_kind)kind;
	for (const struct contract *other = r->c->contracts; other < k; other++)
		if (strcmp(other->id, k->id) == 0)
			return node_fail(object, err, "the contract '%s' is there twice", k->id);
	return read_contract_rules(r, object, k, err);
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

/* ---- losses ---- */

static int read_heads(struct reader *r, const struct node *object, struct liability_record *out,
                      struct error *err)
{
	struct node heads;

	if (node_object(object, "heads", REQUIRED, &heads, err) < 0 ||
	    node_check_keys(&heads, (const char *const[]){ "direct", "lost_profit", "special", NULL }, err) <
	        0 ||
	    read_exact(r->arena, &heads, "direct", OPTIONAL, &out->heads[HEAD_DIRECT], err) < 0 ||
	    read_exact(r->arena, &heads, "lost_profit", OPTIONAL, &out->heads[HEAD_LOST_PROFIT], err) < 0)
		return err->code;
	return read_exact(r->arena, &heads, "special", OPTIONAL, &out->heads[HEAD_SPECIAL], err);
}

static bool has_agency(const struct sla_case *c)
{
	for (size_t i = 0; i < c->party_count; i++)
		if (c->parties[i].kind == PARTY_DA)
			return true;
	return false;
}

/* One party at fault, with the whole: shared fault is a later rule. */
static int read_fault(struct reader *r, const struct node *object, struct liability_record *out,
                      struct error *err)
{
	struct node fault, share;
	const char *id;
	exact whole;

	if (node_object(object, "fault", REQUIRED, &fault, err) < 0)
		return err->code;
	if (json_object_size(fault.value) != 1)
		return json_object_size(fault.value) ? unsupported(&fault, err, "shared fault")
		                                     : node_fail(&fault, err, "names no party");
	id = json_object_iter_key(json_object_iter(fault.value));
	share = node_member(&fault, id);
	out->fault_count = 1;
	out->faults = arena_new(r->arena, struct fault_share);
	out->faults->party = find_party(r->c, id);
	if (!out->faults->party)
		return node_fail(&share, err, "no party '%s'", id);
	if (read_exact(r->arena, &fault, id, REQUIRED, &whole, err) < 0)
		return err->code;
	out->faults->share = whole;
	if (exact_compare(whole, "1") != 0)
		return node_fail(&share, err, "the shares of fault must sum to 1, not %s", whole);
	if (out->faults->party->kind == PARTY_NSP && !r->c->policies.on[POLICY_NSP_BACK_TO_BACK])
		return node_fail(&share, err,
		                 "5.3 has no rule for a fault of an NSP unless nsp_back_to_back is true");
	if (!has_agency(r->c))
		return node_fail(&share, err, "5.3 needs the Digital Agency, and no party is of kind DA");
	if (out->faults->party->kind != PARTY_CSP && out->faults->party->kind != PARTY_NSP &&
	    out->faults->party->kind != PARTY_DA)
		return unsupported(&share, err, "a fault of another party than CSP, NSP or DA");
	return 0;
}

static int check_determined(const struct reader *r, const struct node *object,
                            const struct liability_record *l, struct error *err)
{
	struct node determined = node_member(object, "determined");

	for (size_t i = 0; l->determined && i < r->c->contract_count; i++) {
		const struct contract *k = &r->c->contracts[i];
		bool concerns = k->parties[0] == l->sufferer || k->parties[1] == l->sufferer;

		if (!concerns || k->kind != CONTRACT_I || k->excluded_head_count < 2)
			continue;
		if (exact_compare(l->determined, l->heads[HEAD_DIRECT] ? l->heads[HEAD_DIRECT] : "0") > 0)
			return node_fail(
			    &determined, err,
			    "%s is more than the direct loss of %s, and the contract '%s' excludes the rest",
			    l->determined, l->heads[HEAD_DIRECT] ? l->heads[HEAD_DIRECT] : "0", k->id);
	}
	return 0;
}

static int read_loss(struct reader *r, const struct node *object, struct liability_record *out,
                     struct error *err)
{
	static const char *const keys[] = { "id",    "at",    "document",    "kind",       "sufferer",
		                            "heads", "fault", "cause_month", "determined", "gross_negligence",
		                            NULL };
	struct node month_node = node_member(object, "cause_month");
	bool gross_negligence = false;
	const char *month;
	struct date d;

	if (node_check_keys(object, keys, err) < 0 ||
	    read_party(r, object, "sufferer", &out->sufferer, err) < 0 ||
	    read_heads(r, object, out, err) < 0 || read_fault(r, object, out, err) < 0 ||
	    read_exact(r->arena, object, "determined", OPTIONAL, &out->determined, err) < 0 ||
	    node_boolean(object, "gross_negligence", OPTIONAL, &gross_negligence, err) < 0 ||
	    node_string(object, "cause_month", OPTIONAL, &month, err) < 0)
		return err->code;
	if (month && month_parse(&d, month, err) < 0)
		return node_fail_at(&month_node, err);
	if (out->sufferer->kind != PARTY_LG) {
		struct node sufferer = node_member(object, "sufferer");

		return unsupported(&sufferer, err, "a loss of another party than LG");
	}
	return check_determined(r, object, out, err);
}

/* ---- money ---- */

static int read_transfer(struct reader *r, const struct node *object, struct liability_record *out,
                         struct error *err)
{
	static const char *const keys[] = { "id", "at",     "document", "kind", "from",
		                            "to", "amount", "form",     NULL };
	static const char *const forms[] = { "cash", "credit", "set_off", NULL };
	struct node form_node = node_member(object, "form");
	int form = 0;

	if (node_check_keys(object, keys, err) < 0 || read_party(r, object, "from", &out->from, err) < 0 ||
	    read_party(r, object, "to", &out->to, err) < 0 ||
	    read_exact(r->arena, object, "amount", REQUIRED, &out->amount, err) < 0 ||
	    node_word(object, "form", OPTIONAL, forms, &form, err) < 0)
		return err->code;
	if (form_node.value && out->kind != RECORD_RECOVERY)
		return node_fail(&form_node, err, "only a recovery has a form");
	return form ? unsupported(&form_node, err, "a recovery that is not cash") : 0;
}

/* ---- records ---- */

static int read_record(struct reader *r, const struct node *object, struct liability_record *out,
                       struct error *err)
{
	static const char *const kinds[] = { "loss",    "claim",    "acknowledgement", "recovery",
		                             "payment", "reversal", "reduction",       NULL };
	struct node kind_node = node_member(object, "kind");
	int kind = 0;

	if (node_word(object, "kind", REQUIRED, kinds, &kind, err) < 0 ||
	    read_text(r->arena, object, "id", REQUIRED, &out->id, err) < 0 ||
	    read_day(object, "at", REQUIRED, &out->day, err) < 0 ||
	    read_text(r->arena, object, "document", OPTIONAL, &out->document, err) < 0)
		return err->code;
	if (kind > 4)
		return unsupported(&kind_node, err,
		                   arena_printf(r->arena, "a record of kind '%s'", kinds[kind]));
	out->kind = kind < 3 ? (enum record_of)kind : kind == 3 ? RECORD_RECOVERY : RECORD_PAYMENT;
	out->index = object->index;
	for (const struct liability_record *other = r->c->records; other < out; other++)
		if (strcmp(other->id, out->id) == 0)
			return node_fail(object, err, "the record '%s' is there twice", out->id);
	return out->kind == RECORD_LOSS ? read_loss(r, object, out, err) : read_transfer(r, object, out, err);
}

static int by_day(const void *left, const void *right)
{
	const struct liability_record *a = left, *b = right;

	if (a->day != b->day)
		return a->day < b->day ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return strcmp(a->id, b->id);
}

/* The last day whose records are known as of the case's instant. */
static int last_known_day(const struct sla_case *c, int64_t *out, struct error *err)
{
	struct zone *zone;
	struct date d;
	int rc;

	*out = INT64_MAX;
	if (c->as_of_us == INT64_MAX)
		return 0;
	if (zone_open(&zone, c->period.time_zone ? c->period.time_zone : "Asia/Tokyo", err) < 0)
		return err->code;
	rc = zone_date(zone, c->as_of_us, &d, err);
	zone_free(zone);
	*out = date_to_days(d);
	return rc;
}

int read_records(struct reader *r, const struct node *root, struct error *err)
{
	struct sla_case *c = r->c;
	size_t known = 0;
	struct node list;
	int64_t last;

	if (node_array(root, "records", OPTIONAL, &list, err) < 0 || last_known_day(c, &last, err) < 0)
		return err->code;
	c->record_count = node_count(&list);
	c->records = arena_array(r->arena, c->record_count, sizeof *c->records);
	for (size_t i = 0; i < c->record_count; i++) {
		struct node object;

		if (node_item_object(&list, i, &object, err) < 0 ||
		    read_record(r, &object, &c->records[i], err) < 0)
			return err->code;
	}
	for (size_t i = 0; i < c->record_count; i++)
		if (c->records[i].day <= last)
			c->records[known++] = c->records[i];
	c->record_count = known;
	qsort(c->records, known, sizeof *c->records, by_day);
	return 0;
}

/* ---- policies ---- */

int read_policies(struct reader *r, const struct node *root, struct error *err)
{
	static const char *const budgets[] = { "lg_share", "none_if_any", NULL };
	struct policies *p = &r->c->policies;
	struct node policies, shared;
	bool shared_fault = false;
	int budget = STATE_LG_SHARE;

	p->on[POLICY_NSP_BACK_TO_BACK] = true;
	if (node_object(root, "policies", OPTIONAL, &policies, err) < 0 || !policies.value)
		return err->code;
	shared = node_member(&policies, "shared_fault");
	if (node_check_keys(&policies,
	                    (const char *const[]){ "state_budget", "nsp_back_to_back", "shared_fault", NULL },
	                    err) < 0 ||
	    node_word(&policies, "state_budget", OPTIONAL, budgets, &budget, err) < 0 ||
	    node_boolean(&policies, "nsp_back_to_back", OPTIONAL, &p->on[POLICY_NSP_BACK_TO_BACK], err) < 0 ||
	    node_boolean(&policies, "shared_fault", OPTIONAL, &shared_fault, err) < 0)
		return err->code;
	p->state_budget = (enum state_budget)budget;
	p->state_budget_given = node_member(&policies, "state_budget").value != NULL;
	p->given[POLICY_NSP_BACK_TO_BACK] = node_member(&policies, "nsp_back_to_back").value != NULL;
	return shared_fault ? unsupported(&shared, err, "shared fault") : 0;
}
