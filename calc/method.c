#include "calc/method.h"

#include <assert.h>

static const struct method_entry methods[METHOD_COUNT] = {
	[METHOD_DURATION_RATIO] = { "duration_ratio", METRIC_AVAILABILITY, false, method_availability },
	[METHOD_MINUTE_BUCKET_ALL_FAIL] = { "minute_bucket_all_fail", METRIC_AVAILABILITY, true,
	                                    method_availability },
};

static const struct method_entry metrics[METRIC_COUNT] = {
	[METRIC_LATENCY_MEAN] = { NULL, METRIC_LATENCY_MEAN, false, method_latency_mean },
};

const struct method_entry *method_of(const struct level *l)
{
	const struct method_entry *e = l->method == METHOD_NONE ? &metrics[l->metric] : &methods[l->method];

	assert(e->judge && e->metric == l->metric);
	return e;
}

const char *method_name(enum method method)
{
	return methods[method].name;
}

const char *metric_name(enum metric metric)
{
	static const char *const names[METRIC_COUNT] = {
		[METRIC_AVAILABILITY] = "availability",         [METRIC_LATENCY_MEAN] = "latency_mean",
		[METRIC_LATENCY_RISE] = "latency_rise",         [METRIC_LOSS] = "loss",
		[METRIC_SHARE_OVER_LIMIT] = "share_over_limit", [METRIC_DOWNTIME] = "downtime",
		[METRIC_RECOVERY_TIME] = "recovery_time",       [METRIC_BAD_HOURS] = "bad_hours",
		[METRIC_TIME_TO_NOTIFY] = "time_to_notify",     [METRIC_TIME_TO_REPLACE] = "time_to_replace",
		[METRIC_OPENING_DELAY] = "opening_delay",
	};

	return names[metric];
}

const char *unit_name(enum unit unit)
{
	static const char *const names[] = { "percent", "ms", "s", "min", "h", "d", "count" };

	return names[unit];
}

const char *method_clause(struct judge *j, const struct level *l)
{
	if (l->clause)
		return l->clause;
	return arena_printf(j->arena, "method %s",
	                    l->method == METHOD_NONE ? metric_name(l->metric) : method_name(l->method));
}
