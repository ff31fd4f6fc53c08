#include "monitor/config/config.h"

#include "monitor/net/address.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#define TARGETS_MOST 1000000

static int check_format(const char *value, struct error *err)
{
	if (strcmp(value, CONFIG_FORMAT) == 0)
		return 0;
	return error_set(err, ERROR_DATA, "'%.64s' is not '%s'", value, CONFIG_FORMAT);
}

static const struct setting top_settings[] = {
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

static const struct setting spool_settings[] = {
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

static const struct setting target_settings[] = {
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
	          "missed "
	          "(own side) and charged to nobody" },
	{ .key = "references",
	  .type = SETTING_STRINGS,
	  .place = offsetof(struct target_config, references),
	  .help = "ids of the references that speak for this target; absent: all of the file; []: none" },
	{ .key = "probe", .type = SETTING_OBJECT, .required = true, .help = "how it is probed" },
	{ .key = NULL },
};

struct section {
	const char *name;
	const struct setting *settings;
};

static const struct section sections[] = {
	{ "the file", top_settings },
	{ "spool", spool_settings },
	{ "targets[]", target_settings },
};

/* The keys of "probe": which kind, and the kind's own. */
static void list_probe_settings(const struct probe_kind *kind, struct setting table[3])
{
	table[0] =
	    (struct setting){ .key = "kind", .type = SETTING_CHOICE, .required = true, .help = kind->help };
	table[1] = (struct setting){ .key = "", .type = SETTING_SHARED, .shared = kind->settings };
	table[2] = (struct setting){ .key = NULL };
}

/* ---- reading ---- */

static int read_probe(struct config *config, const struct node *object, struct target_config *target,
                      struct error *err)
{
	struct node probe, kind;
	struct setting table[3];
	const char *name;
	void *settings;

	if (node_object(object, "probe", REQUIRED, &probe, err) < 0 ||
	    node_string(&probe, "kind", REQUIRED, &name, err) < 0)
		return err->code;
	kind = node_member(&probe, "kind");
	target->kind = probe_kind_find(name);
	if (!target->kind) {
		node_fail(&kind, err, "no probe kind '%.64s'", name);
		return error_hint(err, "`slamon config` lists the kinds and their keys");
	}
	settings = arena_array(&config->arena, 1, target->kind->config_size);
	list_probe_settings(target->kind, table);
	if (setting_read(table, &probe, &config->arena, settings, err) < 0)
		return err->code;
	target->probe = settings;
	return target->kind->check ? target->kind->check(&probe, settings, err) : 0;
}

struct keyed { /* for finding duplicates */
	const struct target_config *target;
	size_t index;
};

static int by_number(const void *a, const void *b)
{
	const struct keyed *x = a, *y = b;

	if (x->target->number != y->target->number)
		return x->target->number < y->target->number ? -1 : 1;
	return x->index < y->index ? -1 : 1;
}

static int by_id(const void *a, const void *b)
{
	const struct keyed *x = a, *y = b;
	int order = strcmp(x->target->id, y->target->id);

	if (order)
		return order;
	return x->index < y->index ? -1 : 1;
}

static int check_unique(const struct config *config, const struct node *array, struct error *err)
{
	struct keyed *sorted = calloc(config->target_count + 1, sizeof *sorted);
	size_t n = config->target_count;

	if (!sorted)
		return error_set(err, ERROR_MEMORY, "out of memory");
	for (size_t i = 0; i < n; i++)
		sorted[i] = (struct keyed){ &config->targets[i], i };
	qsort(sorted, n, sizeof *sorted, by_number);
	for (size_t i = 1; i < n; i++)
		if (sorted[i].target->number == sorted[i - 1].target->number) {
			struct node item = node_item(array, sorted[i].index),
			            node = node_member(&item, "number");

			node_fail(&node, err, "the number %lld is also that of targets[%zu]",
			          (long long)sorted[i].target->number, sorted[i - 1].index);
		}
	qsort(sorted, n, sizeof *sorted, by_id);
	for (size_t i = 1; i < n; i++)
		if (strcmp(sorted[i].target->id, sorted[i - 1].target->id) == 0) {
			struct node item = node_item(array, sorted[i].index), node = node_member(&item, "id");

			node_fail(&node, err, "the id '%.64s' is also that of targets[%zu]",
			          sorted[i].target->id, sorted[i - 1].index);
		}
	free(sorted);
	return err->code;
}

/* ---- references ---- */

static int compare_ids(const void *a, const void *b)
{
	const struct target_config *const *x = a, *const *y = b;

	return strcmp((*x)->id, (*y)->id);
}

/* Sorted: with many targets that name many, looking at each would take hours. */
static void collect_references(struct config *config)
{
	config->references = arena_array(&config->arena, config->target_count, sizeof *config->references);
	for (size_t i = 0; i < config->target_count; i++)
		if (config->targets[i].reference)
			config->references[config->reference_count++] = &config->targets[i];
	qsort(config->references, config->reference_count, sizeof *config->references, compare_ids);
}

size_t config_reference(const struct config *config, const char *id)
{
	const struct target_config wanted = { .id = id }, *key = &wanted;
	const struct target_config **found = bsearch(&key, config->references, config->reference_count,
	                                             sizeof *config->references, compare_ids);

	return found ? (size_t)(found - config->references) : config->reference_count;
}

static int check_references(struct config *config, const struct node *array, struct error *err)
{
	collect_references(config);
	for (size_t i = 0; i < config->target_count; i++) {
		const struct target_config *target = &config->targets[i];
		struct node item, list;

		if (!target->references.at)
			continue;
		item = node_item(array, i);
		list = node_member(&item, "references");
		if (target->reference)
			return node_fail(&list, err, "a reference has none: it speaks for itself");
		for (size_t k = 0; k < target->references.count; k++)
			if (config_reference(config, target->references.at[k]) == config->reference_count)
				return node_fail(&list, err, "no target '%.64s' with \"reference\": true",
				                 target->references.at[k]);
	}
	return 0;
}

static int read_targets(struct config *config, const struct node *root, struct error *err)
{
	struct node array, object;

	if (node_array(root, "targets", REQUIRED, &array, err) < 0)
		return err->code;
	config->target_count = node_count(&array);
	if (!config->target_count)
		return node_fail(&array, err, "names no target");
	if (config->target_count > TARGETS_MOST)
		return node_fail(&array, err, "more than %d targets", TARGETS_MOST);
	config->targets = arena_array(&config->arena, config->target_count, sizeof *config->targets);
	for (size_t i = 0; i < config->target_count; i++)
		if (node_item_object(&array, i, &object, err) < 0 ||
		    setting_read(target_settings, &object, &config->arena, &config->targets[i], err) < 0 ||
		    read_probe(config, &object, &config->targets[i], err) < 0)
			return err->code;
	if (check_unique(config, &array, err) < 0)
		return err->code;
	return check_references(config, &array, err);
}

static int read_all(struct config *config, const struct document *doc, struct error *err)
{
	struct node root, spool;

	if (document_root(doc, &root, err) < 0 ||
	    setting_read(top_settings, &root, &config->arena, config, err) < 0 ||
	    node_object(&root, "spool", REQUIRED, &spool, err) < 0 ||
	    setting_read(spool_settings, &spool, &config->arena, &config->spool, err) < 0)
		return err->code;
	if (config->database && !*config->database)
		config->database = NULL;
	if (config->ca_file && !*config->ca_file)
		config->ca_file = NULL;
	if (config->user && !*config->user)
		config->user = NULL;
	return read_targets(config, &root, err);
}

static int read_document(struct config *config, struct document *doc, int parsed, struct error *err)
{
	int rc = parsed;

	if (rc == 0)
		rc = read_all(config, doc, err);
	document_release(doc);
	malloc_trim(
	    0); /* the document took more than all that is kept of it, and the C library would keep that */
	if (rc < 0)
		config_release(config);
	return rc;
}

int config_load(struct config *config, const char *path, struct error *err)
{
	struct document doc = { 0 };

	*config = (struct config){ 0 };
	return read_document(config, &doc, document_load(&doc, path, err), err);
}

int config_parse(struct config *config, const char *name, const char *bytes, size_t length, struct error *err)
{
	struct document doc = { 0 };

	*config = (struct config){ 0 };
	return read_document(config, &doc, document_parse(&doc, name, bytes, length, err), err);
}

void config_release(struct config *config)
{
	arena_release(&config->arena);
	*config = (struct config){ 0 };
}

const char *config_fixed_change(const struct config *old, const struct config *new)
{
	const char *key = setting_fixed_change(top_settings, old, new);

	return key ? key : setting_fixed_change(spool_settings, &old->spool, &new->spool);
}

/* ---- describing ---- */

void config_describe(struct text *out)
{
	for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
		text_printf(out, "%s%s\n", i ? "\n" : "", sections[i].name);
		setting_describe(sections[i].settings, "  ", out);
	}
	for (const struct probe_kind *const *kind = probe_kinds(); *kind; kind++) {
		struct setting table[3];

		list_probe_settings(*kind, table);
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

		list_probe_settings(*kind, table);
		json_object_set_new(kinds, (*kind)->name, setting_describe_json(table));
	}
	json_object_set_new(root, "targets[].probe", kinds);
	return root;
}
