/* losses: who suffered how much by whose fault, and what the contracts need to know of it. */
#include "calc/exact.h"
#include "case/reader.h"

#include <stdlib.h>
#include <string.h>

static int read_heads(struct reader *r, const struct node *object, struct liability_record *out,
                      struct error *err)
{
	static const char *const heads[] = { "direct", "lost_profit", "special", NULL };
	struct node node;

	if (node_object(object, "heads", REQUIRED, &node, err) < 0 || node_check_keys(&node, heads, err) < 0)
		return err->code;
	for (size_t i = 0; i < HEAD_COUNT; i++)
		if (read_exact(r->arena, &node, heads[i], OPTIONAL, &out->heads[i], err) < 0)
			return err->code;
	return 0;
}

/* The sum of count exact texts that are not NULL. */
static const char *sum_of(struct arena *a, const exact *texts, size_t count)
{
	char *text;
	mpq_t sum, one;

	mpq_inits(sum, one, NULL);
	for (size_t i = 0; i < count; i++)
		if (texts[i]) {
			exact_read(one, texts[i]);
			mpq_add(sum, sum, one);
		}
	text = exact_write(a, sum);
	mpq_clears(sum, one, NULL);
	return text;
}

/* By kind, code and id, not as the case lists them: the accounts of the ledger are named by this order. */
static bool comes_before(const struct party *left, const struct party *right)
{
	int order = left->code && right->code ? strcmp(left->code, right->code) : 0;

	if (left->kind != right->kind)
		return left->kind < right->kind;
	return (order ? order : strcmp(left->id, right->id)) < 0;
}

/* Shares in that order; a share of nothing is nobody's fault. */
static void add_share(struct liability_record *out, const struct party *party, exact share)
{
	size_t at = out->fault_count;

	if (exact_compare(share, "0") == 0)
		return;
	for (; at > 0 && comes_before(party, out->faults[at - 1].party); at--)
		out->faults[at] = out->faults[at - 1];
	out->faults[at] = (struct fault_share){ party, share };
	out->fault_count++;
}

/* Several at fault, the injured party itself: Table 3 and 5.3 do not say, so a case must. */
static int check_shares(const struct reader *r, const struct node *fault, const struct liability_record *out,
                        struct error *err)
{
	size_t others = 0;

	for (size_t i = 0; i < out->fault_count; i++)
		others += out->faults[i].party != out->sufferer;
	if (others > 1 && !r->c->policies.on[POLICY_SHARED_FAULT])
		return node_fail(fault, err,
		                 "several parties are at fault: no rule says so unless shared_fault is true");
	if (others > 0 && others < out->fault_count && !r->c->policies.on[POLICY_CONTRIBUTORY_FAULT])
		return node_fail(
		    fault, err,
		    "'%s' has a share in its own loss: no rule says so unless contributory_fault is true",
		    out->sufferer->id);
	return 0;
}

static int read_fault(struct reader *r, const struct node *object, struct liability_record *out,
                      struct error *err)
{
	struct node fault, share = { .value = NULL };
	exact *shares;
	size_t count = 0;
	const char *id, *sum;
	json_t *value;

	if (node_object(object, "fault", REQUIRED, &fault, err) < 0)
		return err->code;
	if (json_object_size(fault.value) == 0)
		return node_fail(&fault, err, "names no party");
	out->faults = arena_array(r->arena, json_object_size(fault.value), sizeof *out->faults);
	shares = arena_array(r->arena, json_object_size(fault.value), sizeof *shares);
	json_object_foreach (fault.value, id, value) {
		const struct party *party = find_party(r, id);

		share = node_member(&fault, id);
		if (!party)
			return node_fail(&share, err, "no party '%s'", id);
		if (read_exact(r->arena, &fault, id, REQUIRED, &shares[count], err) < 0)
			return err->code;
		add_share(out, party, shares[count++]);
	}
	sum = sum_of(r->arena, shares, count);
	if (exact_compare(sum, "1") != 0)
		return node_fail(count == 1 ? &share : &fault, err,
		                 "the shares of fault must sum to 1, not %s", sum);
	return check_shares(r, &fault, out, err);
}

static int check_determined(const struct reader *r, const struct node *object,
                            const struct liability_record *l, struct error *err)
{
	struct node determined = node_member(object, "determined");
	const char *heads = sum_of(r->arena, l->heads, HEAD_COUNT);

	if (!l->determined || exact_compare(l->determined, heads) <= 0)
		return 0;
	return node_fail(&determined, err, "a determined loss of %s exceeds the claimed loss of %s",
	                 l->determined, heads);
}

