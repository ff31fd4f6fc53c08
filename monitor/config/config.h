/*
 * config: slamon's configuration file, "format": "govsla-slamon/1".
 *
 * Written by `slacalc apply` from the registry (or by hand), read once by slamon. The tables of keys are in
 * config_keys.c and, for what is inside "probe", in each probe kind; `slamon config` prints them. Nothing is half
 * accepted: any mistake refuses the whole file with file, line and key.
 *
 *     struct config config;
 *     if (config_load(&config, "slamon.json", &err) < 0) ...
 *     config_release(&config);
 *
 * Strings live as long as the config. Immutable after loading. (An arena is used although this is the
 * monitor: it is filled before anything runs, and running out of memory then is a refusal to start.)
 */
#ifndef GOVSLA_MONITOR_CONFIG_H
#define GOVSLA_MONITOR_CONFIG_H

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "monitor/probe/probe.h"

#include <stdint.h>

#define CONFIG_FORMAT  "govsla-slamon/1"
#define CONFIG_ID_MOST 200 /* bytes of an id, as in the registry */

struct target_config {
	int64_t number; /* in the registry, 1 … */
	const char *id;
	int64_t interval_s, timeout_s;
	int64_t in_flight_max;
	bool reference;                    /* of the monitor's own network: own_side.h */
	struct setting_strings references; /* ids of those that speak for this target */
	const struct probe_kind *kind;
	const void *probe; /* the kind's own struct */
};

struct spool_config {
	const char *path;
	int64_t size_mb;
};

/* The limit of the spool's file. */
static inline int64_t spool_config_bytes(const struct spool_config *spool)
{
	return spool->size_mb * 1000000;
}

struct config {
	const char *format;
	const char *vantage; /* id */
	int64_t vantage_number;
	const char *database; /* libpq conninfo; NULL = keep in the spool only */
	const char *ca_file;
	const char *dns_servers; /* NULL = the system's */
	int64_t dns_timeout_ms;
	int64_t in_flight_max, handshakes_max;
	int64_t destination_rate_per_s, destination_burst; /* bucket.h; 0: no limit */
	const char *user;                                  /* to become; NULL: stays who it is */
	bool seccomp;
	int64_t ship_wait_s;
	struct spool_config spool;
	struct target_config *targets; /* in the order of the file */
	size_t target_count;
	const struct target_config **references; /* those of them that are, by id */
	size_t reference_count;
	struct arena arena;
};

/* Reads and checks a file. Returns 0, ERROR_IO or ERROR_DATA; on failure there is nothing to release. */
int config_load(struct config *config, const char *path, struct error *err) MUST_CHECK;

/* The same from bytes; name is what messages call them. */
int config_parse(struct config *config, const char *name, const char *bytes, size_t length,
                 struct error *err) MUST_CHECK;

/* The place of a reference in config->references; reference_count: there is none of that id. */
size_t config_reference(const struct config *config, const char *id);

/* The first key that differs although it takes effect only on the next start; NULL when there is none. */
const char *config_fixed_change(const struct config *old, const struct config *new);

void config_release(struct config *config);

/* config_keys.c: every key with type, unit, default and help, as text or JSON (new reference, NULL when out of memory). */
void config_describe(struct text *out);
json_t *config_describe_json(void);

#endif
