/*
 * terms: a contract's SLA as plain data: what docs/manual/terms.md describes, read by case/.
 *
 * Exact numbers (percentages, money, shares) stay text in the form that exact_check() accepted: "250000",
 * "99.99" or "20/37". They become GMP rationals only inside a derivation (derivation.h). Time is in µs.
 */
#ifndef GOVSLA_CALC_TERMS_H
#define GOVSLA_CALC_TERMS_H

#include "base/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef const char *exact; /* an exact number as text; NULL where there is none */

enum party_kind { PARTY_CSP, PARTY_NSP, PARTY_DA, PARTY_LG, PARTY_OMA, PARTY_ASP };

enum metric {
	METRIC_AVAILABILITY,     /* per cent */
	METRIC_LATENCY_MEAN,     /* ms */
	METRIC_LATENCY_RISE,     /* ms above the service's baseline, held for lasting_us */
	METRIC_LOSS,             /* per cent of the samples sent */
	METRIC_SHARE_OVER_LIMIT, /* per cent of the samples received: round trip longer than limit_us */
	METRIC_DOWNTIME,         /* time: all outages of the period together */
	METRIC_RECOVERY_TIME,    /* time: each outage by itself */
	METRIC_BAD_HOURS,        /* count of clock hours */
	METRIC_TIME_TO_NOTIFY, /* time: each incident, from the provider's knowledge to its notice to the customer */
	METRIC_TIME_TO_REPLACE, /* time: each incident, from the report to the replacement */
	METRIC_OPENING_DELAY,   /* days after the day on which the service was due */
	METRIC_COUNT
};

/* How samples become a figure; calc/measure/method.h says which metric has which. Its source stands at each one's code. */
enum method {
	METHOD_NONE,
	METHOD_DURATION_RATIO,
	METHOD_MINUTE_BUCKET_ALL_FAIL,
	METHOD_SERVICE_HOURS_RATIO,
	METHOD_MINUTE_ALL_MEMBERS,
	METHOD_RUN_MIN_DURATION,
	METHOD_MINUTE_ERROR_RATE,
	METHOD_INTERVAL_ERROR_MEAN,
	METHOD_REQUEST_RATIO,
	METHOD_CONSECUTIVE_INTERVALS,
	METHOD_CUMULATIVE_OUTAGE_BANDS,
	METHOD_PER_OUTAGE_BANDS,
	METHOD_CLOCK_HOUR,
	METHOD_COUNT
};

enum unit { UNIT_PERCENT, UNIT_MS, UNIT_S, UNIT_MIN, UNIT_H, UNIT_D, UNIT_ONE }; /* of objective and bands */

enum part_minute { PART_MINUTE_COUNT, PART_MINUTE_DROP, PART_MINUTE_ROUND_UP }; /* of each outage's length */

enum clock_start { CLOCK_ONSET, CLOCK_KNOWN, CLOCK_REPORTED }; /* when an outage starts to count */

enum counted_time { COUNT_PERIOD, COUNT_DEPLOYED, COUNT_SERVICE_HOURS }; /* what T is made of */

enum scope { SCOPE_SERVICE, SCOPE_NETWORK };

enum retry_filter { RETRY_NONE, RETRY_WINDOW, RETRY_BACKOFF };

/* The parameters of a method; each is 0 (NULL) where the level does not state it. */
struct method_rule {
	int64_t min_run_us;        /* shorter outages are no downtime */
	int64_t min_cumulative_us; /* less downtime than this in a period is none */
	enum part_minute part_minute;
	exact error_percent; /* a minute is bad when more than this share of its attempts failed */
	int64_t min_attempts;
	int64_t interval_us;     /* interval_error_mean, consecutive_intervals, latency_rise */
	bool empty_has_no_error; /* an interval without attempts: no error (true), or not measured */
	int64_t slow_us;         /* an answer slower than this failed; 0 none */
	enum retry_filter retry;
	int64_t retry_window_us; /* RETRY_WINDOW: repeats after the first error */
	int64_t backoff_first_us, backoff_factor,
	    backoff_most_us; /* RETRY_BACKOFF: retries that kept to it count */
	int64_t over_us;     /* clock_hour: an hour with more downtime than this is bad */
	exact loss_percent;  /* consecutive_intervals: an interval with more loss than this is lossy */
	int64_t consecutive;
	enum clock_start clock;
	int64_t lasting_us; /* latency_rise */
	int64_t limit_us;   /* share_over_limit */
};

