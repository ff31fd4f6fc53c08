/*
 * bill: the credits of one service on their way from rates to determined amounts. Internal to calc/.
 *
 * Order: exact credit of each level and payer → cap of the level → overlap of the levels → cap of the resource → caps
 * over several resources and months → one rounding for each payer → no rounding over a cap → minimum. Every step is a
 * node with its clause.
 *
 *     credit.c    fills a bill for each service, and reads it off into the statement
 *     overlap.c   one credit of several levels
 *     root_cause.c what an incident with another root cause leaves of the levels
 *     caps.c      what caps cut
 */
#ifndef GOVSLA_CALC_BILL_H
#define GOVSLA_CALC_BILL_H

#include "calc/credit/rates.h"

struct bill {
	struct judge *judge;
	struct settlement *settlement;
	const struct service *service;
	const struct terms *terms;
	struct service_result *result;
	struct level_result **due; /* the levels that carry money */
	size_t due_count;
	int (*rates)[READING_COUNT]; /* by due level */
	int *fees;                   /* nodes, by payer; fee_count of the service */
	int all_fees;
	int *exact;   /* [payer][level][reading]: bill_exact() */
	int *credits; /* [payer][reading], all levels together: bill_credit() */
	int *amounts; /* [payer][reading], determined: bill_amount() */
	int most_cap; /* what the amounts at the worst reading come to at most in all; FIGURE_UNKNOWN: as they are */
	const char *note;
};

/* A cap that was applied: to all payers of its bills together, or to one payer. */
struct cap_use {
	struct bill **bills;
	size_t bill_count;
	bool one_payer;
	size_t payer;
	int cap;
};

/* The bills of a statement together. */
struct settlement {
	struct judge *judge;
	struct bill *bills;
	size_t bill_count;
	struct cap_use *uses;
	size_t use_count, use_room;
	struct statement *statement; /* which notes what was exchanged */
	struct error *err;           /* of a limit in a currency without a rate */
};

static inline int *bill_exact(const struct bill *b, size_t payer, size_t level, size_t reading)
{
	return &b->exact[(payer * b->due_count + level) * READING_COUNT + reading];
}

static inline int *bill_credit(const struct bill *b, size_t payer, size_t reading)
{
	return &b->credits[payer * READING_COUNT + reading];
}

static inline int *bill_amount(const struct bill *b, size_t payer, size_t reading)
{
	return &b->amounts[payer * READING_COUNT + reading];
}

/* Adds to what credit_note will say, joined by "; also: " (report/phrase.c takes it apart); the same note once. */
void bill_note(struct bill *b, const char *note);

/* Whether what the payers get stands in one proportion at every reading: one payer, or one base for all levels. */
bool bill_in_proportion(const struct bill *b);

/*
 * root_cause.c: the levels as they are paid where an incident of the service was caused elsewhere (overlap root_cause);
 * NULL where none was.
 */
struct level_result *root_cause_levels(struct bill *b);

/* overlap.c: credits from exact. */
void overlap_combine(struct bill *b);

/* caps.c: caps of single levels cut exact; the cap of the resource, and the caps of several entries, cut credits. */
void caps_of_levels(struct bill *b);
void caps_of_resource(struct bill *b);
void caps_together(struct settlement *s);

/* Where rounding has lifted amounts over a cap, their fractions are dropped instead. */
void caps_after_rounding(struct settlement *s);

#endif
