/* When a credit must be claimed, and whether it was: what the golden cases of claims leave open. */
#include "tests/unit/build_case.h"

#define RULE(rest)                                                                                           \
	"'rounding': { 'rule': 'floor', 'unit': '1', 'of': 'credit', 'clause': '2-1' }, 'claim': { " rest " }"
#define TEN(anchor) RULE("'rule': 'days_after', 'days': 10, 'anchor': '" anchor "'")
#define AS_OF       "'as_of': '2026-11-05T00:00:00+09:00'"
#define OVERNIGHT   "[ { 'start': '2026-10-10T23:00:00+09:00', 'end': '2026-10-11T01:00:00+09:00' } ]"
#define CLAIM(keys) AS_OF ", 'claims': [ { 'id': 'c', 'terms': 'own-line', " keys " } ]"

#define DELAY(anchor)                                                                                        \
	"[ { 'id': 'own-line', 'levels': [ { 'id': 'delay', 'metric': 'latency_mean', 'objective': { 'op': " \
	"'<=', 'ms': '5' }, 'credit': { 'base': 'monthly_fee', 'rate': '10' } } ], " TEN(anchor) " } ]"
#define SLOW "[ { 'target': 't', 'interval_s': 60, 'samples': { 'all_up': true, 'rtt_us': 8000 } } ]"
#define AT_MIDNIGHT                                                                                          \
	"[ { 'target': 't', 'interval_s': 60, 'samples': { 'all_up': true, 'except': [ { 'from': "           \
	"'2026-10-11T00:00:00+09:00', 'to': '2026-10-11T00:01:00+09:00', 'outcome': 'down' } ] } } ]"

/* "DEADLINE LEFT CLAIM": days of Tokyo since 1 October; none where there is none. */
static const char *claim_text(struct arena *a, const struct claim_result *r)
{
	const char *made = !r->made            ? "not made"
	                   : !r->in_time_known ? "not known"
	                   : r->in_time        ? "in time"
	                                       : "late";
	int64_t first = INT64_C(1790780400) * US_PER_S; /* 2026-10-01T00:00:00+09:00 */

	if (r->deadline_us == INT64_MIN)
		return arena_printf(a, "none %s", made);
	ck_assert_int_eq((r->deadline_us - first) % US_PER_DAY, 0);
	return arena_printf(a, "%lld %lld %s", (long long)((r->deadline_us - first) / US_PER_DAY),
	                    (long long)r->days_left, made);
}