enum binding {
	BINDING_GUARANTEE,
	BINDING_TARGET
}; /* 保証事項, 努力目標: only a guarantee is breached for money */

enum comparison { AT_LEAST, MORE_THAN, AT_MOST, LESS_THAN };

enum excluded_time { EXCLUDED_REMOVE, EXCLUDED_COUNT_AS_UP, EXCLUDED_IGNORE };

/* How unmeasured (or obscured) time counts: as a range, as up, as down, or not at all. */
enum unmeasured_time { UNMEASURED_BOUNDS, UNMEASURED_UP, UNMEASURED_DOWN, UNMEASURED_REMOVE };

enum band_rule { BANDS_DISJOINT, BANDS_MOST_SEVERE };

enum band_closed { CLOSED_FROM, CLOSED_TO, CLOSED_NEITHER }; /* [from, to) · (from, to] · (from, to) */

struct band {           /* the credit rate between from and to, in the level's unit */
	exact from, to; /* to NULL: without end (quantities of which more is worse) */
	exact rate;
	exact step, per; /* rate + step × floor((x − from) / per); NULL: the same rate throughout */
	const char *gap; /* why the band stands for a hole in the source's table; NULL: it is in the source */
	const char *confidence;
};

struct
    equality { /* the rate at one value that a table of open bands leaves undefined, and why it is read so */
	exact at, rate;
	const char *why;
};

enum rate_unit {
	RATE_PERCENT,
	RATE_DAYS,
	RATE_HOURS
}; /* per cent of the base; so many days or hours of it */

enum credit_per {
	PER_PERIOD,
	PER_OUTAGE,
	PER_UNIT
}; /* once; for each outage or incident; times the measure */

struct credit_rule {
	const char *base;   /* what the rate is a per cent of: "monthly_fee", or a named amount of the fee */
	exact flat_rate;    /* one rate for any miss; NULL where bands or a proportion apply */
	struct band *bands; /* sorted by from */
	size_t band_count;
	enum band_rule band_rule;
	enum band_closed closed;
	struct equality *equalities;
	size_t equality_count;
	exact proportional_rate, proportional_per; /* rate × |measure − objective| / per; NULL: none */
	enum rate_unit unit;
	enum credit_per per;
	bool largest_only;    /* PER_OUTAGE: the largest rate alone, not the sum */
	int64_t most_per_day; /* PER_OUTAGE: so many count a day; 0 no limit */
	exact week_cap;     /* PER_OUTAGE: rates of a week (Monday first) add up to this at most; NULL none */
	bool pro_rata_days; /* the base is cut to the days subscribed */
	bool next_month;    /* the base is the following month's fee */
	const char *clause;
};

struct condition { /* the service's attribute name must have one of the values */
	const char *name;
	const char **values;
	size_t value_count;
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
	const char *document, *document_date, *confidence; /* NULL: as the terms */
	enum unit unit;                                    /* of objective and bands */
	struct method_rule rule;
	enum counted_time counted;
	bool not_deployed_is_up; /* time outside the deployed spans counts as up instead of not at all */
	struct span *hours;      /* COUNT_SERVICE_HOURS: µs UTC, resolved, covering the period */
	size_t hour_count;
	int64_t months_running; /* a miss counts when so many months in a row missed; 1 */
	int64_t rolling_days;   /* judged over so many days up to the end of the period; 0: over the period */
	enum scope scope;
	struct condition *conditions; /* all must hold, or the level does not cover the service */
	size_t condition_count;
	int64_t min_members, min_zones; /* minute_all_members: so many must be deployed */
	/*
	 * Where the wording can be read in more than one way: the level itself is the first reading, readings are
	 * the others, whole levels of the same id. They are judged and shown; they never add money.
	 */
	const char *reading,
	    *wording; /* what this reading is called; the words that are unclear; NULL: clear */
	struct level *readings;
	size_t reading_count;
	bool automatic; /* credited without a claim, whatever the terms ask for otherwise */
};

