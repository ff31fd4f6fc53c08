/*
 * journal: a ledger for people and for other programs: a table, JSON, and plain-text journals that hledger, beancount
 * and ledger read, balance and check.
 *
 * A journal is the ledger without the nodes behind its amounts, so that one kept in a database is written by the same
 * code as that of a statement. Not an account of any one party: it is neutral, and speaks from the creditors' side
 * (calc/liability/ledger.h has the chart of accounts).
 *
 *     struct journal j;
 *     journal_of_statement(&arena, s, &j);
 *     journal_export(&arena, &j, JOURNAL_HLEDGER, &text);
 */
#ifndef GOVSLA_REPORT_JOURNAL_H
#define GOVSLA_REPORT_JOURNAL_H

#include "base/arena.h"
#include "base/text.h"
#include "calc/statement.h"

struct journal_posting {
	size_t account;     /* among the journal's accounts */
	const char *amount; /* whole yen; credits are negative */
};

struct journal_entry {
	const char *record, *kind; /* "recovery" */
	int64_t day;
	const char *document, *of, *cause; /* NULL none; of, cause: of a reversal */
	struct journal_posting *postings;
	size_t posting_count;
};

struct journal_account {
	const char *name, *kind;                          /* "Payable:da:lg-a:5.3-1", "Payable" */
	const char *debtor, *creditor, *basis, *incident; /* ids; incident NULL: none named */
	const char *pot;                         /* as of struct ledger_edge; NULL: none, or not known */
	const char *debtor_name, *creditor_name; /* NULL: not known */
	const char *balance;
};

struct journal {
	const char *title; /* NULL none */
	struct journal_entry *entries;
	size_t entry_count;
	struct journal_account *accounts; /* by name */
	size_t account_count;
};

/* Borrows from the statement. One without a ledger gives an empty journal. */
void journal_of_statement(struct arena *a, const struct statement *s, struct journal *out);

/* "loss", … */
const char *record_kind_name(enum record_of kind);

void journal_text(const struct journal *j, struct text *out);

/* govsla-ledger/1 */
void journal_json(const struct journal *j, struct text *out);

enum journal_format { JOURNAL_HLEDGER, JOURNAL_BEANCOUNT, JOURNAL_LEDGER };

/*
 * The names of accounts are legal in all three and the same: ROOT:KIND:DEBTOR:CREDITOR:BASIS, or BASIS-INCIDENT; each
 * component with a capital or a digit first, letters, digits and hyphens only; where several would come out the same, a
 * number as last component keeps them apart. The ledger's own name stands beside each. At the end every balance is asserted, so that the other program
 * checks our figures.
 */
void journal_export(struct arena *a, const struct journal *j, enum journal_format format, struct text *out);

#endif