static const struct {
	struct case_parts parts;
	const char *want;
} rows[] = {
	/* ten days after the tenth end with the twentieth; 5 November is 35 days after 1 October */
	{ { .settle = TEN("incident"), .outages = OVERNIGHT, .more = AS_OF }, "20 -16 not made" },
	{ { .settle = TEN("recovery"), .outages = OVERNIGHT, .more = AS_OF }, "21 -15 not made" },
	/* what is due for a month is known when it has ended: ten days after 31 October */
	{ { .settle = TEN("eligibility"), .outages = OVERNIGHT, .more = AS_OF }, "41 5 not made" },
	{ { .settle = TEN("month_end"), .outages = OVERNIGHT, .more = AS_OF }, "41 5 not made" },
	/* one failed sample: nothing is surely down, so nobody is late by counting from its earliest start */
	{ { .settle = TEN("recovery"),
	    .observations = AT_MIDNIGHT,
	    .seen = "'targets': [ 't' ]",
	    .objective = "100",
	    .credit = "{ 'base': 'monthly_fee', 'rate': '1' }",
	    .more = AS_OF },
	  "20 -16 not made" },
	/* a delay has no outage to count from: the month's end */
	{ { .terms = DELAY("incident"), .observations = SLOW, .seen = "'targets': [ 't' ]", .more = AS_OF },
	  "41 5 not made" },
	{ { .terms = DELAY("recovery"), .observations = SLOW, .seen = "'targets': [ 't' ]", .more = AS_OF },
	  "41 5 not made" },
	/* what was received or sent after as_of is not known yet */
	{ { .settle = TEN("month_end"),
	    .outages = OVERNIGHT,
	    .more = CLAIM("'received': '2026-11-05T00:00:01+09:00'") },
	  "41 5 not made" },
	{ { .settle = TEN("month_end"),
	    .outages = OVERNIGHT,
	    .more = CLAIM("'sent': '2026-11-05T00:00:01+09:00'") },
	  "41 5 not made" },
	/* received counts, and only the sending is recorded */
	{ { .settle = TEN("month_end"),
	    .outages = OVERNIGHT,
	    .more = CLAIM("'sent': '2026-11-04T00:00:00+09:00'") },
	  "41 5 not known" },
	/* sending counts: what was received in time was sent in time, what came late may have been sent in time */
	{ { .settle = RULE("'rule': 'days_after', 'days': 10, 'anchor': 'incident', 'in_time_when': 'sent'"),
	    .outages = OVERNIGHT,
	    .more = CLAIM("'received': '2026-10-20T23:59:59+09:00'") },
	  "20 -16 in time" },
	{ { .settle = RULE("'rule': 'days_after', 'days': 10, 'anchor': 'incident', 'in_time_when': 'sent'"),
	    .outages = OVERNIGHT,
	    .more = CLAIM("'received': '2026-10-21T00:00:00+09:00'") },
	  "20 -16 not known" },
	/* a claim of a delay */
	{ { .terms = DELAY("incident"),
	    .observations = SLOW,
	    .seen = "'targets': [ 't' ]",
	    .more = CLAIM("'received': '2026-11-04T00:00:00+09:00'") },
	  "41 5 in time" },
};

START_TEST(deadline_and_claim)
{
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct arena a = { 0 };
		struct statement *s = judged(&a, &rows[i].parts);
		const char *got;

		ck_assert_msg(s->services[0].claim_count == 1, "row %zu: no claim", i);
		got = claim_text(&a, &s->services[0].claims[0]);
		ck_assert_msg(strcmp(got, rows[i].want) == 0, "row %zu: got %s, want %s", i, got,
		              rows[i].want);
		statement_free(s);
		arena_release(&a);
	}
}
END_TEST

#define TWO(keys)                                                                                            \
	"[ { 'id': '" keys "', 'provider': 'carrier', 'terms': 'own-line', 'outages': " OVERNIGHT            \
	", 'fees': [ { 'payer': 'lg-a', 'amount': '250000', 'currency': 'JPY' } ] }, { 'id': 'other', "      \
	"'provider': 'carrier', 'terms': 'own-line', 'outages': " OVERNIGHT                                  \
	", 'fees': [ { 'payer': 'lg-a', 'amount': '250000', 'currency': 'JPY' } ] } ]"

static const struct service_result *service_result_of(const struct statement *s, const char *id)
{
	for (size_t i = 0; i < s->service_count; i++)
		if (strcmp(s->services[i].service->id, id) == 0)
			return &s->services[i];
	ck_abort_msg("no service %s", id);
}

/* A claim names one service, or is for all under its terms. */
START_TEST(whose_claim_it_is)
{
	struct arena a = { 0 };
	struct statement *s =
	    judged(&a, &(struct case_parts){ .settle = TEN("month_end"),
	                                     .services = TWO("line"),
	                                     .more = CLAIM("'service': 'other', 'received': "
	                                                   "'2026-11-04T00:00:00+09:00'") });

	ck_assert_ptr_null(service_result_of(s, "line")->claims[0].made);
	ck_assert_ptr_nonnull(service_result_of(s, "other")->claims[0].made);
	statement_free(s);
	arena_release(&a);
}
END_TEST

int main(void)
{
	return run_suite("claim", (const TTest *const[]){ deadline_and_claim, whose_claim_it_is, NULL });
}
