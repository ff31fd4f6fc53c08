/*
 * attempts: what was tried of a service, one by one, for the methods that count attempts instead of time. Internal to
 * calc/.
 *
 * An attempt of a service is an instant at which one of its targets was probed, or was due to be; it failed if the
 * service, by its quorum and paths, was down at that instant. So several vantages that probe at the same instant make
 * one attempt. In a whole log of requests each request is an attempt by itself, and none is missing.
 *
 *     UP answered · DOWN failed · UNMEASURED due and not known · OBSCURED failed behind a nearer hop's failure ·
 *     EITHER the quorum leaves it open
 *
 * Attempts in time that the level is not about (counted.h), or that an accepted exclusion removes, are left out; those in
 * time that the terms count as up are up.
 */
#ifndef GOVSLA_CALC_ATTEMPTS_H
#define GOVSLA_CALC_ATTEMPTS_H

#include "calc/judge.h"

struct attempt {
	int64_t at_us;
	enum state state; /* for the range */
	enum state point; /* for the point value: what nothing speaks against stands as it was seen */
	bool dropped;     /* left out */
};

struct attempts {
	struct attempt *at; /* in order */
	size_t count;
	struct span_set dropped; /* ticks: the time whose attempts are left out */
	bool complete; /* every observation is a whole log: where there is no attempt nobody tried */
};

struct attempts judge_attempts(struct judge *j, const struct service *s, const struct level *l,
                               const struct span_set *excluded);

/* How an attempt counts: what is not known is open, or is taken as the terms say. */
enum outcome { OUTCOME_GOOD, OUTCOME_FAILED, OUTCOME_OPEN, OUTCOME_NONE };

enum outcome attempt_outcome(const struct level *l, enum state state);

struct tally {
	int64_t good, failed, open;
	int64_t none;    /* not known, and left out by the terms */
	int64_t dropped; /* in time that is left out */
};

void tally_add(struct tally *t, enum outcome outcome);

/*
 * The period cut into pieces of interval_us from its start (the last may be shorter), with the attempts of each; reading
 * READING_RANGE, or READING_MIDPOINT for the point value.
 */
size_t interval_tallies(struct judge *j, const struct level *l, const struct attempts *all,
                        enum reading reading, struct tally **out);
struct span interval_span(const struct judge *j, const struct level *l, size_t index); /* ticks */

/* Figures of a level that counts attempts: no downtime; coverage is the known share of them. */
void attempt_figures(struct judge *j, struct level_result *r, const struct tally *sum, struct measure percent,
                     const struct span_set *excluded);

#endif
