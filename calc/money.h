/*
 * money: currencies, invoices, late interest, instalments and the sharing of costs, as data of a case.
 * JSON: docs/manual/money.md. The results are in money_result.h.
 */
#ifndef GOVSLA_CALC_MONEY_H
#define GOVSLA_CALC_MONEY_H

#include "calc/contract.h"

struct service;

/* ---- currencies ---- */

enum exchange_policy {
	EXCHANGE_INVOICE_RATE, /* the rate on the invoice of the month */
	EXCHANGE_FIXED_BUDGET, /* one rate for the budget year */
	EXCHANGE_SURVEY_FORMULA, /* 1 April close x year-on-year ratio of the last 12 months, rounded up to whole yen */
	EXCHANGE_WORST_PAST, /* the worst of the rates given */
};

struct dated_rate {
	int64_t day;
	exact rate; /* so many units of `to` for one of `from` */
	const char *source;
};

struct exchange {
	size_t index;
	const char *id, *from, *to, *document, *clause;
	enum exchange_policy policy;
	struct dated_rate *rates; /* sorted by day; SURVEY_FORMULA: the close */
	size_t rate_count;
	exact *ratios; /* SURVEY_FORMULA: year on year, of 12 months */
	size_t ratio_count;
	exact margin_percent;                   /* on top of the rate; NULL none */
	struct contract_rounding rate_rounding; /* of the rate; rule NULL: not rounded */
	struct contract_rounding rounding;      /* of amounts exchanged; required */
};

/* ---- invoices ---- */

struct invoice {
	size_t index;
	const char *id, *document, *month;
	int64_t day;
	const struct party *from, *to; /* who bills, who pays */
	exact amount;
	const char *currency;
	exact rate; /* to yen, as the invoice says; NULL none */
	bool has_tax, tax_included;
	exact tax_percent;
	const struct service **services;
	size_t service_count;
};

/* ---- late interest ---- */

struct rate_period { /* [from, to) */
	int64_t from_day, to_day;
	exact percent;
	const char *source;
};

enum rate_fix {
	FIX_START_OF_DELAY,
	FIX_EACH_DAY,
	FIX_DAY
}; /* Civil Code 404/419: when it first arose; by date; a named day */

struct paid_part {
	int64_t day;
	exact amount;
};

struct late_payment {
	size_t index;
	const char *id, *document, *clause, *regime; /* "payment_delay_act", "civil_code", "contract" */
	const struct party *debtor, *creditor;
	exact principal;
	int64_t due_day;
	struct paid_part *paid; /* sorted by day; interest runs on what is left */
	size_t paid_count;
	bool from_due_date; /* the first day counts; else from the day after */
	int64_t basis;      /* 365 */
	struct rate_period *rates;
	size_t rate_count;
	const char *rate_table; /* the shipped table; NULL: the case's own */
	enum rate_fix fix;
	int64_t fix_day;
	struct contract_rounding rounding; /* required */
};

struct instalment_plan { /* art. 3 of the fractions act: all fractions go to the first */
	size_t index;
	const char *id, *document, *clause;
	const struct party *debtor, *creditor;
	exact amount;
	int64_t count;
	exact unit; /* of the instalments: "1" */
};

/* ---- sharing of costs and credits ---- */

struct weight_key {       /* what the weights are, from when and where: printed for the body that pays */
	const char *name; /* "population", "servers", "fees", … */
	int64_t day;      /* as of; INT64_MIN not stated */
	const char *source, *unit;
};

struct body_weight {
	const struct party *party;
	exact weight;
};

struct weight_version {   /* changed weights open a new version: parts from its day on are shared by it */
	int64_t from_day; /* INT64_MIN: from the first */
	struct weight_key key;
	struct body_weight *weights;
	size_t weight_count;
	const char *document;
	struct weight_blend { /* several keys mixed: exact shares of 1; count 0: key and weights alone */
		exact share;
		struct weight_key key;
		struct body_weight *weights;
		size_t weight_count;
	} * blends;
	size_t blend_count;
};

struct cost_stage { /* staged sharing (survey 検証③) */
	const char *name;
	enum stage_kind { STAGE_EXCLUSIVE, STAGE_IN_RATIO, STAGE_IN_RATIO_OF_ALL } kind;
	struct body_weight *amounts; /* STAGE_EXCLUSIVE: tagged to one body each */
	size_t amount_count;
	exact amount;               /* the others: to be shared */
	const struct party **among; /* the bodies that use it; none: all */
	size_t among_count;
	const struct cost_stage
	    *in_ratio_of; /* STAGE_IN_RATIO: an earlier one; _OF_ALL: the sums of all before */
};

struct cost_part { /* an amount to be shared, when it came */
	const char *id, *document;
	int64_t day;
	exact amount;
};

struct apportionment {
	size_t index;
	const char *id, *title, *document, *clause, *currency;
	const char *method; /* as of apportion.h; NULL: the contract is silent */
	struct weight_version *versions;
	size_t version_count;
	struct cost_stage *stages;
	size_t stage_count;
	struct cost_part *parts;
	size_t part_count;
	const char *of_incident;           /* the parts are the recoveries for this incident … */
	const struct party *of_recoveries; /* … from this party; NULL: parts are given */
	const char *unit;                  /* the smallest amount that is granted: "1" yen, "0.01" dollar */
};

#endif
