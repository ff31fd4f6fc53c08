/* ledger: double entry, and the invariants that hold after every entry. */
#include "calc/exact.h"
#include "calc/liability/ledger.h"
#include "tests/unit/suite.h"

static const struct party csp = { "csp", PARTY_CSP }, da = { "da", PARTY_DA };
static const struct party a = { "lg-a", PARTY_LG, "131016" }, b = { "lg-b", PARTY_LG, "131024" };

static const struct ledger_edge pot = { &csp, &da, "5.3-1", NULL, false, &csp };
static const struct ledger_edge to_a = { &da, &a, "5.3-1", NULL, true, &csp };
static const struct ledger_edge to_b = { &da, &b, "5.3-1", NULL, true, &csp };
static const struct ledger_edge plain = { &da, &a, "5.3-2", "i:1", false, NULL };

struct bench {
	struct arena arena;
	struct judge judge;
	struct ledger *ledger;
	size_t record_count;
};

static void set_up(struct bench *t)
{
	t->judge = (struct judge){ .arena = &t->arena, .book = book_new(&t->arena) };
	t->ledger = ledger_new(&t->judge);
}

static void tear_down(struct bench *t)
{
	ledger_free(t->ledger);
	book_free(t->judge.book);
	arena_release(&t->arena);
}

static void open_entry(struct bench *t, const char *id, enum record_of kind)
{
	struct liability_record *r = arena_new(&t->arena, struct liability_record);

	r->index = t->record_count++;
	r->id = id;
	r->kind = kind;
	ledger_open(t->ledger, r);
}

static void move(struct bench *t, enum movement m, const struct ledger_edge *edge, const char *yen)
{
	ledger_move(t->ledger, m, edge, derive_given(t->judge.book, "amount", "test", yen));
}

static const char *close_entry(struct bench *t)
{
	struct error err = { 0 };
	char line[1024];

	return ledger_close(t->ledger, &err) == 0
	           ? ""
	           : arena_copy(&t->arena, error_line(&err, line, sizeof line));
}

/* The balance of an account; "" where there is none. */
static const char *balance(const struct bench *t, const char *account)
{
	for (size_t i = 0; i < t->ledger->balance_count; i++)
		if (strcmp(t->ledger->balances[i].account, account) == 0)
			return book_at(t->judge.book, t->ledger->balances[i].amount)->value;
	return "";
}

/* A loss of 30,000,000 of lg-a by the CSP, capped at 25,000,000. */
static void enter_loss(struct bench *t)
{
	open_entry(t, "l1", RECORD_LOSS);
	move(t, MOVE_DETERMINE, &pot, "30000000");
	move(t, MOVE_CUT, &pot, "5000000");
	move(t, MOVE_PAYABLE, &pot, "25000000");
	move(t, MOVE_DETERMINE, &to_a, "30000000");
	ck_assert_str_eq(close_entry(t), "");
}

static void enter_recovery(struct bench *t, const char *id, const char *yen)
{
	open_entry(t, id, RECORD_RECOVERY);
	move(t, MOVE_PAY, &pot, yen);
	move(t, MOVE_PAYABLE, &to_a, yen);
	ck_assert_str_eq(close_entry(t), "");
}

/* ---- what it comes to ---- */

START_TEST(a_chain_is_entered)
{
	struct bench t = { 0 };

	set_up(&t);
	enter_loss(&t);
	enter_recovery(&t, "r1", "10000000");
	open_entry(&t, "p1", RECORD_PAYMENT);
	move(&t, MOVE_PAY, &to_a, "4000000");
	ck_assert_str_eq(close_entry(&t), "");
	open_entry(&t, "p2", RECORD_PAYMENT);
	move(&t, MOVE_SET_OFF, &to_a, "1000000");
	move(&t, MOVE_CREDIT, &to_a, "2000000");
	move(&t, MOVE_PAY, &to_a, "0");
	ledger_move(t.ledger, MOVE_PAY, &to_a, FIGURE_UNKNOWN);
	ck_assert_str_eq(close_entry(&t), "");
	ledger_finish(t.ledger);
	ck_assert_uint_eq(t.ledger->entry_count, 4);
	ck_assert_uint_eq(t.ledger->entries[3].posting_count, 4);
	ck_assert_str_eq(balance(&t, "Entitled:csp:da:5.3-1"), "0");
	ck_assert_str_eq(balance(&t, "Cut:csp:da:5.3-1"), "5000000");
	ck_assert_str_eq(balance(&t, "Payable:csp:da:5.3-1"), "15000000");
	ck_assert_str_eq(balance(&t, "Paid-cash:csp:da:5.3-1"), "10000000");
	ck_assert_str_eq(balance(&t, "Loss:da:lg-a:5.3-1"), "-30000000");
	ck_assert_str_eq(balance(&t, "Entitled:da:lg-a:5.3-1"), "20000000");
	ck_assert_str_eq(balance(&t, "Payable:da:lg-a:5.3-1"), "3000000");
	ck_assert_str_eq(balance(&t, "Paid-cash:da:lg-a:5.3-1"), "4000000");
	ck_assert_str_eq(balance(&t, "Paid-set-off:da:lg-a:5.3-1"), "1000000");
	ck_assert_str_eq(balance(&t, "Paid-credit:da:lg-a:5.3-1"), "2000000");
	ck_assert_str_eq(balance(&t, "Paid-cash:da:lg-b:5.3-1"), "");
	tear_down(&t);
}
END_TEST

