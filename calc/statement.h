/*
 * statement: what a case comes to. The one entry point of calc/.
 *
 * A statement is a pure function of (case, engine version): the same case gives the same statement on any
 * machine at any time. Every figure is a node of the derivation (derivation.h); the structs below only say
 * which node is which figure, beside the pictures (timelines) that a report draws.
 *
 *     struct statement *s;
 *     if (statement_make(&arena, the_case, &s, &err) < 0) ...
 *     ... report_json(s, &text) ...
 *     statement_free(s);
 *
 * A statement borrows from its case and from the arena; GMP's numbers are its own: statement_free().
 */
#ifndef GOVSLA_CALC_STATEMENT_H
#define GOVSLA_CALC_STATEMENT_H

#include "calc/case.h"
#include "calc/derivation.h"
#include "calc/observe/timeline.h"

enum verdict {
	VERDICT_MET,          /* even the worst reading meets the level */
	VERDICT_BREACHED,     /* even the best reading misses it */
	VERDICT_NOT_PROVABLE, /* in between, or unknown */
	VERDICT_NOT_COVERED,  /* the level promises nothing for this service: no figures, no credit */
};

/* "met", "breached", "not provable", "not covered" */
const char *verdict_name(enum verdict verdict);

/*
 * A figure: a node of the statement's book, or FIGURE_UNKNOWN where it is not defined (a percentage of no
 * time, a mean of no samples). Its exact value as text is figure_text(s, node).
 */
#define FIGURE_UNKNOWN (-1)

struct availability_figures { /* seconds and per cent */
	int downtime_least, downtime_most;
	int unmeasured, obscured; /* obscured is a part of unmeasured */
	int excluded;
	int denominator;
	int worst, best,
	    by_method;      /* per cent; the two readings of the range, and the contract's own method */
	int coverage;       /* share of 1 */
	int downtime_point; /* seconds; of by_method */
};

struct latency_figures { /* ms; received, sent and loss are counts and a share of 1 */
	int mean, p50, p95, p99;
	int received, sent, loss;
	int coverage;
	int excluded; /* seconds of accepted exclusions left out */
	int with_timeouts; /* mean, the timeout put in for each lost sample; FIGURE_UNKNOWN: a timeout is not stated */
};

/* A measure at the three readings, in the level's unit: the one thing that verdict and credit look at. */
struct measure {
	int best, worst, point;
};

/* One outage or incident of a level that judges each by itself; or one clock hour. */
struct part {
	const char *id;                  /* of the incident; NULL for an outage of the timeline */
	struct span span;                /* µs: the possible extent */
	struct measure length;           /* in the level's unit */
	int rate, rate_best, rate_worst; /* credit rate of it alone; FIGURE_UNKNOWN without credit */
	bool counted;                    /* false: too short, or beyond what counts a day */
	const char *why;                 /* why not counted; NULL */
};

struct credit_figures {
	bool due;                /* false: the level carries no money, the rest is unset */
	int rate;                /* per cent of the base at the point value */
	int exact;               /* the exact credit of this level alone */
	int amount, least, most; /* determined: at the point value, at the best and at the worst reading */
	const char *currency;
	const int *by_fee; /* what amount consists of, by the service's fees; NULL without an amount */
};

/* What an exclusion or a correction did to a level: the figures had it not been there. */
struct effect {
	const char *kind, *id; /* "exclusion" or "correction" */
	enum verdict verdict;
	struct measure measure;
	int amount; /* determined credit of the level alone; FIGURE_UNKNOWN without money */
};

/* A miss counts only when the months before missed too (months_running): rates are 0 where it does not. */
enum held {
	HELD_NO,    /* it counts */
	HELD_MAYBE, /* nobody knows: 0 at the best reading and at the point value, in full at the worst */
	HELD_YES,   /* it does not count: 0 throughout */
};

