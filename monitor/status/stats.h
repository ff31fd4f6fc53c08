/*
 * stats: what a running slamon knows of itself: how late it sends, what is in flight, what was missed and why, how deep
 * the spool is, how far shipping has come, its clock, its memory.
 *
 * Counts every sample that passes; the rest is asked of the others at the moment it is wanted. Told in two ways: as a
 * document (stats_json, for `slamon stats`), and once a minute as a record that goes the way of the samples (table
 * monitor_status). Judges nothing. All on the loop's thread; nothing here waits.
 *
 *     struct stats stats;  stats_start(&stats);
 *     stats_sample(&stats, &record);              for every sample
 *     stats_minute(&stats, &view, &record);       every minute, and at the end
 *     stats_json(&stats, &view);
 */
#ifndef GOVSLA_MONITOR_STATS_H
#define GOVSLA_MONITOR_STATS_H

#include "base/text.h"
#include "monitor/config/config.h"
#include "monitor/record/moment.h"
#include "monitor/observe/observe.h"
#include "monitor/ship/ship.h"
#include "monitor/spool/spool.h"
#include "monitor/status/tally.h"

#include <jansson.h>
#include <stdint.h>

#define STATS_FORMAT "govsla-stats/1"

/* What was counted in a span of time. */
struct stats_span {
	struct tally tally;
	int64_t ms, cpu_ms;
};

struct stats {
	struct moment started, turned;       /* when the minute under way began */
	struct stats_span all, minute, last; /* since the start; of the minute under way; of the one before */
	int64_t cpu_before_ms;               /* what had been used when the minute began */
	int64_t reloads, refused_reloads;
};

/* Whom to ask; borrowed. */
struct stats_view {
	const struct config *config;
	const struct observer *observer;
	struct spool *spool;
	const struct ship *ship; /* NULL: no database */
};

void stats_start(struct stats *stats);

void stats_sample(struct stats *stats, const struct record *record);

/* Fills a status record with what was counted since the last one, and begins the next minute. */
void stats_minute(struct stats *stats, const struct stats_view *view, struct record *record);

/* Everything, as a new reference; NULL when out of memory. */
json_t *stats_json(const struct stats *stats, const struct stats_view *view);

/*
 * What somebody else said, as a JSON string, which must be UTF-8: a character that was cut off at the end is left out;
 * in another encoding every byte beyond ASCII becomes '?'. NULL when out of memory.
 */
json_t *stats_quote(const char *said);

/* ---- stats_text.c: for people ---- */

/* The document of stats_json as lines of text. */
void stats_describe(const json_t *document, struct text *out);

/* ---- stats_prometheus.c: for a scrape ---- */

/* The same document in Prometheus' text format 0.0.4. */
void stats_prometheus(const json_t *document, struct text *out);

#endif
