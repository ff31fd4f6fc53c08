/* Caps, excluded heads, exemptions, liquidated damages, and the shipped forms: line 8 of the case. */
#include "case/liability_form.h"
#include "tests/unit/build_case.h"

#define KIND(kind, keys)                                                                                     \
	"'contracts': [ { 'id': 'k', 'kind': '" kind "', 'parties': [ 'asp', 'lg-a' ], " keys " } ]"
#define CONTRACT(keys) KIND("エ", keys)
#define CAP(keys)      CONTRACT("'caps': [ { 'debtor': 'asp', " keys " } ]")
#define PARTIES                                                                                              \
	"[ { 'id': 'carrier', 'kind': 'NSP' }, { 'id': 'da', 'kind': 'DA' }, { 'id': 'asp', 'kind': 'ASP' "  \
	"}, { 'id': 'lg-a', 'kind': 'LG' } ]"
#define KEY "case.json:8: contracts[0]."

static const struct refusal rows[] = {
	/* caps */
	{ { .more = CONTRACT("'caps': [ { 'debtor': 'da', 'rule': 'recovered' } ]") },
	  KEY "caps[0].debtor: 'da' is not a party of the contract" },
	{ { .more = CONTRACT("'caps': [ { 'rule': 'recovered' } ]") },
	  KEY "caps[0]: the key 'debtor' is missing" },
	{ { .more = CAP("'rule': 'none'") },
	  KEY "caps[0].rule: 'none' is not one of: recovered, contract_amount" },
	{ { .more = CAP("'rule': {}") }, KEY "caps[0].rule: the key 'amount' is missing" },
	{ { .more = CAP("'rule': { 'months_of_fee': 0 }") },
	  KEY "caps[0].rule.months_of_fee: 0 is not in 1 to 1200" },
	{ { .more = CAP("'rule': { 'months_of_fee': '3' }") },
	  KEY "caps[0].rule.months_of_fee: must be a whole number" },
	{ { .more = CAP("'rule': { 'months_of_fee': 3, 'amount': '1' }") },
	  KEY "caps[0].rule: a cap is an amount or months of the fee, not both" },
	{ { .more = CAP("'rule': 'contract_amount'") },
	  KEY "caps[0].rule: the amount of the contract 'k' is not stated\n"
	      "hint: say it as \"amount\" of the contract" },
	{ { .more = CAP("'rule': { 'amount': '1' }, 'per': 'year'") },
	  KEY "caps[0].per: 'year' is not one of: contract, incident, loss" },
	{ { .more = CAP("'rule': { 'amount': '1' }, 'lifted_by': [ 'malice' ]") },
	  KEY "caps[0].lifted_by[0]: 'malice' is not one of: intent, gross_negligence" },
	{ { .more = CAP("'rule': 'recovered', 'per': 'loss'") },
	  KEY "caps[0]: what was recovered caps each loss as it is shared: no 'per', no 'lifted_by'" },
	{ { .more = CAP("'rule': { 'amount': '1' } }, { 'debtor': 'asp', 'rule': { 'months_of_fee': 1 }") },
	  KEY "caps[1]: 'asp' has another cap already" },
	{ { .more = CAP("'rule': { 'amount': '1' } }, { 'debtor': 'lg-a', 'rule': { 'amount': '1' }") },
	  "accepted" },
	{ { .more = CAP("'rule': { 'amount': '1' }, 'says': 'words'") },
	  KEY "caps[0].says: unknown key 'says'" },
	/* heads of loss */
	{ { .more = CONTRACT("'excludes': [ 'everything' ]") },
	  KEY "excludes[0]: 'everything' is not one of: direct, lost_profit, special" },
	{ { .more = CONTRACT("'excludes': [ 3 ]") },
	  KEY "excludes[0]: neither a head of loss nor an object that names one" },
	{ { .more = CONTRACT("'excludes': [ { 'head': 'indirect' } ]") },
	  KEY "excludes[0].head: 'indirect' is not one of: direct, lost_profit, special" },
	{ { .more = CONTRACT("'excludes': [ { 'head': 'direct', 'debtor': 'da' } ]") },
	  KEY "excludes[0].debtor: 'da' is not a party of the contract" },
	{ { .more = CONTRACT("'excludes': [ 'special', { 'head': 'direct', 'debtor': null, 'lifted_by': [ "
	                     "'intent' ] } ]") },
	  "accepted" },
	/* exemptions */
	{ { .more = CONTRACT("'exemptions': [ { 'debtor': 'asp' } ]") },
	  KEY "exemptions[0]: the key 'kind' is missing" },
	{ { .more = CONTRACT("'exemptions': [ { 'kind': 'other', 'when': 'always' } ]") },
	  KEY "exemptions[0].when: unknown key 'when'" },
	/* liquidated damages */
	{ { .more = CONTRACT("'liquidated_damages': 'yes'") },
	  KEY "liquidated_damages: must be true or false" },
	{ { .more = CONTRACT("'liquidated_damages': { 'amount': '1' }") },
	  KEY "liquidated_damages.amount: unknown key 'amount'" },
	/* forms */
	{ { .more = CONTRACT("'form': 'guideline-model', 'form_values': { 'months': 3 }") }, "accepted" },
	{ { .more = CONTRACT("'form': 'guideline'") },
	  KEY "form: no form of liability is called 'guideline'\nhint: slacalc catalogue list --liability" },
	{ { .more = CONTRACT("'form': 'guideline-model'") },
	  "case.json:8: contracts[0]: the form 'guideline-model' leaves 'months' open\n"
	  "hint: say it under \"form_values\" of the contract" },
	{ { .more = CONTRACT("'form': 'guideline-model', 'form_values': { 'months': null }") },
	  KEY "form_values: the form 'guideline-model' leaves 'months' open\n"
	      "hint: say it under \"form_values\" of the contract" },
	{ { .more = CONTRACT("'form': 'guideline-model', 'form_values': { 'months': 0 }") },
	  KEY "form_values.months: 0 is not in 1 to 1200" },
	{ { .more = CONTRACT("'form': 'guideline-model', 'form_values': { 'months': 1, 'years': 1 }") },
	  KEY "form_values.years: the form 'guideline-model' does not leave 'years' open" },
	{ { .more = CONTRACT("'form': 'survey-e-16', 'form_values': { 'months': 1 }") },
	  KEY "form_values.months: the form 'survey-e-16' does not leave 'months' open" },
	{ { .more = CONTRACT("'form_values': { 'months': 1 }") },
	  KEY "form_values: fills nothing: the contract names no form" },
	{ { .more = CONTRACT("'form': 'survey-amended'") },
	  KEY "form: the amount of the contract 'k' is not stated\n"
	      "hint: say it as \"amount\" of the contract" },
	{ { .more = KIND("イ", "'form': 'survey-e-16'") },
	  KEY "form: the form 'survey-e-16' is not written for contracts of kind イ" },
	{ { .more = "'contracts': [ { 'id': 'k', 'kind': 'エ', 'parties': [ 'asp', 'da' ], 'form': "
	            "'survey-e-16' } ]" },
	  KEY "form: who provides to whom is not told by the parties' kinds" },
};

