/*
 * consecutive: availability of a service over small intervals with hysteresis (MEF 10.2.1, "Service Level
 * Specification", availability of a flow): unavailable from the start of the first of n lossy intervals in a row until
 * the start of the first of n in a row that are not. Internal to calc/.
 *
 * An interval is lossy when more than loss_percent of its attempts failed. One in which nothing was tried, in a whole log
 * of requests, is not lossy. More lossy intervals never make less unavailable time, so that intervals of which not enough
 * is known, taken as good and as lossy, give the true bounds. Intervals that are excluded, or not known at all in the
 * point value, are not in any row. Rows end at the period's ends; before it the service was available.
 */
#ifndef GOVSLA_CALC_CONSECUTIVE_H
#define GOVSLA_CALC_CONSECUTIVE_H

#include "calc/judge.h"

/* The service by intervals over the period; reading READING_RANGE or READING_MIDPOINT (what is known alone). */
struct timeline consecutive_timeline(struct judge *j, const struct service *s, const struct level *l,
                                     const struct span_set *excluded, enum reading reading);

#endif
