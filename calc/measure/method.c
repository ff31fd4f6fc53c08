#include "calc/measure/method.h"

#include <assert.h>

/* judge NULL: a name of the terms that is not supported yet */
static const struct method_entry methods[METHOD_COUNT] = {
	[METHOD_DURATION_RATIO] = { "duration_ratio", METRIC_AVAILABILITY, false, method_availability },
	[METHOD_SERVICE_HOURS_RATIO] = { "service_hours_ratio", METRIC_AVAILABILITY, false,
	                                 method_availability },
	[METHOD_MINUTE_BUCKET_ALL_FAIL] = { "minute_bucket_all_fail", METRIC_AVAILABILITY, true,
	                                    method_availability },
	[METHOD_MINUTE_ALL_MEMBERS] = { "minute_all_members", METRIC_AVAILABILITY, true,
	                                method_availability },
	[METHOD_RUN_MIN_DURATION] = { "run_min_duration", METRIC_AVAILABILITY, false, method_availability },
	[METHOD_MINUTE_ERROR_RATE] = { "minute_error_rate", METRIC_AVAILABILITY, true, method_availability },
	[METHOD_INTERVAL_ERROR_MEAN] = { "interval_error_mean", METRIC_AVAILABILITY, true,
	                                 method_error_mean },
	[METHOD_REQUEST_RATIO] = { "request_ratio", METRIC_AVAILABILITY, true, method_request_ratio },
	[METHOD_CONSECUTIVE_INTERVALS] = { "consecutive_intervals", METRIC_AVAILABILITY, true,
	                                   method_availability },
	[METHOD_CUMULATIVE_OUTAGE_BANDS] = { "cumulative_outage_bands", METRIC_DOWNTIME, false,
	                                     method_cumulative },
	[METHOD_PER_OUTAGE_BANDS] = { "per_outage_bands", METRIC_RECOVERY_TIME, false, method_per_outage },
	[METHOD_CLOCK_HOUR] = { "clock_hour", METRIC_BAD_HOURS, false, method_clock_hour },
};

static const struct method_entry metrics[METRIC_COUNT] = {
	[METRIC_LATENCY_MEAN] = { NULL, METRIC_LATENCY_MEAN, false, method_latency_mean },
	[METRIC_LATENCY_RISE] = { NULL, METRIC_LATENCY_RISE, false, method_latency_rise },
	[METRIC_LOSS] = { NULL, METRIC_LOSS, false, method_share },
	[METRIC_SHARE_OVER_LIMIT] = { NULL, METRIC_SHARE_OVER_LIMIT, false, method_share },
	[METRIC_TIME_TO_NOTIFY] = { NULL, METRIC_TIME_TO_NOTIFY, false, method_time_to_notify },
	[METRIC_TIME_TO_REPLACE] = { NULL, METRIC_TIME_TO_REPLACE, false, method_time_to_replace },
	[METRIC_OPENING_DELAY] = { NULL, METRIC_OPENING_DELAY, false, method_opening_delay },
};

static const struct method_entry *entry(enum metric metric, enum method method)
{
	return method == METHOD_NONE ? &metrics[metric] : &methods[method];
}

bool method_supported(enum metric metric, enum method method)
{
	return entry(metric, method)->judge && entry(metric, method)->metric == metric;
}

enum metric method_metric(enum method method)
{
	return methods[method].metric;
}

const struct method_entry *method_of(const struct level *l)
{
	assert(method_supported(l->metric, l->method));
	return entry(l->metric, l->method);
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
