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
	  { { "csp", "da", "50000", "25000", "0", "0", "25000" },
	    { "da", "lg-a", "30000", "0", "0", "15000", "15000" },
	    { "da", "lg-b", "20000", "0", "0", "10000", "10000" } } },
	{ RECORDS(BOTH ", " RECOVERY("r1", "02", "10000")) CAP,
	  { { "csp", "da", "50000", "25000", "10000", "0", "25000" },
	    { "da", "lg-a", "30000", "6000", "0", "9000", "15000" },
	    { "da", "lg-b", "20000", "4000", "0", "6000", "10000" } } },
	{ RECORDS(BOTH ", " RECOVERY("r1", "02", "10000") ", " RECOVERY("r2", "03", "15000")) CAP,
	  { { "csp", "da", "50000", "25000", "25000", "0", "25000" },
	    { "da", "lg-a", "30000", "15000", "0", "0", "15000" },
	    { "da", "lg-b", "20000", "10000", "0", "0", "10000" } } },
	/* a loss determined late: who was paid keeps it, and the other catches up */
	{ RECORDS(LOSS("l1", "01", "lg-a", "csp", "30000") ", " RECOVERY("r1", "02", "10000") ", " LOSS(
	      "l2", "03", "lg-b", "csp", "20000")) CAP,
	  { { "csp", "da", "50000", "25000", "10000", "0", "25000" },
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

/* ---- the whole of the graph, as text ---- */

#define FIRMS                                                                                                \
	"[ { 'id': 'csp', 'kind': 'CSP' }, { 'id': 'nsp', 'kind': 'NSP' }, { 'id': 'da', 'kind': 'DA' }, "   \
	"{ 'id': 'lg-a', 'kind': 'LG', 'code': '131016' }, { 'id': 'lg-b', 'kind': 'LG', 'code': '131024' "  \
	"}, "                                                                                                \
	"{ 'id': 'asp', 'kind': 'ASP' } ]"
#define A(keys) "{ 'id': 'ア', 'kind': 'ア', 'parties': [ 'da', 'csp' ]" keys " }"
#define I(keys) "{ 'id': 'イ', 'kind': 'イ', 'parties': [ 'da', 'lg-a' ]" keys " }"
#define E(keys) "{ 'id': 'エ', 'kind': 'エ', 'parties': [ 'asp', 'lg-a' ]" keys " }"
#define AMOUNT(who, amount, keys)                                                                            \
	", 'caps': [ { 'debtor': '" who "', 'rule': { 'amount': '" amount "' }" keys " } ]"
#define L(id, day, sufferer, fault, amount, keys)                                                            \
	"{ 'id': '" id "', 'at': '2026-11-" day "', 'kind': 'loss', 'sufferer': '" sufferer                  \
	"', 'fault': { " fault " }, 'heads': { 'direct': '" amount "' }, 'determined': '" amount "'" keys    \
	" }"
#define M(id, day, kind, from, to, amount, keys)                                                             \
	"{ 'id': '" id "', 'at': '2026-11-" day "', 'kind': '" kind "', 'from': '" from "', 'to': '" to      \
	"', 'amount': '" amount "'" keys " }"
#define UNDO(id, day, of)                                                                                    \
	"{ 'id': '" id "', 'at': '2026-11-" day "', 'kind': 'reversal', 'of': '" of                          \
	"', 'cause': 'a mistake' }"
#define MAY(names)   "'policies': { " names " }, "
#define SHARED       "'shared_fault': true"
#define CONTRIBUTORY "'contributory_fault': true"

/* "DEBTOR>CREDITOR determined/payable/paid/pending/cut[ residual …]; …" */
static const char *outcome(struct arena *a, const char *contracts, const char *more, const char *records)
{
	struct error err = { 0 };
	struct statement *s = NULL;
	struct sla_case *c;
	const char *text = "";
	char line[2048];

	more = arena_printf(a, "'contracts': [ %s ], %s'records': [ %s ]", contracts, more, records);
	if (read_case(a, &(struct case_parts){ .parties = FIRMS, .services = "[]", .more = more }, &c, &err) <
	        0 ||
	    statement_make(a, c, &s, &err) < 0)
		return arena_copy(a, error_line(&err, line, sizeof line));
	for (size_t i = 0; i < s->obligation_count; i++) {
		const struct obligation *o = &s->obligations[i];
		const char *determined = figure_text(s, o->determined);

		text =
		    arena_printf(a, "%s%s%s>%s %s/%s/%s/%s/%s", text, i ? "; " : "", o->debtor->id,
		                 o->creditor->id, determined ? determined : "?", figure_text(s, o->payable),
		                 figure_text(s, o->paid), figure_text(s, o->pending), figure_text(s, o->cut));
		if (o->residual >= 0 && book_sign(s->book, o->residual) > 0)
			text = arena_printf(a, "%s residual %s", text, figure_text(s, o->residual));
		for (size_t k = 0; k < o->cut_count; k++)
			text = arena_printf(a, "%s %s %s", text, o->cuts[k].why,
			                    figure_text(s, o->cuts[k].amount));
	}
	statement_free(s);
	return text;
}

struct story {
	const char *contracts, *more, *records, *want;
};

#define ONE_LOSS              L("l1", "01", "lg-a", "'csp': '1'", "1000", "")
#define TWO_LOSSES            ONE_LOSS ", " L("l2", "01", "lg-b", "'csp': '1'", "3000", "")
#define CASH(id, day, amount) M(id, day, "recovery", "csp", "da", amount, "")
#define PAYS(id, day, amount) M(id, day, "payment", "da", "lg-a", amount, "")

static const struct story stories[] = {
	/* shared fault: each owes its share in whole yen; what is less is shown */
	{ "", MAY(SHARED), L("l", "01", "lg-a", "'da': '1/2', 'asp': '1/2'", "1001", ""),
	  "da>lg-a 500/500/0/0/0 residual 0.5; asp>lg-a 500/500/0/0/0 residual 0.5" },
	{ I(", 'rounding': { 'rule': 'half_up', 'unit': '1', 'clause': '5' }"), MAY(SHARED),
	  L("l", "01", "lg-a", "'da': '1/2', 'asp': '1/2'", "1001", ""),
	  "da>lg-a 501/501/0/0/0; asp>lg-a 500/500/0/0/0 residual 0.5" },
	{ "", MAY(SHARED),
	  L("l", "01", "lg-a", "'csp': '0.3', 'da': '0.7'", "1000", "") ", " CASH("r", "02", "120"),
	  "csp>da 300/300/120/0/0; da>lg-a 300/120/0/180/0; da>lg-a 700/700/0/0/0" },
	/* the injured party's own share is nobody's to pay */
	{ "", MAY(CONTRIBUTORY), L("l", "01", "lg-a", "'da': '3/4', 'lg-a': '1/4'", "1000", ""),
	  "da>lg-a 750/750/0/0/0" },
	{ "", MAY(SHARED ", " CONTRIBUTORY),
	  L("l", "01", "lg-a", "'da': '1/2', 'lg-a': '1/4', 'asp': '1/4'", "1000", ""),
	  "da>lg-a 500/500/0/0/0; asp>lg-a 250/250/0/0/0" },
	{ "", "", L("l", "01", "lg-a", "'da': '1', 'asp': '0'", "1000", ""), "da>lg-a 1000/1000/0/0/0" },
	/* indemnities follow what is owed, not what was determined */
	{ E(AMOUNT("lg-a", "600", "")), "", L("l", "01", "asp", "'da': '1'", "1000", ""),
	  "lg-a>asp 1000/600/0/0/400 cap 400; da>lg-a 600/600/0/0/0" },
	{ E(AMOUNT("asp", "600", "")), "", L("l", "01", "da", "'asp': '1'", "1000", ""),
	  "lg-a>da 1000/1000/0/0/0; asp>lg-a 1000/600/0/0/400 cap 400" },
	{ E(AMOUNT("asp", "600", ", 'per': 'loss'")), "",
	  L("l1", "01", "lg-a", "'asp': '1'", "1000", "") ", " L("l2", "02", "lg-a", "'asp': '1'", "500", ""),
	  "asp>lg-a 1500/1100/0/0/400 cap 400" },
	{ E(AMOUNT("asp", "600", ", 'per': 'incident'")), "",
	  L("l1", "01", "lg-a", "'asp': '1'", "1000",
	    ", 'incident': 'x'") ", " L("l2", "01", "lg-a", "'asp': '1'", "500", ", 'incident': 'y'"),
	  "asp>lg-a 1000/600/0/0/400 cap 400; asp>lg-a 500/500/0/0/0" },
	/* a cap in all: what was determined first comes first */
	{ E(AMOUNT("asp", "600", "")), "",
	  L("l1", "01", "lg-a", "'asp': '1'", "400",
	    ", 'incident': 'y'") ", " L("l2", "02", "lg-a", "'asp': '1'", "500", ", 'incident': 'x'"),
	  "asp>lg-a 500/200/0/0/300 cap 300; asp>lg-a 400/400/0/0/0" },
	{ E(AMOUNT("asp", "600", "")), "",
	  L("l1", "01", "lg-a", "'asp': '1'", "400",
	    ", 'incident': 'y'") ", " L("l2", "01", "lg-a", "'asp': '1'", "500", ", 'incident': 'x'"),
	  "asp>lg-a 500/200/0/0/300 cap 300; asp>lg-a 400/400/0/0/0" },
	{ E(AMOUNT("asp", "900", "")), "",
	  L("l1", "01", "lg-a", "'asp': '1'", "400",
	    ", 'incident': 'y'") ", " L("l2", "01", "lg-a", "'asp': '1'", "500", ", 'incident': 'x'"),
	  "asp>lg-a 500/500/0/0/0; asp>lg-a 400/400/0/0/0" },
	/* lifted for one loss and not for another */
	{ E(AMOUNT("asp", "600", ", 'lifted_by': [ 'intent' ]")), "",
	  L("l1", "01", "lg-a", "'asp': '1'", "1000", "") ", " L("l2", "02", "lg-a", "'asp': '1'", "500",
	                                                         ", 'intent': true"),
	  "asp>lg-a 1500/1100/0/0/400 cap 400" },
	/* heads that a contract excludes are cut, and do not come back behind it */
	{ I(", 'excludes': [ 'lost_profit' ]"), "",
	  "{ 'id': 'l', 'at': '2026-11-01', 'kind': 'loss', 'sufferer': 'lg-a', 'fault': { 'csp': '1' }, "
	  "'heads': { "
	  "'direct': '500', 'lost_profit': '200' }, 'determined': '700' }, " CASH("r", "02", "100"),
	  "csp>da 500/500/100/0/0; da>lg-a 700/100/0/400/200 excluded head of loss 200" },
	/* forms of recovery */
	{ A(", 'counts_as_received': [ 'credit' ]"), "",
	  ONE_LOSS ", " M("r1", "02", "recovery", "csp", "da", "100", ", 'form': 'credit'") ", " M(
	      "r2", "03", "recovery", "csp", "da", "50", ", 'form': 'set_off'"),
	  "csp>da 1000/1000/150/0/0; da>lg-a 1000/100/0/900/0" },
	{ A(", 'counts_as_received': [ 'cash', 'set_off' ]"), "",
	  ONE_LOSS ", " M("r1", "02", "recovery", "csp", "da", "100", ", 'form': 'credit'") ", " M(
	      "r2", "03", "recovery", "csp", "da", "50", ", 'form': 'set_off'"),
	  "csp>da 1000/1000/150/0/0; da>lg-a 1000/50/0/950/0" },
	/* incidents have pots of their own */
	{ "", "",
	  L("l1", "01", "lg-a", "'csp': '1'", "1000", ", 'incident': 'x'") ", " L(
	      "l2", "01", "lg-b", "'csp': '1'", "1000",
	      ", 'incident': 'y'") ", " M("r", "02", "recovery", "csp", "da", "300", ", 'incident': 'y'"),
	  "csp>da 1000/1000/0/0/0; da>lg-a 1000/0/0/1000/0; csp>da 1000/1000/300/0/0; da>lg-b "
	  "1000/300/0/700/0" },
	{ "", "",
	  L("l1", "01", "lg-a", "'csp': '1'", "1000", ", 'incident': 'x'") ", " L(
	      "l2", "01", "lg-b", "'csp': '1'", "1000", ", 'incident': 'y'") ", " CASH("r", "02", "300"),
	  "records[2].incident: losses by 'csp' are of several incidents: say to which it belongs" },
	{ "", "",
	  L("l1", "01", "lg-a", "'csp': '1'", "1000", ", 'incident': 'x'") ", " CASH("r", "02", "300"),
	  "csp>da 1000/1000/300/0/0; da>lg-a 1000/300/0/700/0" },
	/* DA's own loss: outside the pot, under the same cap */
	{ A(AMOUNT("csp", "1500", "")), "",
	  ONE_LOSS ", " L("l2", "02", "da", "'csp': '1'", "800", "") ", " CASH("r", "03", "200") ", " M(
	      "o", "04", "recovery", "csp", "da", "500", ", 'own_loss': true"),
	  "csp>da 1000/1000/200/0/0; da>lg-a 1000/200/0/800/0; csp>da 800/500/500/0/300 cap 300" },
	{ "", "", ONE_LOSS ", " M("o", "04", "recovery", "csp", "da", "500", ", 'own_loss': true"),
	  "records[1].amount: a recovery of 500 exceeds the payable amount of 0" },
	/* the contract's way of sharing */
	{ A(", 'apportionment': { 'method': 'largest_remainder', 'clause': '9' }"), "",
	  TWO_LOSSES ", " CASH("r", "02", "101"),
	  "csp>da 4000/4000/101/0/0; da>lg-a 1000/25/0/975/0; da>lg-b 3000/76/0/2924/0" },
	{ "", "", TWO_LOSSES ", " CASH("r", "02", "101"),
	  "csp>da 4000/4000/101/0/0 residual 1; da>lg-a 1000/25/0/975/0; da>lg-b 3000/75/0/2925/0" },
	/* payments on any edge, to what is payable at the time */
	{ E(""), "",
	  L("l", "01", "da", "'asp': '1'", "1000", "") ", " M("p", "02", "payment", "asp", "lg-a", "300",
	                                                      "") ", " M("q", "03", "payment", "lg-a", "da",
	                                                                 "1000", ""),
	  "lg-a>da 1000/1000/1000/0/0; asp>lg-a 1000/1000/300/0/0" },
	{ E(""), "",
	  L("l", "01", "da", "'asp': '1'", "1000", "") ", " M("p", "02", "payment", "asp", "lg-a", "1001",
	                                                      ""),
	  "records[1].amount: a payment of 1001 exceeds the payable amount of 1000" },
	{ "", "", ONE_LOSS ", " CASH("r", "03", "600") ", " PAYS("p", "02", "600"),
	  "records[2].amount: a payment of 600 exceeds the payable amount of 0" },
	/* what was acknowledged lies between what was claimed and what was recovered */
	{ "", "",
	  ONE_LOSS ", " M("c", "02", "claim", "da", "csp", "900", "") ", " M("a", "03", "acknowledgement",
	                                                                     "csp", "da", "901", ""),
	  "records[2].amount: an acknowledgement of 901 exceeds the claimed amount of 900" },
	/* reversals */
	{ "", "", ONE_LOSS ", " CASH("r", "02", "600") ", " PAYS("p", "03", "600") ", " UNDO("u", "04", "p"),
	  "csp>da 1000/1000/600/0/0; da>lg-a 1000/600/0/400/0" },
	{ "", "", ONE_LOSS ", " CASH("r", "02", "600") ", " UNDO("u", "04", "r"),
	  "csp>da 1000/1000/0/0/0; da>lg-a 1000/0/0/1000/0" },
	{ "", "", ONE_LOSS ", " CASH("r", "02", "600") ", " UNDO("u", "04", "r") ", " CASH("s", "05", "50"),
	  "csp>da 1000/1000/50/0/0; da>lg-a 1000/50/0/950/0" },
	{ "", "", ONE_LOSS ", " CASH("r", "02", "600") ", " PAYS("p", "03", "500") ", " UNDO("u", "04", "r"),
	  "records[3].of: without 'r', a payment of 500 from 'da' to 'lg-a' exceeds the payable amount of "
	  "0\nhint: "
	  "reverse first what was paid" },
	{ "", "",
	  ONE_LOSS ", " CASH("r", "02", "600") ", " PAYS("p", "03", "500") ", " UNDO(
	      "u", "04", "p") ", " UNDO("v", "05", "r"),
	  "csp>da 1000/1000/0/0/0; da>lg-a 1000/0/0/1000/0" },
	/* as if the other loss had not been there: lg-a's share is the whole */
	{ "", "", TWO_LOSSES ", " CASH("r", "02", "400") ", " UNDO("u", "03", "l2"),
	  "csp>da 1000/1000/400/0/0; da>lg-a 1000/400/0/600/0; da>lg-b ?/0/0/0/0" },
	{ "", "",
	  ONE_LOSS ", " M("a", "02", "acknowledgement", "csp", "da", "700",
	                  "") ", " M("b", "02", "acknowledgement", "csp", "da", "100",
	                             "") ", " CASH("r", "03", "750") ", " UNDO("u", "04", "b"),
	  "records[4].of: without 'b', a recovery of 750 from 'csp' to 'da' exceeds the acknowledged amount "
	  "of "
	  "700\nhint: reverse first what was paid" },
	{ "", "", ONE_LOSS ", { 'id': 'u', 'at': '2026-11-02', 'kind': 'reversal', 'of': 'l1' }",
	  "case.json:8: records[1]: a reversal must name its cause" },
	{ "", "", ONE_LOSS ", " UNDO("u", "02", "x"), "case.json:8: records[1].of: no record 'x'" },
	{ "", "", CASH("r", "03", "1") ", " UNDO("u", "02", "r"),
	  "case.json:8: records[1].of: 'r' is of a later day" },
	{ "", "", ONE_LOSS ", " UNDO("u", "02", "l1") ", " UNDO("v", "03", "l1"),
	  "case.json:8: records[2].of: 'l1' is reversed already, by 'u'" },
	{ "", "", ONE_LOSS ", " UNDO("u", "02", "l1") ", " UNDO("v", "03", "u"),
	  "case.json:8: records[2].of: 'u' is a reversal itself: enter anew what it undid" },
	/* shares */
	{ "", MAY(SHARED), L("l", "01", "lg-a", "'da': '1/2', 'asp': '1/3'", "1000", ""),
	  "case.json:8: records[0].fault: the shares of fault must sum to 1, not 5/6" },
	{ "", MAY(SHARED), L("l", "01", "lg-a", "'da': '1/2', 'lg-a': '1/2'", "1000", ""),
	  "da>lg-a 500/500/0/0/0" },
	{ "", "", L("l", "01", "lg-a", "'da': '1/2', 'lg-a': '1/2'", "1000", ""),
	  "case.json:8: records[0].fault: 'lg-a' has a share in its own loss: no rule says so unless "
	  "contributory_fault is true" },
};

START_TEST(what_comes_of_records)
{
	for (size_t i = 0; i < ROWS(stories); i++) {
		struct arena a = { 0 };
		const char *got = outcome(&a, stories[i].contracts, stories[i].more, stories[i].records);

		ck_assert_msg(strcmp(got, stories[i].want) == 0, "row %zu:\n got  %s\n want %s", i, got,
		              stories[i].want);
		arena_release(&a);
	}
}
END_TEST

int main(void)
{
	return run_suite("liability",
	                 (const TTest *const[]){ obligations, what_exceeds_is_refused,
	                                         a_loss_that_is_not_determined_owes_nothing_yet,
	                                         residuals_are_carried, what_comes_of_records, NULL });
}