START_TEST(names_of_accounts_are_unambiguous)
{
	static const struct party odd = { "x:50%", PARTY_LG };
	const struct ledger_edge edge = { &odd, &a, "5.2", "i:1", false, NULL };
	struct bench t = { 0 };

	set_up(&t);
	open_entry(&t, "q1", RECORD_REDUCTION);
	move(&t, MOVE_REDUCE, &edge, "7");
	move(&t, MOVE_CLAIM, &edge, "8");
	move(&t, MOVE_ACKNOWLEDGE, &edge, "9");
	ck_assert_str_eq(close_entry(&t), "");
	ledger_finish(t.ledger);
	ck_assert_str_eq(balance(&t, "Reduced:x%3A50%25:lg-a:5.2:i%3A1"), "7");
	ck_assert_str_eq(balance(&t, "Billed:x%3A50%25:lg-a:5.2:i%3A1"), "-7");
	ck_assert_str_eq(balance(&t, "Claimed:x%3A50%25:lg-a:5.2:i%3A1"), "8");
	ck_assert_str_eq(balance(&t, "Acknowledged:x%3A50%25:lg-a:5.2:i%3A1"), "9");
	for (size_t i = 1; i < t.ledger->balance_count; i++)
		ck_assert(strcmp(t.ledger->balances[i - 1].account, t.ledger->balances[i].account) < 0);
	for (size_t k = 0; k < t.ledger->entries[0].posting_count; k++) {
		const struct posting *p = &t.ledger->entries[0].postings[k];

		ck_assert_str_eq(p->account, t.ledger->balances[p->balance].account);
	}
	tear_down(&t);
}
END_TEST

/* ---- each invariant, broken by one movement ---- */

struct broken {
	enum record_of kind;
	enum movement m;
	const struct ledger_edge *edge;
	const char *yen, *want;
};