struct level_result {
	const struct level *level;
	enum verdict verdict;
	const char *settle;      /* what evidence would settle it; NULL unless not provable */
	const char *not_covered; /* why the level does not cover the service; NULL when it does */
	struct measure measure;  /* of every metric */
	bool
	    unbounded; /* not provable, and what was not measured may be anything: rates from none to the largest */
	struct part *parts; /* of metrics that judge each outage, incident or hour */
	size_t part_count;
	int counted; /* requests, intervals or hours that were judged; FIGURE_UNKNOWN where that says nothing */
	struct level_result *readings; /* of level->readings, in their order */
	size_t reading_count;
	struct effect *effects; /* one for each accepted exclusion and each correction of the service */
	size_t effect_count;
	struct availability_figures availability;  /* of METRIC_AVAILABILITY */
	struct availability_figures unexcluded;    /* the same, had no exclusion been accepted */
	struct latency_figures latency;            /* of METRIC_LATENCY_MEAN */
	struct latency_figures unexcluded_latency; /* the same, had no exclusion been accepted */
	struct measure unexcluded_measure;
	struct credit_figures credit;
	enum verdict alone;  /* of this period by itself: what months_running and history look at */
	enum held held;      /* whether a miss of this period counts (months_running) */
	const char *network; /* the measure is that of this whole network; NULL: of the service */
	/* downtime and counted time of this period alone, seconds: what history keeps; FIGURE_UNKNOWN: none */
	int alone_least, alone_most, alone_counted;
	const char **notes; /* what a reader must know of the figures: months running, a window, a network */
	size_t note_count;
	int objective; /* node: what the measure is compared with */
};

struct payable { /* to one payer: the determined credit of all levels together */
	const struct fee *fee;
	int amount, least, most;
	int yen; /* the amount, exchanged; FIGURE_UNKNOWN: in yen already, or nothing says how */
};

/* One reading of when and how the credit of a service must be claimed. */
struct claim_result {
	const struct claim_terms *terms;
	int64_t
	    deadline_us; /* the first instant that is too late; INT64_MIN: automatic, or nothing to anchor it */
	int64_t days_left;  /* whole days of the terms' zone from as_of to the last day; negative: late */
	bool has_days_left; /* false without as_of or deadline */
	const struct claim_made *made; /* NULL: not claimed yet */
	bool in_time;                  /* made, and by the deadline */
	bool in_time_known;            /* false: made, but the instant that decides is not stated */
	const char *
	    *missing; /* contents that the claim made does not hold (all of them when none was made) */
	size_t missing_count;
};

struct outage {               /* a stretch of the service's timeline that is down or may be */
	struct span possible; /* µs: up or unmeasured before and after, unless cut by the period */
	struct span
	    certain; /* µs: from the first to the last instant that is surely down; empty when none is */
	int64_t least_us;          /* how much of it is surely down */
	int failed_samples;        /* over all observations of the service */
	int failure;               /* most frequent enum sample_failure among them */
	const struct party *party; /* responsible: of the nearest failing hop; NULL: not known */
	const char *segment;       /* of that hop; NULL when not stated */
	const char *hop;           /* the target that failed; NULL for a known outage */
	struct witness *witnesses; /* what each observation of the service says of it */
	size_t witness_count;
	const struct incident *incident; /* the first that belongs to it; NULL */
};

/* One observation beside an outage, or against the service's state: nothing that was seen is lost in a quorum. */
struct witness {
	const struct observation *observation;
	int failed, answered, missed, obscured;  /* samples inside the possible stretch */
	int64_t first_failed_us, last_failed_us; /* INT64_MIN without any */
	bool agrees;                             /* saw it down at some time within it */
};

struct minority { /* a stretch in which a vantage saw a target down and the service did not count as down */
	const struct observation *observation;
	struct span span; /* µs */
};

struct obscured {         /* a stretch in which the service could not be seen, and by whose failure */
	struct span span; /* µs */
	const char *hop, *segment;
	const struct party *party; /* NULL: not known */
	bool own;                  /* the monitor's own side */
};

struct target_view { /* what a report draws of one observation */
	const struct observation *observation;
	struct timeline timeline; /* over the period; in ticks */
};

struct service_result {
	const struct service *service;
	struct timeline
	    timeline; /* of the whole service over the period, by neighbouring samples; in ticks */
	struct span_set excluded; /* accepted exclusions, µs */
	struct target_view *targets;
	size_t target_count;
	struct outage *outages;
	size_t outage_count;
	struct minority *minorities;
	size_t minority_count;
	struct obscured *obscured;
	size_t obscured_count;
	struct level_result *levels;
	size_t level_count;
	struct payable *payable;
	size_t payable_count;
	int credit_total; /* FIGURE_UNKNOWN when no level carries money or one of them is unknown */
	int credit_least, credit_most;
	const char *currency;
	const char *credit_note; /* why there is less or no credit (cap, minimum, root cause, choice); NULL */
	struct claim_result
	    *claims; /* the readings of the terms' claim procedure; none when nothing is due */
	size_t claim_count;
	int shortest_provable_s; /* node: the shortest outage that the interval can prove, in seconds */
};

