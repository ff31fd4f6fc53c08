/*
 * ledger: what happened to each obligation, in double entry, append-only.
 *
 * One entry for each record, in the order (day, kind, id); each entry is made of movements, and each movement of two
 * postings of the same amount, so that every entry sums to zero. Amounts are whole yen (nodes). After every entry the
 * invariants are checked:
 *     - the postings of the entry, and all postings together, sum to zero;
 *     - on every obligation  0 <= paid <= payable, and on a capped edge of 5.3①  Σ payable <= recovered;
 *     - payable and paid fall only in an entry that a reversal made, and it names its cause.
 * The same are constraints in PostgreSQL (sql/migrations): a direct INSERT that breaks one is refused.
 *
 *     struct ledger *l = ledger_new(j);
 *     ledger_open(l, record);
 *     ledger_move(l, MOVE_DETERMINE, edge, amount); …
 *     if (ledger_close(l, &err) < 0) …
 */
#ifndef GOVSLA_CALC_LEDGER_H
#define GOVSLA_CALC_LEDGER_H

#include "calc/judge.h"

/* An edge: what one debtor owes one creditor on one basis for one incident. */
struct ledger_edge {
	const struct party *debtor, *creditor;
	const char *basis, *incident; /* incident NULL: none named */
	bool capped;                  /* 5.3①: payable up to what the pot recovered */
	const struct party *pot;      /* the party from which the pot is recovered; NULL: not capped */
};

enum movement {
	MOVE_CLAIM,       /* the creditor claimed */
	MOVE_ACKNOWLEDGE, /* the debtor acknowledged */
	MOVE_DETERMINE,   /* the loss was determined: entitled, not yet payable */
	MOVE_CUT,         /* of what is entitled: lost for good */
	MOVE_PAYABLE,     /* of what is entitled: payable now */
	MOVE_PAY,         /* paid in cash */
	MOVE_CREDIT,      /* paid by a credit on a bill */
	MOVE_SET_OFF,     /* paid by set-off */
	MOVE_REDUCE,      /* 5.2: a fee reduction received, or passed on */
	MOVE_COUNT
};

struct posting {
	const char *account; /* "Receivable:lg-a:da:5.3-1" …: stable names, used in JSON, SQL and journals */
	int amount;          /* node; credits are negative */
};

struct ledger_entry {
	const struct liability_record *record;
	struct posting *postings;
	size_t posting_count;
};

struct balance {
	const char *account;
	int amount;
};

struct ledger {
	struct ledger_entry *entries;
	size_t entry_count;
	struct balance *balances; /* by account */
	size_t balance_count;
	struct ledger_state *state; /* internal to ledger.c */
};

struct ledger *ledger_new(struct judge *j);

/* Opens the entry of a record. */
void ledger_open(struct ledger *l, const struct liability_record *record);

/* One movement of a whole-yen node in the open entry; a negative one only in the entry of a reversal. 0 is left out. */
void ledger_move(struct ledger *l, enum movement m, const struct ledger_edge *edge, int amount);

/* Closes the entry and checks the invariants. ERROR_DATA names the record and the invariant. */
int ledger_close(struct ledger *l, struct error *err) MUST_CHECK;

#endif
