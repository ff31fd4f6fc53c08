#include "monitor/status/stats.h"

#include "base/instant.h"
#include "monitor/record/clock.h"
#include "monitor/status/health.h"
#include "monitor/status/vitals.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

void stats_start(struct stats *stats)
{
	*stats = (struct stats){ .started = moment_now(), .turned = moment_now() };
}

void stats_sample(struct stats *stats, const struct record *record)
{
	tally_count(&stats->all.tally, record);
	tally_count(&stats->minute.tally, record);
}

/* ---- what the spool holds that PostgreSQL has not ---- */

/* The age of the oldest record that waits; 0 when there is none. A clock that was set back gives no age. */
static int64_t lag_us(const struct spool_counters *spool)
{
	int64_t age_us = moment_wall_us() - spool->oldest_us;

	return spool->oldest_us && age_us > 0 ? age_us : 0;
}

/* ---- the record of a minute ---- */

static void turn_minute(struct stats *stats, int64_t cpu_ms)
{
	struct moment now = moment_now();

	stats->last = stats->minute;
	stats->last.ms = moment_between(stats->turned, now) / 1000;
	stats->last.cpu_ms = cpu_ms - stats->cpu_before_ms;
	stats->minute = (struct stats_span){ .ms = 0 };
	stats->turned = now;
	stats->cpu_before_ms = cpu_ms;
}

static struct record_status status_of(const struct stats_span *span)
{
	const struct tally *tally = &span->tally;
	struct record_status status = { .period_ms = record_fit32(span->ms),
		                        .up = record_fit32(tally->up),
		                        .down = record_fit32(tally->down),
		                        .lateness_p50_us =
		                            record_fit32(lateness_within_us(&tally->lateness, 50)),
		                        .lateness_p99_us =
		                            record_fit32(lateness_within_us(&tally->lateness, 99)),
		                        .lateness_most_us = record_fit32(tally->lateness.most_us),
		                        .cpu_ms = record_fit32(span->cpu_ms) };

	for (int i = 0; i < RECORD_MISSED_REASONS; i++)
		status.missed[i] = record_fit32(tally->failed[FAILURE_IN_FLIGHT_CAP + i]);
	return status;
}

void stats_minute(struct stats *stats, const struct stats_view *view, struct record *record)
{
	struct observer_counts observed = observer_counts(view->observer);
	struct clock_state clock = clock_state_read();
	struct vitals vitals = vitals_read();
	struct spool_counters spool;

	spool_count(view->spool, &spool);
	turn_minute(stats, vitals.cpu_ms);
	*record = record_blank(RECORD_STATUS, moment_wall_us());
	record->max_error_us = clock.max_error_us;
	record->synchronised = clock.synchronised;
	record->status = status_of(&stats->last);
	record->status.memory_kb = record_fit32(vitals.memory_kb);
	record->status.in_flight = record_fit32(observed.in_flight);
	record->status.in_flight_most = record_fit32(observed.in_flight_most);
	record->status.handshakes_waiting = record_fit32(observed.handshakes_waiting);
	record->status.spool_records = spool.pending + spool.queued;
	record->status.spool_bytes = spool.bytes;
	record->status.spool_lost = spool.lost + spool.invalid;
	record->status.ship_lag_us = lag_us(&spool);
}

/* ---- the document ---- */

static json_t *known(int64_t value) /* -1: not known */
{
	return value < 0 ? json_null() : json_integer(value);
}

/* How many failed of what, by the words of samples, of the classes from first to last; what is 0 is left out. */
static json_t *failures_json(const struct tally *tally, int first, int last)
{
	json_t *object = json_object();

	for (int failure = first; failure <= last; failure++)
		if (tally->failed[failure])
			json_object_set_new(object, sample_failure_name(failure),
			                    json_integer(tally->failed[failure]));
	return object;
}

static json_t *span_json(const struct stats_span *span)
{
	const struct tally *t = &span->tally;

	return json_pack("{s:I, s:I, s:I, s:I, s:o, s:o, s:{s:I, s:I, s:I}, s:I}", "ms", span->ms, "up",
	                 t->up, "down", t->down, "missed", t->missed, "down_by",
	                 failures_json(t, FAILURE_NONE + 1, FAILURE_DOWN_LAST), "missed_by",
	                 failures_json(t, FAILURE_IN_FLIGHT_CAP, FAILURE_MISSED_LAST), "lateness", "p50_us",
	                 lateness_within_us(&t->lateness, 50), "p99_us", lateness_within_us(&t->lateness, 99),
	                 "most_us", t->lateness.most_us, "cpu_ms", span->cpu_ms);
}

