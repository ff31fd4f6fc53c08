/*
 * case: everything that one judgement needs, as plain data.
 *
 * What is judged (a period), by which promises (terms), from which observations and records. Made by case/
 * from a case file or by slacalc/store.c from PostgreSQL (through the same reader), judged by
 * statement_make(). calc/ only reads it. All pointers are borrowed from the arena that the case was made in.
 * Instants are µs UTC and are resolved: nothing here needs a time zone any more.
 *
 * The words of JSON are those of docs/manual/case.md; struct sla_case is the "case" (a keyword in C).
 */
#ifndef GOVSLA_CALC_CASE_H
#define GOVSLA_CALC_CASE_H

#include "base/instant.h"
#include "base/sample.h"
#include "base/span.h"
#include "calc/contract.h"
#include "calc/money.h"
#include "calc/record.h"
#include "calc/terms.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

/* ---- what was observed ---- */

struct observation { /* one target as seen from one vantage */
	const char *target, *vantage;
	int64_t interval_us, gap_limit_us;
	struct sample *samples; /* sorted by scheduled_us, no two at the same instant */
	size_t sample_count;
	const char
	    *origin;   /* what messages and derivations call the samples: "t1.csv", "all_up", "database" */
	bool requests; /* the samples are a whole log of requests, not probes on a schedule: none missing */
	int64_t timeout_us; /* an answer later than this is none; 0 not stated */
};

struct path { /* hops in order from the vantage; a deeper answer implies that those before it work */
	const char *vantage;
	const char **hops; /* targets */
	const struct party *
	    *parties; /* responsible for the segment that ends at the hop; NULL entries when not stated */
	const char **segments; /* what the segment is called; NULL entries when not stated */
	bool *own;             /* the monitor's own side: its failure is charged to nobody */
	size_t hop_count;
};

/* ---- what is paid for ---- */

struct fee {
	const struct party *payer;
	exact amount;
	const char *currency;
	exact state_share;          /* of 1 */
	bool has_tax, tax_included; /* whether the amount holds consumption tax; has_tax false: not stated */
	exact tax_percent;          /* NULL: not stated */
	struct fee_base *bases;     /* other amounts that a credit may be a per cent of */
	size_t base_count;
};

struct fee_base {
	const char *name; /* "fee_before_tax", "connection_fee", … */
	exact amount;
};

struct attribute {
	const char *name, *value;
};

struct member {                    /* one of a service's targets as a resource in a zone */
	const char *target, *zone; /* zone NULL when not given */
	struct span *deployed;     /* µs; has_deployed false: all the period */
	size_t deployed_count;
	bool has_deployed;
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
	struct attribute *attributes;
	size_t attribute_count;
	struct member *members;
	size_t member_count;
	struct span *deployed; /* µs; has_deployed false: all the period */
	size_t deployed_count;
	bool has_deployed;
	bool has_subscribed;
	struct span subscribed;               /* µs: T is cut to it */
	int64_t subscribed_days, period_days; /* calendar days of the terms' zone, for pro rata */
	const char *network;                  /* services of one network; NULL none */
	exact baseline_ms;
	bool has_opening;
	int64_t due_day, opened_day; /* days since 1970-01-01; opened_day INT64_MAX: not yet */
	const char *choice; /* the level that the customer chose (overlap choose_one); NULL: none yet */
	int64_t
	    first_use_us; /* the start of the subscription, also before the period; INT64_MIN: not stated */
};

/* ---- records people enter ---- */

struct exclusion_use { /* the exclusion as it concerns one service: days are counted in its terms' zone */
	const struct service *service;
	int64_t start_day, notice_day; /* days since 1970-01-01; notice_day is valid only if has_notice */
};

struct exclusion {
	const char *id, *kind, *document; /* kind "maintenance" falls under the notice rule */
	const char *clause, *approver;
	struct span span;   /* µs UTC */
	int64_t entered_us; /* INT64_MIN: not stated */
	bool has_notice;
	int64_t notice_us;
	struct exclusion_use *uses;
	size_t use_count;
};

