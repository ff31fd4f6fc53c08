/*
 * time_count: the seconds of a level of availability by state, before they become a percentage. Internal to calc/.
 *
 * One service over the period (availability.c); then, where the level asks for it, all services of its network
 * (network.c) or the days before the period too (rolling.c). All three give the same struct, so that the
 * readings are made of it in one way.
 */
#ifndef GOVSLA_CALC_TIME_COUNT_H
#define GOVSLA_CALC_TIME_COUNT_H

#include "calc/judge.h"

struct state_seconds { /* nodes; obscured is a part of unmeasured */
	int down, either, unmeasured, obscured;
};

struct time_count {   /* nodes */
	int base;     /* T: less what is excluded and removed; fixed hours where the terms count them */
	int real;     /* the same in real time: the coverage is a share of it */
	int excluded; /* accepted exclusions */
	struct state_seconds range, point; /* by neighbouring samples; changes put at the midpoint */
	/* downtime by the length of outages (outage_length.h); FIGURE_UNKNOWN where every second that is down counts */
	int least, most, at_point;
};

/* One service over the period. */
struct time_count availability_count(struct judge *j, const struct service *s, const struct level *l,
                                     const struct span_set *excluded);

/*
 * All services of the network of s under the same terms, each with what is accepted of it (judge.h: accepted, bare), so
 * that who asks what if changes those. Only for a level of that scope.
 */
struct time_count network_count(struct judge *j, const struct service *s, const struct level *l);

/* alone and what history says of the days before the period. Only for a level with rolling_days. */
struct time_count rolling_count(struct judge *j, const struct service *s, const struct level *l,
                                const struct time_count *alone);

/* The sum of some figures. */
int judge_sum(struct judge *j, const char *label, const char *clause, const int *nodes, size_t count);

/* Whether any service of the network has accepted exclusions; false for a level of another scope. */
bool network_has_exclusions(struct judge *j, const struct service *s, const struct level *l);

#endif
