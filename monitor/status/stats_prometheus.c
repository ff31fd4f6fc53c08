/*
 * stats_prometheus: the document of stats_json() in Prometheus' text format 0.0.4, for node_exporter's textfile collector
 * or any scrape. Knows only the document.
 *
 * Base units (seconds, bytes), counters that end in _total, one HELP and TYPE for a name, and few series: the vantage is
 * the one label everywhere, targets are none. What is not known has no line; lateness is that of the last whole minute.
 */
#include "monitor/status/stats.h"

#include <inttypes.h>
#include <string.h>

enum unit { ONE, MS, US, KIB };

struct metric {
	const char *name; /* without "slamon_" */
	const char *type, *help;
	const char *path; /* where it stands in the document */
	enum unit unit;
	const char
	    *label; /* an object stands there: a series for each of its numbers, with its key as this label */
};

static const struct metric metrics[] = {
	{ "up", "gauge", "Whether slamon runs by this configuration.", "running", ONE, NULL },
	{ "troubles", "gauge", "What is not well with the monitor itself: see slamon stats.", "troubles", ONE,
	  NULL },
	{ "targets", "gauge", "Targets of the configuration in force.", "targets", ONE, NULL },
	{ "uptime_seconds", "gauge", "Time since the start.", "process.uptime_s", ONE, NULL },
	{ "reloads_total", "counter", "Configurations that took over.", "process.reloads", ONE, NULL },
	{ "reloads_refused_total", "counter", "Configurations that were refused.", "process.refused_reloads",
	  ONE, NULL },
	{ "resident_memory_bytes", "gauge", "Resident memory.", "process.memory_kb", KIB, NULL },
	{ "cpu_seconds_total", "counter", "Processor time, user and system.", "process.cpu_ms", MS, NULL },
	{ "samples_up_total", "counter", "Samples of targets that answered as expected.", "since_start.up",
	  ONE, NULL },
	{ "samples_down_total", "counter", "Samples of targets that failed.", "since_start.down", ONE, NULL },
	{ "samples_missed_total", "counter", "Instants not observed, by this side's own fault.",
	  "since_start.missed", ONE, NULL },
	{ "failures_down_total", "counter", "Samples that are down, by what failed.", "since_start.down_by",
	  ONE, "failure" },
	{ "failures_missed_total", "counter", "Samples that are missed, by the reason.",
	  "since_start.missed_by", ONE, "failure" },
	{ "lateness_p50_seconds", "gauge",
	  "Half of the last minute's probes were sent within this time of their instants.",
	  "last_minute.lateness.p50_us", US, NULL },
	{ "lateness_p99_seconds", "gauge",
	  "99 % of the last minute's probes were sent within this time of their instants.",
	  "last_minute.lateness.p99_us", US, NULL },
	{ "lateness_max_seconds", "gauge",
	  "All of the last minute's probes were sent within this time of their instants.",
	  "last_minute.lateness.most_us", US, NULL },
	{ "probes_in_flight", "gauge", "Probes sent and not yet answered.", "probes.in_flight", ONE, NULL },
	{ "probes_in_flight_limit", "gauge", "Limit of probes in flight.", "probes.in_flight_max", ONE,
	  NULL },
	{ "handshakes_waiting", "gauge", "TLS handshakes that wait for their turn.",
	  "probes.handshakes_waiting", ONE, NULL },
	{ "spool_records", "gauge", "Records on disk that PostgreSQL has not.", "spool.records", ONE, NULL },
	{ "spool_queued_records", "gauge", "Records in memory, not yet on disk.", "spool.in_memory", ONE,
	  NULL },
	{ "spool_size_bytes", "gauge", "Room that the records on disk take.", "spool.bytes", ONE, NULL },
	{ "spool_limit_bytes", "gauge", "Limit of that room.", "spool.limit_bytes", ONE, NULL },
	{ "spool_oldest_age_seconds", "gauge",
	  "Age of the oldest record that PostgreSQL has not: the lag of shipping.", "spool.oldest_age_ms", MS,
	  NULL },
	{ "spool_lost_records_total", "counter", "Records lost because disk and queue were full.",
	  "spool.lost", ONE, NULL },
	{ "spool_stuck", "gauge", "Whether the disk takes no records.", "spool.stuck", ONE, NULL },
	{ "ship_connected", "gauge", "Whether PostgreSQL is connected.", "ship.connected", ONE, NULL },
	{ "ship_records_total", "counter", "Records committed to PostgreSQL.", "ship.records", ONE, NULL },
	{ "ship_failures_total", "counter", "Connections or transactions that failed.", "ship.failures", ONE,
	  NULL },
	{ "clock_synchronised", "gauge", "Whether the kernel says that a time daemon keeps the clock.",
	  "clock.synchronised", ONE, NULL },
	{ "clock_error_bound_seconds", "gauge",
	  "The clock is wrong by at most this, where a time daemon tells.", "clock.max_error_us", US, NULL },
};

/* A label's value may hold any UTF-8; backslash, quote and line feed are escaped. */
static void add_label(struct text *out, const char *name, const char *value)
{
	text_printf(out, "%s=\"", name);
	for (; *value; value++)
		if (*value == '\n')
			text_add(out, "\\n");
		else if (*value == '"' || *value == '\\')
			text_printf(out, "\\%c", *value);
		else
			text_append(out, value, 1);
	text_add(out, "\"");
}

static void add_value(struct text *out, int64_t value, enum unit unit)
{
	if (unit == US)
		text_printf(out, "%" PRId64 ".%06" PRId64 "\n", value / 1000000, value % 1000000);
	else if (unit == MS)
		text_printf(out, "%" PRId64 ".%03" PRId64 "\n", value / 1000, value % 1000);
	else
		text_printf(out, "%" PRId64 "\n", unit == KIB ? value * 1024 : value);
}

static void add_series(struct text *out, const struct metric *m, const char *vantage, const char *label,
                       const json_t *value)
{
	text_printf(out, "slamon_%s{", m->name);
	add_label(out, "vantage", vantage);
	if (label) {
		text_add(out, ",");
		add_label(out, m->label, label);
	}
	text_add(out, "} ");
	if (json_is_array(value))
		add_value(out, (int64_t)json_array_size(value), ONE);
	else
		add_value(out, json_is_integer(value) ? json_integer_value(value) : json_is_true(value),
		          m->unit);
}

/* NULL: not in the document, or not known. */
static json_t *find(const json_t *document, const struct metric *m)
{
	const json_t *at = document;
	const char *path = m->path;
	json_t *value;

	for (const char *dot; (dot = strchr(path, '.')); path = dot + 1)
		at = json_object_getn(at, path, (size_t)(dot - path));
	value = json_object_get(at, path);
	return json_is_null(value) ? NULL : value;
}

void stats_prometheus(const json_t *document, struct text *out)
{
	const char *vantage = json_string_value(json_object_get(json_object_get(document, "vantage"), "id")),
	           *label;

	for (size_t i = 0; i < sizeof metrics / sizeof metrics[0]; i++) {
		const struct metric *m = &metrics[i];
		json_t *value = find(document, m), *part;

		if (!value || (m->label && json_object_size(value) == 0))
			continue;
		text_printf(out, "# HELP slamon_%s %s\n# TYPE slamon_%s %s\n", m->name, m->help, m->name,
		            m->type);
		if (!m->label)
			add_series(out, m, vantage, NULL, value);
		else
			json_object_foreach (value, label, part)
				add_series(out, m, vantage, label, part);
	}
}
