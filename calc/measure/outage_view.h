/*
 * outage_view: the outages of a service as one level counts them: its clock, its minimum, its exclusions, its time.
 * What per_outage_bands, cumulative_outage_bands, clock_hour and time_to_notify share. Internal to calc/.
 *
 * In this order: what the clock leaves out is up (incident.h); time not measured is read as the terms say; an
 * exclusion that counts as up is up; excluded or not counted time has no length; outages shorter than the minimum
 * are none.
 */
#ifndef GOVSLA_CALC_OUTAGE_VIEW_H
#define GOVSLA_CALC_OUTAGE_VIEW_H

#include "calc/judge.h"
#include "calc/observe/stretch.h"

struct outage_view {
	struct timeline whole; /* the range without clock and minimum: what there was, or may have been */
	struct timeline range, point;
	struct stretch_rule range_rule, point_rule;
};

struct outage_view outage_view_of(struct judge *j, const struct service *s, const struct level *l,
                                  const struct span_set *excluded);

/* Time not measured as the terms read it; what is excluded or idle and counts as up (ticks) is up. */
struct timeline outage_as_read(struct judge *j, const struct level *l, const struct timeline *t,
                               const struct span_set *up);

/* A span of ticks in µs. */
struct span outage_us(struct span ticks);

/* What a node says of where the lengths come from. */
const char *outage_source(struct judge *j, const struct service *s);

#endif
