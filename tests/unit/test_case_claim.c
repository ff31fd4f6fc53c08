/* Claims: what the terms ask for and what was claimed. The terms stand on line 5 of the case, more from line 8 on. */
#include "tests/unit/build_case.h"

#define CLAIM(keys)                                                                                          \
	{                                                                                                    \
		.settle = FLOOR_YEN ", 'claim': { " keys " }"                                                \
	}
#define MADE(keys)                                                                                           \
	{                                                                                                    \
		.more = "'claims': [ { " keys " } ]"                                                         \
	}
#define SENT "'sent': '2026-11-05T00:00:00+09:00'"

static const struct refusal rows[] = {
	{ CLAIM("'cycles': 2"), "case.json:5: terms[0].claim: the key 'rule' is missing" },
	{ CLAIM("'rule': 'soon'"),
	  "case.json:5: terms[0].claim.rule: 'soon' is not one of: automatic, end_of_cycle, days_after, "
	  "months_after_end, day_of_month" },
	{ CLAIM("'rule': 'end_of_cycle'"), "case.json:5: terms[0].claim: the key 'cycles' is missing" },
	{ CLAIM("'rule': 'days_after'"), "case.json:5: terms[0].claim: the key 'days' is missing" },
	{ CLAIM("'rule': 'months_after_end'"), "case.json:5: terms[0].claim: the key 'months' is missing" },
	{ CLAIM("'rule': 'day_of_month', 'months': 1"),
	  "case.json:5: terms[0].claim: the key 'day' is missing" },
	{ CLAIM("'rule': 'automatic', 'days': 3"),
	  "case.json:5: terms[0].claim.days: the rule 'automatic' has no 'days'" },
	{ CLAIM("'rule': 'end_of_cycle', 'cycles': 2, 'anchor': 'incident'"),
	  "case.json:5: terms[0].claim.anchor: the rule 'end_of_cycle' has no 'anchor'" },
	{ CLAIM("'rule': 'days_after', 'days': 3661"),
	  "case.json:5: terms[0].claim.days: 3661 is not in 0 to 3660" },
	{ CLAIM("'rule': 'day_of_month', 'months': 1, 'day': 31"),
	  "case.json:5: terms[0].claim.day: 31 is not in 1 to 28" },
	{ CLAIM("'rule': 'days_after', 'days': 3, 'anchor': 'fault'"),
	  "case.json:5: terms[0].claim.anchor: 'fault' is not one of: incident, recovery, eligibility, "
	  "month_end" },
	{ CLAIM("'rule': 'automatic', 'deadline': 3"),
	  "case.json:5: terms[0].claim.deadline: unknown key 'deadline'" },
	{ CLAIM("'rule': 'automatic', 'contents': [ '' ]"),
	  "case.json:5: terms[0].claim.contents[0]: must not be empty" },
	{ CLAIM("'rule': 'end_of_cycle', 'cycles': 2, 'readings': [ { 'cycles': 1 } ]"),
	  "case.json:5: terms[0].claim.readings[0]: the key 'reading' is missing" },
	{ CLAIM("'rule': 'end_of_cycle', 'cycles': 2, 'readings': [ { 'reading': 'r', 'rule': 'days_after' } "
	        "]"),
	  "case.json:5: terms[0].claim.readings[0]: the key 'days' is missing" },
	{ CLAIM("'rule': 'end_of_cycle', 'cycles': 2, 'readings': [ { 'reading': 'r', 'channel': 'post' } ]"),
	  "case.json:5: terms[0].claim.readings[0].channel: unknown key 'channel'" },
	/* claims that were made */
	{ MADE("'terms': 'own-line', " SENT), "case.json:8: claims[0]: the key 'id' is missing" },
	{ MADE("'id': 'c', " SENT), "case.json:8: claims[0]: the key 'terms' is missing" },
	{ MADE("'id': 'c', 'terms': 'other', " SENT), "case.json:8: claims[0].terms: no terms 'other'" },
	{ MADE("'id': 'c', 'terms': 'own-line', 'service': 'x', " SENT),
	  "case.json:8: claims[0].service: no service 'x'" },
	{ MADE("'id': 'c', 'terms': 'own-line'"),
	  "case.json:8: claims[0]: a claim says when it was 'sent' or 'received'" },
	{ MADE("'id': 'c', 'terms': 'own-line', " SENT ", 'received': '2026-11-04T00:00:00+09:00'"),
	  "case.json:8: claims[0].received: received before it was sent" },
	{ MADE("'id': 'c', 'terms': 'own-line', " SENT " }, { 'id': 'c', 'terms': 'own-line', " SENT),
	  "case.json:8: claims[1]: the claim 'c' is there twice" },
	{ MADE("'id': 'c', 'terms': 'own-line', 'by': 'post', " SENT),
	  "case.json:8: claims[0].by: unknown key 'by'" },
};

START_TEST(refusals)
{
	assert_refused(rows, ROWS(rows));
}
END_TEST

/* An hour down: breached, so that a credit is due. */
#define AN_HOUR "[ { 'start': '2026-10-10T10:00:00+09:00', 'end': '2026-10-10T11:00:00+09:00' } ]"

static const struct claim_result *first_claim(const struct statement *s)
{
	ck_assert_uint_eq(s->services[0].claim_count, 1);
	return &s->services[0].claims[0];
}

START_TEST(automatic_is_always_in_time)
{
	struct arena a = { 0 };
	struct statement *s = judged(
	    &a, &(struct case_parts){ .outages = AN_HOUR,
	                              .settle = FLOOR_YEN ", 'claim': { 'rule': 'automatic' }",
	                              .more = "'claims': [ { 'id': 'c', 'terms': 'own-line', " SENT " } ]" });
	const struct claim_result *r = first_claim(s);

	ck_assert(r->deadline_us == INT64_MIN && !r->has_days_left);
	ck_assert(r->made && r->in_time && r->in_time_known);
	statement_free(s);
	arena_release(&a);
}
END_TEST

START_TEST(what_was_received_was_sent)
{
	struct arena a = { 0 };
	struct statement *s = judged(
	    &a, &(struct case_parts){ .outages = AN_HOUR,
	                              .settle = FLOOR_YEN ", 'claim': { 'rule': 'days_after', 'days': 14, "
	                                                  "'in_time_when': 'sent' }",
	                              .more = "'claims': [ { 'id': 'c', 'terms': 'own-line', 'received': "
	                                      "'2026-10-24T23:59:59+09:00' } ]" });

	ck_assert(first_claim(s)->in_time && first_claim(s)->in_time_known);
	ck_assert(!first_claim(s)->has_days_left); /* the case has no as_of */
	statement_free(s);
	arena_release(&a);
}
END_TEST

START_TEST(without_an_outage_nothing_anchors)
{
	struct arena a = { 0 };
	struct statement *s =
	    judged(&a, &(struct case_parts){ .settle = FLOOR_YEN
	                                     ", 'claim': { 'rule': 'days_after', 'days': 14 }" });

	ck_assert_uint_eq(s->services[0].claim_count, 0); /* nothing is due: nothing to claim */
	statement_free(s);
	arena_release(&a);
}
END_TEST

int main(void)
{
	return run_suite("claim", (const TTest *const[]){ refusals, automatic_is_always_in_time,
	                                                  what_was_received_was_sent,
	                                                  without_an_outage_nothing_anchors, NULL });
}
