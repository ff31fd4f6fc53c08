/* stats_text: the document of a running slamon (stats.h) as lines for people. Knows only the document. */
#include "monitor/status/stats.h"

#include <inttypes.h>

static int64_t number(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static const char *string(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value ? value : "-";
}

static void line(struct text *out, const char *name)
{
	text_printf(out, "%-12s ", name);
}

/* Thousandths as "1.234" */
static void add_thousandths(struct text *out, int64_t value)
{
	text_printf(out, "%" PRId64 ".%03" PRId64, value / 1000, value % 1000);
}

/* Tenths as "1.2" */
static void add_tenths(struct text *out, int64_t value)
{
	text_printf(out, "%" PRId64 ".%" PRId64, value / 10, value % 10);
}

/* In the largest unit that keeps it exact enough: "42 s", "12 min", "3 h 12 min", "2 d 3 h" */
static void add_time(struct text *out, int64_t s)
{
	if (s < 120)
		text_printf(out, "%" PRId64 " s", s);
	else if (s < 2 * 3600)
		text_printf(out, "%" PRId64 " min", s / 60);
	else if (s < 2 * 86400)
		text_printf(out, "%" PRId64 " h %" PRId64 " min", s / 3600, s / 60 % 60);
	else
		text_printf(out, "%" PRId64 " d %" PRId64 " h", s / 86400, s / 3600 % 24);
}

static void describe_process(const json_t *stats, struct text *out)
{
	const json_t *process = json_object_get(stats, "process"),
	             *vantage = json_object_get(stats, "vantage");

	line(out, "slamon");
	text_printf(out, "%s, vantage '%s', %" PRId64 " targets, process %" PRId64 ", running for ",
	            string(process, "version"), string(vantage, "id"), number(stats, "targets"),
	            number(process, "pid"));
	add_time(out, number(process, "uptime_s"));
	text_printf(out, ", %" PRId64 " reloads", number(process, "reloads"));
	if (number(process, "refused_reloads"))
		text_printf(out, ", %" PRId64 " refused", number(process, "refused_reloads"));
	text_add(out, "\n");
}

/* "timeout 3, http status 1" */
static void describe_failures(const json_t *span, const char *name, const char *key, struct text *out)
{
	json_t *counts = json_object_get(span, key), *count;
	const char *failure, *separator = "";

	if (json_object_size(counts) == 0)
		return;
	line(out, name);
	json_object_foreach (counts, failure, count) {
		text_printf(out, "%s%s %" PRId64, separator, failure, (int64_t)json_integer_value(count));
		separator = ", ";
	}
	text_add(out, "\n");
}

static void describe_samples(const json_t *all, const json_t *minute, struct text *out)
{
	int64_t sent = number(minute, "up") + number(minute, "down"), ms = number(minute, "ms");

	line(out, "samples");
	text_printf(out, "%" PRId64 " up, %" PRId64 " down, %" PRId64 " missed", number(all, "up"),
	            number(all, "down"), number(all, "missed"));
	if (ms) {
		text_add(out, "; in the last minute ");
		add_tenths(out, (sent * 10000 + ms / 2) / ms);
		text_printf(out, " a second, %" PRId64 " missed", number(minute, "missed"));
	}
	text_add(out, "\n");
	describe_failures(all, "  down", "down_by", out);
	describe_failures(all, "  missed", "missed_by", out);
}

static void add_lateness(const json_t *span, struct text *out)
{
	const json_t *lateness = json_object_get(span, "lateness");

	text_add(out, "50 % within ");
	add_thousandths(out, number(lateness, "p50_us"));
	text_add(out, " ms, 99 % within ");
	add_thousandths(out, number(lateness, "p99_us"));
	text_add(out, " ms, all within ");
	add_thousandths(out, number(lateness, "most_us"));
	text_add(out, " ms");
}

static void describe_lateness(const json_t *all, const json_t *minute, struct text *out)
{
	line(out, "lateness");
	add_lateness(all, out);
	if (json_is_object(minute)) {
		text_add(out, "\n");
		line(out, "");
		add_lateness(minute, out);
		text_add(out, " in the last minute");
	}
	text_add(out, "\n");
}

static void describe_probes(const json_t *probes, struct text *out)
{
	line(out, "in flight");
	text_printf(out, "%" PRId64 " of at most %" PRId64 "; most so far %" PRId64 "\n",
	            number(probes, "in_flight"), number(probes, "in_flight_max"),
	            number(probes, "in_flight_most"));
	line(out, "handshakes");
	text_printf(out, "%" PRId64 " of at most %" PRId64 ", %" PRId64 " waiting\n",
	            number(probes, "handshakes"), number(probes, "handshakes_max"),
	            number(probes, "handshakes_waiting"));
}

static void describe_spool(const json_t *spool, struct text *out)
{
	int64_t lost = number(spool, "lost") + number(spool, "invalid");

	line(out, "spool");
	text_printf(out, "%" PRId64 " records, ", number(spool, "records") + number(spool, "in_memory"));
	add_tenths(out, number(spool, "bytes") / 100000);
	if (number(spool, "limit_bytes"))
		text_printf(out, " of at most %" PRId64, number(spool, "limit_bytes") / 1000000);
	text_add(out, " MB");
	if (number(spool, "records")) {
		text_add(out, ", the oldest ");
		add_time(out, number(spool, "oldest_age_ms") / 1000);
		text_add(out, " old");
	}
	if (lost)
		text_printf(out, ", %" PRId64 " lost", lost);
	if (json_is_true(json_object_get(spool, "stuck")))
		text_printf(out, "; the disk takes nothing, %" PRId64 " wait in memory",
		            number(spool, "in_memory"));
	text_add(out, "\n");
}

static void describe_ship(const json_t *ship, struct text *out)
{
	line(out, "ship");
	if (!json_is_object(ship)) {
		text_add(out, "no database is configured: all stays in the spool\n");
		return;
	}
	text_printf(out, "%s, %" PRId64 " records since the start, %" PRId64 " failures\n",
	            string(ship, "state"), number(ship, "records"), number(ship, "failures"));
	if (json_is_string(json_object_get(ship, "last_error"))) {
		line(out, "");
		text_printf(out, "last error: %s\n", string(ship, "last_error"));
	}
}

static void describe_clock(const json_t *clock, struct text *out)
{
	const json_t *error = json_object_get(clock, "max_error_us");

	line(out, "clock");
	text_add(out,
	         json_is_true(json_object_get(clock, "synchronised")) ? "synchronised" : "not synchronised");
	if (json_is_integer(error)) {
		text_add(out, ", wrong by at most ");
		add_thousandths(out, json_integer_value(error));
		text_add(out, " ms\n");
	} else {
		text_add(out, ", error unknown\n");
	}
}

static void describe_cost(const json_t *process, const json_t *minute, struct text *out)
{
	int64_t ms = number(minute, "ms");

	line(out, "memory");
	add_tenths(out, number(process, "memory_kb") / 100);
	text_add(out, " MB, most so far ");
	add_tenths(out, number(process, "memory_most_kb") / 100);
	text_add(out, " MB\n");
	line(out, "processor");
	add_tenths(out, number(process, "cpu_ms") / 100);
	text_add(out, " s since the start");
	if (ms) {
		text_add(out, "; in the last minute ");
		add_tenths(out, (number(minute, "cpu_ms") * 1000 + ms / 2) / ms);
		text_add(out, " % of one");
	}
	text_add(out, "\n");
}

/* First of all, whether all is well: what is not, and what to do about it. */
static void describe_health(const json_t *troubles, struct text *out)
{
	json_t *trouble;
	size_t i;

	line(out, "health");
	text_add(out, json_array_size(troubles) ? "not OK\n" : "OK\n");
	json_array_foreach (troubles, i, trouble) {
		line(out, "  trouble");
		text_printf(out, "%s\n", string(trouble, "what"));
		line(out, "    to do");
		text_printf(out, "%s\n", string(trouble, "todo"));
	}
}

void stats_describe(const json_t *stats, struct text *out)
{
	const json_t *all = json_object_get(stats, "since_start"),
	             *minute = json_object_get(stats, "last_minute");

	if (!json_is_true(json_object_get(stats, "running"))) {
		line(out, "slamon");
		text_add(out, "not running\n");
		if (json_is_object(json_object_get(stats, "spool")))
			describe_spool(json_object_get(stats, "spool"), out);
		return;
	}
	describe_process(stats, out);
	describe_health(json_object_get(stats, "troubles"), out);
	describe_samples(all, minute, out);
	describe_lateness(all, minute, out);
	describe_probes(json_object_get(stats, "probes"), out);
	describe_spool(json_object_get(stats, "spool"), out);
	describe_ship(json_object_get(stats, "ship"), out);
	describe_clock(json_object_get(stats, "clock"), out);
	describe_cost(json_object_get(stats, "process"), minute, out);
}
