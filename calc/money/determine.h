/*
 * determine: the one rounding of an amount of money, by a rule that a contract, a record or the law cites. Of calc/.
 *
 * 国等の債権債務等の金額の端数計算に関する法律, art. 2, is `floor` with a side:
 *     "claim"   (2-1, 2-2) what is less than one unit is dropped, also where it is all
 *     "debt"    (2-1, 2-2) the same, but a debt that in all is less than one unit is one unit
 *     "public"  (2-3) between such bodies: what in all is less than one unit is nothing
 * Private parties' cash (通貨法 art. 3: under 50 sen dropped, 50 sen or more up) is `half_up` with unit 1. An amount is
 * rounded here once and nowhere before; a threshold (a minimum, a cap) is compared exactly and not rounded.
 */
#ifndef GOVSLA_CALC_DETERMINE_H
#define GOVSLA_CALC_DETERMINE_H

#include "calc/judge.h"

/*
 * The amount, rounded as r says; of: what is determined ("credit", "interest", …). A rule that is NULL: the contract is
 * silent, and what is less than a yen is dropped, with that said. FIGURE_UNKNOWN for an unknown amount.
 */
int determine_amount(struct judge *j, const struct contract_rounding *r, const char *of, const char *label,
                     int amount);

#endif