struct exclusion_result { /* one exclusion as it concerns one service */
	const struct exclusion *exclusion;
	const struct service *service;
	bool accepted;
	const char *why; /* why it was refused; NULL when accepted */
	int overlap_s;   /* node: seconds of it that other accepted exclusions of the service cover too */
};

struct correction_result {
	const struct correction *correction;
	const char *
	    why_not; /* why it is not in effect ("entered after as_of", "superseded by …"); NULL: in effect */
};

/* What of an obligation's determined amount is lost for good, and why. */
struct cut {
	const char
	    *why; /* "excluded head of loss", "cap", "liquidated damages", "exemption", "not recovered", … */
	const char *clause;
	int amount;
};

struct obligation {
	const struct party *debtor, *creditor;
	const struct contract *contract; /* NULL when the case names none */
	const struct contract *also;     /* the other contract under which it may fall too (エ/ウ); NULL */
	const struct agreement *agreement; /* that put it here instead of Table 3; NULL */
	const char *basis;    /* "5.3-1", "5.3-2", "table3-1C", "agreement", "direct-claim", "5.2", … */
	const char *incident; /* NULL: none named */
	const struct obligation *indemnifies; /* the obligation that this one makes good (求償); NULL */
	int claimed, determined;              /* determined FIGURE_UNKNOWN: not yet */
	int ceiling; /* at most payable under contract and law, whatever is determined; FIGURE_UNKNOWN: no limit */
	int cap; /* FIGURE_UNKNOWN: none */
	int payable, paid, pending, cut;
	int acknowledged; /* by the provider so far; FIGURE_UNKNOWN when nobody entered it */
	int residual; /* recovered, and too little to give each creditor one yen more: shared with the next part */
	struct cut *cuts; /* what cut consists of */
	size_t cut_count;
	const char **notes; /* literal readings, policies, what a lawyer must look at */
	size_t note_count;
	const struct liability_record **losses; /* what it rests on */
	size_t loss_count;
};

/* 5.2: what reductions received from CSP/NSP take off one municipality's fees. */
struct pass_through {
	const struct party *from; /* whose bill it lowers: DA, or CSP/NSP where the debt was assumed */
	const struct party *to;
	const struct contract *contract; /* イ; NULL when the case names none */
	enum fee_flow flow;
	int gross;   /* its share of the reductions, the State's part included, exact */
	int amount;  /* its own part, determined */
	int state;   /* the State's part: shown and passed to nobody */
	int on_bill; /* already deducted from a bill of the case; FIGURE_UNKNOWN: none issued yet */
	int carried; /* still to be deducted from the next bills */
	const struct invoice *bill; /* the last one that it was deducted from; NULL */
	const char *note;           /* the first of the notes; NULL */
	int withheld; /* beside the State's part: not passed through either (none_if_any); FIGURE_UNKNOWN: none */
	const char *currency;
	const char **notes;
	size_t note_count;
};

struct reduction_result {
	const struct liability_record *record;
	int residual; /* too little to give each one yen more */
	int amount;   /* in the currency of the fees; FIGURE_UNKNOWN: it was reversed */
	int fees;     /* gross fees of the services it is for: what it is shared by */
	const char *currency;
	const char *method, *clause; /* how it was shared; clause NULL: the contracts are silent */
	const struct liability_record *reversal;
	int received, credit; /* from the provider in all; what this statement has as its credit to DA */
	const char **notes;
	size_t note_count;
};

/* One body in a sharing. */
struct body_share {
	const struct party *party;
	int weight; /* of the version in force; of staged costs the exact sum of its stages */
	int exact;  /* cumulative exact share */
	int amount; /* granted in all */
};

struct part_share { /* one part of an amount that is shared */
	const struct cost_part *part;
	const struct weight_version *version;
	int *grants; /* of bodies, in their order */
	int residual;
	int amount; /* of the part, in the apportionment's currency */
};

