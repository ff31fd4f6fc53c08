/*
 * incident: what people know of outages, beside the timeline: which incidents belong to an outage, and from when it
 * counts where the contract's clock starts at the provider's knowledge or at the customer's report.
 *
 * An incident belongs to an outage that its span touches; one without a span to every outage of the period. Where
 * several belong to an outage, the earliest instant stated starts the clock. An outage without such an incident may or
 * may not count: it stays open in the range, and counts from its onset in the point value. (docs/decisions)
 *
 * Internal to calc/.
 */
#ifndef GOVSLA_CALC_INCIDENT_H
#define GOVSLA_CALC_INCIDENT_H

#include "calc/judge.h"

/* The incidents of a service that were entered by as_of, in the order of the case; returns their number. */
size_t incidents_of(struct judge *j, const struct service *s, const struct incident ***out);

/* Whether the incident belongs to an outage of this extent (ticks). */
bool incident_touches(const struct incident *n, struct span ticks);

/* The instant of an incident (µs) that starts the clock; INT64_MIN: not stated, or the clock starts at the onset. */
int64_t incident_clock(const struct incident *n, enum clock_start clock);

/* The incident whose clock starts first among those that belong to an outage of this extent (ticks); NULL. */
const struct incident *incident_first(const struct incident *const *all, size_t count, enum clock_start clock,
                                      struct span ticks);

/*
 * The timeline of a service with the level's clock in it: before the clock starts an outage is up, and where it may or
 * may not count it is either. Under CLOCK_ONSET that of judge_service_timeline().
 */
struct timeline judge_clocked_timeline(struct judge *j, const struct service *s, const struct level *l,
                                       enum reading reading);

/*
 * Of a timeline by READING_INSTANTS, what may be an outage to which no incident belongs: the rest made up. An outage
 * that surely has one is up; what may have one, or none, stays.
 */
struct timeline incident_unclaimed(struct judge *j, const struct service *s, const struct timeline *range);

#endif
