#include "monitor/config/config_keys.h"

#include "monitor/config/config.h"
#include "monitor/net/address.h"
#include "monitor/ship/ship.h"

#include <string.h>

static int check_format(const char *value, struct error *err)
{
	if (strcmp(value, CONFIG_FORMAT) == 0)
		return 0;
	return error_set(err, ERROR_DATA, "'%.64s' is not '%s'", value, CONFIG_FORMAT);
}

/* Ids go into lines and tables. */
static int check_id(const char *value, struct error *err)
{
	if (strlen(value) > CONFIG_ID_MOST)
		return error_set(err, ERROR_DATA, "is longer than %d bytes", CONFIG_ID_MOST);
	return text_has_control(value) ? error_set(err, ERROR_DATA, "must not hold control characters") : 0;
}

const struct setting config_settings[] = {
	{ .key = "format",
	  .restart = true,
	  .type = SETTING_STRING,
	  .required = true,
	  .check = check_format,
	  .place = offsetof(struct config, format),
	  .help = "always \"" CONFIG_FORMAT "\"" },
	{ .key = "vantage",
	  .restart = true,
	  .type = SETTING_STRING,
	  .required = true,
	  .check = check_id,
	  .place = offsetof(struct config, vantage),
	  .help = "id of this vantage point in the registry" },
	{ .key = "vantage_number",
	  .restart = true,
	  .type = SETTING_INTEGER,
	  .required = true,
	  .least = 1,
	  .most = INT32_MAX,
	  .place = offsetof(struct config, vantage_number),
	  .help = "number of this vantage point in the registry" },
	{ .key = "database",
	  .restart = true,
	  .type = SETTING_STRING,
	  .check = ship_check_database,
	  .place = offsetof(struct config, database),
	  .help = "libpq connection string or URI to ship to; absent or empty: samples stay in the spool" },
	{ .key = "ship_wait_s",
	  .type = SETTING_INTEGER,
	  .unit = "s",
	  .standard = "10",
	  .most = 3600,
	  .place = offsetof(struct config, ship_wait_s),
	  .help = "when stopping, how long to go on trying to empty the spool into the database" },
	{ .key = "ca_file",
	  .type = SETTING_STRING,
	  .standard = "/etc/ssl/certs/ca-certificates.crt",
	  .place = offsetof(struct config, ca_file),
	  .help = "trusted certificates (PEM) for targets that name none" },
	{ .key = "dns_servers",
	  .type = SETTING_STRING,
	  .check = address_check_servers,
	  .place = offsetof(struct config, dns_servers),
	  .help = "name servers, ADDRESS[:PORT] separated by commas; absent: those of /etc/resolv.conf" },
	{ .key = "dns_timeout_ms",
	  .type = SETTING_INTEGER,
	  .unit = "ms",
	  .standard = "3000",
	  .least = 100,
	  .most = 60000,
	  .place = offsetof(struct config, dns_timeout_ms),
	  .help = "how long to wait for a name server; each is asked once" },
	{ .key = "in_flight_max",
	  .type = SETTING_INTEGER,
	  .standard = "20000",
	  .least = 1,
	  .most = 60000,
	  .place = offsetof(struct config, in_flight_max),
	  .help = "probes of all targets in flight at once; beyond it an instant is missed (in-flight cap)" },
	{ .key = "handshakes_max",
	  .type = SETTING_INTEGER,
	  .standard = "8",
	  .least = 1,
	  .most = 10000,
	  .place = offsetof(struct config, handshakes_max),
	  .help = "TLS handshakes under way at once; others wait, and the wait counts as lateness" },
	{ .key = "destination_rate_per_s",
	  .type = SETTING_INTEGER,
	  .unit = "1/s",
	  .standard = "0",
	  .most = 100000,
	  .place = offsetof(struct config, destination_rate_per_s),
	  .help =
	      "probes to one host a second, over all targets; an instant waits for its turn for at most one "
	      "interval, then it is missed (rate limit); 0: no limit" },
	{ .key = "destination_burst",
	  .type = SETTING_INTEGER,
	  .standard = "1",
	  .least = 1,
	  .most = 100000,
	  .place = offsetof(struct config, destination_burst),
	  .help = "probes to one host that may be sent at once after a pause" },
	{ .key = "user",
	  .restart = true,
	  .type = SETTING_STRING,
	  .place = offsetof(struct config, user),
	  .help =
	      "user to become before anything is opened, when started as root; keeps CAP_NET_RAW for ICMP" },
	{ .key = "seccomp",
	  .restart = true,
	  .type = SETTING_BOOLEAN,
	  .standard = "true",
	  .place = offsetof(struct config, seccomp),
	  .help = "have the kernel refuse the system calls that slamon never needs" },
	{ .key = "spool",
	  .restart = true,
	  .type = SETTING_OBJECT,
	  .required = true,
	  .help = "the local queue" },
	{ .key = "targets", .type = SETTING_ARRAY, .required = true, .help = "what is probed" },
	{ .key = NULL },
};

