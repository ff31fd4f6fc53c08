/*
 * level_method: what a level measures and how: its metric, its method, the keys that these have a use for, and the
 * method's parameters. A key that would be ignored is refused.
 */
#include "calc/exact.h"
#include "calc/measure/method.h"
#include "case/reader.h"
#include "case/terms_part.h"

#include <string.h>

/* ---- which keys go with which metric and method ---- */

#define BY(method)   (1u << METHOD_##method)
#define OF(metric)   (1u << (METHOD_COUNT + METRIC_##metric))
#define ALL          (~0u)
#define OUTAGES      (BY(CUMULATIVE_OUTAGE_BANDS) | BY(PER_OUTAGE_BANDS) | BY(CLOCK_HOUR))
#define RATIOS       (BY(DURATION_RATIO) | BY(SERVICE_HOURS_RATIO))
#define MINUTES      (BY(MINUTE_BUCKET_ALL_FAIL) | BY(MINUTE_ALL_MEMBERS) | BY(MINUTE_ERROR_RATE))
#define REQUESTS     (BY(INTERVAL_ERROR_MEAN) | BY(REQUEST_RATIO))
#define TIME_METHODS (RATIOS | BY(RUN_MIN_DURATION) | MINUTES | BY(CONSECUTIVE_INTERVALS))
#define AVAILABILITY (TIME_METHODS | REQUESTS)
#define SAMPLES      (OF(LATENCY_RISE) | OF(LOSS) | OF(SHARE_OVER_LIMIT))
#define DELAYS       (OF(LATENCY_MEAN) | SAMPLES)

struct use {
	const char *key;
	unsigned ways;
};

static const struct use uses[] = {
	{ "id", ALL },
	{ "metric", ALL },
	{ "method", AVAILABILITY | OUTAGES },
	{ "binding", ALL },
	{ "objective", ALL },
	{ "credit", ALL },
	{ "clause", ALL },
	{ "source", ALL },
	{ "confidence", ALL },
	{ "reading", ALL },
	{ "wording", ALL },
	{ "readings", ALL },
	{ "applies", ALL },
	{ "claim", ALL },
	{ "months_running", ALL },
	{ "rolling_days", TIME_METHODS },
	{ "scope", TIME_METHODS },
	{ "excluded_time", ALL & ~OF(OPENING_DELAY) & ~OF(TIME_TO_REPLACE) },
	{ "unmeasured_time", AVAILABILITY | OUTAGES | SAMPLES },
	{ "obscured_time", AVAILABILITY | OUTAGES | SAMPLES },
	{ "min_coverage", AVAILABILITY | DELAYS },
	{ "time", AVAILABILITY | OUTAGES },
	{ "not_deployed", AVAILABILITY | OUTAGES },
	{ "clock", RATIOS | BY(RUN_MIN_DURATION) | OUTAGES },
	{ "min_outage_s",
	  RATIOS | BY(MINUTE_BUCKET_ALL_FAIL) | BY(MINUTE_ALL_MEMBERS) | OUTAGES | OF(TIME_TO_NOTIFY) },
	{ "min_cumulative_s",
	  RATIOS | BY(RUN_MIN_DURATION) | MINUTES | BY(CONSECUTIVE_INTERVALS) | BY(CUMULATIVE_OUTAGE_BANDS) },
	{ "slow_ms", AVAILABILITY | OUTAGES },
	{ "min_run_s", BY(RUN_MIN_DURATION) | BY(MINUTE_ERROR_RATE) },
	{ "part_minute", BY(RUN_MIN_DURATION) | BY(MINUTE_ERROR_RATE) },
	{ "error_percent", BY(MINUTE_ERROR_RATE) },
	{ "min_attempts", BY(MINUTE_ERROR_RATE) },
	{ "interval_s", BY(INTERVAL_ERROR_MEAN) | BY(CONSECUTIVE_INTERVALS) | OF(LATENCY_RISE) },
	{ "empty_interval", BY(INTERVAL_ERROR_MEAN) },
	{ "retry", BY(REQUEST_RATIO) },
	{ "loss_percent", BY(CONSECUTIVE_INTERVALS) },
	{ "consecutive", BY(CONSECUTIVE_INTERVALS) },
	{ "min_members", BY(MINUTE_ALL_MEMBERS) },
	{ "min_zones", BY(MINUTE_ALL_MEMBERS) },
	{ "over_s", BY(CLOCK_HOUR) },
	{ "lasting_s", OF(LATENCY_RISE) },
	{ "limit_ms", OF(SHARE_OVER_LIMIT) },
};

