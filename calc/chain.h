/*
 * chain: one party at fault and the municipalities that suffered by it; and how what was recovered is shared among
 * them. Internal to calc/; the obligations that follow are liability.c's.
 *
 * After each event the whole recovered amount is shared anew, pro rata to determined losses: each creditor is granted
 * the whole yen of its exact share less what is payable to it already, never less than nothing (apportion.h).
 */
#ifndef GOVSLA_CALC_CHAIN_H
#define GOVSLA_CALC_CHAIN_H

#include "calc/apportion.h"

struct creditor { /* a municipality with losses for which one party is at fault */
	const struct party *party;
	int claimed;
	int determined; /* FIGURE_UNKNOWN until a loss was determined */
	int payable;    /* granted so far */
	int pending;    /* what the last part, were it all, would add */
};

struct chain { /* one party at fault */
	struct judge *judge;
	const struct party *fault, *agency;
	struct creditor *creditors; /* sorted by code */
	size_t count;
	int provider_cap; /* FIGURE_UNKNOWN: none known */
	int recovered;    /* so far */
	int acknowledged; /* FIGURE_UNKNOWN: no acknowledgement entered */
	struct pot *pot;  /* how the recovered amount is shared; NULL until the first sharing */
	int claim;        /* of DA against the party at fault, if entered */
};

/* sum + more as a node; more alone while there is no sum. */
int chain_plus(struct judge *j, const char *label, int sum, int more);

/* Sums over the creditors: FIGURE_UNKNOWN while nothing is determined; payable starts from 0. */
int chain_determined(struct chain *ch);
int chain_payable(struct chain *ch);

/* Shares pool (cumulative) among the creditors and adds the grants to payable, or notes them as pending. */
void chain_share(struct chain *ch, int pool, bool hypothetical);

#endif
