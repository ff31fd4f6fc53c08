/* slacalc apply: loads a registry directory as one version, and writes what each vantage is to run. */
#include "slacalc/command.h"
#include "slacalc/registry.h"
#include "slacalc/slamon_file.h"
#include "slacalc/store.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* ---- slamon's own opinion of its file ---- */

/* slamon beside this program: as installed, or as built. */
static const char *find_slamon(struct arena *a)
{
	char self[4096];
	ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
	const char *path;
	char *slash;

	if (length <= 0)
		return NULL;
	self[length] = '\0';
	slash = strrchr(self, '/');
	if (!slash)
		return NULL;
	path = arena_printf(a, "%.*s/slamon", (int)(slash - self), self);
	return access(path, X_OK) == 0 ? path : NULL;
}

/* Runs PROGRAM check FILE; said gets what it wrote to standard error. Returns its exit status or -1. */
static int run_check(const char *program, const char *file, struct text *said)
{
	char *argv[] = { (char *)program, "check", (char *)file, NULL };
	posix_spawn_file_actions_t actions;
	int ends[2], status = -1;
	char buffer[1024];
	ssize_t n;
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
	status = posix_spawn(&child, program, &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	while (status == 0 && (n = read(ends[0], buffer, sizeof buffer)) > 0)
		text_append(said, buffer, (size_t)n);
	close(ends[0]);
	if (status != 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

/* The id of the n-th target of a configuration, or NULL. Borrowed from document. */
static const char *target_id(const json_t *document, size_t n)
{
	const json_t *target = json_array_get(json_object_get(document, "targets"), n);

	return json_string_value(json_object_get(target, "id"));
}

/*
 * "slamon: FILE:LINE: targets[2].probe.url: CAUSE": the file is gone at once, and the number means nothing to whoever
 * wrote the registry, so the target's id takes their place.
 */
static void tell_refusal(const struct slamon_file *file, const char *path, char *said, struct error *err)
{
	char *hint = strchr(said, '\n'), *cause = strstr(said, path);
	json_t *document = json_loads(file->text, 0, NULL);
	const char *id = NULL;
	size_t n;
	int length = 0;

	if (hint)
		*hint++ = '\0';
	if (cause) {
		cause += strlen(path);
		cause += strspn(cause, ":0123456789 ");
		if (sscanf(cause, "targets[%zu]%n", &n, &length) == 1 && length)
			id = target_id(document, n);
	}
	if (id)
		error_set(err, ERROR_DATA,
		          "slamon refuses the configuration of the vantage '%s': target '%s'%s%s",
		          file->vantage, id, cause[length] == '.' ? ": " : "",
		          cause + length + (cause[length] == '.'));
	else
		error_set(err, ERROR_DATA, "slamon refuses the configuration of the vantage '%s': %s",
		          file->vantage, cause ? cause : said);
	if (hint && strncmp(hint, "hint: ", 6) == 0)
		error_hint(err, "%.*s", (int)strcspn(hint + 6, "\n"), hint + 6);
	json_decref(document);
}

static int check_by_slamon(const char *slamon, const struct slamon_file *file, const char *path,
                           struct error *err)
{
	struct text said = { 0 };
	int status = slamon && path ? run_check(slamon, path, &said) : 0;

	if (status < 0)
		error_set(err, ERROR_IO, "cannot run '%s'", slamon);
	else if (status > 0 && said.length)
		tell_refusal(file, path, said.bytes, err);
	else if (status > 0)
		error_set(err, ERROR_DATA, "slamon refuses the configuration of the vantage '%s'",
		          file->vantage);
	text_release(&said);
	return err->code;
}

/* ---- files: written beside their place and tried before the commit, renamed into place after it ---- */

struct place {
	char *path, *new_path;
};

static int write_new(struct arena *a, const struct slamon_file *file, const char *directory,
                     struct place *place, struct error *err)
{
	struct text text = { 0 };

	place->path = arena_printf(a, "%s/%s.json", directory, file->vantage);
	if (!file->text)
		return 0;
	place->new_path = arena_printf(a, "%s/.%s.json.new", directory, file->vantage);
	text_add(&text, file->text);
	if (text_write_file(&text, place->new_path, err) < 0)
		place->new_path = NULL;
	text_release(&text);
	return err->code;
}

static int write_all_new(struct arena *a, const struct applied *applied, const char *directory,
                         struct place *places, struct error *err)
{
	const char *slamon = find_slamon(a);

	if (mkdir(directory, 0777) < 0 && errno != EEXIST) {
		error_set(err, ERROR_IO, "cannot make the folder: %s", strerror(errno));
		return error_at(err, directory, 0, NULL);
	}
	for (size_t i = 0; i < applied->file_count; i++)
		if (write_new(a, &applied->files[i], directory, &places[i], err) < 0 ||
		    check_by_slamon(slamon, &applied->files[i], places[i].new_path, err) < 0)
			return err->code;
	return 0;
}

/* A vantage that has nothing to watch any more must not go on with its old file. */
static int remove_old(const struct place *place, struct text *out, struct error *err)
{
	if (unlink(place->path) == 0) {
		text_printf(out, "removed %s: nothing to watch\n", place->path);
	} else if (errno != ENOENT) {
		error_set(err, ERROR_IO, "cannot remove: %s", strerror(errno));
		return error_at(err, place->path, 0, NULL);
	}
	return 0;
}

static int put_in_place(const struct place *places, size_t count, struct text *out, struct error *err)
{
	for (size_t i = 0; i < count; i++) {
		if (!places[i].new_path && remove_old(&places[i], out, err) < 0)
			return err->code;
		if (!places[i].new_path)
			continue;
		if (rename(places[i].new_path, places[i].path) < 0) {
			error_set(err, ERROR_IO, "cannot rename into place: %s", strerror(errno));
			error_hint(err, "the registry is loaded; run the same command again for the files");
			return error_at(err, places[i].path, 0, NULL);
		}
		text_printf(out, "wrote %s\n", places[i].path);
	}
	return 0;
}

static void remove_new(const struct place *places, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (places[i].new_path)
			unlink(places[i].new_path);
}

/* ---- --check: the same without a database, in a folder of its own ---- */

static int try_one(struct arena *a, const struct registry *r, const json_t *vantage, const char *directory,
                   const char *slamon, struct error *err)
{
	const char *id = json_string_value(json_object_get(vantage, "id"));
	json_t *targets = slamon_file_targets(r, id);
	bool watches = json_array_size(targets) > 0;
	const struct slamon_file file = { id, 1, slamon_file_text(a, vantage, 1, "dbname=check", targets) };
	struct place place = { NULL, NULL };

	if (watches && write_new(a, &file, directory, &place, err) == 0)
		(void)!check_by_slamon(slamon, &file, place.new_path, err);
	remove_new(&place, 1);
	return err->code;
}

static int check_probes(struct arena *a, const struct registry *r, struct text *out, struct error *err)
{
	const char *slamon = find_slamon(a), *parent = getenv("TMPDIR");
	char *directory = arena_printf(a, "%s/govsla-check-XXXXXX", parent ? parent : "/tmp");
	json_t *vantage;
	size_t i;

	if (!slamon) {
		text_add(out, "the keys of probes are not checked: slamon is not beside slacalc\n");
		return 0;
	}
	if (!mkdtemp(directory))
		return error_set(err, ERROR_IO, "cannot make a folder '%s': %s", directory, strerror(errno));
	json_array_foreach (r->rows[TABLE_VANTAGE], i, vantage)
		if (try_one(a, r, vantage, directory, slamon, err) < 0)
			break;
	rmdir(directory);
	return err->code;
}

/* ---- the command ---- */

static void tell_changes(const struct applied *applied, struct text *out)
{
	for (size_t i = 0; i < applied->change_count; i++)
		text_printf(out, "%s\n", applied->changes[i]);
	if (applied->change_count)
		text_printf(out, "version %d: %zu change%s\n", applied->version, applied->change_count,
		            applied->change_count == 1 ? "" : "s");
	else
		text_printf(out, "version %d: nothing changed\n", applied->version);
}

static int apply(struct arena *a, const struct registry *r, const char *url, const char *directory,
                 struct text *out, struct error *err)
{
	struct place *places = NULL;
	struct store *store = NULL;
	struct applied applied = { 0 };

	if (store_open(&store, url, err) == 0 && store_apply(store, a, r, &applied, err) == 0) {
		places = arena_array(a, applied.file_count, sizeof *places);
		if (write_all_new(a, &applied, directory, places, err) == 0 &&
		    store_apply_commit(store, err) == 0) {
			tell_changes(&applied, out);
			put_in_place(places, applied.file_count, out, err);
		} else {
			remove_new(places, applied.file_count);
		}
	}
	store_close(store); /* undoes what was not committed */
	return err->code;
}

int command_apply(int argc, char **argv, struct error *err)
{
	const char *directory = NULL, *slamon_directory = NULL, *url = NULL;
	bool check = false;
	const struct command_option options[] = { { "db", 0, &url, NULL },
		                                  { "slamon-dir", 0, &slamon_directory, NULL },
		                                  { "check", 0, NULL, &check },
		                                  { NULL, 0, NULL, NULL } };
	struct registry registry;
	struct text out = { 0 };
	struct arena a = { 0 };

	if (command_options(argc, argv, options, &directory, 1, 1, err) < 0)
		return err->code;
	if (!slamon_directory)
		slamon_directory = arena_printf(&a, "%s/slamon", directory);
	if (registry_load(&registry, directory, err) == 0) {
		if (check && check_probes(&a, &registry, &out, err) == 0)
			text_printf(&out, "%s: nothing to object to\n", directory);
		else if (!check)
			apply(&a, &registry, url, slamon_directory, &out, err);
	}
	registry_release(&registry);
	arena_release(&a);
	return command_print(&out, err);
}