static bool has_level(const struct service *s, const char *level)
{
	for (size_t i = 0; s->terms && i < s->terms->level_count; i++)
		if (strcmp(s->terms->levels[i].id, level) == 0)
			return true;
	return !s->terms;
}

static int read_misses(struct reader *r, const struct node *object, struct liability_record *out,
                       struct error *err)
{
	struct node list;

	if (node_array(object, "misses", OPTIONAL, &list, err) < 0)
		return err->code;
	out->misses_stated = list.value != NULL;
	out->misses = arena_array(r->arena, node_count(&list), sizeof *out->misses);
	for (size_t i = 0; i < node_count(&list); i++) {
		struct miss *m = &out->misses[out->miss_count++];
		struct node item, service, level;
		const char *id;

		if (node_item_object(&list, i, &item, err) < 0 ||
		    node_check_keys(&item, (const char *const[]){ "service", "level", NULL }, err) < 0 ||
		    node_string(&item, "service", REQUIRED, &id, err) < 0 ||
		    read_text(r->arena, &item, "level", REQUIRED, &m->level, err) < 0)
			return err->code;
		service = node_member(&item, "service");
		level = node_member(&item, "level");
		m->service = find_service(r->c, id);
		if (!m->service)
			return node_fail(&service, err, "no service '%s'", id);
		if (!has_level(m->service, m->level))
			return node_fail(&level, err, "the terms of '%s' have no level '%s'", id, m->level);
	}
	return 0;
}

/* A cause that exempts; one without a document is refused when the loss is judged (calc/liability/ceiling.h). */
static int read_exemption(struct reader *r, const struct node *object, struct liability_record *out,
                          struct error *err)
{
	struct node exemption;

	if (node_object(object, "exemption", OPTIONAL, &exemption, err) < 0 || !exemption.value)
		return err->code;
	if (node_check_keys(&exemption, (const char *const[]){ "kind", "document", NULL }, err) < 0 ||
	    read_text(r->arena, &exemption, "kind", REQUIRED, &out->exemption, err) < 0)
		return err->code;
	return read_text(r->arena, &exemption, "document", OPTIONAL, &out->exemption_document, err);
}

/* In whose use it happened, how, and under which contract. */
static int read_use(struct reader *r, const struct node *object, struct liability_record *out,
                    struct error *err)
{
	static const char *const modes[] = { "joint", "single", NULL };
	struct node lg = node_member(object, "lg"), mode_node = node_member(object, "mode");
	struct node month_node = node_member(object, "cause_month");
	const char *month;
	struct date d;
	int mode = 0;

	if (is_given(&lg) && read_party(r, object, "lg", &out->lg, err) < 0)
		return err->code;
	if (out->lg && out->lg->kind != PARTY_LG)
		return node_fail(&lg, err, "'%s' is not a municipality", out->lg->id);
	if (node_word(object, "mode", OPTIONAL, modes, &mode, err) < 0 ||
	    node_string(object, "cause_month", OPTIONAL, &month, err) < 0)
		return err->code;
	if (month && month_parse(&d, month, err) < 0)
		return node_fail_at(&month_node, err);
	if (is_given(&mode_node))
		out->mode = mode ? USE_SINGLE : USE_JOINT;
	out->cause_month = month ? arena_copy(r->arena, month) : NULL;
	return read_contract_named(r, object, &out->contract, err);
}

int read_loss(struct reader *r, const struct node *object, struct liability_record *out, struct error *err)
{
	static const char *const keys[] = { "id",          "at",         "document", "kind",
		                            "incident",    "sufferer",   "heads",    "fault",
		                            "cause_month", "determined", "intent",   "gross_negligence",
		                            "lg",          "mode",       "contract", "misses",
		                            "exemption",   NULL };

	if (node_check_keys(object, keys, err) < 0 ||
	    read_party(r, object, "sufferer", &out->sufferer, err) < 0 ||
	    read_heads(r, object, out, err) < 0 || read_fault(r, object, out, err) < 0 ||
	    read_exact(r->arena, object, "determined", OPTIONAL, &out->determined, err) < 0 ||
	    node_boolean(object, "intent", OPTIONAL, &out->intent, err) < 0 ||
	    node_boolean(object, "gross_negligence", OPTIONAL, &out->gross_negligence, err) < 0 ||
	    read_use(r, object, out, err) < 0 || read_misses(r, object, out, err) < 0 ||
	    read_exemption(r, object, out, err) < 0)
		return err->code;
	return check_determined(r, object, out, err);
}
