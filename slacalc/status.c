/* slacalc status: is every target being observed, and does every vantage deliver? */
#include "base/sample.h"
#include "slacalc/command.h"
#include "slacalc/store.h"

#include <stdlib.h>
#include <string.h>

static const char *string_of(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value ? value : "-";
}

static long long number_of(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

/* Age in the largest unit that keeps it readable. */
static void write_age(const json_t *seconds, char buffer[32])
{
	long long s = json_integer_value(seconds);

	if (!json_is_integer(seconds))
		snprintf(buffer, 32, "nothing yet");
	else if (s < 600)
		snprintf(buffer, 32, "%lld s", s);
	else if (s < 36000)
		snprintf(buffer, 32, "%lld min", s / 60);
	else
		snprintf(buffer, 32, "%lld h", s / 3600);
}

/* "10 s ago: 99 % sent within 1.535 ms, 0 missed, 3 in the spool, 15 MB" */
static void write_monitor(const json_t *vantage, struct text *out)
{
	const json_t *monitor = json_object_get(vantage, "monitor");
	char age[32];

	if (!json_is_object(monitor))
		return;
	write_age(json_object_get(monitor, "age_s"), age);
	text_printf(
	    out,
	    "%-16s %s ago: 99 %% sent within %lld.%03lld ms, %lld missed in the minute, %lld in the spool, "
	    "%lld lost, %lld MB\n",
	    "", age, number_of(monitor, "lateness_p99_us") / 1000,
	    number_of(monitor, "lateness_p99_us") % 1000, number_of(monitor, "missed"),
	    number_of(monitor, "spool_records"), number_of(monitor, "spool_lost"),
	    number_of(monitor, "memory_kb") / 1000);
}

static void write_vantages(const json_t *list, struct text *out)
{
	json_t *v;
	size_t i;

	text_printf(out, "%-16s %-12s %-12s %s\n", "VANTAGE", "LAG", "RECORDS", "CLOCK");
	json_array_foreach (list, i, v) {
		const json_t *clock = json_object_get(v, "clock_synchronised");
		char lag[32];

		write_age(json_object_get(v, "lag_s"), lag);
		text_printf(out, "%-16s %-12s %-12lld %s\n", string_of(v, "id"), lag, number_of(v, "records"),
		            json_is_true(clock)    ? "synchronised"
		            : json_is_false(clock) ? "not synchronised"
		                                   : "unknown");
		write_monitor(v, out);
	}
}

/* "up 8.012 ms", "down (timeout)" */
static void write_last(const json_t *t, char buffer[64])
{
	const char *outcome = string_of(t, "last_outcome");
	const char *failure = sample_failure_name((int)number_of(t, "last_failure"));
	long long rtt = number_of(t, "last_rtt_us");

	if (strcmp(outcome, "up") == 0)
		snprintf(buffer, 64, "up %lld.%03lld ms", rtt / 1000, rtt % 1000);
	else if (failure && *failure)
		snprintf(buffer, 64, "%s (%s)", outcome, failure);
	else
		snprintf(buffer, 64, "%s", outcome);
}

/* The share 0.998611 as 99.8 %: cut off, so that 100 % means all. */
static void write_share(const json_t *share, char buffer[16])
{
	const char *text = json_string_value(share);
	char *end = NULL;
	long long whole = text ? strtoll(text, &end, 10) : 0;
	int millis = 0;

	for (int i = 1; end && *end == '.' && i <= 3; i++)
		millis = 10 * millis + (end[i] ? end[i] - '0' : 0);
	if (!text)
		snprintf(buffer, 16, "-");
	else
		snprintf(buffer, 16, "%lld.%d %%", whole * 100 + millis / 10, millis % 10);
}

static void write_targets(const json_t *list, struct text *out)
{
	json_t *t;
	size_t i;

	text_printf(out, "\n%-16s %-12s %-21s %-24s %8s %6s %6s %7s\n", "TARGET", "VANTAGE", "LAST SAMPLE",
	            "OUTCOME", "COVERAGE", "DOWN", "MISSED", "DUE");
	json_array_foreach (list, i, t) {
		char last[64], share[16];

		write_last(t, last);
		write_share(json_object_get(t, "coverage"), share);
		text_printf(out, "%-16s %-12s %-21s %-24s %8s %6lld %6lld %7lld\n", string_of(t, "id"),
		            string_of(t, "vantage"), string_of(t, "last_sample"), last, share,
		            number_of(t, "down"), number_of(t, "missed"), number_of(t, "due"));
	}
}

static void write_human(const json_t *status, struct text *out)
{
	const json_t *registry = json_object_get(status, "registry");

	if (json_is_object(registry))
		text_printf(out, "registry version %lld of %s\n", number_of(registry, "version"),
		            string_of(registry, "known_from"));
	else
		text_add(out, "the registry is empty: slacalc apply DIR\n");
	text_printf(out, "now %s; today began %s\n\n", string_of(status, "at"), string_of(status, "today"));
	write_vantages(json_object_get(status, "vantages"), out);
	write_targets(json_object_get(status, "targets"), out);
}

static void write_json(const json_t *status, struct text *out)
{
	char *dump = json_dumps(status, JSON_INDENT(2));

	text_printf(out, "%s\n", dump ? dump : "");
	free(dump);
}

int command_status(int argc, char **argv, struct error *err)
{
	const char *url = NULL;
	bool json = false;
	const struct command_option options[] = { { "db", 0, &url, NULL },
		                                  { "json", 0, NULL, &json },
		                                  { NULL, 0, NULL, NULL } };
	struct store *store = NULL;
	struct text out = { 0 };
	json_t *status = NULL;

	if (command_options(argc, argv, options, NULL, 0, 0, err) < 0)
		return err->code;
	if (store_open(&store, url, err) == 0 && store_status(store, &status, err) == 0) {
		if (json)
			write_json(status, &out);
		else
			write_human(status, &out);
	}
	json_decref(status);
	store_close(store);
	return command_print(&out, err);
}
