/*
 * observe: what the files that make timelines of what was observed share: one timeline for each observation, then one for
 * each service whose outages are known. Internal to observe.c, mark.c and minutes.c.
 *
 * wanted: which of them to make, by index; NULL: all.
 */
#ifndef GOVSLA_CALC_OBSERVE_H
#define GOVSLA_CALC_OBSERVE_H

#include "calc/judge.h"

struct timeline *observe_room(struct judge *j);

/* Adds the services whose outages are known. */
void observe_known(struct judge *j, struct timeline *all, const bool *wanted, struct span within);

/*
 * Applies the paths; what corrections say stands inside fixed (by observation), and a failure inside gaps (by
 * observation; NULL none) is open. obscures false: only what is implied up.
 */
void observe_paths(struct judge *j, struct timeline *all, const struct span_set *fixed,
                   const struct span_set *gaps, const bool *wanted, struct span within, bool obscures);

/* mark.c: whether a path joins one of what is wanted. */
bool observe_is_on_route(const struct route *r, const bool *wanted);

/*
 * mark.c: gives the samples of j->seen the outcomes that they have by their paths, and fills j->gaps. all: timelines of
 * the samples as they are, with what is implied up.
 */
void observe_mark(struct judge *j, const struct timeline *all, const bool *wanted);

/* A target is down when so many of its vantages see it down. */
struct timeline observe_target(struct judge *j, const struct timeline *all, const char *target,
                               size_t vantages);

/* What a service's targets are seen by, put together by its quorum. */
struct timeline observe_service(struct judge *j, const struct service *s, const struct timeline *all);

/* What the service is observed by; joined: and all that paths join to it. */
bool *observe_wanted(struct judge *j, const struct service *s, bool joined);

#endif
