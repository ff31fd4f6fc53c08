/*
 * case: everything that one judgement needs, as plain data.
 *
 * What is judged (a period), by which promises (terms), from which observations and records. Made by case/
 * from a case file or by slacalc/store.c from PostgreSQL (through the same reader), judged by
 * statement_make(). calc/ only reads it. All pointers are borrowed from the arena that the case was made in.
 * Instants are µs UTC and are resolved: nothing here needs a time zone any more.
 *
 * Exact numbers (percentages, money, shares) stay text in the form that exact_check() accepted: "250000",
 * "99.99" or "20/37". They become GMP rationals only inside a derivation (derivation.h).
 *
 * The words of JSON are those of docs/manual/case.md; struct sla_case is the "case" (a keyword in C).
 */
#ifndef GOVSLA_CALC_CASE_H
#define GOVSLA_CALC_CASE_H

#include "base/instant.h"
#include "base/sample.h"
#include "base/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef const char *exact; /* an exact number as text; NULL where there is none */

enum party_kind { PARTY_CSP, PARTY_NSP, PARTY_DA, PARTY_LG, PARTY_OMA, PARTY_ASP };

struct party {
	const char *id;
	enum party_kind kind;
	const char *code; /* 全国地方公共団体コード, six digits; NULL for others than LG */
	const char *name; /* NULL when not given */
};

/* The billing period that is judged: half-open. */
struct period {
	struct span span;      /* µs UTC */
	int64_t fixed_hours;   /* T is this many hours whatever the month; 0: T is the length of the span */
	const char *month;     /* "2026-10", NULL for a span that was given by its ends */
	const char *time_zone; /* IANA name, NULL when not given */
	int zone_offset_s;     /* seconds east of UTC at the start, for showing instants */
};

/* ---- terms: a contract's SLA as data ---- */

enum metric { METRIC_AVAILABILITY, METRIC_LATENCY_MEAN };

enum method { METHOD_NONE, METHOD_DURATION_RATIO, METHOD_MINUTE_BUCKET_ALL_FAIL };

enum binding {
	BINDING_GUARANTEE,
	BINDING_TARGET
}; /* 保証事項, 努力目標: only a guarantee is breached for money */

enum comparison { AT_LEAST, MORE_THAN, AT_MOST, LESS_THAN };

enum excluded_time { EXCLUDED_REMOVE, EXCLUDED_COUNT_AS_UP, EXCLUDED_IGNORE };

/* How unmeasured (or obscured) time counts: as a range, as up, as down, or not at all. */
enum unmeasured_time { UNMEASURED_BOUNDS, UNMEASURED_UP, UNMEASURED_DOWN, UNMEASURED_REMOVE };

enum band_rule { BANDS_DISJOINT, BANDS_MOST_SEVERE };

struct band { /* the credit rate of from <= percent < to */
	exact from, to, rate;
};

struct credit_rule {
	const char *base;   /* what the rate is a per cent of: "monthly_fee" */
	exact flat_rate;    /* one rate for any miss; NULL where bands apply */
	struct band *bands; /* sorted by from */
	size_t band_count;
	enum band_rule band_rule;
};

struct level {
	const char *id;
	enum metric metric;
	enum method method; /* METHOD_NONE for latency */
	enum binding binding;
	enum comparison op;
	exact objective; /* per cent, or ms */
	enum excluded_time excluded_time;
	enum unmeasured_time unmeasured_time, obscured_time;
	exact min_coverage;         /* share of 1 below which latency is not provable; NULL none */
	struct credit_rule *credit; /* NULL: no money */
	const char *clause;         /* where the contract says so; NULL when not given */
};

enum overlap_rule { OVERLAP_SUM, OVERLAP_MAX };

enum rounding_rule { ROUND_FLOOR, ROUND_CEIL, ROUND_HALF_UP, ROUND_HALF_EVEN };

enum rounding_of { ROUND_CREDIT, ROUND_REDUCED_FEE }; /* which amount is the determined one */

enum rounding_side { SIDE_CLAIM, SIDE_DEBT, SIDE_PUBLIC };

struct rounding {
	enum rounding_rule rule;
	exact unit; /* of the currency: "1" for yen */
	enum rounding_of of;
	enum rounding_side side;
	const char *clause;
};

enum remedy { REMEDY_NON_EXCLUSIVE, REMEDY_SOLE, REMEDY_LIQUIDATED_DAMAGES };