START_TEST(contract_rules_are_refused)
{
	struct refusal with_asp[ROWS(rows)];

	for (size_t i = 0; i < ROWS(rows); i++) {
		with_asp[i] = rows[i];
		with_asp[i].parts.parties = PARTIES;
	}
	assert_refused(with_asp, ROWS(rows));
}
END_TEST

/* The one contract of a case that must be read. */
static const struct contract *contract_of(struct arena *a, const char *more)
{
	struct error err = { 0 };
	struct sla_case *c = NULL;
	char line[512];

	if (read_case(a, &(struct case_parts){ .parties = PARTIES, .more = more }, &c, &err) < 0)
		ck_abort_msg("refused: %s", error_line(&err, line, sizeof line));
	return c->contracts;
}

START_TEST(what_is_left_out_of_a_cap)
{
	struct arena a = { 0 };
	const struct contract_cap *cap = contract_of(&a, CAP("'rule': { 'months_of_fee': 3 }"))->caps;

	ck_assert_int_eq(cap->months, 3);
	ck_assert_int_eq(cap->per, CAP_PER_LOSS);
	ck_assert(cap->lifted_by_intent && cap->lifted_by_gross_negligence);
	cap = contract_of(&a, CAP("'rule': { 'months_of_fee': 3 }, 'lifted_by': []"))->caps;
	ck_assert(!cap->lifted_by_intent && !cap->lifted_by_gross_negligence);
	cap = contract_of(&a, CAP("'rule': { 'amount': '5' }"))->caps;
	ck_assert_int_eq(cap->per, CAP_IN_ALL);
	ck_assert(!cap->lifted_by_intent && !cap->lifted_by_gross_negligence);
	arena_release(&a);
}
END_TEST

