/*
 * table3: who owes whom when one party's fault caused another's loss. Pure: routes, no money.
 *
 * Table 3 of the usage standard (§4.1.4②, the same for 単独利用 ③), 5.3 for the fault of CSP, NSP or DA, individual
 * agreements over the table (fn. 8, 9), and direct claims between OMA and ASP. What the table does not say is a policy
 * (contract.h) and refused by name while it is off.
 *
 * A route is the list of obligations from the sufferer outwards to the party at fault: the first makes the sufferer
 * whole, each later one makes the debtor before it whole (求償). An empty route: nobody owes anything under the table.
 */
#ifndef GOVSLA_CALC_TABLE3_H
#define GOVSLA_CALC_TABLE3_H

#include "base/arena.h"
#include "base/error.h"
#include "calc/case.h"

struct route_edge {
	const struct party *debtor, *creditor;
	const struct contract *contract,
	    *also; /* NULL when the case names none; also: エ/ウ, either may apply */
	const struct agreement *agreement; /* NULL: the table's own */
	bool recovered; /* 5.3①: payable up to what the debtor recovered on the next edge */
};

struct claim_route {
	const char *
	    basis; /* "5.3-1", "5.3-2", "table3-1A" … "table3-3C", "agreement", "direct-claim", "own-contract" */
	struct route_edge *edges;
	size_t edge_count;
	const char
	    *why; /* what the rule says, for a reader: "Table 3 (2)C: LG compensates under (エ) or (ウ)" */
	int policy; /* enum policy: the switch that the route rests on; POLICY_COUNT: none */
	bool nsp;   /* whether 5.3① holds for an NSP decided it */
};

/* The route of one loss for the share of one party at fault. ERROR_DATA, ERROR_UNSUPPORTED with the record's key. */
int table3_route(struct arena *a, const struct sla_case *c, const struct liability_record *loss,
                 const struct party *fault, struct claim_route *out, struct error *err) MUST_CHECK;

#endif