struct terms {
	const char *id, *title;
	enum party_kind provider, customer;
	const char *document, *document_date, *confidence; /* the source */
	const char *effective_from, *effective_to;         /* dates as given; NULL open */
	const char *time_zone;                             /* of the period; NULL not stated */
	int start_day;
	int64_t maintenance_notice_days; /* -1: the terms have no notice rule */
	const char *notice_clause;
	struct level *levels;
	size_t level_count;
	enum overlap_rule overlap;
	exact cap_percent; /* of the fee; NULL: no such cap */
	exact cap_amount;  /* NULL: no such cap */
	const char *cap_clause;
	struct rounding *rounding; /* never NULL when a level has credit */
	const char *claim_rule;
	enum remedy remedy;
};

/* ---- what was observed ---- */

struct observation { /* one target as seen from one vantage */
	const char *target, *vantage;
	int64_t interval_us, gap_limit_us;
	struct sample *samples; /* sorted by scheduled_us, no two at the same instant */
	size_t sample_count;
	const char
	    *origin; /* what messages and derivations call the samples: "t1.csv", "all_up", "database" */
};

struct path { /* hops in order from the vantage; a deeper answer implies that those before it work */
	const char *vantage;
	const char **hops; /* targets */
	const char *
	    *parties; /* responsible for the segment that ends at the hop; NULL entries when not stated */
	size_t hop_count;
};

/* ---- what is paid for ---- */

struct fee {
	const struct party *payer;
	exact amount;
	const char *currency;
	exact state_share; /* of 1 */
};

struct quorum {
	int64_t vantages; /* so many of a target's vantages must see it down */
	bool all_targets; /* the service is down only if all of its targets are (default: any) */
};

struct service {
	const char *id, *name; /* name NULL when not given */
	const struct party *provider;
	const struct terms *terms;
	const char **targets;
	size_t target_count;
	struct span *outages; /* exactly known outages instead of targets */
	size_t outage_count;
	bool known_outages; /* true: outages says it all, targets is empty */
	struct quorum quorum;
	struct fee *fees;
	size_t fee_count;
};

/* ---- records people enter ---- */

struct exclusion_use { /* the exclusion as it concerns one service: days are counted in its terms' zone */
	const struct service *service;
	int64_t start_day, notice_day; /* days since 1970-01-01; notice_day is valid only if has_notice */
};

struct exclusion {
	const char *id, *kind, *document; /* kind "maintenance" falls under the notice rule */
	struct span span;                 /* µs UTC */
	bool has_notice;
	int64_t notice_us;
	struct exclusion_use *uses;
	size_t use_count;
};

enum contract_kind { CONTRACT_A, CONTRACT_I, CONTRACT_U, CONTRACT_E }; /* ア, イ, ウ, エ of §4.1 */

struct contract_cap {
	const struct party *debtor;
	bool recovered; /* 5.3①: up to the amount recovered */
	exact amount;   /* NULL unless a fixed amount */
};

struct contract {
	const char *id;
	enum contract_kind kind;
	const struct party *parties[2];
	struct contract_cap *caps;
	size_t cap_count;
	bool excludes_lost_profit, excludes_special;
};

enum record_of { RECORD_LOSS, RECORD_CLAIM, RECORD_ACKNOWLEDGEMENT, RECORD_RECOVERY, RECORD_PAYMENT };

struct liability_record {
	size_t index; /* in the case's list, for messages */
	const char *id, *document;
	enum record_of kind;
	int64_t day; /* days since 1970-01-01 */
	/* a loss */
	const struct party *sufferer, *fault;
	exact direct, lost_profit, special; /* heads of loss */
	exact determined;                   /* NULL: not determined yet */
	/* money from one party to another */
	const struct party *from, *to;
	exact amount;
};

enum state_budget { STATE_LG_SHARE, STATE_NONE_IF_ANY };

struct policies { /* readings of what the standard leaves open; *_given: stated by the case, else our default
	           */
	bool nsp_back_to_back, nsp_back_to_back_given;
	enum state_budget state_budget;
	bool state_budget_given;
};

struct sla_case {
	const char *title;
	int64_t as_of_us;
	struct period period;
	struct party *parties;
	size_t party_count;
	struct terms *terms;
	size_t terms_count;
	struct observation *observations;
	size_t observation_count;
	struct path *paths;
	size_t path_count;
	struct service *services;
	size_t service_count;
	struct exclusion *exclusions;
	size_t exclusion_count;
	struct contract *contracts;
	size_t contract_count;
	struct liability_record *records; /* in the order (day, kind, id) */
	size_t record_count;
	struct policies policies;
	const char *zone_data; /* version of the time zone data that resolved the instants */
};

#endif
