/*
 * delay: what the levels that look at single samples share: which samples count, and which are not there.
 * Internal to calc/.
 *
 * A sample counts when it is due in the time that counts (counted.h), outside accepted exclusions (unless the level
 * ignores those). A sample that is due and has no record, or was missed, is not known: it may
 * have come back at any delay or not at all. A lost sample is known: it has no delay (RFC 2681).
 */
#ifndef GOVSLA_CALC_DELAY_H
#define GOVSLA_CALC_DELAY_H

#include "calc/judge.h"

/* The part of the period that the service is subscribed (all of it without a subscription), in ticks. */
struct span delay_within(const struct judge *j, const struct service *s);

/* The time that counts (counted.h) less accepted exclusions, unless the level ignores those; in ticks. */
struct span_set delay_counted(struct judge *j, const struct service *s, const struct level *l,
                              const struct span_set *excluded);

/* A stretch without records: instants anchor + k × interval inside span (µs) were due. */
struct absent {
	int64_t anchor_us, interval_us;
	struct span span;
	const struct observation *observation;
};

/*
 * Those that were due before the sample with index i (sample_count: after the last) and after the one before it, in the
 * period (µs). False: none.
 */
bool absent_before(const struct observation *o, size_t i, struct span period, struct absent *out);

/* How many of them are inside within (ticks). */
int64_t absent_count(const struct absent *absent, struct span within);

struct delay_visitor {
	void *context;
	void (*sample)(void *context, const struct observation *o, const struct sample *s);
	void (*absent)(void *context, const struct absent *absent);
};

/* Visits the samples of a service that are due in the period and the stretches without records. */
void delay_each(const struct judge *j, const struct service *s, const struct delay_visitor *visitor);

/* The measured share of the time that counts: a node. */
int delay_coverage(struct judge *j, const struct service *s, const struct span_set *counted);

/* False: the coverage is below the level's min_coverage, so that the figure says nothing. */
bool delay_covers_enough(struct judge *j, const struct terms *t, const struct level *l, int coverage);

/* The node of the seconds that accepted exclusions take from the level. */
int delay_excluded(struct judge *j, const struct level *l, const struct span_set *excluded);

#endif
