/* Contracts, records and policies: line 8 of the case. */
#include "tests/unit/build_case.h"

#define CONTRACT(keys) "'contracts': [ { 'id': 'k', 'kind': 'イ', 'parties': [ 'da', 'lg-a' ]" keys " } ]"
#define RECORD(keys)   "'records': [ { 'id': 'r1', 'at': '2026-11-01', " keys " } ]"
#define LOSS(keys)     RECORD("'kind': 'loss', 'sufferer': 'lg-a', 'heads': { 'direct': '100' }" keys)

static const struct refusal rows[] = {
	/* contracts */
	{ { .more = CONTRACT("") }, "accepted" },
	{ { .more = "'contracts': [ { 'id': 'k', 'kind': 'オ' } ]" },
	  "case.json:8: contracts[0].kind: 'オ' is not one of: ア, イ, ウ, エ" },
	{ { .more = "'contracts': [ { 'id': 'k', 'kind': 'イ', 'parties': [ 'da' ] } ]" },
	  "case.json:8: contracts[0].parties: a contract has two parties" },
	{ { .more = "'contracts': [ { 'id': 'k', 'kind': 'イ', 'parties': [ 'da', 'lg-z' ] } ]" },
	  "case.json:8: contracts[0].parties[1]: no party 'lg-z'" },
	/* losses */
	{ { .more = LOSS(", 'fault': { 'csp': '1' }") }, "accepted" },
	{ { .more = LOSS(", 'fault': {}") }, "case.json:8: records[0].fault: names no party" },
	{ { .more = LOSS(", 'fault': { 'csp': '1/2', 'da': '1/2' }") },
	  "case.json:8: records[0].fault: several parties are at fault: no rule says so unless shared_fault "
	  "is true" },
	{ { .more = LOSS(", 'fault': { 'csp': '100' }") },
	  "case.json:8: records[0].fault.csp: the shares of fault must sum to 1, not 100" },
	{ { .more = LOSS(", 'fault': { 'csp': '37/37' }") }, "accepted" },
	{ { .more = LOSS(", 'fault': { 'nobody': '1' }") },
	  "case.json:8: records[0].fault.nobody: no party 'nobody'" },
	{ { .more = LOSS(", 'fault': { 'lg-b': '1' }") },
	  "records[0].fault.lg-b: Table 3 has no rule for a loss of 'lg-a' by a fault of 'lg-b'\nhint: an "
	  "agreement of kind 'route' can state one" },
	{ { .more = LOSS(", 'fault': { 'csp': '1' }"),
	    .parties = "[ { 'id': 'csp', 'kind': 'CSP' }, { 'id': 'carrier', 'kind': 'NSP' }, { 'id': "
	               "'lg-a', 'kind': "
	               "'LG' } ]" },
	  "records[0].fault.csp: 5.3 needs the Digital Agency, and no party is of kind DA" },
	{ { .more = RECORD("'kind': 'loss', 'sufferer': 'csp', 'heads': {}, 'fault': { 'da': '1' }") },
	  "accepted" }, /* Table 3 (1)A */
	{ { .more = LOSS(", 'fault': { 'csp': '1' }, 'cause_month': '2026-13'") },
	  "case.json:8: records[0].cause_month: '2026-13' is not a month like 2026-10" },
	{ { .more = LOSS(", 'fault': { 'csp': '1' }, 'determined': '101'") },
	  "case.json:8: records[0].determined: a determined loss of 101 exceeds the claimed loss of 100" },
	{ { .more = RECORD("'kind': 'loss', 'sufferer': 'lg-a', 'heads': { 'indirect': '1' }") },
	  "case.json:8: records[0].heads.indirect: unknown key 'indirect'" },
	/* money */
	{ { .more = RECORD("'kind': 'payment', 'from': 'da', 'to': 'lg-a', 'amount': '1'") },
	  "records[0].amount: a payment of 1 exceeds the payable amount of 0" },
	{ { .more = RECORD("'kind': 'payment', 'from': 'da', 'to': 'da', 'amount': '1'") },
	  "case.json:8: records[0].to: nobody pays himself" },
	{ { .more = RECORD("'kind': 'payment', 'from': 'da', 'to': 'lg-a', 'amount': '1.5'") },
	  "case.json:8: records[0].amount: yen are whole, not 1.5" },
	{ { .more = RECORD("'kind': 'claim', 'from': 'lg-a', 'to': 'da', 'amount': '1', 'own_loss': true") },
	  "case.json:8: records[0].own_loss: only a recovery is for the receiver's own loss" },
	{ { .more = RECORD("'kind': 'claim', 'from': 'lg-a', 'to': 'da', 'amount': '1', 'services': []") },
	  "case.json:8: records[0].services: only a reduction is of services" },
	{ { .more = RECORD("'kind': 'claim', 'from': 'lg-a', 'to': 'da', 'amount': '1', 'currency': 'USD'") },
	  "case.json:8: records[0].currency: what is claimed and acknowledged is in yen" },
	{ { .more = RECORD(
	        "'kind': 'reduction', 'from': 'csp', 'to': 'da', 'amount': '1', 'services': [ 'x' ]") },
	  "case.json:8: records[0].services[0]: no service 'x'" },
	{ { .more = RECORD("'kind': 'payment', 'from': 'da', 'to': 'lg-a', 'amount': '-1'") },
	  "case.json:8: records[0].amount: '-1' must not be negative" },
	{ { .more = RECORD("'kind': 'claim', 'from': 'da', 'to': 'csp', 'amount': '1', 'form': 'cash'") },
	  "case.json:8: records[0].form: only a recovery and a payment have a form" },
	{ { .more =
	        RECORD("'kind': 'recovery', 'from': 'csp', 'to': 'da', 'amount': '1', 'form': 'set_off'") },
	  "accepted" },
	{ { .more = RECORD("'kind': 'gift'") },
	  "case.json:8: records[0].kind: 'gift' is not one of: loss, claim, acknowledgement, "
	  "reduction, recovery, payment, reversal" },
	{ { .more = "'records': [ { 'id': 'r1', 'at': '2026-11-31', 'kind': 'payment' } ]" },
	  "case.json:8: records[0].at: '2026-11-31' is not a date like 2026-10-31" },
	{ { .more = "'records': [ { 'id': 'r1', 'at': '2026-11-01', 'kind': 'claim', 'from': 'da', 'to': "
	            "'csp', 'amount': "
	            "'1' },\n { 'id': 'r1', 'at': '2026-11-02', 'kind': 'claim', 'from': 'da', 'to': 'csp', "
	            "'amount': '1' } ]" },
	  "case.json:9: records[1]: the record 'r1' is there twice" },
	/* policies */
	{ { .more = "'policies': { 'shared_fault': { 'value': true, 'document': 'd' } }" }, "accepted" },
	{ { .more = "'policies': { 'shared_fault': { 'value': true } }" },
	  "case.json:8: policies.shared_fault: the key 'document' is missing" },
	{ { .more = "'policies': { 'shared_fault': 'yes' }" },
	  "case.json:8: policies.shared_fault: must be true or false" },
	{ { .more = "'policies': { 'state_budget': 'all' }" },
	  "case.json:8: policies.state_budget: 'all' is not one of: lg_share, none_if_any" },
	{ { .more = "'policies': { 'anything': true }" },
	  "case.json:8: policies.anything: unknown key 'anything'" },
};