struct apportionment_result {
	const struct apportionment *apportionment;
	const char *method;        /* "floor" where the contract is silent */
	struct body_share *bodies; /* by code */
	size_t body_count;
	struct part_share *parts;
	size_t part_count;
	int total, granted, residual;
	struct version_weights { /* of the versions that were used, in their order */
		const struct weight_version *version;
		int *weights; /* nodes, of bodies in their order; FIGURE_UNKNOWN: takes no part */
	} * versions;
	size_t version_count;
	struct stage_share { /* of staged costs: what each body's share of the stage is, exact */
		const struct cost_stage *stage;
		int *shares;
	} * stages;
	size_t stage_count;
};

struct exchange_result { /* an exchange rate that was used, or could be */
	const struct exchange *exchange;
	const struct invoice *invoice; /* whose rate it is; NULL */
	int rate;                      /* FIGURE_UNKNOWN: none for the period */
	const char *day;               /* of the rate, NULL none */
};

struct exchanged {             /* an amount in another currency */
	const char *what, *id; /* "credit" of a service, "recovery", "minimum", … */
	const struct party *party;
	const struct exchange_result *by;
	int before, after;
	const char *from, *to; /* their currencies */
};

struct interest_span {            /* days at one rate on one principal */
	int64_t from_day, to_day; /* [from, to) */
	int principal, percent, days, interest;
};

struct late_payment_result {
	const struct late_payment *late;
	struct interest_span *spans;
	size_t span_count;
	int days, exact, interest; /* interest determined */
	int open;                  /* principal not yet paid */
	bool runs;                 /* as_of, or the last payment, leaves principal open: interest goes on */
	int principal;             /* as it was due */
};

struct instalment_result {
	const struct instalment_plan *plan;
	int first, other;
	int amount; /* in all */
};

struct invoice_result {
	const struct invoice *invoice;
	int without_tax, tax, in_yen; /* FIGURE_UNKNOWN: not stated */
	int amount;                   /* as billed */
};

struct policy_used {
	const char *name, *value, *origin; /* origin "case" or "default" */
	const char *document;              /* what the case cites for it; NULL */
};

/* What the obligations come to between two kinds of party; figures that nobody knows are left out of a sum. */
struct chain_total {
	enum party_kind debtor, creditor;
	size_t count; /* of obligations */
	int claimed, determined, payable, paid, pending, cut;
	int open; /* payable and not paid */
};

struct ledger;

struct statement {
	const struct sla_case *the_case;
	struct book *book;
	int period_s; /* node: length of the period */
	struct service_result *services;
	size_t service_count;
	struct exclusion_result *exclusions;
	size_t exclusion_count;
	struct correction_result *corrections;
	size_t correction_count;
	struct obligation *obligations;
	size_t obligation_count;
	struct policy_used *policies;
	size_t policy_count;
	struct pass_through *pass_through;
	size_t pass_through_count;
	struct reduction_result *reductions;
	size_t reduction_count;
	struct apportionment_result *apportionments;
	size_t apportionment_count;
	struct exchange_result *exchanges;
	size_t exchange_count;
	struct exchanged *exchanged;
	size_t exchanged_count;
	struct late_payment_result *late_payments;
	size_t late_payment_count;
	struct instalment_result *instalments;
	size_t instalment_count;
	struct invoice_result *invoices;
	size_t invoice_count;
	struct ledger *ledger;            /* ledger.h; NULL: no records */
	bool policies_used[POLICY_COUNT]; /* what the judgement rested on */
	struct chain_total *totals;
	size_t total_count;
	struct excerpt *excerpt; /* report/excerpt.h: what of it one party is shown; NULL: the whole */
};

/* Judges the case. Returns 0, or ERROR_DATA / ERROR_UNSUPPORTED with the field that is wrong. */
int statement_make(struct arena *a, const struct sla_case *c, struct statement **out,
                   struct error *err) MUST_CHECK;

void statement_free(struct statement *s);

/*
 * What a later case keeps of a judged level as an entry of its history: the verdict of this period by itself, its own
 * downtime and counted time (availability of one service only), the determined credit of the level. The texts are
 * borrowed from s.
 */
struct history history_of(const struct statement *s, const struct service_result *r,
                          const struct level_result *l);

/* The exact value of a figure as text ("300", "99.985", "2/37"); NULL for FIGURE_UNKNOWN. Borrowed from s. */
const char *figure_text(const struct statement *s, int figure);

#endif
