/* slacalc db: the database's schema. */
#include "slacalc/command.h"
#include "slacalc/store.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static void write_human(const struct migration_state *list, size_t count, struct text *out)
{
	for (size_t i = 0; i < count; i++)
		text_printf(out, "%04d  %-12s %.12s  %s%s%s\n", list[i].number, list[i].name, list[i].sha256,
		            list[i].applied_at ? list[i].applied_at : "not applied",
		            list[i].problem ? "  " : "", list[i].problem ? list[i].problem : "");
}

static void write_json(const struct migration_state *list, size_t count, struct text *out)
{
	json_t *root = json_array();
	char *dump;

	for (size_t i = 0; i < count; i++)
		json_array_append_new(root,
		                      json_pack("{s:i, s:s, s:s, s:s?, s:s?}", "number", list[i].number,
		                                "name", list[i].name, "sha256", list[i].sha256, "applied_at",
		                                list[i].applied_at, "problem", list[i].problem));
	dump = json_dumps(root, JSON_INDENT(2));
	text_printf(out, "%s\n", dump ? dump : "");
	free(dump);
	json_decref(root);
}

static int show_status(struct store *store, bool json, struct text *out, struct error *err)
{
	struct arena a = { 0 };
	struct migration_state *list;
	size_t count;

	if (store_migrations(store, &a, &list, &count, err) == 0) {
		if (json)
			write_json(list, count, out);
		else
			write_human(list, count, out);
	}
	arena_release(&a);
	return err->code;
}

static int migrate(struct store *store, struct text *out, struct error *err)
{
	size_t applied;

	if (store_migrate(store, &applied, err) < 0)
		return err->code;
	if (applied)
		text_printf(out, "%zu migration%s applied\n", applied, applied == 1 ? "" : "s");
	else
		text_add(out, "nothing to apply\n");
	return 0;
}

int command_db(int argc, char **argv, struct error *err)
{
	const char *verb = NULL, *url = NULL;
	bool json = false;
	const struct command_option options[] = { { "db", 0, &url, NULL },
		                                  { "json", 0, NULL, &json },
		                                  { NULL, 0, NULL, NULL } };
	struct store *store = NULL;
	struct text out = { 0 };

	if (command_options(argc, argv, options, &verb, 1, 1, err) < 0)
		return err->code;
	if (strcmp(verb, "migrate") != 0 && strcmp(verb, "status") != 0) {
		error_set(err, ERROR_USAGE, "unknown verb '%s'", verb);
		return error_hint(err, "slacalc db migrate, or slacalc db status");
	}
	if (json && verb[0] == 'm') {
		error_set(err, ERROR_USAGE, "'db migrate' has no option '--json'");
		return error_hint(err, "slacalc db status --json");
	}
	if (store_open(&store, url, err) == 0)
		(verb[0] == 'm' ? migrate(store, &out, err) : show_status(store, json, &out, err));
	store_close(store);
	return command_print(&out, err);
}