START_TEST(refusals)
{
	assert_refused(rows, ROWS(rows));
}
END_TEST

#define CLAIM(id, day)                                                                                       \
	"{ 'id': '" id "', 'at': '" day "', 'kind': 'claim', 'from': 'da', 'to': 'csp', 'amount': '1' }"

START_TEST(records_come_by_day_and_only_as_far_as_known)
{
	struct arena a = { 0 };
	struct statement *s = judged(
	    &a,
	    &(struct case_parts){
	        .more =
	            "'as_of': '2026-11-02T15:00:00Z', 'records': [ " CLAIM("late", "2026-11-04") ", " CLAIM(
	                "b", "2026-11-03") ", " CLAIM("a", "2026-11-03") ", " CLAIM("first",
	                                                                            "2026-11-01") " ]" });
	const struct sla_case *c = s->the_case;

	/* 2026-11-02T15:00Z is 3 November in Tokyo */
	ck_assert_uint_eq(c->record_count, 3);
	ck_assert_str_eq(c->records[0].id, "first");
	ck_assert_str_eq(c->records[1].id, "a");
	ck_assert_str_eq(c->records[2].id, "b");
	ck_assert_uint_eq(c->records[0].index, 3); /* in the case, for messages */
	statement_free(s);
	arena_release(&a);
}
END_TEST

int main(void)
{
	return run_suite("records", (const TTest *const[]){
	                                refusals, records_come_by_day_and_only_as_far_as_known, NULL });
}
