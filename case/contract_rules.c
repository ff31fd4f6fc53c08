/*
 * contract_rules: what a contract says about how much is owed at most: caps, heads of loss that it excludes, exemptions
 * and liquidated damages, its own or those of a shipped form (liability_form.h).
 */
#include "calc/exact.h"
#include "case/liability_form.h"
#include "case/reader.h"

#include <assert.h>
#include <string.h>

#define MONTHS_MOST    1200
#define RULE_KEYS_MOST 5

/* Where rules stand: in the contract itself, or in a form that calls the parties by their roles. */
struct rules {
	struct reader *r;
	struct contract *k;
	bool form;
	struct node where;  /* of a form: the contract's "form", which messages point at */
	struct node values; /* of a form: what the contract fills its open figures with */
};

/* The keys of one rule: that of a form also says what its words are and how well they are known. */
static int check_rule_keys(const struct rules *rules, const struct node *object, const char *const *own,
                           struct error *err)
{
	const char *known[RULE_KEYS_MOST + 3] = { NULL };
	size_t count = 0;

	while (own[count]) {
		assert(count < RULE_KEYS_MOST);
		known[count] = own[count];
		count++;
	}
	if (rules->form) {
		known[count++] = "says";
		known[count] = "confidence";
	}
	return node_check_keys(object, known, err);
}

/* ---- whose rule it is ---- */

/* NULL for the word of a form that is left out: both parties. */
static int read_debtor(const struct rules *rules, const struct node *object, enum presence presence,
                       const struct party **out, struct error *err)
{
	struct node member = node_member(object, "debtor");
	int role = ROLE_PROVIDER;

	*out = NULL;
	if (!member.value || json_is_null(member.value)) {
		const char *id;

		return presence == OPTIONAL ? 0 : node_string(object, "debtor", REQUIRED, &id, err);
	}
	if (rules->form) {
		if (node_word(object, "debtor", REQUIRED, liability_roles, &role, err) < 0)
			return err->code;
		*out = contract_role(rules->k, (enum liability_role)role);
		return 0;
	}
	if (read_party(rules->r, object, "debtor", out, err) < 0)
		return err->code;
	if (*out != rules->k->parties[0] && *out != rules->k->parties[1])
		return node_fail(&member, err, "'%s' is not a party of the contract", (*out)->id);
	return 0;
}

static int read_lifted_by(const struct node *object, bool otherwise, bool *intent, bool *gross_negligence,
                          struct error *err)
{
	struct node list;

	*intent = *gross_negligence = otherwise;
	if (node_array(object, "lifted_by", OPTIONAL, &list, err) < 0)
		return err->code;
	if (!list.value)
		return 0;
	*intent = *gross_negligence = false;
	for (size_t i = 0; i < node_count(&list); i++) {
		struct node item = node_item(&list, i);
		const char *word;

		if (node_item_string(&list, i, &word, err) < 0)
			return err->code;
		if (strcmp(word, "intent") == 0)
			*intent = true;
		else if (strcmp(word, "gross_negligence") == 0)
			*gross_negligence = true;
		else
			return node_fail(&item, err, "'%s' is not one of: intent, gross_negligence", word);
	}
	return 0;
}

/* ---- caps ---- */

/* A number of months, or the name of the figure that a form leaves open. */
static int read_months(const struct rules *rules, const struct node *rule, int64_t *out, struct error *err)
{
	struct node months = node_member(rule, "months_of_fee");

	if (rules->form && json_is_string(months.value))
		return node_integer(&rules->values, json_string_value(months.value), REQUIRED, 1, MONTHS_MOST,
		                    out, err);
	return node_integer(rule, "months_of_fee", REQUIRED, 1, MONTHS_MOST, out, err);
}

static int read_cap_word(const struct rules *rules, const struct node *cap, struct contract_cap *out,
                         struct error *err)
{
	static const char *const words[] = { "recovered", "contract_amount", NULL };
	struct node rule = rules->form ? rules->where : node_member(cap, "rule");
	int index = 0;

	if (node_word(cap, "rule", REQUIRED, words, &index, err) < 0)
		return err->code;
	out->rule = index == 0 ? CAP_RECOVERED : CAP_CONTRACT_AMOUNT;
	if (out->rule == CAP_CONTRACT_AMOUNT && !rules->k->amount) {
		node_fail(&rule, err, "the amount of the contract '%s' is not stated", rules->k->id);
		return error_hint(err, "say it as \"amount\" of the contract");
	}
	return 0;
}

static int read_cap_rule(const struct rules *rules, const struct node *cap, struct contract_cap *out,
                         struct error *err)
{
	struct node rule = node_member(cap, "rule"), object;

