#include "monitor/config/config.h"

#include "monitor/config/config_keys.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#define TARGETS_MOST 1000000

/* ---- probes ---- */

/* A probe that is not sent whole before its timeout would be missed each time. */
static int check_timeout(const struct node *object, const struct target_config *target, struct error *err)
{
	int64_t sends_ms = target->kind->sends_for_ms ? target->kind->sends_for_ms(target->probe) : 0;
	struct node timeout = node_member(object, "timeout_s");

	if (sends_ms < target->timeout_s * 1000)
		return 0;
	node_fail(&timeout, err, "the packets of a probe take %lld ms to send", (long long)sends_ms);
	return error_hint(err, "a longer timeout, fewer packets, or less between them");
}

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
	config_probe_settings(target->kind, table);
	if (setting_read(table, &probe, &config->arena, settings, err) < 0)
		return err->code;
	target->probe = settings;
	if (target->kind->check && target->kind->check(&probe, settings, err) < 0)
		return err->code;
	return check_timeout(object, target, err);
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
		    setting_read(config_target_settings, &object, &config->arena, &config->targets[i], err) <
		        0 ||
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
	    setting_read(config_settings, &root, &config->arena, config, err) < 0 ||
	    node_object(&root, "spool", REQUIRED, &spool, err) < 0 ||
	    setting_read(config_spool_settings, &spool, &config->arena, &config->spool, err) < 0)
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
	const char *key = setting_fixed_change(config_settings, old, new);

	return key ? key : setting_fixed_change(config_spool_settings, &old->spool, &new->spool);
}
