/* lateness: how far behind their time the probes were started, as a distribution in steps of a millisecond. */
#ifndef GOVSLA_MONITOR_LATENESS_H
#define GOVSLA_MONITOR_LATENESS_H

#include <stdint.h>

#define LATENESS_STEPS 101 /* the last holds all above */

struct lateness { /* all zero at the start */
	int64_t count[LATENESS_STEPS];
	int64_t most_us;
};

/* Counts one start; a negative lateness (never sent) is not counted. */
void lateness_count(struct lateness *l, int64_t us);

/* The least whole ms within which 99 % were started, 0 for none, 100 for 100 or more. */
int64_t lateness_p99_ms(const struct lateness *l);

#endif
