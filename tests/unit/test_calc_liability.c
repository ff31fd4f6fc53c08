/* The chain of 5.3: amounts in thousands of yen where the vectors have millions. */
#include "tests/unit/build_case.h"

#define LOSS(id, day, lg, fault, amount)                                                                     \
	"{ 'id': '" id "', 'at': '2026-11-" day "', 'kind': 'loss', 'sufferer': '" lg                        \
	"', 'fault': { '" fault "': '1' }, 'heads': { 'direct': '" amount "' }, 'determined': '" amount      \
	"' }"
#define MONEY(id, day, kind, from, to, amount)                                                               \
	"{ 'id': '" id "', 'at': '2026-11-" day "', 'kind': '" kind "', 'from': '" from "', 'to': '" to      \
	"', 'amount': '" amount "' }"
#define RECOVERY(id, day, amount) MONEY(id, day, "recovery", "csp", "da", amount)
#define CAP                                                                                                  \
	", 'contracts': [ { 'id': 'k', 'kind': 'ア', 'parties': [ 'da', 'csp' ], 'caps': [ { 'debtor': "    \
	"'csp', "                                                                                            \
	"'rule': { 'amount': '25000' } } ] } ]"
#define BOTH             LOSS("l1", "01", "lg-a", "csp", "30000") ", " LOSS("l2", "01", "lg-b", "csp", "20000")
#define RECORDS(records) "'records': [ " records " ]"

struct want {
	const char *debtor, *creditor, *determined, *payable, *paid, *pending, *cut;
};

static const struct {
	const char *more;
	struct want want[5];
} rows[] = {
	/* the table of the vectors */
	{ RECORDS(BOTH) CAP,
	  { { "csp", "da", "50000", "25000", "0", "25000", "25000" },
	    { "da", "lg-a", "30000", "0", "0", "15000", "15000" },
	    { "da", "lg-b", "20000", "0", "0", "10000", "10000" } } },
	{ RECORDS(BOTH ", " RECOVERY("r1", "02", "10000")) CAP,
	  { { "csp", "da", "50000", "25000", "10000", "15000", "25000" },
	    { "da", "lg-a", "30000", "6000", "0", "9000", "15000" },
	    { "da", "lg-b", "20000", "4000", "0", "6000", "10000" } } },
	{ RECORDS(BOTH ", " RECOVERY("r1", "02", "10000") ", " RECOVERY("r2", "03", "15000")) CAP,
	  { { "csp", "da", "50000", "25000", "25000", "0", "25000" },
	    { "da", "lg-a", "30000", "15000", "0", "0", "15000" },
	    { "da", "lg-b", "20000", "10000", "0", "0", "10000" } } },
	/* a loss determined late: who was paid keeps it, and the other catches up */
	{ RECORDS(LOSS("l1", "01", "lg-a", "csp", "30000") ", " RECOVERY("r1", "02", "10000") ", " LOSS(
	      "l2", "03", "lg-b", "csp", "20000")) CAP,
	  { { "csp", "da", "50000", "25000", "10000", "15000", "25000" },
	    { "da", "lg-a", "30000", "10000", "0", "5000", "15000" },
	    { "da", "lg-b", "20000", "0", "0", "10000", "10000" } } },
	{ RECORDS(LOSS("l1", "01", "lg-a", "csp", "30000") ", " RECOVERY("r1", "02", "10000") ", " LOSS(
	      "l2", "03", "lg-b", "csp", "20000") ", " RECOVERY("r2", "04", "15000")) CAP,
	  { { "csp", "da", "50000", "25000", "25000", "0", "25000" },
	    { "da", "lg-a", "30000", "15000", "0", "0", "15000" },
	    { "da", "lg-b", "20000", "10000", "0", "0", "10000" } } },
	/* a recovery before any loss is determined waits */
	{ RECORDS(RECOVERY("r1", "01", "10000") ", " LOSS("l1", "02", "lg-a", "csp", "4000")),
	  { { "csp", "da", "4000", "4000", "10000", "0", "0" },
	    { "da", "lg-a", "4000", "4000", "0", "0", "0" } } },
	/* DA at fault: no cap by recovery */
	{ RECORDS(LOSS("l1", "01", "lg-a", "da", "30000") ", " LOSS("l2", "01", "lg-b", "da", "20000")),
	  { { "da", "lg-a", "30000", "30000", "0", "0", "0" },
	    { "da", "lg-b", "20000", "20000", "0", "0", "0" } } },
	/* payments settle what is owed in its order, each of them once */
	{ RECORDS(LOSS("l1", "01", "lg-a", "csp", "3000") ", " RECOVERY("r1", "02", "3000") ", " LOSS(
	      "l2", "03", "lg-a", "da", "4000") ", " MONEY("p1", "04", "payment", "da", "lg-a", "5000")),
	  { { "csp", "da", "3000", "3000", "3000", "0", "0" },
	    { "da", "lg-a", "3000", "3000", "3000", "0", "0" },
	    { "da", "lg-a", "4000", "4000", "2000", "0", "0" } } },
};

