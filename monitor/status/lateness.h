/*
 * lateness: how far behind their time the probes were started, as a distribution.
 *
 * Counted in steps that grow with the value, eight to each doubling: a percentile is never below the true one and
 * exceeds it by an eighth at most, in constant memory.
 */
#ifndef GOVSLA_MONITOR_LATENESS_H
#define GOVSLA_MONITOR_LATENESS_H

#include <stdint.h>

#define LATENESS_STEPS (8 * 29 + 16) /* up to 2^32 µs, 71 minutes; the last holds all above */

struct lateness { /* all zero at the start */
	int64_t count[LATENESS_STEPS];
	int64_t all;
	int64_t most_us;
};

/* Counts one start; a negative lateness (never sent) is not counted. */
void lateness_count(struct lateness *l, int64_t us);

/* The least µs within which that many percent of the starts were, rounded up to a step; 0 for none. */
int64_t lateness_within_us(const struct lateness *l, int percent);

#endif