START_TEST(every_invariant_is_checked)
{
	/* after a loss, a recovery of 10,000,000 and a payment of 4,000,000 on it */
	static const struct broken rows[] = {
		{ RECORD_PAYMENT, MOVE_PAY, &to_a, "6000000", "" },
		{ RECORD_PAYMENT, MOVE_PAY, &to_a, "6000001",
		  "records[3]: the record 'x' breaks 'paid <= payable' of 'da' to 'lg-a' (5.3-1): 10000001 > "
		  "10000000" },
		{ RECORD_PAYMENT, MOVE_CREDIT, &plain, "1",
		  "records[3]: the record 'x' breaks 'paid <= payable' of 'da' to 'lg-a' (5.3-2, i:1): 1 > "
		  "0" },
		{ RECORD_LOSS, MOVE_PAYABLE, &to_b, "1",
		  "records[3]: the record 'x' breaks 'sum of payable <= recovered' of 'csp' to 'da' (5.3-1): "
		  "10000001 > 10000000" },
		{ RECORD_LOSS, MOVE_PAYABLE, &plain, "99999999", "" },
		{ RECORD_RECOVERY, MOVE_PAY, &pot, "99999999", "" },
		{ RECORD_RECOVERY, MOVE_PAYABLE, &to_a, "-1",
		  "records[3]: the record 'x' breaks 'payable falls only by a reversal' of 'da' to 'lg-a' "
		  "(5.3-1): "
		  "10000000 > 9999999" },
		{ RECORD_PAYMENT, MOVE_PAY, &to_a, "-1",
		  "records[3]: the record 'x' breaks 'paid falls only by a reversal' of 'da' to 'lg-a' "
		  "(5.3-1): "
		  "4000000 > 3999999" },
		{ RECORD_LOSS, MOVE_DETERMINE, &to_a, "-1",
		  "records[3]: the record 'x' breaks 'determined falls only by a reversal' of 'da' to 'lg-a' "
		  "(5.3-1): 30000000 > 29999999" },
		{ RECORD_LOSS, MOVE_CUT, &pot, "-1", "" },
		{ RECORD_REVERSAL, MOVE_PAY, &to_a, "-4000000", "" },
		{ RECORD_REVERSAL, MOVE_PAY, &to_a, "-4000001",
		  "records[3]: the record 'x' breaks '0 <= paid' of 'da' to 'lg-a' (5.3-1): 0 > -1" },
		{ RECORD_REVERSAL, MOVE_PAYABLE, &to_a, "-6000001",
		  "records[3]: the record 'x' breaks 'paid <= payable' of 'da' to 'lg-a' (5.3-1): 4000000 > "
		  "3999999" },
		{ RECORD_REVERSAL, MOVE_PAY, &pot, "-1",
		  "records[3]: the record 'x' breaks 'sum of payable <= recovered' of 'csp' to 'da' (5.3-1): "
		  "10000000 > 9999999" },
		{ RECORD_PAYMENT, MOVE_CLAIM, &to_a, "1/2", "records[3]: the record 'x' breaks 'whole yen'" },
	};

	for (size_t i = 0; i < ROWS(rows); i++) {
		struct bench t = { 0 };

		set_up(&t);
		enter_loss(&t);
		enter_recovery(&t, "r1", "10000000");
		open_entry(&t, "p1", RECORD_PAYMENT);
		move(&t, MOVE_PAY, &to_a, "4000000");
		ck_assert_str_eq(close_entry(&t), "");
		open_entry(&t, "x", rows[i].kind);
		move(&t, rows[i].m, rows[i].edge, rows[i].yen);
		ck_assert_msg(strcmp(close_entry(&t), rows[i].want) == 0, "row %zu: %s", i, rows[i].want);
		tear_down(&t);
	}
}
END_TEST

/* Money may come before a loss is determined, and an edge be met first as somebody's pot. */
START_TEST(a_pot_may_run_ahead)
{
	static const struct ledger_edge said = { &csp, &da, "5.3-1", NULL, false, NULL };
	struct bench t = { 0 };

	set_up(&t);
	open_entry(&t, "r1", RECORD_RECOVERY);
	move(&t, MOVE_PAY, &pot, "10");
	ck_assert_str_eq(close_entry(&t), "");
	open_entry(&t, "l1", RECORD_LOSS);
	move(&t, MOVE_DETERMINE, &to_a, "4");
	move(&t, MOVE_PAYABLE, &to_a, "4");
	ck_assert_str_eq(close_entry(&t), "");
	open_entry(&t, "r2", RECORD_RECOVERY);
	move(&t, MOVE_PAY, &said, "1"); /* known as a pot by now */
	ck_assert_str_eq(close_entry(&t), "");
	tear_down(&t);
}
END_TEST

/* Incidents have pots of their own. */
START_TEST(pots_are_kept_apart)
{
	const struct ledger_edge pot_1 = { &csp, &da, "5.3-1", "i1", false, &csp };
	const struct ledger_edge a_2 = { &da, &a, "5.3-1", "i2", true, &csp };
	struct bench t = { 0 };

	set_up(&t);
	open_entry(&t, "r1", RECORD_RECOVERY);
	move(&t, MOVE_PAY, &pot_1, "10");
	move(&t, MOVE_PAYABLE, &a_2, "1");
	ck_assert_str_eq(close_entry(&t),
	                 "records[0]: the record 'r1' breaks 'sum of payable <= recovered' of "
	                 "'csp' to 'da' (5.3-1, i2): 1 > 0");
	tear_down(&t);
}
END_TEST