#define USE_COUNT (sizeof uses / sizeof *uses)

static int check_known(const struct node *object, struct error *err)
{
	const char *keys[USE_COUNT + 1] = { NULL };

	for (size_t i = 0; i < USE_COUNT; i++)
		keys[i] = uses[i].key;
	return node_check_keys(object, keys, err);
}

static bool states(const struct node *object, const char *key)
{
	struct node member = node_member(object, key);

	return member.value && !json_is_null(member.value);
}

static const char *way_name(const struct level *l)
{
	return l->method == METHOD_NONE ? metric_name(l->metric) : method_name(l->method);
}

static int check_uses(const struct node *object, const struct level *l, struct error *err)
{
	unsigned way =
	    1u << (l->method == METHOD_NONE ? METHOD_COUNT + (unsigned)l->metric : (unsigned)l->method);

	for (size_t i = 0; i < USE_COUNT; i++) {
		struct node member = node_member(object, uses[i].key);

		if (states(object, uses[i].key) && !(uses[i].ways & way))
			return node_fail(&member, err, "%s has no use for '%s'", way_name(l), uses[i].key);
	}
	return 0;
}

/* ---- metric and method ---- */

static int read_metric(const struct node *object, struct level *l, struct error *err)
{
	const char *names[METRIC_COUNT + 1] = { NULL };
	int metric = 0;

	for (int i = 0; i < METRIC_COUNT; i++)
		names[i] = metric_name((enum metric)i);
	if (node_word(object, "metric", REQUIRED, names, &metric, err) < 0)
		return err->code;
	l->metric = (enum metric)metric;
	return 0;
}

/* A metric has no method, one (which need not be said), or several. */
static int read_method(const struct node *object, struct level *l, struct error *err)
{
	const char *names[METHOD_COUNT] = { NULL };
	enum method methods[METHOD_COUNT];
	struct node method = node_member(object, "method");
	int count = 0, index = 0;

	for (int m = METHOD_NONE + 1; m < METHOD_COUNT; m++)
		if (method_metric((enum method)m) == l->metric) {
			names[count] = method_name((enum method)m);
			methods[count++] = (enum method)m;
		}
	if (count == 0)
		return states(object, "method")
		           ? node_fail(&method, err, "%s has no method", metric_name(l->metric))
		           : 0;
	if (node_word(object, "method", count > 1 ? REQUIRED : OPTIONAL, names, &index, err) < 0)
		return err->code;
	l->method = methods[index];
	return 0;
}

int measured_read(const struct node *object, struct level *l, struct error *err)
{
	struct node metric = node_member(object, "metric"), method = node_member(object, "method");

	if (check_known(object, err) < 0 || read_metric(object, l, err) < 0 ||
	    read_method(object, l, err) < 0)
		return err->code;
	if (!method_supported(l->metric, l->method))
		return node_fail(method.value ? &method : &metric, err, "'%s' is not supported yet",
		                 way_name(l));
	return check_uses(object, l, err);
}

/* ---- parameters ---- */

#define MONTH_S (31 * 86400)

