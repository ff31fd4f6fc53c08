/*
 * contract: what the parties agreed about liability, beside the SLA of terms.h; and the policies: readings of what the
 * usage standard leaves open. As data: docs/manual/liability.md describes the JSON. Read by case/, judged by table3.h
 * (who owes whom), ceiling.h (how much at most) and chain.h (what was recovered).
 */
#ifndef GOVSLA_CALC_CONTRACT_H
#define GOVSLA_CALC_CONTRACT_H

#include "base/arena.h"
#include "calc/terms.h"

struct party;

enum contract_kind { CONTRACT_A, CONTRACT_I, CONTRACT_U, CONTRACT_E }; /* ア, イ, ウ, エ of §4.1 */

enum use_mode { USE_NOT_STATED, USE_JOINT, USE_SINGLE }; /* 共同利用, 単独利用 */

enum fee_flow {
	FLOW_THROUGH_AGENCY,
	FLOW_DEBT_ASSUMED
}; /* LG pays DA and DA pays CSP, or LG pays CSP (免責的債務引受) */

enum cap_rule { CAP_RECOVERED, CAP_AMOUNT, CAP_MONTHS_OF_FEE, CAP_CONTRACT_AMOUNT };

enum cap_per { CAP_IN_ALL, CAP_PER_INCIDENT, CAP_PER_LOSS }; /* what shares one cap */

struct contract_cap {
	const struct party *debtor;
	enum cap_rule rule;
	exact amount;   /* CAP_AMOUNT */
	int64_t months; /* CAP_MONTHS_OF_FEE: of the fee of the month of the cause (model contract 23-1(2)) */
	enum cap_per per;
	bool lifted_by_intent, lifted_by_gross_negligence;
	const char *clause; /* NULL not stated */
};

/* A head of loss that is not compensated (model contract 23-2: lost profit, special circumstances). */
struct excluded_head {
	enum loss_head { HEAD_DIRECT, HEAD_LOST_PROFIT, HEAD_SPECIAL, HEAD_COUNT } head;
	const struct party *debtor; /* whose liability it limits; NULL: both parties' */
	bool lifted_by_intent, lifted_by_gross_negligence;
	const char *clause;
};

/* No liability when the loss comes from such a cause and that is proved (model contract 24). */
struct exemption {
	const char *kind;           /* the kinds of exclusions: "force_majeure", … */
	const struct party *debtor; /* NULL: both parties */
	const char *clause;
};

struct month_fee {
	const char *month; /* "2026-10" */
	exact amount;
};

struct contract_rounding { /* of amounts that are determined under the contract; rule NULL: silent */
	const char *rule, *unit, *clause;
	const char *side; /* "claim", "debt", "public" of the fractions act (determine.h); NULL not stated */
};

struct contract {
	const char *id;
	enum contract_kind kind;
	const struct party *parties[2];
	struct contract_cap *caps;
	size_t cap_count;
	struct excluded_head *excluded_heads;
	size_t excluded_head_count;
	struct exemption *exemptions;
	size_t exemption_count;
	exact amount;                   /* the contract amount; NULL not stated */
	struct month_fee *monthly_fees; /* where no service of the case has the month's fee */
	size_t monthly_fee_count;
	enum use_mode mode;     /* イ, ウ, エ: 共同利用 or 単独利用 */
	enum fee_flow fee_flow; /* イ */
	bool fee_flow_given;
	const char *edition;                /* of the usage standard; NULL not stated */
	int64_t from_day, to_day;           /* in effect [from, to); INT64_MIN, INT64_MAX: not stated */
	bool counts_credit, counts_set_off; /* ア: forms of recovery that count as received, beside cash */
	const char *apportion_method;       /* how what is recovered under it is shared; NULL: silent */
	const char *apportion_clause;
	struct contract_rounding rounding;
	const char *form; /* the shipped form whose rules it took over; NULL */
	const char *document, *clause;
	bool liquidated_damages; /* a monetary penalty for a missed guarantee is all that is owed (23-1(1)) */
	const char *liquidated_clause;
};

/* fn. 8: individual agreements prevail over Table 3. */
struct agreement_edge {
	const struct party *debtor, *creditor;
	const struct contract *contract; /* NULL: the agreement itself */
};

struct agreement {
	const char *id, *document, *clause;
	enum agreement_kind {
		AGREEMENT_DIRECT_CLAIM, /* between OMA and ASP, not through DA (§4.1.4②③): LG, OMA and ASP agree */
		AGREEMENT_ROUTE, /* another way for fault and sufferer */
	} kind;
	const struct party **parties;
	size_t party_count;
	const struct party *fault, *sufferer; /* AGREEMENT_ROUTE */
	struct agreement_edge *edges; /* AGREEMENT_ROUTE, from the sufferer's debtor on; none: nobody owes */
	size_t edge_count;
	int64_t from_day, to_day; /* in effect [from, to) */
};

enum state_budget { STATE_LG_SHARE, STATE_NONE_IF_ANY };

enum policy {                            /* the switches; each is off unless said otherwise */
	      POLICY_NSP_BACK_TO_BACK,   /* 5.3① for an NSP's fault; on by default */
	      POLICY_SHARED_FAULT,       /* several parties at fault, by shares */
	      POLICY_CONTRIBUTORY_FAULT, /* the injured party's own share (Civil Code 418) */
	      POLICY_TWO_FIRMS, /* OMA and ASP as different firms: row and column of ASP等 split in two */
	      POLICY_CSP_LOSS,  /* a loss of CSP/NSP by fault of LG or ASP等 */
	      POLICY_ASP_LOSS_BY_CSP,        /* a loss of ASP等 by fault of CSP/NSP */
	      POLICY_EXEMPTION_BARS_PENALTY, /* model contract 24 bars the penalty of 23-1(1) too */
	      POLICY_COUNT
};

struct policies {
	bool on[POLICY_COUNT], given[POLICY_COUNT]; /* given: stated by the case, else our default */
	const char *document[POLICY_COUNT];         /* what the case cites for it; NULL */
	enum state_budget state_budget;
	bool state_budget_given;
	const char *state_budget_document;
};

/* How whole units are shared, by name (apportion.h): "floor", "largest_remainder", … */
extern const char *const apportion_methods[];

/* What a figure cites: "contract エ/lg-a, 23-1(2)"; the contract alone without a clause. */
const char *contract_clause(struct arena *a, const struct contract *k, const char *clause);

/* "nsp_back_to_back", … */
extern const char *const policy_names[POLICY_COUNT + 1];

#endif