	if (json_is_string(rule.value))
		return read_cap_word(rules, cap, out, err);
	if (node_object(cap, "rule", REQUIRED, &object, err) < 0 ||
	    node_check_keys(&object, (const char *const[]){ "amount", "months_of_fee", NULL }, err) < 0)
		return err->code;
	if (!node_member(&object, "months_of_fee").value) {
		out->rule = CAP_AMOUNT;
		return read_exact(rules->r->arena, &object, "amount", REQUIRED, &out->amount, err);
	}
	out->rule = CAP_MONTHS_OF_FEE;
	if (json_object_size(object.value) != 1)
		return node_fail(&object, err, "a cap is an amount or months of the fee, not both");
	return read_months(rules, &object, &out->months, err);
}

static int read_cap(const struct rules *rules, const struct node *cap, struct contract_cap *out,
                    struct error *err)
{
	static const char *const keys[] = { "debtor", "rule", "per", "lifted_by", "clause", NULL };
	static const char *const pers[] = {
		[CAP_IN_ALL] = "contract", [CAP_PER_INCIDENT] = "incident", [CAP_PER_LOSS] = "loss", NULL
	};
	struct node per_node = node_member(cap, "per");
	bool months;
	int per;

	if (check_rule_keys(rules, cap, keys, err) < 0 ||
	    read_debtor(rules, cap, rules->form ? OPTIONAL : REQUIRED, &out->debtor, err) < 0 ||
	    read_cap_rule(rules, cap, out, err) < 0)
		return err->code;
	months = out->rule == CAP_MONTHS_OF_FEE;
	per = months ? CAP_PER_LOSS : CAP_IN_ALL;
	if (node_word(cap, "per", OPTIONAL, pers, &per, err) < 0 ||
	    read_lifted_by(cap, months, &out->lifted_by_intent, &out->lifted_by_gross_negligence, err) < 0 ||
	    read_text(rules->r->arena, cap, "clause", OPTIONAL, &out->clause, err) < 0)
		return err->code;
	if (out->rule == CAP_RECOVERED && (per_node.value || node_member(cap, "lifted_by").value))
		return node_fail(
		    cap, err, "what was recovered caps each loss as it is shared: no 'per', no 'lifted_by'");
	out->per = (enum cap_per)per;
	return 0;
}

/* A fixed cap and the recovered amount may stand side by side; two fixed ones could not be told apart. */
static int check_single(const struct contract *k, size_t last, const struct node *cap, struct error *err)
{
	const struct contract_cap *new = &k->caps[last];

	for (size_t i = 0; i < last; i++)
		if (k->caps[i].debtor == new->debtor &&
		    (k->caps[i].rule == CAP_RECOVERED) == (new->rule == CAP_RECOVERED))
			return node_fail(cap, err, "'%s' has another cap already", new->debtor->id);
	return 0;
}

static int read_caps(const struct rules *rules, const struct node *object, struct error *err)
{
	struct contract *k = rules->k;
	struct node caps;

	if (node_array(object, "caps", OPTIONAL, &caps, err) < 0)
		return err->code;
	k->caps = arena_array(rules->r->arena, 2 * node_count(&caps), sizeof *k->caps);
	for (size_t i = 0; i < node_count(&caps); i++) {
		struct contract_cap read = { .debtor = NULL };
		struct node cap;

		if (node_item_object(&caps, i, &cap, err) < 0 || read_cap(rules, &cap, &read, err) < 0)
			return err->code;
		for (size_t p = 0; p < 2; p++) {
			if (read.debtor && read.debtor != k->parties[p])
				continue;
			k->caps[k->cap_count] = read;
			k->caps[k->cap_count].debtor = k->parties[p];
			if (check_single(k, k->cap_count++, &cap, err) < 0)
				return err->code;
		}
	}
	return 0;
}

/* ---- heads of loss ---- */

static int read_head(const char *word, const struct node *where, enum loss_head *out, struct error *err)
{
	static const char *const heads[HEAD_COUNT] = {
		[HEAD_DIRECT] = "direct", [HEAD_LOST_PROFIT] = "lost_profit", [HEAD_SPECIAL] = "special"
	};

	for (int head = 0; head < HEAD_COUNT; head++)
		if (strcmp(word, heads[head]) == 0) {
			*out = (enum loss_head)head;
			return 0;
		}
	return node_fail(where, err, "'%s' is not one of: direct, lost_profit, special", word);
}

static int read_excluded(const struct rules *rules, const struct node *list, size_t i,
                         struct excluded_head *out, struct error *err)
{
	static const char *const keys[] = { "head", "debtor", "lifted_by", "clause", NULL };
	struct node item = node_item(list, i), head;
	const char *word;