static int read_part_minute(const struct node *object, struct level *l, struct error *err)
{
	static const char *const words[] = { "count", "drop", "round_up", NULL };
	int part = PART_MINUTE_COUNT;

	if (node_word(object, "part_minute", OPTIONAL, words, &part, err) < 0)
		return err->code;
	l->rule.part_minute = (enum part_minute)part;
	return 0;
}

static int read_percent(struct arena *a, const struct node *object, const char *key, exact *out,
                        struct error *err)
{
	struct node member = node_member(object, key);

	if (read_exact(a, object, key, REQUIRED, out, err) < 0)
		return err->code;
	return exact_compare(*out, "100") > 0 ? node_fail(&member, err, "%s per cent is more than all", *out)
	                                      : 0;
}

static int read_error_mean(struct arena *a, const struct node *object, struct method_rule *rule,
                           struct error *err)
{
	static const char *const words[] = { "no_error", "unmeasured", NULL };
	int empty = 0;

	if (read_seconds(a, object, "interval_s", REQUIRED, MONTH_S, &rule->interval_us, err) < 0 ||
	    node_word(object, "empty_interval", OPTIONAL, words, &empty, err) < 0)
		return err->code;
	rule->empty_has_no_error = empty == 0;
	return 0;
}

static int read_consecutive(struct arena *a, const struct node *object, struct method_rule *rule,
                            struct error *err)
{
	if (read_seconds(a, object, "interval_s", REQUIRED, MONTH_S, &rule->interval_us, err) < 0 ||
	    read_percent(a, object, "loss_percent", &rule->loss_percent, err) < 0)
		return err->code;
	return node_integer(object, "consecutive", REQUIRED, 1, 1000000, &rule->consecutive, err);
}

static int read_error_rate(struct arena *a, const struct node *object, struct level *l, struct error *err)
{
	l->rule.min_attempts = 1;
	if (read_percent(a, object, "error_percent", &l->rule.error_percent, err) < 0 ||
	    node_integer(object, "min_attempts", OPTIONAL, 1, 1000000, &l->rule.min_attempts, err) < 0 ||
	    read_seconds(a, object, "min_run_s", OPTIONAL, MONTH_S, &l->rule.min_run_us, err) < 0)
		return err->code;
	return read_part_minute(object, l, err);
}

static int read_backoff(struct arena *a, const struct node *retry, struct method_rule *rule,
                        struct error *err)
{
	struct node most = node_member(retry, "most_s");

	rule->retry = RETRY_BACKOFF;
	if (node_check_keys(retry, (const char *const[]){ "first_s", "factor", "most_s", NULL }, err) < 0 ||
	    read_seconds(a, retry, "first_s", REQUIRED, MONTH_S, &rule->backoff_first_us, err) < 0 ||
	    node_integer(retry, "factor", REQUIRED, 1, 1000, &rule->backoff_factor, err) < 0 ||
	    read_seconds(a, retry, "most_s", REQUIRED, MONTH_S, &rule->backoff_most_us, err) < 0)
		return err->code;
	return rule->backoff_most_us < rule->backoff_first_us
	           ? node_fail(&most, err, "is shorter than 'first_s'")
	           : 0;
}

static int read_retry(struct arena *a, const struct node *object, struct method_rule *rule, struct error *err)
{
	struct node retry;

	if (node_object(object, "retry", OPTIONAL, &retry, err) < 0 || !retry.value)
		return err->code;
	if (!states(&retry, "window_s"))
		return read_backoff(a, &retry, rule, err);
	rule->retry = RETRY_WINDOW;
	if (node_check_keys(&retry, (const char *const[]){ "window_s", NULL }, err) < 0)
		return err->code;
	return read_seconds(a, &retry, "window_s", REQUIRED, MONTH_S, &rule->retry_window_us, err);
}

static int read_members(const struct node *object, struct level *l, struct error *err)
{
	l->min_members = l->min_zones = 1;
	if (node_integer(object, "min_members", OPTIONAL, 1, 1000000, &l->min_members, err) < 0)
		return err->code;
	return node_integer(object, "min_zones", OPTIONAL, 1, 1000, &l->min_zones, err);
}

