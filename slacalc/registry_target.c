/* registry: targets and the paths over them. */
#include "case/reader.h"
#include "slacalc/registry_part.h"

#include <string.h>

/* The vantages that watch a target: those named, else all. */
static int read_vantages(struct registry *r, const struct node *object, json_t **out, struct error *err)
{
	struct node list, item;
	const char *id;
	json_t *vantage;
	size_t i;

	*out = json_array();
	if (node_array(object, "vantages", OPTIONAL, &list, err) < 0)
		return err->code;
	if (!list.value)
		json_array_foreach (r->rows[TABLE_VANTAGE], i, vantage)
			json_array_append(*out, json_object_get(vantage, "id"));
	for (i = 0; i < node_count(&list); i++) {
		item = node_item(&list, i);
		if (node_item_string(&list, i, &id, err) < 0)
			return err->code;
		if (!registry_find(r, "vantage", id))
			return node_fail(&item, err, "no vantage '%.200s'", id);
		for (size_t k = 0; k < i; k++)
			if (strcmp(json_string_value(json_array_get(*out, k)), id) == 0)
				return node_fail(&item, err, "the vantage '%s' is there twice", id);
		json_array_append_new(*out, json_string(id));
	}
	return json_array_size(*out) ? 0 : node_fail(object, err, "no vantage watches it");
}

/* A schedule and a probe; a log of requests needs no schedule and has no probe. */
static int read_schedule(const struct node *object, bool requests, json_t *row, struct error *err)
{
	struct node given = node_member(object, "probe"), gap_node = node_member(object, "gap_limit_s"),
	            probe;
	enum presence needed = requests ? OPTIONAL : REQUIRED;
	int64_t interval = 0, timeout = 0, gap = 0;
	const char *kind;

	if (node_integer(object, "interval_s", needed, 1, 86400, &interval, err) < 0 ||
	    node_integer(object, "timeout_s", needed, 1, 3600, &timeout, err) < 0 ||
	    node_integer(object, "gap_limit_s", OPTIONAL, 1, 31 * 86400, &gap, err) < 0)
		return err->code;
	if (requests && given.value && !json_is_null(given.value))
		return node_fail(&given, err, "a log of requests has no probe");
	if (!requests && (node_object(object, "probe", REQUIRED, &probe, err) < 0 ||
	                  node_string(&probe, "kind", REQUIRED, &kind, err) < 0))
		return err->code;
	if (!requests && strcmp(kind, "requests") == 0)
		return node_fail(&given, err, "'requests' is the kind of a target, not of its probe");
	if (gap && gap < interval)
		return node_fail(&gap_node, err, "is shorter than the interval");
	json_object_set_new(row, "interval_s", interval ? json_integer(interval) : json_null());
	json_object_set_new(row, "timeout_s", timeout ? json_integer(timeout) : json_null());
	json_object_set_new(row, "probe",
	                    requests ? json_pack("{s:s}", "kind", "requests") : json_incref(given.value));
	json_object_set_new(row, "more", json_object());
	if (requests)
		json_object_set_new(json_object_get(row, "more"), "kind", json_string("requests"));
	if (gap)
		json_object_set_new(json_object_get(row, "more"), "gap_limit_s", json_integer(gap));
	return 0;
}

/* What goes into slamon.json as it stands; slamon itself checks it (apply.c). */
static int read_slamon_keys(const struct node *object, bool requests, json_t *row, struct error *err)
{
	static const char *const keys[] = { "in_flight_max", "reference", "references" };
	json_t *slamon = registry_pick(object, keys, sizeof keys / sizeof keys[0]);
	bool none = json_object_size(slamon) == 0;

	if (!none && !requests)
		return json_object_set_new(json_object_get(row, "more"), "slamon", slamon);
	json_decref(slamon);
	return none ? 0 : node_fail(object, err, "a log of requests is not probed, and speaks for nobody");
}

