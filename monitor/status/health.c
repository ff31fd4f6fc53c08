#include "monitor/status/health.h"

#include "base/error.h"
#include "base/sample.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

static int64_t number(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static void add(json_t *troubles, const char *todo, const char *format, ...) PRINTF_LIKE(3, 4);

/* Without memory the array lacks one, which the caller cannot know: the next question will tell. */
static void add(json_t *troubles, const char *todo, const char *format, ...)
{
	va_list args;
	json_t *what;

	va_start(args, format);
	what = json_vsprintf(format, args);
	va_end(args);
	(void)json_array_append_new(troubles, json_pack("{s:o, s:s}", "what", what, "todo", todo));
}

static const char *todo_of_missed(enum sample_failure why)
{
	switch (why) {
	case FAILURE_IN_FLIGHT_CAP:
		return "raise in_flight_max or handshakes_max, or shorten timeouts";
	case FAILURE_NOT_RUNNING:
		return "the process was stopped, suspended or starved: look at the machine's load; a higher "
		       "CPUWeight= or a lower Nice= of the unit, or more processors";
	case FAILURE_SEND:
		return "the log says why this machine could not send";
	case FAILURE_OWN_SIDE:
		return "look at this side's own network if references failed, else at its clock and "
		       "certificates";
	case FAILURE_PROXY:
		return "look at the proxy, and at 'proxy' of these targets";
	case FAILURE_RATE_LIMIT:
		return "raise destination_rate_per_s, or probe less often";
	default:
		return "see the log";
	}
}

static void look_at_missed(const json_t *minute, json_t *troubles)
{
	json_t *count, *missed = json_object_get(minute, "missed_by");
	const char *reason;

	json_object_foreach (missed, reason, count) {
		int why = FAILURE_IN_FLIGHT_CAP;

		while (why < FAILURE_MISSED_LAST && strcmp(sample_failure_name(why), reason) != 0)
			why++;
		add(troubles, todo_of_missed(why), "%" PRId64 " probes were missed in the last minute: %s",
		    (int64_t)json_integer_value(count), reason);
	}
}

static void look_at_pace(const json_t *minute, json_t *troubles)
{
	int64_t late_us = number(json_object_get(minute, "lateness"), "p99_us"), ms = number(minute, "ms"),
	        cpu = ms ? number(minute, "cpu_ms") * 100 / ms : 0;

	if (late_us > HEALTH_LATE_US)
		add(troubles,
		    "more processor, fewer targets or longer intervals; handshakes_max if many wait for a "
		    "handshake",
		    "probes were sent late in the last minute: 99 %% within %" PRId64 " ms", late_us / 1000);
	if (cpu > HEALTH_CPU_PERCENT)
		add(troubles, "fewer targets, longer intervals, or a second vantage on another machine",
		    "%" PRId64 " %% of a processor in the last minute", cpu);
}

static void look_at_spool(const json_t *spool, json_t *troubles)
{
	int64_t lost = number(spool, "lost") + number(spool, "invalid"), limit = number(spool, "limit_bytes"),
	        full = limit ? number(spool, "bytes") / (limit / 100 ? limit / 100 : 1) : 0;

	if (json_is_true(json_object_get(spool, "stuck")))
		add(troubles, "free space, or raise spool.size_mb", "the spool's disk takes no records");
	else if (full > HEALTH_FULL_PERCENT)
		add(troubles, "bring PostgreSQL back, or raise spool.size_mb",
		    "the spool is %" PRId64 " %% full", full);
	if (lost)
		add(troubles, "the log says why; table stream_gap keeps how many and from when to when",
		    "%" PRId64 " records were lost since the start", lost);
}

static void look_at_ship(const json_t *ship, json_t *troubles)
{
	const char *cause = json_string_value(json_object_get(ship, "last_error"));

	if (cause)
		add(troubles, "see the manual, 'Spool and PostgreSQL'; records wait in the spool meanwhile",
		    "PostgreSQL does not take the records: %s", cause);
}

static void look_at_clock(const json_t *clock, json_t *troubles)
{
	if (!json_is_true(json_object_get(clock, "synchronised")))
		add(troubles, "run a time daemon: apt-get install chrony", "the clock is not synchronised");
}

json_t *health_troubles(const json_t *document)
{
	json_t *troubles = json_array();

	if (!troubles)
		return NULL;
	look_at_missed(json_object_get(document, "last_minute"), troubles);
	look_at_pace(json_object_get(document, "last_minute"), troubles);
	look_at_spool(json_object_get(document, "spool"), troubles);
	look_at_ship(json_object_get(document, "ship"), troubles);
	look_at_clock(json_object_get(document, "clock"), troubles);
	return troubles;
}