/* 1,741 bodies and 36 parts: balances by hand, and the number of nodes grows with the postings only. */
START_TEST(a_nation_is_entered)
{
	struct bench t = { 0 };
	struct party *bodies;
	char want[32];

	set_up(&t);
	bodies = arena_array(&t.arena, 1741, sizeof *bodies);
	for (size_t i = 0; i < 1741; i++)
		bodies[i] = (struct party){ arena_printf(&t.arena, "lg-%04zu", i), PARTY_LG };
	for (size_t part = 0; part < 36; part++) {
		open_entry(&t, "r", RECORD_RECOVERY);
		move(&t, MOVE_PAY, &pot, "1741000");
		for (size_t i = 0; i < 1741; i++) {
			const struct ledger_edge edge = { &da, &bodies[i], "5.3-1", NULL, true, &csp };

			move(&t, MOVE_PAYABLE, &edge, "1000");
		}
		ck_assert_str_eq(close_entry(&t), "");
	}
	ledger_finish(t.ledger);
	ck_assert_uint_eq(t.ledger->balance_count, 2 * 1742);
	ck_assert_str_eq(balance(&t, "Payable:da:lg-1740:5.3-1"), "36000");
	snprintf(want, sizeof want, "%d", 36 * 1741000);
	ck_assert_str_eq(balance(&t, "Paid-cash:csp:da:5.3-1"), want);
	ck_assert_uint_eq(book_count(t.judge.book), (size_t)36 * 1742 * 2 + 2 * 1742);
	tear_down(&t);
}
END_TEST

/* Edges that differ in one thing only are edges of their own, however many there are. */
START_TEST(edges_are_kept_apart)
{
	static const struct party *const parties[] = { &csp, &da, &a, &b };
	static const char *const bases[] = { "5.3-1", "5.3-2", "table3-1C" }, *const incidents[] = {
		NULL, "i1", "i2", "i3"
	};
	struct bench t = { 0 };
	size_t count = 0;
	char yen[16];

	set_up(&t);
	open_entry(&t, "c", RECORD_CLAIM);
	for (size_t twice = 0; twice < 2; twice++)
		for (size_t i = 0; i < 4 * 4 * 3 * 4; i++) {
			const struct ledger_edge edge = { parties[i % 4],
				                          parties[i / 4 % 4],
				                          bases[i / 16 % 3],
				                          incidents[i / 48],
				                          false,
				                          NULL };

			snprintf(yen, sizeof yen, "%zu", i + 1);
			if (edge.debtor != edge.creditor)
				move(&t, MOVE_CLAIM, &edge, yen);
		}
	ck_assert_str_eq(close_entry(&t), "");
	ledger_finish(t.ledger);
	for (size_t i = 0; i < t.ledger->balance_count; i++) {
		const struct balance *k = &t.ledger->balances[i];
		size_t n = 0;

		for (; n < 4 * 4 * 3 * 4; n++) /* the only one with these four */
			if (parties[n % 4] == k->edge->debtor && parties[n / 4 % 4] == k->edge->creditor &&
			    strcmp(bases[n / 16 % 3], k->edge->basis) == 0 &&
			    (incidents[n / 48]
			         ? k->edge->incident && strcmp(incidents[n / 48], k->edge->incident) == 0
			         : !k->edge->incident))
				break;
		snprintf(yen, sizeof yen, "%s%zu", strcmp(k->kind, "Claimed") == 0 ? "" : "-", 2 * (n + 1));
		ck_assert_str_eq(book_at(t.judge.book, k->amount)->value, yen);
		count++;
	}
	ck_assert_uint_eq(count, 2 * (4 * 4 - 4) * 3 * 4);
	tear_down(&t);
}
END_TEST

START_TEST(parts_of_a_yen_are_refused)
{
	struct bench t = { 0 };

	set_up(&t);
	open_entry(&t, "c", RECORD_CLAIM);
	move(&t, MOVE_CLAIM, &plain, "1/2");
	move(&t, MOVE_CLAIM, &plain, "1/2");
	ck_assert_str_eq(close_entry(&t), "records[0]: the record 'c' breaks 'whole yen'");
	tear_down(&t);
	ledger_free(NULL);
}
END_TEST

int main(void)
{
	return run_suite("ledger",
	                 (const TTest *const[]){ a_chain_is_entered, names_of_accounts_are_unambiguous,
	                                         every_invariant_is_checked, a_pot_may_run_ahead,
	                                         pots_are_kept_apart, a_nation_is_entered,
	                                         edges_are_kept_apart, parts_of_a_yen_are_refused, NULL });
}