int registry_read_target(struct registry *r, const struct node *object, struct error *err)
{
	static const char *const keys[] = { "id",         "kind",          "segment",   "interval_s",
		                            "timeout_s",  "gap_limit_s",   "vantages",  "probe",
		                            "references", "in_flight_max", "reference", NULL };
	static const char *const kinds[] = { "probe", "requests", NULL };
	json_t *vantages = NULL, *row = json_object();
	const char *id, *segment;
	int kind = 0;

	registry_add(r, TABLE_TARGET, row);
	if (node_check_keys(object, keys, err) < 0 ||
	    read_text(&r->arena, object, "id", REQUIRED, &id, err) < 0 ||
	    node_word(object, "kind", OPTIONAL, kinds, &kind, err) < 0 ||
	    registry_reference(r, object, "segment", "segment", OPTIONAL, &segment, err) < 0 ||
	    read_schedule(object, kind == 1, row, err) < 0 ||
	    read_slamon_keys(object, kind == 1, row, err) < 0 ||
	    read_vantages(r, object, &vantages, err) < 0) {
		json_decref(vantages);
		return err->code;
	}
	json_object_set_new(row, "id", json_string(id));
	json_object_set_new(row, "segment", segment ? json_string(segment) : json_null());
	json_object_set_new(row, "vantages", vantages);
	return registry_claim(r, "target", id, row, object, err);
}

/* What observes the targets, for case/'s readers: one observation for each target and vantage. */
void registry_observe(struct registry *r)
{
	json_t *target, *vantage;
	size_t i, k, count = 0;

	json_array_foreach (r->rows[TABLE_TARGET], i, target)
		count += json_array_size(json_object_get(target, "vantages"));
	r->outline.observations = arena_array(&r->arena, count, sizeof *r->outline.observations);
	json_array_foreach (r->rows[TABLE_TARGET], i, target)
		json_array_foreach (json_object_get(target, "vantages"), k, vantage) {
			struct observation *o = &r->outline.observations[r->outline.observation_count++];

			o->target = json_string_value(json_object_get(target, "id"));
			o->vantage = json_string_value(vantage);
		}
}

static bool watches(const struct registry *r, const char *vantage, const char *target)
{
	json_t *list = json_object_get(registry_find(r, "target", target), "vantages"), *item;
	size_t i;

	json_array_foreach (list, i, item)
		if (strcmp(json_string_value(item), vantage) == 0)
			return true;
	return false;
}

/* A hop is a target that the vantage watches, or a service whose outages are known. */
static int read_hop(struct registry *r, const struct node *list, size_t i, const char *vantage,
                    bool *is_target, struct error *err)
{
	struct node item = node_item(list, i);
	const struct service *service;
	const char *hop;

	if (node_item_string(list, i, &hop, err) < 0)
		return err->code;
	*is_target = registry_find(r, "target", hop);
	service = *is_target ? NULL : find_service(&r->outline, hop);
	if (!*is_target && !service)
		return node_fail(&item, err, "no target '%.200s'", hop);
	if (service && !service->known_outages)
		return node_fail(&item, err, "the service '%s' is seen by its targets: name one of these",
		                 hop);
	if (*is_target && !watches(r, vantage, hop))
		return node_fail(&item, err, "the target '%s' is not watched by the vantage '%s'", hop,
		                 vantage);
	for (size_t k = 0; k < i; k++)
		if (strcmp(json_string_value(json_array_get(list->value, k)), hop) == 0)
			return node_fail(&item, err, "the hop '%s' is there twice", hop);
	return 0;
}

int registry_read_path(struct registry *r, const struct node *object, struct error *err)
{
	const char *vantage, *last;
	bool is_target = false, all_targets = true;
	struct node hops;
	json_t *row;

	if (node_check_keys(object, (const char *const[]){ "vantage", "hops", NULL }, err) < 0 ||
	    registry_reference(r, object, "vantage", "vantage", REQUIRED, &vantage, err) < 0 ||
	    node_array(object, "hops", REQUIRED, &hops, err) < 0)
		return err->code;
	for (size_t i = 0; i < node_count(&hops); i++) {
		if (read_hop(r, &hops, i, vantage, &is_target, err) < 0)
			return err->code;
		all_targets = all_targets && is_target;
	}
	if (node_count(&hops) < 2)
		return node_fail(&hops, err, "a path has at least two hops");
	last = json_string_value(json_array_get(hops.value, node_count(&hops) - 1));
	row = json_pack("{s:s, s:s, s:O}", "vantage", vantage, "last", last, "hops", hops.value);
	registry_add(r, all_targets ? TABLE_PATH : TABLE_NAMED_PATH, row);
	return registry_claim(r, "path", arena_printf(&r->arena, "%s from %s", last, vantage), row, object,
	                      err);
}
