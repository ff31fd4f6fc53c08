/*
 * stretch: the outages that a service's timeline holds, or may hold, one by one.
 *
 * A stretch is what lies between two instants at which the service was up: within it there may have been one outage,
 * several or none. No outage is longer than its stretch; one is at least as long as the longest run in it that is
 * surely down. Only for timelines by READING_INSTANTS (the range) and READING_MIDPOINT (the point value).
 *
 * Time of which a level takes no account (exclusions that are removed, time that is not counted) has no length, but
 * does not end a stretch: an outage that goes on behind it is one outage. Units are ticks.
 */
#ifndef GOVSLA_CALC_STRETCH_H
#define GOVSLA_CALC_STRETCH_H

#include "calc/observe/timeline.h"

struct stretch_rule {
	const struct span_set *outside; /* has no length */
	bool counts[STATE_COUNT];       /* which states may be an outage: STATE_UP never */
	bool instants; /* odd boundaries are those of kept answers: they lie at the even tick before */
};

struct stretch {
	struct span span;
	int64_t possible;    /* the length of what counts */
	int64_t certain;     /* the length of the longest run that is down */
	int64_t certain_sum; /* of all runs that are down */
};

/* The stretches of a timeline in their order; returns their number. Those in which nothing counts are left out. */
size_t stretches_of(struct arena *a, const struct timeline *t, const struct stretch_rule *rule,
                    struct stretch **out);

/*
 * The same timeline without stretches that are shorter than least: they become up. What is left of them is as long,
 * or may be; in doubt (range) runs that are down and shorter become either.
 */
struct timeline stretch_drop_short(struct arena *a, const struct timeline *t, const struct stretch_rule *rule,
                                   int64_t least, bool range);

/* What of a run counts, with its boundaries at the even tick where the rule says so. */
struct span stretch_span(const struct stretch_rule *rule, struct span run);

/* The lengths of the runs within a span, as one stretch: for sums over an hour. */
struct stretch stretch_within(const struct timeline *t, const struct stretch_rule *rule, struct span within);

/* The spans in which the timeline is in the state. */
struct span_set stretch_state(struct arena *a, const struct timeline *t, enum state state);

#endif
