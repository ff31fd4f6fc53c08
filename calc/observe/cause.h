/*
 * cause: who answers for what was seen, and what was seen that does not count.
 *
 * An outage belongs to the hop that failed: its party and segment as the paths name them, else the provider of the
 * service. What could not be seen belongs to nobody's account; it is listed with the nearest hop that failed before it
 * (usage standard 5.1, figures 5 and 6; domain.md 1), and the monitor's own side is charged to nobody at all. What one
 * vantage saw and the quorum did not follow is listed too.
 *
 * Internal to calc/. Times are ticks.
 */
#ifndef GOVSLA_CALC_CAUSE_H
#define GOVSLA_CALC_CAUSE_H

#include "calc/judge.h"

struct who {
	const struct party *party; /* NULL: no path names one */
	const char *segment;       /* NULL: not stated */
};

/* Who answers for a timeline of struct judge as a hop, by all paths over it. */
struct who cause_of_hop(const struct judge *j, size_t watched);

#define CAUSE_OPEN ((1u << STATE_DOWN) | (1u << STATE_EITHER)) /* down, or may be by what was seen */

/* The spans of a timeline in one of the states (a set of bits 1 << state). */
struct span_set cause_spans(struct arena *a, const struct timeline *t, unsigned states);

/* The stretches in which the service could not be seen, and by whose failure. */
void judge_obscured(struct judge *j, struct service_result *r);

/* The stretches in which a vantage saw a target down and the service did not count as down. */
void judge_minorities(struct judge *j, struct service_result *r);

#endif