static json_t *spool_json(const struct stats_view *view)
{
	struct spool_counters c;

	spool_count(view->spool, &c);
	return json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:b}", "path", view->config->spool.path,
	                 "records", c.pending, "in_memory", c.queued, "bytes", c.bytes, "limit_bytes",
	                 spool_config_bytes(&view->config->spool), "oldest_age_ms", lag_us(&c) / 1000, "lost",
	                 c.lost, "invalid", c.invalid, "stuck", c.stuck);
}

json_t *stats_quote(const char *said)
{
	size_t length = strlen(said);
	json_t *string = NULL;
	char plain[1024];

	for (size_t cut = 0; !string && cut < 4 && cut <= length; cut++) /* UTF-8: at most 3 bytes of 4 */
		string = json_stringn(said, length - cut);
	if (string)
		return string;
	snprintf(plain, sizeof plain, "%s", said);
	for (char *at = plain; *at; at++)
		if ((unsigned char)*at >= 0x80)
			*at = '?';
	return json_string(plain);
}

static json_t *ship_json(const struct ship *ship)
{
	struct ship_counters c;

	if (!ship)
		return json_null();
	ship_count(ship, &c);
	return json_pack("{s:s, s:b, s:I, s:I, s:I, s:I, s:o}", "state", c.state, "connected", c.connected,
	                 "records", c.rows, "transactions", c.transactions, "connections", c.connections,
	                 "failures", c.failures, "last_error",
	                 *c.last_error ? stats_quote(c.last_error) : json_null());
}

static json_t *probes_json(const struct stats_view *view)
{
	struct observer_counts c = observer_counts(view->observer);

	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "in_flight", c.in_flight, "in_flight_most",
	                 c.in_flight_most, "in_flight_max", view->config->in_flight_max, "handshakes",
	                 c.handshakes, "handshakes_waiting", c.handshakes_waiting, "handshakes_max",
	                 view->config->handshakes_max);
}

static json_t *clock_json(void)
{
	struct clock_state clock = clock_state_read();

	return json_pack("{s:b, s:o}", "synchronised", clock.synchronised, "max_error_us",
	                 known(clock.max_error_us));
}

static json_t *process_json(const struct stats *stats, const struct vitals *vitals)
{
	return json_pack("{s:i, s:s, s:I, s:I, s:I, s:o, s:I, s:I}", "pid", (int)getpid(), "version",
	                 GOVSLA_VERSION, "uptime_s", moment_between(stats->started, moment_now()) / US_PER_S,
	                 "reloads", stats->reloads, "refused_reloads", stats->refused_reloads, "memory_kb",
	                 known(vitals->memory_kb), "memory_most_kb", vitals->memory_most_kb, "cpu_ms",
	                 vitals->cpu_ms);
}

static json_t *document_json(const struct stats *stats, const struct stats_view *view)
{
	const struct config *config = view->config;
	struct vitals vitals = vitals_read();
	struct stats_span all = stats->all;
	char at[INSTANT_TEXT_SIZE];

	all.ms = moment_between(stats->started, moment_now()) / 1000;
	all.cpu_ms = vitals.cpu_ms;
	return json_pack("{s:s, s:b, s:s, s:{s:s, s:I}, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "format",
	                 STATS_FORMAT, "running", 1, "at", instant_format(moment_wall_us(), at), "vantage",
	                 "id", config->vantage, "number", config->vantage_number, "targets",
	                 (json_int_t)config->target_count, "process", process_json(stats, &vitals),
	                 "since_start", span_json(&all), "last_minute",
	                 stats->last.ms ? span_json(&stats->last) : json_null(), "probes", probes_json(view),
	                 "spool", spool_json(view), "ship", ship_json(view->ship), "clock", clock_json());
}

json_t *stats_json(const struct stats *stats, const struct stats_view *view)
{
	json_t *document = document_json(stats, view),
	       *troubles = document ? health_troubles(document) : NULL;

	if (!troubles || json_object_set_new(document, "troubles", troubles) < 0) {
		json_decref(document);
		return NULL;
	}
	return document;
}
