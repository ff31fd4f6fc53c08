/*
 * judge: what the parts of calc/ share while they make one statement. Internal to calc/.
 */
#ifndef GOVSLA_CALC_JUDGE_H
#define GOVSLA_CALC_JUDGE_H

#include "calc/statement.h"

struct route { /* the hops of a path that somebody watches, in order */
	const struct path *path;
	size_t *hops;    /* index in the path */
	size_t *watched; /* index among the timelines of struct judge */
	size_t count;
};

struct judge {
	struct arena *arena;
	struct book *book;
	const struct sla_case *c;
	struct span period; /* ticks */
	struct observation
	    *seen; /* the observations, with the samples that say nothing marked SAMPLE_OBSCURED */
	/*
	 * Timelines by neighbouring samples with the paths applied: one for each observation, then one for
	 * each service whose outages are known.
	 */
	struct timeline *range, *midpoint;
	struct timeline *instants; /* READING_INSTANTS; NULL until somebody needs it */
	struct timeline
	    *minutes[8]; /* minutes.c: by whole minutes, nothing skipped; NULL until somebody needs them */
	struct route *routes;                  /* of the case's paths */
	const struct correction **corrections; /* in effect, in the order in which they are followed */
	size_t correction_count;
	struct span_set *gaps; /* ticks; by observation: in which a deeper hop of its paths is not measured */
	const struct correction *without; /* judged as if this one had not been entered; NULL */
	struct span_set *accepted;        /* exclusions, ticks; by service */
	bool bare;                        /* judged as if no exclusion had been accepted */
	struct network_sum *networks;     /* network.c: what was counted already */
	struct statement *statement;      /* being made */
};

/* Fills seen, range and midpoint. */
void judge_observe(struct judge *j);

/* The same, had one of the corrections in effect never been entered: only what it touches is observed anew. */
struct judge judge_without(struct judge *j, const struct correction *x);

/* The same, had every answer of the service's targets (NULL: of all) that took longer than slow_us been a failure. */
struct judge judge_slow(struct judge *j, const struct service *s, int64_t slow_us);

/* The timeline of a service by neighbouring samples. */
struct timeline judge_service_timeline(struct judge *j, const struct service *s, enum reading reading);

/* The observations of a service's targets: calls visit for each. */
void judge_each_observation(const struct judge *j, const struct service *s,
                            void (*visit)(void *context, const struct observation *o), void *context);

/* A figure of seconds, from ticks. */
int judge_seconds(struct judge *j, const char *label, const char *source, int64_t ticks);

/*
 * Which exclusions are accepted; and the union of those of one service, in µs (per_us 1) or in ticks (TICKS_PER_US),
 * had one of them (NULL: none) not been there.
 */
void judge_exclusions(struct judge *j, struct statement *s);
struct span_set judge_accepted(struct judge *j, const struct statement *s, const struct service *service,
                               const struct exclusion *without, int64_t per_us);

/* All corrections with why they are not in effect. */
void judge_corrections(struct judge *j, struct statement *s);

/* What each accepted exclusion and each correction in effect did to each level; when all levels and credits are judged. */
void judge_effects(struct judge *j, struct statement *s);

/* The outages of a service from its timeline; what was seen and does not count, and what could not be seen. */
void judge_outages(struct judge *j, struct service_result *r);

/* One level; excluded in ticks. Unknown figures are FIGURE_UNKNOWN. */
void judge_level(struct judge *j, const struct service *s, const struct level *l,
                 const struct span_set *excluded, struct level_result *r);

/* What a reader must know of a judged level's figures. */
void judge_notes(struct judge *j, struct level_result *r);

/* Refuses a level that lacks what it cannot be judged without. */
int judge_needs(struct judge *j, const struct service *s, const struct level *l,
                struct error *err) MUST_CHECK;

/* All levels of a service with their readings. */
int judge_levels(struct judge *j, struct service_result *r, const struct span_set *excluded,
                 struct error *err) MUST_CHECK;

/*
 * The credit of each level and what is payable to each payer, of all services: some caps hold for several together.
 * When all levels are judged; claims come after it.
 */
int judge_credits(struct judge *j, struct statement *s, struct error *err) MUST_CHECK;

/*
 * The determined credit of one judged level alone at the point value, over all payers; it adds to no total.
 * FIGURE_UNKNOWN where the level carries no money or the measure is unknown.
 */
int judge_level_alone(struct judge *j, const struct service *s, const struct level_result *l);

/* By when and how the credit of a service must be claimed; after its credit. */
void judge_claims(struct judge *j, struct service_result *r);

/* Rounds an exact amount of money to the determined amount by the terms' rule. */
int judge_determine(struct judge *j, const struct terms *t, const char *label, int fee, int exact_credit);

/* Invoices without tax and in yen (invoice.c); after exchange_open(). */
void judge_invoices(struct judge *j, struct statement *s);

/* The amount without consumption tax, exactly; FIGURE_UNKNOWN where the tax is not stated. */
int judge_before_tax(struct judge *j, int amount, bool stated, bool included, exact percent,
                     const char *source);

/* Late interest (late_payment.c), instalments (instalment.c). */
int judge_late_payments(struct judge *j, struct statement *s, struct error *err) MUST_CHECK;
void judge_instalments(struct judge *j, struct statement *s);

/* The chain of 5.3① and 5.3②. */
int judge_liability(struct judge *j, struct statement *s, struct error *err) MUST_CHECK;

#endif