START_TEST(model_contract_is_taken_over)
{
	struct arena a = { 0 };
	const struct contract *k =
	    contract_of(&a, CONTRACT("'form': 'guideline-model', 'form_values': { 'months': 3 }"));

	ck_assert_int_eq(k->cap_count, 1);
	ck_assert_str_eq(k->caps->debtor->id, "asp");
	ck_assert_int_eq(k->caps->rule, CAP_MONTHS_OF_FEE);
	ck_assert_int_eq(k->caps->months, 3);
	ck_assert_str_eq(k->caps->clause, "23-1(2)");
	ck_assert_int_eq(k->excluded_head_count, 2);
	ck_assert_int_eq(k->excluded_heads[0].head, HEAD_LOST_PROFIT);
	ck_assert_str_eq(k->excluded_heads[1].debtor->id, "asp");
	ck_assert_int_eq(k->exemption_count, 12);
	ck_assert_str_eq(k->exemptions[4].kind, "force_majeure");
	ck_assert_str_eq(k->exemptions[4].clause, "24-1(5)");
	ck_assert(k->liquidated_damages);
	ck_assert_str_eq(k->liquidated_clause, "23-1(1)");
	arena_release(&a);
}
END_TEST

START_TEST(contract_prevails_over_its_form)
{
	struct arena a = { 0 };
	const struct contract *k =
	    contract_of(&a, CONTRACT("'form': 'guideline-model', 'form_values': { 'months': 3 }, "
	                             "'excludes': [], 'liquidated_damages': false"));

	ck_assert_int_eq(k->cap_count, 1);
	ck_assert_int_eq(k->excluded_head_count, 0);
	ck_assert_int_eq(k->exemption_count, 12);
	ck_assert(!k->liquidated_damages);
	arena_release(&a);
}
END_TEST

/* A contract of each kind that a form is written for takes the form over. */
static void take_over(struct arena *a, const struct liability_form *form)
{
	json_t *kind, *blank;
	const char *name;
	size_t i;

	json_array_foreach (form->kinds, i, kind) {
		const char *values = "";
		struct case_parts parts = {
			.parties =
			    "[ { 'id': 'carrier', 'kind': 'NSP' }, { 'id': 'da', 'kind': 'DA' }, { 'id': "
			    "'asp', 'kind': 'ASP' }, { 'id': 'oma', 'kind': 'OMA' }, { 'id': 'lg-a', "
			    "'kind': 'LG' } ]"
		};
		const char *word = json_string_value(kind), *got;
		const char *provider = strcmp(word, "イ") == 0   ? "da"
		                       : strcmp(word, "ウ") == 0 ? "oma"
		                                                 : "asp";

		json_object_foreach ((json_t *)form->open, name, blank)
			values = arena_printf(a, "%s%s'%s': 3", values, *values ? ", " : "", name);
		parts.more =
		    arena_printf(a,
		                 "'contracts': [ { 'id': 'k', 'kind': '%s', 'parties': [ 'lg-a', '%s' "
		                 "], 'amount': '1', 'form': '%s', 'form_values': { %s } } ]",
		                 word, provider, form->id, values);
		got = refusal_of(a, &parts);
		ck_assert_msg(strcmp(got, "accepted") == 0, "%s", got);
	}
}

START_TEST(every_shipped_form_is_read)
{
	size_t forms = 0;

	for (size_t i = 0; i < shipped_count; i++) {
		struct liability_form form;
		struct arena a = { 0 };
		struct error err = { 0 };
		char line[512];

		if (!liability_form_is(&shipped_files[i]))
			continue;
		if (liability_form_read(&form, &shipped_files[i], &err) < 0)
			ck_abort_msg("%s", error_line(&err, line, sizeof line));
		take_over(&a, &form);
		forms++;
		liability_form_release(&form);
		arena_release(&a);
	}
	ck_assert_int_eq(forms, 5);
}
END_TEST

int main(void)
{
	return run_suite("contract_rules", (const TTest *const[]){
	                                       contract_rules_are_refused, what_is_left_out_of_a_cap,
	                                       model_contract_is_taken_over, contract_prevails_over_its_form,
	                                       every_shipped_form_is_read, NULL });
}