START_TEST(obligations)
{
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct arena a = { 0 };
		struct statement *s = judged(&a, &(struct case_parts){ .more = rows[i].more });
		size_t n = 0;

		for (; rows[i].want[n].debtor; n++) {
			const struct want *w = &rows[i].want[n];
			const struct obligation *o = &s->obligations[n];
			const char *got = arena_printf(&a, "%s %s %s %s %s %s %s", o->debtor->id,
			                               o->creditor->id, figure_text(s, o->determined),
			                               figure_text(s, o->payable), figure_text(s, o->paid),
			                               figure_text(s, o->pending), figure_text(s, o->cut));
			const char *want =
			    arena_printf(&a, "%s %s %s %s %s %s %s", w->debtor, w->creditor, w->determined,
			                 w->payable, w->paid, w->pending, w->cut);

			ck_assert_msg(n < s->obligation_count && strcmp(got, want) == 0,
			              "row %zu:\n got  %s\n want %s", i, got, want);
		}
		ck_assert_uint_eq(s->obligation_count, n);
		statement_free(s);
		arena_release(&a);
	}
}
END_TEST

static const struct {
	const char *more, *want;
} refused[] = {
	{ RECORDS(BOTH ", " RECOVERY("r1", "02", "25001")) CAP,
	  "records[2].amount: a recovery of 25001 exceeds the cap of 25000" },
	{ RECORDS(BOTH ", " MONEY("a1", "02", "acknowledgement", "csp", "da", "100") ", " RECOVERY("r1", "03",
	                                                                                           "101")),
	  "records[3].amount: a recovery of 101 exceeds the acknowledged amount of 100" },
	{ RECORDS(BOTH ", " RECOVERY("r1", "02", "10000") ", " MONEY("p1", "03", "payment", "da", "lg-a",
	                                                             "6001")) CAP,
	  "records[3].amount: a payment of 6001 exceeds the payable amount of 6000" },
	{ RECORDS(LOSS("l1", "01", "lg-a", "csp", "3000") ", " RECOVERY("r1", "02", "3000") ", " LOSS(
	      "l2", "03", "lg-a", "da", "4000") ", " MONEY("p1", "04", "payment", "da", "lg-a", "7001")),
	  "records[3].amount: a payment of 7001 exceeds the payable amount of 7000" },
};

START_TEST(what_exceeds_is_refused)
{
	for (size_t i = 0; i < ROWS(refused); i++) {
		struct arena a = { 0 };

		ck_assert_str_eq(refusal_of(&a, &(struct case_parts){ .more = refused[i].more }),
		                 refused[i].want);
		arena_release(&a);
	}
}
END_TEST

START_TEST(a_loss_that_is_not_determined_owes_nothing_yet)
{
	struct arena a = { 0 };
	struct statement *s = judged(
	    &a, &(struct case_parts){
	            .more = RECORDS(
	                "{ 'id': 'l', 'at': '2026-11-01', 'kind': 'loss', 'sufferer': 'lg-a', 'fault': { "
	                "'csp': '1' }, 'heads': { 'direct': '5', 'special': '2' } }") });

	ck_assert_uint_eq(s->obligation_count, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_figure(s, s->obligations[i].claimed, "7");
		assert_figure(s, s->obligations[i].determined, "unknown");
		assert_figure(s, s->obligations[i].payable, "0");
		assert_figure(s, s->obligations[i].pending, "0");
	}
	statement_free(s);
	arena_release(&a);
}
END_TEST

/* Shares are floored, the residual is carried and shared with the next part. */
START_TEST(residuals_are_carried)
{
	static const char *const parts[] = { "100", "200", "300" };
	static const char *const payable[] = { "33", "66", "100" };

	for (size_t i = 0; i < ROWS(parts); i++) {
		struct arena a = { 0 };
		struct statement *s = judged(
		    &a,
		    &(struct case_parts){
		        .more = arena_printf(
		            &a, "'records': [ %s, %s, %s, %s ]", LOSS("l1", "01", "lg-a", "csp", "1000"),
		            LOSS("l2", "01", "lg-b", "csp", "1000"), LOSS("l3", "01", "lg-c", "csp", "1000"),
		            arena_printf(&a, MONEY("r1", "02", "recovery", "csp", "da", "%s"), parts[i])) });

		for (size_t k = 1; k < 4; k++)
			assert_figure(s, s->obligations[k].payable, payable[i]);
		statement_free(s);
		arena_release(&a);
	}
}
END_TEST

int main(void)
{
	return run_suite("liability", (const TTest *const[]){ obligations, what_exceeds_is_refused,
	                                                      a_loss_that_is_not_determined_owes_nothing_yet,
	                                                      residuals_are_carried, NULL });
}
