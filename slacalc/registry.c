#include "slacalc/registry.h"

#include "case/calendar.h"
#include "case/hours.h"
#include "slacalc/digest.h"
#include "slacalc/registry_part.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- rows and ids ---- */

void registry_add(struct registry *r, enum registry_table table, json_t *row)
{
	json_array_append_new(r->rows[table], row);
}

json_t *registry_find(const struct registry *r, const char *kind, const char *id)
{
	char key[512];

	if ((size_t)snprintf(key, sizeof key, "%s %s", kind, id) >= sizeof key)
		return NULL;
	return json_object_get(r->ids, key);
}

int registry_claim(struct registry *r, const char *kind, const char *id, json_t *row, const struct node *node,
                   struct error *err)
{
	if (strlen(id) > 200)
		return node_fail(node, err, "the id '%.40s...' is longer than 200 bytes", id);
	if (registry_find(r, kind, id))
		return node_fail(node, err, "the %s '%s' is there twice", kind, id);
	if (json_object_set(r->ids, arena_printf(&r->arena, "%s %s", kind, id), row) < 0)
		return error_set(err, ERROR_MEMORY, "out of memory");
	return 0;
}

int registry_reference(const struct registry *r, const struct node *object, const char *key, const char *kind,
                       enum presence presence, const char **out, struct error *err)
{
	struct node member = node_member(object, key);

	*out = NULL;
	if (node_string(object, key, presence, out, err) < 0 || !*out)
		return err->code;
	return registry_find(r, kind, *out) ? 0 : node_fail(&member, err, "no %s '%.200s'", kind, *out);
}

int registry_each(struct registry *r, const struct node *root, const char *key,
                  int (*read)(struct registry *r, const struct node *object, struct error *err),
                  struct error *err)
{
	struct node list, object;

	if (node_array(root, key, OPTIONAL, &list, err) < 0)
		return err->code;
	for (size_t i = 0; i < node_count(&list); i++)
		if (node_item_object(&list, i, &object, err) < 0 || read(r, &object, err) < 0)
			return err->code;
	return 0;
}

/* ---- files ---- */

static int load(struct registry *r, struct document *doc, const char *path, const char *name,
                struct error *err)
{
	char hash[DIGEST_TEXT_SIZE];

	if (document_load(doc, path, err) < 0)
		return err->code;
	digest_sha256(doc->text.bytes, doc->text.length, hash);
	registry_add(r, TABLE_FILE, json_pack("{s:s, s:s}", "name", name, "sha256", hash));
	return 0;
}

static int is_json(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return entry->d_name[0] != '.' && length > 5 && strcmp(entry->d_name + length - 5, ".json") == 0;
}

static int by_name(const struct dirent **left, const struct dirent **right)
{
	return strcmp((*left)->d_name, (*right)->d_name);
}

/* Loads every *.json of a folder that need not exist, in the order of their names. */
static int load_folder(struct registry *r, const char *directory, const char *folder, struct document **docs,
                       size_t *count, struct error *err)
{
	char *path = arena_printf(&r->arena, "%s/%s", directory, folder);
	struct dirent **entries = NULL;
	int found = scandir(path, &entries, is_json, by_name);

	if (found < 0 && errno != ENOENT) {
		error_set(err, ERROR_IO, "cannot list the folder: %s", strerror(errno));
		return error_at(err, path, 0, NULL);
	}
	*count = found > 0 ? (size_t)found : 0;
	*docs = arena_array(&r->arena, *count, sizeof **docs);
	for (size_t i = 0; i < *count; i++) {
		const char *name = entries[i]->d_name;
		char *file = arena_printf(&r->arena, "%s/%s", path, name);

		if (err->code == ERROR_NONE &&
		    load(r, &(*docs)[i], file, arena_printf(&r->arena, "%s/%s", folder, name), err) < 0)
			error_at(err, file, 0, NULL);
		free(entries[i]);
	}
	free(entries);
	return err->code;
}

static void release_all(struct document *docs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		document_release(&docs[i]);
}

static int read_terms_folder(struct registry *r, const char *directory, struct error *err)
{
	struct document *docs = NULL;
	size_t count = 0;

	if (load_folder(r, directory, "terms", &docs, &count, err) == 0) {
		r->outline.terms = arena_array(&r->arena, count, sizeof *r->outline.terms);
		for (size_t i = 0; i < count && err->code == ERROR_NONE; i++)
			if (registry_read_terms(r, &docs[i], err) < 0)
				error_at(err, docs[i].name, 0, NULL);
	}
	release_all(docs, count);
	return err->code;
}