	if (json_is_string(item.value))
		return node_item_string(list, i, &word, err) < 0 ? err->code
		                                                 : read_head(word, &item, &out->head, err);
	if (!json_is_object(item.value))
		return node_fail(&item, err, "neither a head of loss nor an object that names one");
	head = node_member(&item, "head");
	if (check_rule_keys(rules, &item, keys, err) < 0 ||
	    node_string(&item, "head", REQUIRED, &word, err) < 0 ||
	    read_head(word, &head, &out->head, err) < 0 ||
	    read_debtor(rules, &item, OPTIONAL, &out->debtor, err) < 0 ||
	    read_lifted_by(&item, false, &out->lifted_by_intent, &out->lifted_by_gross_negligence, err) < 0)
		return err->code;
	return read_text(rules->r->arena, &item, "clause", OPTIONAL, &out->clause, err);
}

static int read_excludes(const struct rules *rules, const struct node *object, struct error *err)
{
	struct contract *k = rules->k;
	struct node list;

	if (node_array(object, "excludes", OPTIONAL, &list, err) < 0)
		return err->code;
	k->excluded_heads = arena_array(rules->r->arena, node_count(&list), sizeof *k->excluded_heads);
	for (; k->excluded_head_count < node_count(&list); k->excluded_head_count++)
		if (read_excluded(rules, &list, k->excluded_head_count,
		                  &k->excluded_heads[k->excluded_head_count], err) < 0)
			return err->code;
	return 0;
}

/* ---- exemptions ---- */

static int read_exemptions(const struct rules *rules, const struct node *object, struct error *err)
{
	static const char *const keys[] = { "kind", "debtor", "clause", NULL };
	struct contract *k = rules->k;
	struct node list;

	if (node_array(object, "exemptions", OPTIONAL, &list, err) < 0)
		return err->code;
	k->exemptions = arena_array(rules->r->arena, node_count(&list), sizeof *k->exemptions);
	for (size_t i = 0; i < node_count(&list); i++) {
		struct exemption *x = &k->exemptions[k->exemption_count++];
		struct node item;

		if (node_item_object(&list, i, &item, err) < 0 ||
		    check_rule_keys(rules, &item, keys, err) < 0 ||
		    read_text(rules->r->arena, &item, "kind", REQUIRED, &x->kind, err) < 0 ||
		    read_debtor(rules, &item, OPTIONAL, &x->debtor, err) < 0 ||
		    read_text(rules->r->arena, &item, "clause", OPTIONAL, &x->clause, err) < 0)
			return err->code;
	}
	return 0;
}

/* ---- liquidated damages ---- */

/* true, or { "clause" }. */
static int read_liquidated(const struct rules *rules, const struct node *object, struct error *err)
{
	struct node member = node_member(object, "liquidated_damages");
	struct contract *k = rules->k;

	if (!json_is_object(member.value))
		return node_boolean(object, "liquidated_damages", OPTIONAL, &k->liquidated_damages, err);
	k->liquidated_damages = true;
	if (check_rule_keys(rules, &member, (const char *const[]){ "clause", NULL }, err) < 0)
		return err->code;
	return read_text(rules->r->arena, &member, "clause", OPTIONAL, &k->liquidated_clause, err);
}

/* ---- all of them ---- */

static const struct {
	const char *key;
	int (*read)(const struct rules *rules, const struct node *object, struct error *err);
} readers[] = {
	{ "caps", read_caps },
	{ "excludes", read_excludes },
	{ "exemptions", read_exemptions },
	{ "liquidated_damages", read_liquidated },
};

#define READER_COUNT (sizeof readers / sizeof *readers)

static bool states(const struct node *object, const char *key)
{
	struct node member = node_member(object, key);

	return member.value && !json_is_null(member.value);
}

/* What the form says and the contract does not say itself. */
static int read_from_form(struct reader *r, const struct node *object, struct contract *k, struct error *err)
{
	struct rules rules = { .r = r, .k = k, .form = true, .where = node_member(object, "form") };
	struct liability_form form;
	struct node root;

	if (liability_form_open(&form, &rules.where, k->form, err) < 0)
		return err->code;
	if (document_root(&form.doc, &root, err) == 0 &&
	    liability_form_fit(&form, k, object, &rules.values, err) == 0)
		for (size_t i = 0; i < READER_COUNT && err->code == ERROR_NONE; i++)
			if (!states(object, readers[i].key))
				(void)!readers[i].read(&rules, &root, err);
	liability_form_release(&form);
	return err->code;
}

int read_contract_rules(struct reader *r, const struct node *object, struct contract *k, struct error *err)
{
	struct rules own = { .r = r, .k = k };
	struct node values = node_member(object, "form_values");

	for (size_t i = 0; i < READER_COUNT; i++)
		if (states(object, readers[i].key) && readers[i].read(&own, object, err) < 0)
			return err->code;
	if (read_text(r->arena, object, "form", OPTIONAL, &k->form, err) < 0)
		return err->code;
	if (k->form)
		return read_from_form(r, object, k, err);
	return values.value ? node_fail(&values, err, "fills nothing: the contract names no form") : 0;
}
