/*
 * seen: how a level's method sees the service over the period: as timelines, whatever they are made of. Internal to
 * availability.c.
 */
#ifndef GOVSLA_CALC_SEEN_H
#define GOVSLA_CALC_SEEN_H

#include "calc/measure/time_count.h"

struct seen {
	struct timeline range, point;
	struct timeline outages, point_outages; /* what tells outages apart */
	bool instants; /* outages is by READING_INSTANTS, not by whole minutes or intervals */
};

/* excluded: what the level does not ignore. */
struct seen judge_seen(struct judge *j, const struct service *s, const struct level *l,
                       const struct span_set *excluded);

/*
 * Fills least, most and at_point of c, for a level that looks at the length of outages. outside: has no length; up: what
 * is excluded or idle and counts as up; ticks.
 */
void seen_lengths(struct judge *j, const struct service *s, const struct level *l, const struct seen *v,
                  const struct span_set *outside, const struct span_set *up, struct time_count *c);

#endif