enum overlap_rule { OVERLAP_SUM, OVERLAP_MAX, OVERLAP_CHOOSE_ONE, OVERLAP_ROOT_CAUSE };

enum cap_of { CAP_LEVEL, CAP_SERVICE, CAP_MONTH, CAP_ROLLING_12_MONTHS };

struct
    cap { /* beside cap_percent and cap_amount, which hold for each entry of the case's services (a resource) */
	enum cap_of of;
	const char *level; /* CAP_LEVEL: its id */
	exact percent_of_fee, amount;
	const char *clause;
	const char *currency; /* of amount; NULL: that of the fees */
};

struct minimum { /* a credit that is not more (AT_LEAST: not at least) than amount is none */
	exact amount;
	enum comparison op; /* MORE_THAN, AT_LEAST */
	const char *currency, *clause;
};

struct terms_exclusion { /* a kind of exclusion that the contract knows */
	const char *kind, *clause;
	int64_t notice_days, notice_hours; /* -1 none required */
};

enum claim_rule {
	CLAIM_AUTOMATIC,        /* nobody has to claim */
	CLAIM_END_OF_CYCLE,     /* the end of the n-th billing cycle after the one of the anchor */
	CLAIM_DAYS_AFTER,       /* n days after the day of the anchor */
	CLAIM_MONTHS_AFTER_END, /* n months after the end of the billing month */
	CLAIM_DAY_OF_MONTH,     /* day d of the k-th month after the billing month */
};

enum claim_anchor { ANCHOR_INCIDENT, ANCHOR_RECOVERY, ANCHOR_ELIGIBILITY, ANCHOR_MONTH_END };

struct claim_terms {
	enum claim_rule rule;
	int64_t count; /* cycles, days or months */
	int64_t day;   /* CLAIM_DAY_OF_MONTH */
	enum claim_anchor anchor;
	bool sent_is_enough; /* in time when sent, not only when received */
	const char *wording;
	const char *channel, *subject, *processing, *applied, *claimant, *clause, *confidence;
	const char **contents; /* what the claim must hold */
	size_t content_count;
	bool forfeited_when_late;
	const char *reading; /* as of a level */
	struct claim_terms *readings;
	size_t reading_count;
	int64_t
	    period_deadline_us; /* resolved, of rules that hang on the billing month alone: first instant too late */
};

enum credit_form { FORM_CREDIT, FORM_CASH, FORM_SERVICE_DAYS };

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

struct service_hours;

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
	struct cap *caps;
	size_t cap_count;
	struct minimum *minimum;   /* NULL none */
	struct claim_terms *claim; /* NULL: the terms say nothing of claims */
	enum credit_form form;
	enum remedy remedy;
	struct terms_exclusion *exclusions; /* the kinds that the contract knows */
	size_t exclusion_count;
	bool exclusions_listed;                  /* false: the terms do not list them, any kind is taken */
	const char **operational, **contractual; /* responses beside the financial one */
	size_t operational_count, contractual_count;
	const char *catalogue, *edition, *sha256;  /* the entry of the catalogue it came from; NULL: none */
	const struct service_hours *service_hours; /* as read (case/hours.h); levels hold them resolved */
	const char *cap_currency;                  /* of cap_amount; NULL: that of the fees */
};

#endif