/* The parameters that only one method or metric has. */
static int read_own(struct arena *a, const struct node *object, struct level *l, struct error *err)
{
	struct method_rule *rule = &l->rule;

	switch (l->method) {
	case METHOD_RUN_MIN_DURATION:
		if (read_seconds(a, object, "min_run_s", REQUIRED, MONTH_S, &rule->min_run_us, err) < 0)
			return err->code;
		return read_part_minute(object, l, err);
	case METHOD_MINUTE_ERROR_RATE:
		return read_error_rate(a, object, l, err);
	case METHOD_INTERVAL_ERROR_MEAN:
		return read_error_mean(a, object, rule, err);
	case METHOD_REQUEST_RATIO:
		return read_retry(a, object, rule, err);
	case METHOD_CONSECUTIVE_INTERVALS:
		return read_consecutive(a, object, rule, err);
	case METHOD_MINUTE_ALL_MEMBERS:
		return read_members(object, l, err);
	case METHOD_CLOCK_HOUR:
		return read_seconds(a, object, "over_s", REQUIRED, 3600, &rule->over_us, err);
	default:
		break;
	}
	if (l->metric == METRIC_SHARE_OVER_LIMIT)
		return read_milliseconds(a, object, "limit_ms", REQUIRED, &rule->limit_us, err);
	if (l->metric != METRIC_LATENCY_RISE)
		return 0;
	rule->interval_us = US_PER_HOUR;
	if (read_seconds(a, object, "lasting_s", REQUIRED, MONTH_S, &rule->lasting_us, err) < 0)
		return err->code;
	return read_seconds(a, object, "interval_s", OPTIONAL, MONTH_S, &rule->interval_us, err);
}

/* What T is made of. */
static int read_counted(const struct node *object, struct level *l, struct error *err)
{
	static const char *const times[] = { "period", "deployed", "service_hours", NULL };
	static const char *const not_deployed[] = { "remove", "up", NULL };
	struct node time = node_member(object, "time"), outside = node_member(object, "not_deployed");
	int counted = l->method == METHOD_SERVICE_HOURS_RATIO ? COUNT_SERVICE_HOURS : COUNT_PERIOD, up = 0;

	if (node_word(object, "time", OPTIONAL, times, &counted, err) < 0 ||
	    node_word(object, "not_deployed", OPTIONAL, not_deployed, &up, err) < 0)
		return err->code;
	l->counted = (enum counted_time)counted;
	l->not_deployed_is_up = up == 1;
	if (l->method == METHOD_SERVICE_HOURS_RATIO && l->counted != COUNT_SERVICE_HOURS)
		return node_fail(&time, err, "service_hours_ratio counts service hours");
	if (states(object, "not_deployed") && l->counted != COUNT_DEPLOYED)
		return node_fail(&outside, err, "says something only beside \"time\": \"deployed\"");
	return 0;
}

int rule_read(struct arena *a, const struct node *object, struct level *l, struct error *err)
{
	static const char *const clocks[] = { "onset", "known", "reported", NULL };
	struct method_rule *rule = &l->rule;
	int clock = CLOCK_ONSET;

	if (read_own(a, object, l, err) < 0 || read_counted(object, l, err) < 0 ||
	    node_word(object, "clock", OPTIONAL, clocks, &clock, err) < 0 ||
	    read_seconds(a, object, "min_outage_s", OPTIONAL, MONTH_S, &rule->min_run_us, err) < 0 ||
	    read_seconds(a, object, "min_cumulative_s", OPTIONAL, MONTH_S, &rule->min_cumulative_us, err) < 0)
		return err->code;
	rule->clock = (enum clock_start)clock;
	return read_milliseconds(a, object, "slow_ms", OPTIONAL, &rule->slow_us, err);
}
