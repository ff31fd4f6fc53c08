/* ceiling_part: what the files of the ceiling share. Internal to calc/liability/ceiling*.c. */
#ifndef GOVSLA_CALC_CEILING_PART_H
#define GOVSLA_CALC_CEILING_PART_H

#include "calc/liability/ceiling.h"

struct limit { /* one question: debtor, loss, contract */
	struct judge *judge;
	struct statement *statement;
	const struct contract *contract;
	const struct party *debtor, *creditor;
	const struct liability_record *loss;
	int share;
	struct ceiling *out;
	struct error *err;
};

/* Adds to out->notes. */
void limit_note(struct limit *l, const char *note);

/* contract_clause() of the contract. */
const char *limit_clause(const struct limit *l, const char *clause);

/* Whether the loss's month of the cause is the month that the case judges. */
bool limit_month_is_judged(const struct limit *l);

struct penalty { /* that is all that is owed */
	bool applies;
	bool sole; /* by the terms' remedy, not as liquidated damages */
	const char *clause;
	int amount; /* in yen */
};

/* ceiling_penalty.c: what the credits of the misses that the loss comes from are worth to this creditor. */
int limit_penalty(struct limit *l, struct penalty *out) MUST_CHECK;

/* ceiling_cap.c: the cap of the debtor, unless the loss lifts it: out->cap, per, rule. */
int limit_cap(struct limit *l) MUST_CHECK;

#endif
