/*
 * ceiling: what one debtor owes for one loss at most under one contract: heads of loss that it excludes, exemptions with
 * their proof, liquidated damages, caps by amount and by months of the fee, and what lifts them.
 *
 * Source: guideline model contract art. 23, 24; survey 検証①; (ウ) art. 17, (エ) art. 16. The actual amount is agreed
 * between the parties (23-3): this gives the most that can be owed; what was determined is an input.
 *
 * In this order:
 *   1. heads       claimed is the sum of the loss's heads; those that the contract excludes fall out.
 *   2. penalty     where every miss that the loss names has a penalty that is all that is owed: that, and nothing of 3, 4.
 *   3. exemption   a proved cause of the contract's list: nothing is owed.
 *   4. cap         unless lifted. It limits what this debtor owes: its own share of the fault, not the whole loss.
 */
#ifndef GOVSLA_CALC_CEILING_H
#define GOVSLA_CALC_CEILING_H

#include "calc/judge.h"

struct ceiling {
	int claimed; /* all heads */
	int allowed; /* of the determined amount (of claimed, while nothing is determined) what heads and exemption leave */
	int cap;                         /* of this loss, incident or contract; FIGURE_UNKNOWN: none */
	enum cap_per per;                /* what shares the cap */
	const struct contract_cap *rule; /* NULL without cap */
	int most; /* at most payable: min(allowed heads, cap), or the penalty; FIGURE_UNKNOWN: no limit at all */
	struct cut *cuts; /* what is lost of the determined amount before the cap */
	size_t cut_count;
	const char **notes;
	size_t note_count;
	int determined; /* the loss's determined amount times the share; FIGURE_UNKNOWN: not yet */
};

/*
 * share is the node of the debtor's share of the fault (FIGURE_UNKNOWN: the whole); all figures are times it. contract NULL:
 * none is known, nothing limits. Recovered caps (5.3①) are the chain's affair and not looked at here. After the credits.
 * Returns 0, or ERROR_DATA where a fee or a rate of exchange is not known, with the record's key.
 */
int ceiling_of(struct judge *j, struct statement *s, const struct contract *contract,
               const struct party *debtor, const struct party *creditor, const struct liability_record *loss,
               int share, struct ceiling *out, struct error *err) MUST_CHECK;

#endif