/* The holidays that terms name are a calendar of the records, or a shipped one. */
static int check_calendars(const struct registry *r, struct error *err)
{
	for (size_t i = 0; i < r->outline.terms_count; i++) {
		const struct terms *t = &r->outline.terms[i];
		const char *id = t->service_hours ? t->service_hours->holidays : NULL;

		if (!id || registry_find(r, "calendar", id) || calendar_shipped_file(id))
			continue;
		return error_set(err, ERROR_DATA, "no calendar '%s', which the terms '%s' name", id, t->id);
	}
	return 0;
}

static int read_records_folder(struct registry *r, const char *directory, struct error *err)
{
	struct document *docs = NULL;
	size_t count = 0;

	if (load_folder(r, directory, "records", &docs, &count, err) == 0 &&
	    (registry_read_records(r, docs, count, err) < 0 || check_calendars(r, err) < 0))
		error_at(err, directory, 0, NULL);
	release_all(docs, count);
	return err->code;
}

/* Room for the outline, which the readers below fill. */
static int make_room(struct registry *r, const struct node *root, struct error *err)
{
	struct node parties, services;

	if (node_array(root, "parties", OPTIONAL, &parties, err) < 0 ||
	    node_array(root, "services", OPTIONAL, &services, err) < 0)
		return err->code;
	r->outline.parties = arena_array(&r->arena, node_count(&parties), sizeof *r->outline.parties);
	r->outline.services = arena_array(&r->arena, node_count(&services), sizeof *r->outline.services);
	return 0;
}

static int read_registry(struct registry *r, const struct document *doc, struct error *err)
{
	static const char *const formats[] = { "govsla-registry/1", NULL };
	static const char *const keys[] = { "format",  "organisations", "parties",  "vantages", "segments",
		                            "targets", "paths",         "services", NULL };
	struct node root;
	int format;

	if (document_root(doc, &root, err) < 0 ||
	    node_word(&root, "format", REQUIRED, formats, &format, err) < 0 ||
	    node_check_keys(&root, keys, err) < 0 || make_room(r, &root, err) < 0 ||
	    registry_each(r, &root, "organisations", registry_read_organisation, err) < 0 ||
	    registry_each(r, &root, "parties", registry_read_party, err) < 0 ||
	    registry_each(r, &root, "vantages", registry_read_vantage, err) < 0 ||
	    registry_each(r, &root, "segments", registry_read_segment, err) < 0 ||
	    registry_each(r, &root, "targets", registry_read_target, err) < 0)
		return err->code;
	registry_observe(r);
	r->outline.period.span = (struct span){ 0, END_OF_TIME_US }; /* all of time: it is of no one month */
	if (registry_each(r, &root, "services", registry_read_service, err) < 0 ||
	    registry_each(r, &root, "services", registry_check_service, err) < 0)
		return err->code;
	return registry_each(r, &root, "paths", registry_read_path, err);
}

static void hash_directory(struct registry *r)
{
	struct text list = { 0 };
	json_t *file;
	size_t i;

	json_array_foreach (r->rows[TABLE_FILE], i, file)
		text_printf(&list, "%s %s\n", json_string_value(json_object_get(file, "sha256")),
		            json_string_value(json_object_get(file, "name")));
	digest_sha256(text_string(&list), list.length, r->directory_sha256);
	text_release(&list);
}

int registry_load(struct registry *r, const char *directory, struct error *err)
{
	struct document doc = { 0 };

	memset(r, 0, sizeof *r);
	r->ids = json_object();
	for (int i = 0; i < TABLE_COUNT; i++)
		r->rows[i] = json_array();
	if (load(r, &doc, arena_printf(&r->arena, "%s/registry.json", directory), "registry.json", err) ==
	        0 &&
	    read_terms_folder(r, directory, err) == 0 && read_registry(r, &doc, err) == 0 &&
	    read_records_folder(r, directory, err) == 0)
		hash_directory(r);
	document_release(&doc);
	return err->code;
}

void registry_release(struct registry *r)
{
	for (int i = 0; i < TABLE_COUNT; i++)
		json_decref(r->rows[i]);
	json_decref(r->ids);
	arena_release(&r->arena);
	memset(r, 0, sizeof *r);
}
