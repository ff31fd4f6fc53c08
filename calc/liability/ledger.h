/*
 * ledger: what happened to each obligation, in double entry, append-only.
 *
 * One entry for each record, in the order (day, kind, id); each entry is made of movements, and each movement of two
 * postings of the same amount, so that every entry sums to zero. Amounts are whole yen (nodes). After every entry the
 * invariants are checked:
 *     - the postings of the entry, and with it all postings together, sum to zero, in whole yen;
 *     - on every obligation 0 <= paid <= payable, and on the capped ones of 5.3① Σ payable <= recovered;
 *     - payable and paid (and what was claimed, acknowledged, determined) fall only in an entry that a reversal made,
 *       and it names its cause. What is cut may fall: it is what a cap takes as things stand.
 * The same are constraints in PostgreSQL (sql/migrations): a direct INSERT that breaks one is refused.
 *
 *     struct ledger *l = s->ledger = ledger_new(j);
 *     ledger_open(l, record);
 *     ledger_move(l, MOVE_DETERMINE, edge, amount); …
 *     if (ledger_close(l, &err) < 0) …
 *     ledger_finish(l);
 *
 * The chart of accounts, from the creditors' side. An account is KIND:DEBTOR:CREDITOR:BASIS, then :INCIDENT where one is
 * named; a ':' or '%' within an id is written %3A, %25.
 *
 *     movement          debit           credit          balance of the debit account
 *     MOVE_CLAIM        Claimed         Asserted        claimed in all
 *     MOVE_ACKNOWLEDGE  Acknowledged    Admitted        acknowledged in all
 *     MOVE_DETERMINE    Entitled        Loss            pending: determined, neither payable nor cut
 *     MOVE_CUT          Cut             Entitled        lost for good
 *     MOVE_PAYABLE      Payable         Entitled        payable and not yet paid
 *     MOVE_PAY          Paid-cash       Payable         paid
 *     MOVE_CREDIT       Paid-credit     Payable
 *     MOVE_SET_OFF      Paid-set-off    Payable
 *     MOVE_REDUCE       Reduced         Billed          fees reduced
 */
#ifndef GOVSLA_CALC_LEDGER_H
#define GOVSLA_CALC_LEDGER_H

#include "calc/judge.h"

/*
 * An edge: what one debtor owes one creditor on one basis for one incident.
 *
 * The pot of a capped edge is the edge (pot → debtor) of the same basis and incident: what is paid on it is what was
 * recovered. It may run ahead of what is payable there, since money may come before a loss is determined; such an edge
 * says so itself by pot == debtor. What does not count as received (the contract's forms) is not moved on it.
 */
struct ledger_edge {
	const struct party *debtor, *creditor;
	const char *basis, *incident; /* incident NULL: none named */
	bool capped;                  /* 5.3①: payable up to what the pot recovered */
	const struct party
	    *pot; /* the party from which the pot is recovered; the debtor: this is the pot; NULL */
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
	const char *account; /* "Payable:da:lg-a:5.3-1" …: stable names, used in JSON, SQL and journals */
	int amount;          /* node; credits are negative */
	size_t balance;      /* which of the ledger's accounts it is */
};

struct ledger_entry {
	const struct liability_record *record;
	struct posting *postings; /* two for each movement: debit, credit */
	size_t posting_count, posting_size;
};

struct balance {
	const char *account;
	int amount; /* node */
	const struct ledger_edge *edge;
	const char *kind; /* "Payable" */
};

struct ledger {
	struct ledger_entry *entries;
	size_t entry_count;
	struct balance *balances; /* after ledger_finish() by account */
	size_t balance_count;
	struct ledger_state *state; /* internal to ledger.c */
};

/* GMP's numbers are its own: ledger_free(), which statement_free() calls for s->ledger. */
struct ledger *ledger_new(struct judge *j);
void ledger_free(struct ledger *l); /* NULL is allowed */

/* Opens the entry of a record. */
void ledger_open(struct ledger *l, const struct liability_record *record);

/*
 * One movement of a whole-yen node in the open entry; a negative one (but of MOVE_CUT) only in the entry of a
 * reversal. 0 and FIGURE_UNKNOWN are left out. The edge is copied.
 */
void ledger_move(struct ledger *l, enum movement m, const struct ledger_edge *edge, int amount);

/* Closes the entry and checks the invariants. ERROR_DATA names the record and the invariant. */
int ledger_close(struct ledger *l, struct error *err) MUST_CHECK;

/* After the last entry: the balances. */
void ledger_finish(struct ledger *l);

#endif
