/*
 * chart: the delay of a service over a period, in SVG.
 *
 * For each hour (each day, in periods over 62 days): the mean and the 95th percentile (nearest rank) of the
 * answers received outside accepted exclusions, drawn to whole µs, and the limit. Three paths, whatever the
 * number of samples. A picture: the level's own figures are nodes of the statement.
 */
#ifndef GOVSLA_REPORT_CHART_H
#define GOVSLA_REPORT_CHART_H

#include "base/arena.h"
#include "base/text.h"
#include "calc/statement.h"

/* The width of one point of the curve in µs: an hour or a day. */
int64_t chart_step_us(const struct period *period);

/*
 * The chart of all targets of a service; limit_ms exact text or NULL; label foreign text. Returns whether
 * there was any answer; writes nothing without.
 */
bool chart_latency(struct text *out, struct arena *a, const struct service_result *service,
                   const struct period *period, exact limit_ms, const char *label);

#endif