/* What SQLite would keep in memory, or take for a URI, instead of a file of that name. */
static int check_spool_path(const char *value, struct error *err)
{
	if (value[0] != ':' && strncmp(value, "file:", 5) != 0)
		return 0;
	return error_set(err, ERROR_DATA, "'%.64s' is not a path; a file of that name is './%.64s'", value,
	                 value);
}

const struct setting config_spool_settings[] = {
	{ .key = "path",
	  .restart = true,
	  .type = SETTING_STRING,
	  .required = true,
	  .check = check_spool_path,
	  .place = offsetof(struct spool_config, path),
	  .help = "SQLite file, made when absent; never on a network file system" },
	{ .key = "size_mb",
	  .restart = true,
	  .type = SETTING_INTEGER,
	  .unit = "MB",
	  .standard = "1024",
	  .least = 1,
	  .most = 1000000,
	  .place = offsetof(struct spool_config, size_mb),
	  .help = "limit of the file, about 40 bytes a sample, 70 of http; 72 h of 833 samples/s need 9000" },
	{ .key = NULL },
};

const struct setting config_target_settings[] = {
	{ .key = "number",
	  .type = SETTING_INTEGER,
	  .required = true,
	  .least = 1,
	  .most = INT32_MAX,
	  .place = offsetof(struct target_config, number),
	  .help = "number of the target in the registry" },
	{ .key = "id",
	  .type = SETTING_STRING,
	  .required = true,
	  .check = check_id,
	  .place = offsetof(struct target_config, id),
	  .help = "id of the target in the registry; with the vantage's id it decides the offset in the "
	          "interval" },
	{ .key = "interval_s",
	  .type = SETTING_INTEGER,
	  .required = true,
	  .unit = "s",
	  .least = 1,
	  .most = 86400,
	  .place = offsetof(struct target_config, interval_s),
	  .help =
	      "one probe each; the instants are whole multiples since 1970 UTC plus the target's offset" },
	{ .key = "timeout_s",
	  .type = SETTING_INTEGER,
	  .required = true,
	  .unit = "s",
	  .least = 1,
	  .most = 3600,
	  .place = offsetof(struct target_config, timeout_s),
	  .help = "after which a probe is down (timeout); may be longer than the interval" },
	{ .key = "in_flight_max",
	  .type = SETTING_INTEGER,
	  .standard = "100",
	  .least = 1,
	  .most = 60000,
	  .place = offsetof(struct target_config, in_flight_max),
	  .help = "probes of this target in flight at once; beyond it an instant is missed (in-flight cap)" },
	{ .key = "reference",
	  .type = SETTING_BOOLEAN,
	  .standard = "false",
	  .place = offsetof(struct target_config, reference),
	  .help = "stands in the monitor's own network: while all references fail, what fails elsewhere is "
	          "missed (own side) and charged to nobody" },
	{ .key = "references",
	  .type = SETTING_STRINGS,
	  .place = offsetof(struct target_config, references),
	  .help = "ids of the references that speak for this target; absent: all of the file; []: none" },
	{ .key = "probe", .type = SETTING_OBJECT, .required = true, .help = "how it is probed" },
	{ .key = NULL },
};

void config_probe_settings(const struct probe_kind *kind, struct setting table[3])
{
	table[0] =
	    (struct setting){ .key = "kind", .type = SETTING_CHOICE, .required = true, .help = kind->help };
	table[1] = (struct setting){ .key = "", .type = SETTING_SHARED, .shared = kind->settings };
	table[2] = (struct setting){ .key = NULL };
}

/* ---- describing ---- */

struct section {
	const char *name;
	const struct setting *settings;
};

static const struct section sections[] = {
	{ "the file", config_settings },
	{ "spool", config_spool_settings },
	{ "targets[]", config_target_settings },
};

void config_describe(struct text *out)
{
	for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
		text_printf(out, "%s%s\n", i ? "\n" : "", sections[i].name);
		setting_describe(sections[i].settings, "  ", out);
	}
	for (const struct probe_kind *const *kind = probe_kinds(); *kind; kind++) {
		struct setting table[3];

		config_probe_settings(*kind, table);
		text_printf(out, "\ntargets[].probe, kind \"%s\"\n", (*kind)->name);
		setting_describe(table, "  ", out);
	}
}

json_t *config_describe_json(void)
{
	json_t *root = json_object(), *kinds = json_object();

	for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++)
		json_object_set_new(root, sections[i].name, setting_describe_json(sections[i].settings));
	for (const struct probe_kind *const *kind = probe_kinds(); *kind; kind++) {
		struct setting table[3];

		config_probe_settings(*kind, table);
		json_object_set_new(kinds, (*kind)->name, setting_describe_json(table));
	}
	json_object_set_new(root, "targets[].probe", kinds);
	return root;
}
