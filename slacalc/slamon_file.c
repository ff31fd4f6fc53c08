#include "slacalc/slamon_file.h"

#include <stdlib.h>
#include <string.h>

/* The keys of slamon alone, which the registry keeps apart (registry_target.c), go beside the others. */
static void spread_keys(json_t *targets)
{
	json_t *target;
	size_t i;

	json_array_foreach (targets, i, target) {
		json_t *probe = json_incref(json_object_get(target, "probe"));

		json_object_del(target, "probe"); /* to be the last */
		if (json_is_object(json_object_get(target, "slamon")))
			json_object_update(target, json_object_get(target, "slamon"));
		json_object_del(target, "slamon");
		json_object_set_new(target, "probe", probe);
	}
}

char *slamon_file_text(struct arena *a, const json_t *vantage, int number, const char *database,
                       json_t *targets)
{
	const char *id = json_string_value(json_object_get(vantage, "id"));
	json_t *root = json_pack("{s:s, s:s, s:i, s:s, s:{s:o}}", "format", "govsla-slamon/1", "vantage", id,
	                         "vantage_number", number, "database", database, "spool", "path",
	                         json_sprintf("%s.spool", id));
	char *dump, *text;

	json_object_update(root, json_object_get(vantage, "slamon"));
	spread_keys(targets);
	json_object_set_new(root, "targets", targets);
	dump = json_dumps(root, JSON_INDENT(2));
	text = dump ? arena_printf(a, "%s\n", dump) : NULL;
	json_decref(root);
	free(dump);
	return text;
}

static bool watches(const json_t *target, const char *vantage)
{
	json_t *item;
	size_t i;

	if (json_object_get(json_object_get(target, "more"), "kind"))
		return false; /* a log of requests */
	json_array_foreach (json_object_get(target, "vantages"), i, item)
		if (strcmp(json_string_value(item), vantage) == 0)
			return true;
	return false;
}

json_t *slamon_file_targets(const struct registry *r, const char *vantage)
{
	json_t *list = json_array(), *target;
	size_t i;

	json_array_foreach (r->rows[TABLE_TARGET], i, target)
		if (watches(target, vantage))
			json_array_append_new(
			    list, json_pack("{s:i, s:O, s:O, s:O, s:O, s:O?}", "number", (int)i + 1, "id",
			                    json_object_get(target, "id"), "interval_s",
			                    json_object_get(target, "interval_s"), "timeout_s",
			                    json_object_get(target, "timeout_s"), "probe",
			                    json_object_get(target, "probe"), "slamon",
			                    json_object_get(json_object_get(target, "more"), "slamon")));
	return list;
}