/* What people know of an outage. INT64_MIN: not stated. */
struct incident {
	const char *id, *document;
	const struct service **services;
	size_t service_count;
	struct span span;    /* outages that touch it belong to it; both INT64_MIN: all of the period */
	int64_t known_us;    /* the provider knew */
	int64_t reported_us; /* the customer told the provider */
	int64_t notified_us; /* the provider told the customer */
	int64_t replaced_us;
	const struct service *root_cause; /* NULL: not stated */
	int64_t entered_us;
};

/* A later finding about a target: supersedes what was observed, erases nothing. */
struct correction {
	const char *id, *target, *vantage; /* vantage NULL: as seen from all */
	struct span span;                  /* µs */
	uint8_t outcome;                   /* SAMPLE_UP, SAMPLE_DOWN, SAMPLE_MISSED (not measured) */
	const char *author, *reason, *document;
	int64_t entered_us;
	const char *supersedes; /* an earlier correction; NULL none */
	bool in_effect;         /* entered by as_of, and no later one in effect supersedes it */
};

/*
 * What an earlier span came to by itself: for months running, rolling windows and rolling caps. Sorted by service,
 * level and time; those of one service and level do not overlap, and end before the period or where it starts.
 */
struct history {
	const struct service *service;
	const char *level;
	struct span span;
	const char *verdict; /* "met", "breached", "not provable", "not covered"; NULL not stated */
	exact downtime_least_s, downtime_most_s; /* NULL not stated */
	exact credit;                            /* determined; NULL not stated */
	const char *document;
	exact counted_s; /* T of that span: less than its length by what was excluded; NULL: all of it */
};

struct claim_made {
	const char *id, *document;
	const struct terms *terms;
	const struct service *service; /* NULL: for all services under the terms */
	int64_t sent_us, received_us;  /* INT64_MIN not stated */
	const char **contents;
	size_t content_count;
};

struct sla_case;

struct calendar_used { /* a calendar of holidays that service hours were resolved with */
	const char *id, *edition, *document, *origin; /* origin "case" or "shipped" */
};

/*
 * Days of a time zone as instants, so that calc/ can count days without one: start_us[k] is the first instant of
 * first_day + k.
 */
struct zone_days {
	const char *time_zone;
	int64_t first_day;
	int64_t *start_us;
	size_t count;
	int64_t as_of_day; /* the day that holds as_of; INT64_MAX without as_of */
};

/* The days of a zone of the case: NULL for the name of another. time_zone NULL: those of the period. */
const struct zone_days *zone_days_of(const struct sla_case *c, const char *time_zone);

/* The day that holds an instant; INT64_MIN outside the days that are resolved. */
int64_t zone_days_day(const struct zone_days *z, int64_t us);

/* The first instant of a day; INT64_MIN outside. */
int64_t zone_days_start(const struct zone_days *z, int64_t day);

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
	struct incident *incidents;
	size_t incident_count;
	struct correction *corrections;
	size_t correction_count;
	struct history *history;
	size_t history_count;
	struct claim_made *claims;
	size_t claim_count;
	struct calendar_used *calendars;
	size_t calendar_count;
	struct zone_days
	    *zone_days; /* the period's first, then each other time zone that terms in use name */
	size_t zone_days_count;
	struct agreement *agreements; /* over Table 3 (fn. 8, 9) and for direct claims */
	size_t agreement_count;
	struct exchange *exchanges;
	size_t exchange_count;
	struct invoice *invoices;
	size_t invoice_count;
	struct late_payment *late_payments;
	size_t late_payment_count;
	struct instalment_plan *instalment_plans;
	size_t instalment_plan_count;
	struct apportionment *apportionments;
	size_t apportionment_count;
	bool figures_only; /* nobody looks at the effects of exclusions and corrections: they are left out */
};

#endif
